"""Conversations, and the notes a tenant's chat keeps for later."""

import random
import uuid

import psycopg

from .auth import User
from .settings import settings

GREETINGS = ("Hello!", "Hi there!", "What would you like to know?")

SCHEMA = """
create table if not exists turns (
  id bigserial primary key, conversation uuid not null, tenant text not null, author text not null,
  role text not null, content text not null, at timestamptz not null default now());
create index if not exists turns_conversation on turns (conversation, id);
create table if not exists notes (
  id bigserial primary key, tenant text not null, content text not null, at timestamptz not null default now());
"""


def connect() -> psycopg.Connection:
    return psycopg.connect(settings.database_url, autocommit=True)


def prepare() -> None:
    with connect() as db:
        db.execute(SCHEMA)


def start() -> tuple[str, str]:
    return str(uuid.uuid4()), random.choice(GREETINGS)


def history(conversation: str) -> list[dict[str, str]]:
    limit = settings.history_turns or None
    with connect() as db:
        rows = db.execute(
            "select role, content from (select id, role, content from turns where conversation = %s"
            " order by id desc limit %s) t order by id",
            (conversation, limit),
        ).fetchall()
    return [{"role": role, "content": content} for role, content in rows]


def append(conversation: str, user: User, role: str, content: str) -> None:
    with connect() as db:
        db.execute(
            "insert into turns (conversation, tenant, author, role, content) values (%s, %s, %s, %s, %s)",
            (conversation, user.tenant, user.id, role, content),
        )


def notes(tenant: str) -> list[str]:
    with connect() as db:
        return [row[0] for row in db.execute("select content from notes where tenant = %s order by id", (tenant,))]


def add_note(tenant: str, content: str) -> None:
    with connect() as db:
        db.execute("insert into notes (tenant, content) values (%s, %s)", (tenant, content))
