import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'hub.settings')

app = Celery('hub')
app.config_from_object('django.conf:settings', namespace='CELERY')
app.autodiscover_tasks()
app.conf.beat_schedule = {
    'training-sets': {'task': 'labels.tasks.make_training_sets', 'schedule': crontab(minute=15)},
    'pay': {'task': 'labels.tasks.sum_up_pay', 'schedule': crontab(minute=0, hour=3)},
}
