"""Who may call a view of a REST framework: its own fields and decorators, those of its bases, and the settings for all others."""

from __future__ import annotations

from tests.system.small import controls_on, elements, system_of

VIEWS = """
from rest_framework.decorators import api_view, permission_classes
from rest_framework.permissions import AllowAny, BasePermission, IsAuthenticated, IsAuthenticatedOrReadOnly
from rest_framework.response import Response
from rest_framework.throttling import ScopedRateThrottle, UserRateThrottle
from rest_framework.views import APIView


class Anyone(BasePermission):
    def has_permission(self, request, view):
        return True


class Owner(BasePermission):
    def has_permission(self, request, view):
        return bool(request.user and request.user.is_staff)

{views}
"""
SETTINGS = """
ROOT_URLCONF = "site.urls"
REST_FRAMEWORK = {"DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"]}
"""


def covered(views: str, settings: str = "", control: str = "authentication") -> bool:
    """Whether the one view is covered by a control."""
    system = system_of({"site/views.py": VIEWS.replace("{views}", views), "site/settings.py": settings})
    (view,) = elements(system, "http_route")
    return control in controls_on(system, view.id)


def view(*fields: str, base: str = "APIView", method: str = "post") -> str:
    said = "".join(f"    {field}\n" for field in fields)
    return f"class Ask({base}):\n{said}\n    def {method}(self, request):\n        return Response({{}})\n"


class TestFieldOfTheClass:
    def test_names_who_refuses(self) -> None:
        for given in ("[IsAuthenticated]", "(IsAuthenticated,)", "[AllowAny, IsAuthenticated]", "[IsAuthenticated & Owner]",
                      "[Owner]", "[IsAuthenticated | Owner]"):  # fmt: skip
            assert covered(view(f"permission_classes = {given}")), given

    def test_that_names_nobody_who_refuses_opens_the_view(self) -> None:
        for given in ("[]", "[AllowAny]", "[Anyone]", "[IsAuthenticated | AllowAny]"):
            assert not covered(view(f"permission_classes = {given}"), SETTINGS), given

    def test_that_lets_everybody_read_asks_who_writes(self) -> None:
        assert covered(view("permission_classes = [IsAuthenticatedOrReadOnly]"))
        assert not covered(view("permission_classes = [IsAuthenticatedOrReadOnly]", method="get"))

    def test_is_inherited(self) -> None:
        base = "class Closed(APIView):\n    permission_classes = [IsAuthenticated]\n\n\n"
        system = system_of({"site/views.py": VIEWS.replace("{views}", base + view(base="Closed"))})
        assert all("authentication" in controls_on(system, one.id) for one in elements(system, "http_route"))

    def test_may_be_given_by_a_method(self) -> None:
        given = "def get_permissions(self):\n        return [{}() for one in (1,)]"
        assert covered(view(given.format("IsAuthenticated")))
        assert not covered(view(given.format("AllowAny")), SETTINGS)

    def test_of_throttles_is_a_limit(self) -> None:
        assert covered(view("throttle_classes = [UserRateThrottle]"), control="rate_limit")
        assert covered(view("throttle_classes = [ScopedRateThrottle]", "throttle_scope = 'ask'"), control="rate_limit")
        assert not covered(view("throttle_classes = [ScopedRateThrottle]"), control="rate_limit")


class TestSettings:
    def test_hold_for_a_view_that_says_nothing(self) -> None:
        assert covered(view(), SETTINGS)
        assert not covered(view())
        assert not covered(view(), SETTINGS.replace("IsAuthenticated", "AllowAny"))

    def test_hold_for_a_function(self) -> None:
        function = "@api_view(['POST'])\n{}def ask(request):\n    return Response({{}})\n"
        assert covered(function.format(""), SETTINGS)
        assert covered(function.format("@permission_classes([IsAuthenticated])\n"))
        assert not covered(function.format("@permission_classes([AllowAny])\n"), SETTINGS)

    def test_that_lie_nearer_come_first(self) -> None:
        files = {"a/site/views.py": VIEWS.replace("{views}", view()), "a/site/settings.py": SETTINGS,
                 "b/site/settings.py": SETTINGS.replace("IsAuthenticated", "AllowAny"), "b/site/views.py": VIEWS.replace("{views}", view().replace("Ask", "Tell"))}  # fmt: skip
        system = system_of(files)
        first, second = sorted(elements(system, "http_route"), key=lambda one: one.evidence[0].path)
        assert "authentication" in controls_on(system, first.id)
        assert "authentication" not in controls_on(system, second.id)
