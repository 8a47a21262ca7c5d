"""Django's key says who somebody is only where something signed does."""

from __future__ import annotations

import pytest

from tests.system.small import elements, system_of

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
    ("more", "signs_no_login"),
    [
        ("", True),
        ('    SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"\n', None),
        ("    from rest_framework_simplejwt.views import TokenObtainPairView\n", None),
        ("    from django.contrib.auth.views import PasswordResetView\n", None),
    ],
)
def test_djangos_key_signs_a_login_where_something_signed_does(more: str, signs_no_login: bool | None) -> None:
    system = system_of({"site/settings.py": _SETTINGS + more, "site/views.py": _ASK})

    (key,) = elements(system, "secret")
    assert (key.attributes.get("signing_default"), key.attributes.get("signs_no_login")) == (True, signs_no_login)
