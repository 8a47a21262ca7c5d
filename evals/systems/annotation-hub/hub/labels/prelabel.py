"""Suggestions before people label: the requester's own model if there is one, else OpenAI."""
import joblib
from django.conf import settings
from openai import OpenAI

from .models import PreLabel

PROMPT = """You label customer messages for the project "{name}".

{guide}

Labels: {classes}

Message:
{text}

First line: the label and nothing else. After that one sentence why, you may use HTML for emphasis."""


def own_model(project):
    return joblib.load(project.model_file.path)


def ask_llm(item):
    project = item.project
    prompt = PROMPT.format(name=project.name, guide=project.guide, classes=', '.join(project.classes), text=item.text)
    answer = OpenAI().chat.completions.create(
        model=settings.OPENAI_MODEL,
        messages=[{'role': 'user', 'content': prompt}],
        temperature=0,
    )
    label, _, why = answer.choices[0].message.content.partition('\n')
    return label.strip(), why.strip()


def prelabel(item):
    project = item.project
    if project.model_file:
        label, why, source = str(own_model(project).predict([item.text])[0]), '', 'own model'
    elif project.use_llm:
        (label, why), source = ask_llm(item), settings.OPENAI_MODEL
    else:
        return None
    if label not in project.classes:
        return None
    pre, _ = PreLabel.objects.update_or_create(item=item, defaults={'label': label, 'rationale': why, 'source': source})
    return pre
