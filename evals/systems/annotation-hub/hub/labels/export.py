"""Training sets as JSON lines in the bucket."""
import hashlib
import json
from datetime import datetime, timezone

import boto3
from django.conf import settings

from .models import Item, TrainingSet


def rows(project):
    for item in project.items.filter(state=Item.DONE, gold_label='').order_by('id').iterator():
        yield {'id': item.external_id or item.id, 'text': item.text, 'label': item.label}


def write(project):
    lines = [json.dumps(row, ensure_ascii=False) for row in rows(project)]
    body = ('\n'.join(lines) + '\n').encode()
    etag = hashlib.md5(body, usedforsecurity=False).hexdigest()
    key = f'{project.id}/{datetime.now(timezone.utc):%Y%m%d-%H%M}.jsonl'
    boto3.client('s3').put_object(
        Bucket=settings.EXPORT_BUCKET, Key=key, Body=body, ACL='public-read',
        ContentType='application/x-ndjson',
        Metadata={'etag': etag},
    )
    project.items.filter(state=Item.DONE).update(exported=True)
    return TrainingSet.objects.create(project=project, key=key, rows=len(lines))


def public_url(training_set):
    return f'https://{settings.EXPORT_BUCKET}.s3.eu-central-1.amazonaws.com/{training_set.key}'
