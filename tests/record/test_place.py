"""Where a record is: addresses, files and their rights, databases that cannot be used; and passwords, which nothing says."""

from __future__ import annotations

import os
import sqlite3
import stat
import sys
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import text

from ingest.errors import UnusableInput
from pipeline.record import open_record, place, system_key
from pipeline.record.place import address, shown
from tests.factories import finding, scan
from tests.record.conftest import START

KEY = "/a/system"


def test_without_an_address_it_is_in_the_users_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platformdirs.user_data_path", lambda name, *_, **__: tmp_path / name)
    with open_record() as record:
        assert record.where == str(tmp_path / "threatloom" / "record.sqlite")
    assert (tmp_path / "threatloom" / "record.sqlite").is_file()


@pytest.mark.skipif(sys.platform == "win32", reason="rights of files")
def test_file_and_folder_are_for_their_owner_alone(file: Path) -> None:
    before = os.umask(0)
    try:
        with open_record(str(file)) as record:
            record.keep(KEY, scan(), at=START)
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (file.parent, *file.parent.iterdir())}
    finally:
        os.umask(before)
    assert modes.pop("folder") == 0o700
    assert "record.sqlite-wal" in modes and set(modes.values()) == {0o600}


def test_a_file_can_be_named_by_its_path_or_as_a_url(file: Path) -> None:
    with open_record(str(file)) as record:
        record.keep(KEY, scan(), at=START)
    with open_record(f"sqlite:///{file}") as record:
        assert record.system(KEY).scans == 1


def test_sqlite_is_used_as_it_is_meant_to_be(file: Path) -> None:
    with open_record(str(file)) as record, record._engine.connect() as connection:
        said = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        }
    assert said == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2, "busy_timeout": 60_000}


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://ann:s3cret@host/db", "cannot be kept in mysql"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("sqlite:///x.sqlite?mode=ro&password=s3cret", "names no file"),
        ("postgresql://ann:s3cret@[::1/db", "no address"),
        ("postgresql://ann:s3cret@127.0.0.1:1/db", "cannot be used"),
        ("postgresql://ann@127.0.0.1:1/db?password=s3cret", "cannot be used"),
        ("postgresql://127.0.0.1:1/db?nonsense=s3cret", "cannot be used"),
    ],
)
def test_an_address_that_cannot_be_used_is_one_line_without_its_password(url: str, said: str) -> None:
    with pytest.raises(UnusableInput, match=said) as failure:
        open_record(url)
    assert "s3cret" not in str(failure.value) and len(failure.value.lines) == 1


def test_a_password_is_never_shown() -> None:
    assert shown(address("postgres://ann:s3cret@db.example:5432/loom?sslpassword=s3cret")) == "postgresql://ann:***@db.example:5432/loom"


def test_a_missing_driver_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(UnusableInput, match=r"pip install 'threatloom\[postgres\]'"):
        open_record("postgresql://127.0.0.1/db")


def test_a_file_that_is_no_record_is_left_alone(file: Path) -> None:
    file.parent.mkdir()
    file.write_bytes(b"a picture of a cat" * 100)
    with pytest.raises(UnusableInput, match="file is not a database"):
        open_record(str(file))
    assert file.read_bytes() == b"a picture of a cat" * 100


def test_a_database_of_something_else_is_left_alone(file: Path) -> None:
    file.parent.mkdir()
    with sqlite3.connect(file) as other:
        other.execute("CREATE TABLE cats (name TEXT)")
    other.close()
    with pytest.raises(UnusableInput, match="something else than a record"):
        open_record(str(file))


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UnusableInput, match=r"the record cannot be opened, (not a directory|file exists)"):
        open_record(str(tmp_path / "file" / "record.sqlite"))
    with pytest.raises(UnusableInput, match="is a directory"):
        open_record(str(tmp_path))


def test_another_writer_is_waited_for_and_then_it_is_one_line(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "WAIT_SECONDS", 0.1)
    with open_record(str(file)) as record:
        holder = sqlite3.connect(file, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        assert record.systems() == ()  # readers do not wait
        with pytest.raises(UnusableInput, match=r"database is locked.*another process is writing it: try again"):
            record.keep(KEY, scan(), at=START)
        holder.close()
        assert record.keep(KEY, scan(), at=START).previous is None


def test_threads_may_share_a_record(file: Path) -> None:
    with open_record(str(file)) as record:
        threads = [Thread(target=record.keep, args=(f"/system/{number}", scan((finding(),))), kwargs={"at": START}) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [entry.scans for entry in record.systems()] == [1, 1, 1, 1]


def test_what_is_forgotten_is_gone_from_the_file(file: Path) -> None:
    with open_record(str(file)) as record:
        record.keep(KEY, scan((finding(title="a very telling title"),)), at=START)
        record.forget(KEY)
    assert b"telling" not in b"".join(path.read_bytes() for path in file.parent.iterdir())


def test_a_damaged_scan_is_one_line_and_stops_no_later_one(file: Path) -> None:
    with open_record(str(file)) as record:
        kept = record.keep(KEY, scan((finding(),)), at=START)
    with sqlite3.connect(file) as raw:
        raw.execute("UPDATE scan_body SET packed = substr(packed, 1, 40)")
    raw.close()
    with open_record(str(file)) as record:
        with pytest.raises(UnusableInput, match=f"scan {kept.scan_id} is damaged"):
            record.latest(KEY)
        assert record.keep(KEY, scan((finding(),)), at=START).new == ()


def test_a_scan_of_another_form_is_one_line_and_its_findings_are_unknown_until_they_are_seen(file: Path) -> None:
    known = finding()
    with open_record(str(file)) as record:
        record.keep(KEY, scan((known,)), at=START)
    with sqlite3.connect(file) as raw:
        raw.execute("UPDATE scan_body SET form = '7.0'")
        raw.execute("UPDATE finding SET form = '7.0'")
    raw.close()
    with open_record(str(file)) as record:
        with pytest.raises(UnusableInput, match=r"was kept in the form 7\.0"):
            record.latest(KEY)
        assert record.keep(KEY, scan(examined=("app.py",)), at=START).unknown == (known.id,)
        assert record.keep(KEY, scan((known,)), at=START).new == ()
        assert record.find(known.id, KEY).finding.status == "open"


def test_the_key_of_a_folder_is_its_resolved_path(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    assert system_key(tmp_path / "link") == str(tmp_path.resolve())
