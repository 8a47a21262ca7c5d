"""Conversations, and the notes a tenant's chat keeps for later."""

import random
import uuid

import psycopg
from psycopg.types.json import Jsonb

from .auth import User
from .settings import settings

GREETINGS = ("Hello!", "Hi there!", "What would you like to know?")

SCHEMA = """
create table if not exists turns (
  id bigserial primary key, conversation uuid not null, tenant text not null, author text not null,
  role text not null, content text not null, at timestamptz not null default now());
create index if not exists turns_conversation on turns (conversation, id);
create table if not exists notes (
  id bigserial primary key, tenant text not null, content text not null, proposed_by text not null, approved_by text,
  expires date not null default current_date + 180, at timestamptz not null default now());
create table if not exists edits (
  id uuid primary key, tenant text not null, author text not null, page text not null, html text not null, reason text not null,
  confirmed timestamptz, version int, at timestamptz not null default now());
create table if not exists answers (
  id bigserial primary key, conversation uuid not null, tenant text not null, author text not null, model text not null,
  prompt_sha256 text not null, sources jsonb not null, tools jsonb not null, tokens int not null, at timestamptz not null default now());
"""


NOTES = """select content from notes where tenant = %s and approved_by is not null and expires > current_date order by id limit 40"""


def connect() -> psycopg.Connection:
    return psycopg.connect(settings.database_url, autocommit=True)


def prepare() -> None:
    with connect() as db:
        db.execute(SCHEMA)


def start() -> tuple[str, str]:
    return str(uuid.uuid4()), random.choice(GREETINGS)


def history(conversation: str, user: User) -> list[dict[str, str]]:
    with connect() as db:
        rows = db.execute(
            "select role, content from (select id, role, content from turns where conversation = %s and tenant = %s and author = %s"
            " order by id desc limit %s) t order by id",
            (conversation, user.tenant, user.id, settings.history_turns),
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
        return [row[0] for row in db.execute(NOTES, (tenant,))]


def propose_note(user: User, content: str) -> None:
    with connect() as db:
        db.execute("insert into notes (tenant, content, proposed_by) values (%s, %s, %s)", (user.tenant, content[:300], user.id))


def approve_note(user: User, note: int) -> bool:
    """By an administrator of the tenant who is not the one that proposed it."""
    with connect() as db:
        done = db.execute(
            "update notes set approved_by = %s where id = %s and tenant = %s and approved_by is null and proposed_by <> %s",
            (user.id, note, user.tenant, user.id),
        )
    return done.rowcount == 1


def propose_edit(user: User, page: str, html: str, reason: str) -> str:
    edit = str(uuid.uuid4())
    with connect() as db:
        db.execute(
            "insert into edits (id, tenant, author, page, html, reason) values (%s, %s, %s, %s, %s, %s)",
            (edit, user.tenant, user.id, page, html, reason),
        )
    return edit


def open_edit(user: User, edit: str) -> tuple[str, str, str] | None:
    with connect() as db:
        return db.execute(
            "select page, html, reason from edits where id = %s and tenant = %s and author = %s and confirmed is null",
            (edit, user.tenant, user.id),
        ).fetchone()


def close_edit(edit: str, version: int) -> None:
    with connect() as db:
        db.execute("update edits set confirmed = now(), version = %s where id = %s", (version, edit))


def record(conversation: str, user: User, model: str, prompt_sha256: str, sources: list[dict], tools: list[dict], tokens: int) -> None:
    with connect() as db:
        db.execute(
            "insert into answers (conversation, tenant, author, model, prompt_sha256, sources, tools, tokens)"
            " values (%s, %s, %s, %s, %s, %s, %s, %s)",
            (conversation, user.tenant, user.id, model, prompt_sha256, Jsonb(sources), Jsonb(tools), tokens),
        )
