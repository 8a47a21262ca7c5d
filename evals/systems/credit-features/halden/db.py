"""Connections. The DSN is a secret of the DAG (Vault), one role each."""
import os
from collections.abc import Iterator
from contextlib import contextmanager

import pandas as pd
import psycopg


@contextmanager
def connect() -> Iterator[psycopg.Connection]:
    with psycopg.connect(os.environ["RISK_DSN"], application_name="credit-features") as connection:
        yield connection


def frame(query: str, params: dict | None = None) -> pd.DataFrame:
    with connect() as connection, connection.cursor() as cursor:
        cursor.execute(query, params)
        return pd.DataFrame(cursor.fetchall(), columns=[column.name for column in cursor.description])


def execute(query: str, params: dict | None = None) -> int:
    with connect() as connection, connection.cursor() as cursor:
        cursor.execute(query, params)
        return cursor.rowcount
