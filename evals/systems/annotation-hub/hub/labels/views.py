import markdown
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required, user_passes_test
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import mark_safe

from . import consensus, export, tasks
from .forms import ProjectForm, RegisterForm
from .models import Annotation, Item, Profile, Project, TrainingSet

HELP = mark_safe('<p>Press <kbd>1</kbd> to <kbd>9</kbd> for a label and <kbd>Enter</kbd> to go on.</p>')


def register(request):
    form = RegisterForm(request.POST or None)
    if request.method == 'POST' and form.is_valid():
        user = form.save(commit=False)
        user.email = form.cleaned_data['email']
        user.save()
        Profile.objects.create(user=user, role=form.cleaned_data['role'])
        login(request, user)
        return redirect('/')
    return render(request, 'labels/register.html', {'form': form})


def health(request):
    return HttpResponse('ok')


@login_required
def home(request):
    if request.user.profile.role == Profile.REQUESTER:
        return render(request, 'labels/projects.html', {'projects': request.user.projects.all()})
    return render(request, 'labels/choose.html', {'projects': Project.objects.order_by('-created')})


def next_item(user, project):
    """An item that the user has not seen, gold ones now and then."""
    open_items = project.items.exclude(annotations__user=user)
    if user.annotation_set.count() % 12 == 11:
        gold = open_items.exclude(gold_label='').order_by('?').first()
        if gold:
            return gold
    return open_items.filter(state=Item.NEW, gold_label='').order_by('?').first()


@login_required
def label(request, project_id):
    project = get_object_or_404(Project, id=project_id)
    if request.user.profile.blocked:
        raise PermissionDenied
    if request.method == 'POST':
        item = get_object_or_404(Item, id=request.POST['item'], project=project)
        if request.POST['label'] in project.classes:
            Annotation.objects.update_or_create(
                item=item, user=request.user,
                defaults={'label': request.POST['label'], 'seconds': float(request.POST.get('seconds', 0))},
            )
            consensus.settle(item)
    item = next_item(request.user, project)
    guide = markdown.markdown(project.guide)
    return render(request, 'labels/label.html', {'project': project, 'item': item, 'guide': guide, 'help': HELP})


@login_required
def history(request):
    mine = Annotation.objects.filter(user=request.user).select_related('item').order_by('-changed')[:200]
    return render(request, 'labels/history.html', {'annotations': mine})


@login_required
def correct(request, annotation_id):
    """A second thought about a label."""
    annotation = get_object_or_404(Annotation, id=annotation_id)
    if request.method == 'POST' and request.POST['label'] in annotation.item.project.classes:
        annotation.label = request.POST['label']
        annotation.save()
        consensus.settle(annotation.item)
        return redirect('history')
    return render(request, 'labels/correct.html', {'annotation': annotation})


@login_required
def new_project(request):
    if request.user.profile.role != Profile.REQUESTER:
        raise PermissionDenied
    form = ProjectForm(request.POST or None, request.FILES or None)
    if request.method == 'POST' and form.is_valid():
        project = form.save(commit=False)
        project.owner = request.user
        project.classes = form.cleaned_data['classes']
        project.save()
        return redirect('project', project_id=project.id)
    return render(request, 'labels/new_project.html', {'form': form})


@login_required
def project(request, project_id):
    project = get_object_or_404(Project, id=project_id, owner=request.user)
    if request.method == 'POST':
        tasks.import_items.delay(project, request.POST['url'])
    sets = [(s, export.public_url(s)) for s in TrainingSet.objects.filter(project=project).order_by('-created')]
    return render(request, 'labels/project.html', {'project': project, 'sets': sets})


@login_required
def delete_item(request, item_id):
    item = get_object_or_404(Item, id=item_id, project__owner=request.user)
    if request.method == 'POST':
        item.delete()
    return redirect('project', project_id=item.project_id)


@user_passes_test(lambda user: user.is_staff)
def stats(request):
    with connection.cursor() as cursor:
        cursor.execute(
            'SELECT i.state, count(*), avg(a.seconds) FROM labels_item i LEFT JOIN labels_annotation a ON a.item_id = i.id '
            'WHERE i.project_id = %s GROUP BY i.state', [request.GET.get('project', 0)],
        )
        found = [{'state': s, 'items': n, 'seconds': x} for s, n, x in cursor.fetchall()]
    return JsonResponse({'stats': found})
