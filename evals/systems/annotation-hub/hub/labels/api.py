"""JSON for the labelling page and for scripts of customers."""
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.forms import model_to_dict
from django.http import JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET, require_POST

from . import prelabel
from .models import Item, Project
from .views import next_item


@require_GET
@login_required
def fetch(request, project_id):
    """The next item, asked for ahead so that the page need not wait."""
    item = next_item(request.user, get_object_or_404(Project, id=project_id))
    return JsonResponse({'item': model_to_dict(item) if item else None})


@require_POST
@login_required
def suggest(request, item_id):
    """A new suggestion, for the button 'ask again'."""
    item = get_object_or_404(Item, id=item_id)
    pre = prelabel.prelabel(item)
    return JsonResponse({'label': pre and pre.label, 'rationale': pre and pre.rationale})


@require_GET
@login_required
def items(request, project_id):
    project = get_object_or_404(Project, id=project_id)
    if project.owner_id != request.user.id and not request.user.is_staff:
        raise PermissionDenied
    found = project.items.values('id', 'external_id', 'state', 'label')[:5000]
    return JsonResponse({'items': list(found)})
