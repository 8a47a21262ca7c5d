from django import forms
from django.contrib.auth.forms import UserCreationForm
from django.contrib.auth.models import User

from .models import Profile, Project


class RegisterForm(UserCreationForm):
    email = forms.EmailField()
    role = forms.ChoiceField(choices=[(Profile.ANNOTATOR, 'I want to label'), (Profile.REQUESTER, 'I have data')])

    class Meta:
        model = User
        fields = ['username', 'email']


class ProjectForm(forms.ModelForm):
    classes = forms.CharField(help_text='separated by commas')

    class Meta:
        model = Project
        fields = ['name', 'guide', 'use_llm', 'model_file']

    def clean_classes(self):
        names = [n.strip() for n in self.cleaned_data['classes'].split(',') if n.strip()]
        if len(names) < 2:
            raise forms.ValidationError('two at least')
        return names
