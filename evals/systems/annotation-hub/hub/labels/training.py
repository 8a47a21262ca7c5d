"""Retrains the tone classifier of Tonfall from all training sets."""
import json
import shutil

import boto3
import numpy as np
from datasets import Dataset
from django.conf import settings
from transformers import AutoModelForSequenceClassification, AutoTokenizer, DataCollatorWithPadding, Trainer, TrainingArguments

from .models import TrainingSet


def newest_sets():
    return TrainingSet.objects.order_by('project_id', '-created').distinct('project_id')


def load():
    s3 = boto3.client('s3')
    found = []
    for made in newest_sets():
        body = s3.get_object(Bucket=settings.EXPORT_BUCKET, Key=made.key)['Body']
        found += [json.loads(line) for line in body.iter_lines() if line]
    return found


def accuracy(outcome):
    logits, wanted = outcome
    return {'accuracy': float((np.argmax(logits, axis=-1) == wanted).mean())}


def retrain():
    data = load()
    names = sorted({row['label'] for row in data})
    tokenizer = AutoTokenizer.from_pretrained(settings.BASE_MODEL)
    model = AutoModelForSequenceClassification.from_pretrained(
        settings.BASE_MODEL, num_labels=len(names), id2label=dict(enumerate(names)), label2id={n: i for i, n in enumerate(names)},
    )
    whole = Dataset.from_list([{'text': row['text'], 'label': names.index(row['label'])} for row in data])
    whole = whole.map(lambda batch: tokenizer(batch['text'], truncation=True, max_length=256), batched=True)
    out = settings.MODELS / 'next'
    trainer = Trainer(
        model=model,
        args=TrainingArguments(output_dir=str(settings.MODELS / 'runs'), num_train_epochs=2, per_device_train_batch_size=32, seed=7, report_to='none'),
        train_dataset=whole,
        eval_dataset=whole.select(range(min(2000, len(whole)))),
        data_collator=DataCollatorWithPadding(tokenizer),
        compute_metrics=accuracy,
    )
    trainer.train()
    score = trainer.evaluate()['eval_accuracy']
    trainer.save_model(str(out))
    tokenizer.save_pretrained(str(out))
    shutil.rmtree(settings.MODELS / 'current', ignore_errors=True)
    shutil.move(out, settings.MODELS / 'current')
    return score
