"""Where a record is, and how its database is spoken to: a SQLite file of the user's by default, PostgreSQL by URL.

SQLite runs in WAL mode, so that readers never wait for a writer, with foreign keys, and with `synchronous=FULL`: what was said to be
kept is kept when the power goes, which costs two syncs for each scan. Transactions that write begin by taking the only writer's place
(`BEGIN IMMEDIATE`), so that none has to give up in the middle. A password in an address never appears in what is said.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from ingest.errors import UnusableInput

FILE_NAME = "record.sqlite"
WAIT_SECONDS: float = 60  # for another writer of the same file
WRITES = "threatloom_writes"  # option of a connection
_MEND_URL = "give a file, sqlite:///FILE or postgresql://USER@HOST/DATABASE"
_POSTGRES = {"postgres", "postgresql", "postgresql+psycopg"}


def default_file() -> Path:
    """Where the record is unless told otherwise: in the user's data folder."""
    from platformdirs import user_data_path

    return user_data_path("threatloom", appauthor=False) / FILE_NAME


def address(url: str | None) -> URL:
    """What a user wrote, as the address of a database: a URL, or the name of a file."""
    if not url:
        return URL.create("sqlite", database=str(default_file()))
    if "://" not in url:
        return URL.create("sqlite", database=str(Path(url).absolute()))
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise UnusableInput("this is no address of a record", url.partition("://")[0] + "://...", _MEND_URL) from None
    if parsed.drivername in _POSTGRES:
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername != "sqlite":
        raise UnusableInput(f"a record cannot be kept in {parsed.drivername}", shown(parsed), _MEND_URL)
    if parsed.query or not parsed.database or parsed.database == ":memory:" or parsed.database.startswith("file:"):
        raise UnusableInput("this names no file to keep a record in", shown(parsed), "give sqlite:///FILE")
    return parsed.set(database=str(Path(parsed.database).absolute()))


def shown(url: URL) -> str:
    """The address without its password, and without options, which can hold one too."""
    if url.get_backend_name() == "sqlite" and url.database:
        return url.database
    return url.set(query={}, drivername=url.get_backend_name()).render_as_string(hide_password=True)


def engine_of(url: URL) -> Engine:
    """The engine for an address; a file that is not there is made, for its owner alone."""
    if url.get_backend_name() == "sqlite":
        assert url.database is not None
        _make_file(Path(url.database))
        engine = create_engine(url, connect_args={"timeout": WAIT_SECONDS})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    try:
        return create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": 10, "application_name": "threatloom"})
    except ModuleNotFoundError:
        raise UnusableInput("the driver of PostgreSQL is not installed", shown(url), "pip install 'threatloom[postgres]'") from None


def unusable(failure: DBAPIError, url: URL) -> UnusableInput:
    """What a database refused, as one line."""
    said = " ".join(str(failure.orig).split())
    for secret in (url.password, *map(str, url.query.values())):
        if secret:
            said = said.replace(str(secret), "***")
    mend = {
        "database is locked": "another process is writing it: try again",
        "file is not a database": "it is no record: give another file",
        "attempt to write a readonly database": "make it writable, or give another one",
        "database or disk is full": "make room",
    }
    for words, step in mend.items():
        if words in said:
            return UnusableInput(f"the record cannot be used, {words}", shown(url), step)
    step = "see that the server runs and lets you in" if url.get_backend_name() == "postgresql" else "make it usable, or give another one"
    return UnusableInput(f"the record cannot be used, {said[:300]}", shown(url), step)


def _make_file(file: Path) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as problem:
        reason = (problem.strerror or str(problem)).lower()
        raise UnusableInput(f"the record cannot be opened, {reason}", str(file), "make it writable, or give another one") from None


def _prepare_sqlite(connection: sqlite3.Connection, _: Any) -> None:  # Any: SQLAlchemy's record of a connection, not looked at
    connection.isolation_level = None  # transactions begin where `_begin_sqlite` says, and nowhere else
    for pragma in (
        f"busy_timeout={int(WAIT_SECONDS * 1000)}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get(WRITES) else "BEGIN")
