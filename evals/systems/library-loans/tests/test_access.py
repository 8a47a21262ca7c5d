import pytest

OPEN = {"views.start", "auth.login", "auth.login_page", "auth.staff_login", "auth.staff_back", "auth.logout", "api.titles", "embed.embedding", "static"}


@pytest.fixture
def app(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "test")
    monkeypatch.setenv("DATABASE_URL", "sqlite://")
    from loans import create_app

    return create_app({"WTF_CSRF_ENABLED": False, "RATELIMIT_ENABLED": False})


def test_every_other_view_asks_for_a_role(app):
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        assert rule.endpoint in OPEN or getattr(view, "role", None) in ("reader", "staff"), rule
