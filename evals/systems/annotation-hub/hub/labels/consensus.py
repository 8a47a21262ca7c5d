"""When is an item done, and with which label."""
from collections import Counter

from django.conf import settings

from .models import Item


def votes(item):
    counted = Counter(item.annotations.values_list('label', flat=True))
    pre = getattr(item, 'prelabel', None)
    if pre:
        counted[pre.label] += 1
    return counted


def settle(item):
    counted = votes(item)
    label, most = counted.most_common(1)[0]
    if most >= settings.VOTES_NEEDED:
        item.state, item.label = Item.DONE, label
    elif item.annotations.count() >= 3:
        item.state = Item.CONFLICT
    else:
        return
    item.exported = False
    item.save(update_fields=['state', 'label', 'exported'])


def gold_score(user):
    """Share of right answers on gold items and how many there were."""
    answers = user.annotation_set.exclude(item__gold_label='').values_list('label', 'item__gold_label')
    right = sum(label == gold for label, gold in answers)
    return (right / len(answers) if answers else 1.0), len(answers)
