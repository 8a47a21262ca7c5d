"""Library loans: the application."""

import os

from flask import Flask

from . import api, auth, cli, embed, views
from .extensions import csrf, limiter
from .models import connect


def create_app(config: dict | None = None) -> Flask:
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=os.environ["SECRET_KEY"],
        DATABASE_URL=os.environ["DATABASE_URL"],
        RATELIMIT_STORAGE_URI=os.environ.get("RATELIMIT_STORAGE_URI", "memory://"),
        SESSION_COOKIE_SECURE=True,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=3600,
        MAX_CONTENT_LENGTH=256 * 1024,
    )
    app.config.update(config or {})
    connect(app.config["DATABASE_URL"])
    csrf.init_app(app)
    limiter.init_app(app)
    csrf.exempt(api.bp)  # tokens, no cookies
    for part in (auth.bp, views.bp, api.bp, embed.bp):
        app.register_blueprint(part)
    cli.register(app)

    @app.after_request
    def headers(response):
        response.headers.setdefault("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'")
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "same-origin"
        return response

    return app
