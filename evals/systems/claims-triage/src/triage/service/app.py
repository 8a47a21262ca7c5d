from __future__ import annotations

from flask import Flask, g
from flask_limiter import Limiter
from sqlalchemy.orm import Session

from triage.db.repositories import Repositories
from triage.db.session import engine
from triage.ml.registry import Registry
from triage.ml.scorer import Scorer
from triage.photos.damage import DamageModel
from triage.settings import Settings, settings

limiter = Limiter(key_func=lambda: str(g.partner.id) if "partner" in g else "none")


def _open_session() -> None:
    g.session = Session(engine())
    g.repos = Repositories.of(g.session)


def _close_session(failure: BaseException | None = None) -> None:
    session = g.pop("session", None)
    if session is not None:
        session.rollback() if failure else session.commit()
        session.close()


def create_app(given: Settings | None = None) -> Flask:
    from triage.service import desk, ops, partners, photos

    chosen = given or settings()
    app = Flask("triage")
    app.config.update(
        SECRET_KEY=chosen.session_key,
        MAX_CONTENT_LENGTH=chosen.upload_limit_mb * 1024 * 1024,
        RATELIMIT_STORAGE_URI=chosen.redis_url,
    )
    app.before_request(_open_session)
    app.teardown_request(_close_session)
    limiter.init_app(app)
    scorer = Scorer(Registry(chosen.mlflow_tracking_uri, chosen.fraud_model))
    app.extensions["scorer"] = scorer
    app.extensions["damage"] = DamageModel(chosen)
    for module in (partners, photos, desk, ops):
        app.register_blueprint(module.bp)
    return app


def serve() -> Flask:
    app = create_app()
    app.extensions["scorer"].swap()
    return app
