from django.contrib.auth.models import User
from django.db import models


class Profile(models.Model):
    ANNOTATOR, REQUESTER = 'annotator', 'requester'
    user = models.OneToOneField(User, on_delete=models.CASCADE)
    role = models.CharField(max_length=20, default=ANNOTATOR)
    blocked = models.BooleanField(default=False)
    paid_until = models.DateTimeField(null=True)

    def __str__(self):
        return f'{self.user} ({self.role})'


class Project(models.Model):
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name='projects')
    name = models.CharField(max_length=120)
    guide = models.TextField(blank=True, help_text='Markdown, shown beside each item')
    classes = models.JSONField(default=list)
    use_llm = models.BooleanField(default=True)
    model_file = models.FileField(upload_to='prelabel/', blank=True, help_text='scikit-learn pipeline (joblib) that suggests labels')
    created = models.DateTimeField(auto_now_add=True)

    def __str__(self):
        return self.name


class Item(models.Model):
    NEW, DONE, CONFLICT = 'new', 'done', 'conflict'
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name='items')
    external_id = models.CharField(max_length=80, blank=True)
    text = models.TextField()
    state = models.CharField(max_length=10, default=NEW, db_index=True)
    label = models.CharField(max_length=60, blank=True)
    gold_label = models.CharField(max_length=60, blank=True)
    exported = models.BooleanField(default=False)
    created = models.DateTimeField(auto_now_add=True)


class Annotation(models.Model):
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name='annotations')
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    label = models.CharField(max_length=60)
    seconds = models.FloatField(default=0)
    changed = models.DateTimeField(auto_now=True)

    class Meta:
        unique_together = [('item', 'user')]


class PreLabel(models.Model):
    item = models.OneToOneField(Item, on_delete=models.CASCADE, related_name='prelabel')
    label = models.CharField(max_length=60)
    rationale = models.TextField(blank=True)
    source = models.CharField(max_length=40)


class TrainingSet(models.Model):
    project = models.ForeignKey(Project, on_delete=models.PROTECT)
    key = models.CharField(max_length=200)
    rows = models.IntegerField()
    created = models.DateTimeField(auto_now_add=True)
