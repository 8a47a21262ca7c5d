"""The form of the record: every revision leads to the next, the last is that of the code, and a newer one is refused."""

from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from ingest.errors import UnusableInput
from pipeline.record import open_record
from pipeline.record.migrating import REVISIONS, migrate
from pipeline.record.migrations import versions
from pipeline.record.place import address, engine_of
from pipeline.record.tables import Base
from tests.factories import finding, scan
from tests.record.conftest import START
from tests.record.forks import ended, forked
from tests.servers import Postgres


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, file: Path) -> str:
    """The address of a database with nothing in it."""
    if request.param == "sqlite":
        return str(file)
    server: Postgres = request.getfixturevalue("postgres")
    return server.database()


def test_each_revision_follows_the_one_before_and_goes_one_way() -> None:
    modules = [importlib.import_module(f"{versions.__name__}.{found.name}") for found in pkgutil.iter_modules(versions.__path__)]
    assert tuple(module.revision for module in modules) == REVISIONS
    assert [module.down_revision for module in modules] == [None, *REVISIONS[:-1]]
    assert not any(hasattr(module, "downgrade") for module in modules)


def test_revisions_lead_to_the_tables_of_the_code(empty: str) -> None:
    engine = engine_of(address(empty))
    migrate(engine, "here")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts={"compare_type": False}), Base.metadata) == []
    engine.dispose()


def test_a_record_of_every_earlier_revision_is_brought_up_with_what_is_in_it(empty: str) -> None:
    for revision in REVISIONS:
        engine = engine_of(address(empty))
        migrate(engine, "here", to=revision)
        engine.dispose()
    with open_record(empty) as record:
        record.keep("/a", scan((finding(),)), at=START)
    with open_record(empty) as record:
        assert record.tracked("/a")[0].finding.id == finding().id


def test_a_record_of_a_newer_version_is_refused_and_left_alone(empty: str) -> None:
    with open_record(empty) as record:
        record.keep("/a", scan((finding(),)), at=START)
        with record._writing.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(UnusableInput, match=r"written by a newer version of threatloom.*update threatloom"):
        open_record(empty)
    engine = engine_of(address(empty))
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM finding")).scalar() == 1
    engine.dispose()


def test_a_migration_that_fails_leaves_nothing_behind(empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the power is gone")

    monkeypatch.setattr("alembic.op.create_index", broken)
    with pytest.raises(RuntimeError, match="power"):
        open_record(empty)
    monkeypatch.undo()
    with open_record(empty) as record:
        assert record.systems() == ()


@pytest.mark.parametrize(("table", "shared"), [("celery_taskmeta", True), ("finding", False)])
def test_a_servers_database_may_be_shared_with_tables_of_other_names(postgres: Postgres, table: str, shared: bool) -> None:
    url = postgres.database()
    engine = engine_of(address(url))
    with engine.begin() as connection:
        connection.execute(text(f"CREATE TABLE {table} (id INTEGER)"))
    engine.dispose()
    if shared:
        open_record(url).close()
        return
    with pytest.raises(UnusableInput, match="something else than a record"):
        open_record(url)


def test_processes_may_open_a_new_record_at_once(empty: str) -> None:
    processes = [forked(lambda: open_record(empty).close()) for _ in range(3)]
    assert list(map(ended, processes)) == [0, 0, 0]


def test_nothing_of_alembic_is_loaded_where_there_is_nothing_to_migrate(file: Path) -> None:
    open_record(str(file)).close()
    code = "import sys, pipeline.record as r\nr.open_record(sys.argv[1]).close()\nprint('alembic' in sys.modules)"
    root = Path(__file__).resolve().parents[2]
    assert subprocess.run([sys.executable, "-c", code, str(file)], cwd=root, capture_output=True, check=True).stdout == b"False\n"
