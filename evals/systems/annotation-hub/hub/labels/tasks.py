import csv
import io
import logging
from decimal import Decimal

import requests
from celery import shared_task
from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone

from . import consensus, export, prelabel, training
from .models import Annotation, Item, Project
from .scrub import scrub

log = logging.getLogger(__name__)


@shared_task
def import_items(project, url):
    """CSV with the columns id, text and maybe gold."""
    answer = requests.get(url, timeout=60)
    answer.raise_for_status()
    found = csv.DictReader(io.StringIO(answer.text))
    items = [Item(project=project, external_id=row.get('id', ''), text=scrub(row['text']), gold_label=row.get('gold', '')) for row in found]
    Item.objects.bulk_create(items, batch_size=1000)
    log.info('project %s: %d items', project.id, len(items))
    prelabel_project.delay(project)


@shared_task
def prelabel_project(project):
    for item in project.items.filter(prelabel=None, state=Item.NEW, gold_label='').iterator():
        try:
            prelabel.prelabel(item)
        except Exception:
            log.exception('no pre-label for item %s', item.id)


@shared_task
def make_training_sets():
    made = 0
    for project in Project.objects.all():
        if project.items.filter(state=Item.DONE, exported=False).count() >= 500:
            export.write(project)
            made += 1
    if made:
        retrain.delay()


@shared_task(time_limit=6 * 3600)
def retrain():
    log.info('retrained, accuracy %.3f', training.retrain())


@shared_task
def sum_up_pay():
    for user in User.objects.filter(profile__role='annotator', profile__blocked=False):
        share, answered = consensus.gold_score(user)
        if answered >= 25 and share < 0.7:
            user.profile.blocked = True
        done = Annotation.objects.filter(user=user)
        if user.profile.paid_until:
            done = done.filter(changed__gt=user.profile.paid_until)
        log.info('pay %s: %s EUR', user.id, Decimal(settings.PAY_PER_ITEM) * done.count())
        user.profile.paid_until = timezone.now()
        user.profile.save()
