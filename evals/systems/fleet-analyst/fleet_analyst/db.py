"""Connections. `service` is for our own statements, `analyst` for what the agent asks."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

from fleet_analyst.identity import Scope
from fleet_analyst.settings import get_settings


@lru_cache
def _pool(url: str) -> ConnectionPool:
    return ConnectionPool(url, min_size=1, max_size=8, kwargs={"row_factory": dict_row}, open=True)


@contextmanager
def service() -> Iterator[psycopg.Connection]:
    with _pool(get_settings().database_url).connection() as conn:
        yield conn


@contextmanager
def analyst(scope: Scope) -> Iterator[psycopg.Connection]:
    settings = get_settings()
    with _pool(settings.analyst_url).connection() as conn:
        conn.execute("select set_config('statement_timeout', %s, true)", (str(settings.statement_timeout_ms),))
        conn.execute("select set_config('app.depots', %s, true)", (",".join(scope.depots),))
        yield conn


def rows(sql: str, params: Sequence[Any] = ()) -> list[dict[str, Any]]:
    with service() as conn:
        return conn.execute(sql, params).fetchall()


def execute(sql: str, params: Sequence[Any] = ()) -> int:
    with service() as conn:
        return conn.execute(sql, params).rowcount
