"""Django's key says who somebody is only where something signed does."""

from __future__ import annotations

import pytest

from tests.system.small import controls_on, elements, system_of

_SETTINGS = """
    import os

    INSTALLED_APPS = ["django.contrib.sessions", "rest_framework.authtoken"]
    SECRET_KEY = os.environ.get("SECRET_KEY", "orchard-2031-key")
"""
_ASK = """
    from django.http import JsonResponse
    from openai import OpenAI

    def ask(request):
        return JsonResponse({"answer": OpenAI().responses.create(model="gpt-5", input=request.POST["text"]).output_text})
"""


@pytest.mark.parametrize(
    ("more", "in_rows"),
    [
        ("", True),
        ('    SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"\n', False),
        ("    from rest_framework_simplejwt.views import TokenObtainPairView\n", False),
        ("    from django.contrib.auth.views import PasswordResetView\n", False),
    ],
)
def test_djangos_key_signs_a_login_where_something_signed_does(more: str, in_rows: bool) -> None:
    system = system_of({"site/settings.py": _SETTINGS + more, "site/views.py": _ASK})

    (key,) = elements(system, "secret")
    assert key.attributes.get("signing_default") is True
    assert ("session_identity" in controls_on(system, key.id)) is in_rows
