"""Engine and sessions."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from support_assistant.config import get_settings
from support_assistant.storage.models import Base


@lru_cache
def engine() -> Engine:
    return create_engine(get_settings().database_url.get_secret_value(), pool_pre_ping=True)


@lru_cache
def reporting_engine() -> Engine:
    """Connects as the role `support_reports`, which may only read."""
    return create_engine(
        get_settings().reporting_database_url.get_secret_value(),
        connect_args={"options": "-c default_transaction_read_only=on -c statement_timeout=5000"},
    )


def create_tables() -> None:
    Base.metadata.create_all(engine())


@contextmanager
def session_scope() -> Iterator[Session]:
    with Session(engine(), expire_on_commit=False) as session:
        yield session
        session.commit()
