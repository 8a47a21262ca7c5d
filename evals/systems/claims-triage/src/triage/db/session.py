from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from triage.db.repositories import Repositories
from triage.settings import settings


@cache
def engine() -> Engine:
    return create_engine(settings().database_url, pool_pre_ping=True)


@contextmanager
def unit_of_work() -> Iterator[Repositories]:
    with Session(engine()) as session, session.begin():
        yield Repositories.of(session)
