from django.urls import path

from . import api, views

urlpatterns = [
    path('', views.home, name='home'),
    path('health', views.health),
    path('register/', views.register, name='register'),
    path('label/<int:project_id>/', views.label, name='label'),
    path('history/', views.history, name='history'),
    path('correct/<int:annotation_id>/', views.correct, name='correct'),
    path('projects/new/', views.new_project, name='new_project'),
    path('projects/<int:project_id>/', views.project, name='project'),
    path('items/<int:item_id>/delete/', views.delete_item, name='delete_item'),
    path('stats/', views.stats, name='stats'),
    path('api/projects/<int:project_id>/next', api.fetch),
    path('api/projects/<int:project_id>/items', api.items),
    path('api/items/<int:item_id>/suggest', api.suggest),
]
