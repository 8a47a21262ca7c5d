from django.contrib import admin

from .models import Item, Profile, Project, TrainingSet


@admin.register(Item)
class ItemAdmin(admin.ModelAdmin):
    list_display = ['id', 'project', 'state', 'label']
    list_filter = ['state', 'project']
    search_fields = ['external_id']


admin.site.register([Profile, Project, TrainingSet])
