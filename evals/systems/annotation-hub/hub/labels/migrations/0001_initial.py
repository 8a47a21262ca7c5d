import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

ID = ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID'))


class Migration(migrations.Migration):
    initial = True
    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel('Profile', [
            ID,
            ('role', models.CharField(default='annotator', max_length=20)),
            ('blocked', models.BooleanField(default=False)),
            ('paid_until', models.DateTimeField(null=True)),
            ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
        ]),
        migrations.CreateModel('Project', [
            ID,
            ('name', models.CharField(max_length=120)),
            ('guide', models.TextField(blank=True, help_text='Markdown, shown beside each item')),
            ('classes', models.JSONField(default=list)),
            ('use_llm', models.BooleanField(default=True)),
            ('model_file', models.FileField(blank=True, help_text='scikit-learn pipeline (joblib) that suggests labels', upload_to='prelabel/')),
            ('created', models.DateTimeField(auto_now_add=True)),
            ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='projects', to=settings.AUTH_USER_MODEL)),
        ]),
        migrations.CreateModel('Item', [
            ID,
            ('external_id', models.CharField(blank=True, max_length=80)),
            ('text', models.TextField()),
            ('state', models.CharField(db_index=True, default='new', max_length=10)),
            ('label', models.CharField(blank=True, max_length=60)),
            ('gold_label', models.CharField(blank=True, max_length=60)),
            ('exported', models.BooleanField(default=False)),
            ('created', models.DateTimeField(auto_now_add=True)),
            ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='labels.project')),
        ]),
        migrations.CreateModel('Annotation', [
            ID,
            ('label', models.CharField(max_length=60)),
            ('seconds', models.FloatField(default=0)),
            ('changed', models.DateTimeField(auto_now=True)),
            ('item', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='annotations', to='labels.item')),
            ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
        ], options={'unique_together': {('item', 'user')}}),
        migrations.CreateModel('PreLabel', [
            ID,
            ('label', models.CharField(max_length=60)),
            ('rationale', models.TextField(blank=True)),
            ('source', models.CharField(max_length=40)),
            ('item', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='prelabel', to='labels.item')),
        ]),
        migrations.CreateModel('TrainingSet', [
            ID,
            ('key', models.CharField(max_length=200)),
            ('rows', models.IntegerField()),
            ('created', models.DateTimeField(auto_now_add=True)),
            ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='labels.project')),
        ]),
    ]
