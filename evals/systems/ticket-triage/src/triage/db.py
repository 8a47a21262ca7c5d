"""Jobs and decisions."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg.types.json import Jsonb

from .settings import settings

SCHEMA = """
create table if not exists jobs (
  ticket bigint primary key, tries int not null default 0, not_before timestamptz not null default now(), done boolean not null default false);
create table if not exists decisions (
  id bigserial primary key, ticket bigint not null, at timestamptz not null default now(), queue text, priority text, summary text,
  sure real, call jsonb not null, applied text not null);
create table if not exists moves (
  id bigserial primary key, ticket bigint not null, at timestamptz not null default now(), queue text not null, who text not null);
"""


@contextmanager
def connect() -> Iterator[psycopg.Connection]:
    with psycopg.connect(settings().database_url.get_secret_value()) as connection:
        yield connection


def add_job(connection: psycopg.Connection, ticket: int) -> None:
    connection.execute("insert into jobs (ticket) values (%s) on conflict do nothing", (ticket,))


def add_move(connection: psycopg.Connection, ticket: int, queue: str, who: str) -> None:
    connection.execute("insert into moves (ticket, queue, who) values (%s, %s, %s)", (ticket, queue, who))


def take_job(connection: psycopg.Connection) -> int | None:
    row = connection.execute(
        "update jobs set tries = tries + 1, not_before = now() + interval '5 minutes' * (tries + 1) where ticket = ("
        " select ticket from jobs where not done and tries < 4 and not_before <= now() order by not_before limit 1 for update skip locked)"
        " returning ticket"
    ).fetchone()
    return row[0] if row else None


def finish(connection: psycopg.Connection, ticket: int, sorting: dict, call: dict, applied: str) -> None:
    connection.execute(
        "insert into decisions (ticket, queue, priority, summary, sure, call, applied) values (%s, %s, %s, %s, %s, %s, %s)",
        (ticket, sorting.get("queue"), sorting.get("priority"), sorting.get("summary"), sorting.get("sure"), Jsonb(call), applied),
    )
    connection.execute("update jobs set done = true where ticket = %s", (ticket,))


def count(connection: psycopg.Connection, applied: str | None, hours: int) -> int:
    row = connection.execute(
        "select count(*) from decisions where at > now() - make_interval(hours => %s) and (%s::text is null or applied = %s)",
        (hours, applied, applied),
    ).fetchone()
    return row[0] if row else 0
