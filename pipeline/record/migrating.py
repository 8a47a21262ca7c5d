"""Bringing a database to the form this version works with, one revision after another, whole or not at all.

Revisions ship inside the package (`migrations/versions`) and go one way. A record that a newer version has written is refused: this one
does not know what it would break.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from ingest.errors import UnusableInput
from pipeline.record.place import WRITES
from pipeline.record.tables import Base

REVISIONS = ("0001",)
"""In their order; the last is the form of this version."""
_LOCK = 0x7468726C  # of PostgreSQL's advisory locks, ours


def migrate(engine: Engine, where: str, to: str = REVISIONS[-1]) -> None:
    """Bring the database up to a revision. `where` names it for the user."""
    with engine.connect() as connection:
        if _revision(connection, where) == to:
            return
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        if _revision(connection, where) != to:  # another process may have done it meanwhile
            _upgrade(connection, to)


def _revision(connection: Connection, where: str) -> str | None:
    """The form of the database as it is; None where it is empty."""
    names, ours = set(inspect(connection).get_table_names()), set(Base.metadata.tables)
    if "alembic_version" not in names:
        # A server's database may be shared with whatever has tables of other names; a file of somebody else's is left alone.
        if names & ours or (names and connection.dialect.name == "sqlite"):
            raise _foreign(where)
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    if found is not None and found not in REVISIONS:
        if "scan_body" not in names:
            raise _foreign(where)
        raise UnusableInput("the record was written by a newer version of threatloom", where, "update threatloom, or give another record")
    return None if found is None else str(found)


def _foreign(where: str) -> UnusableInput:
    return UnusableInput("this database holds something else than a record", where, "give one that is empty, or a new file")


def _upgrade(connection: Connection, to: str) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    command.upgrade(config, to)
