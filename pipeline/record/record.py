"""The record of systems and their scans, behind one handle.

Every method is one transaction, and every change of a system waits for the one before it: of SQLite the only writer's place is taken
before anything is read, of PostgreSQL the row of the system is locked. A process that dies in the middle leaves nothing behind.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as insert_into_postgresql
from sqlalchemy.engine import URL, Engine
from sqlalchemy.exc import DatabaseError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.orm import Session

from ingest.errors import UnusableInput
from pipeline.findings.model import Scan, Status
from pipeline.findings.sight import Tree
from pipeline.record import asking, deciding, keeping
from pipeline.record.entries import (
    CoverageCount,
    Event,
    Kept,
    RecordedDecision,
    RecordedKind,
    ScanEntry,
    SystemEntry,
    TrackedFinding,
)  # fmt: skip
from pipeline.record.migrating import migrate
from pipeline.record.place import WRITES, address, engine_of, shown, unusable
from pipeline.record.tables import SystemRow, storable

LONGEST_KEY = 2000  # what PostgreSQL's indexes take
Clock = Callable[[], datetime]


def system_key(path: Path) -> str:
    """What the system in a folder is called in the record: the folder's resolved path."""
    return str(path.resolve())


def open_record(url: str | None = None, *, clock: Clock = lambda: datetime.now(UTC)) -> Record:
    """The record at a URL, a file, or in the user's data folder; made or migrated where that is needed.

    `clock` says which decisions still hold where something is read.

    Raises:
        UnusableInput: it cannot be opened, is none, or is of a newer version.
    """
    place = address(url)
    engine = engine_of(place)
    try:
        try:
            engine.connect().close()
        except DBAPIError as failure:  # whatever it is, it is about the address
            raise unusable(failure, place) from None
        with _mistakes(place):
            migrate(engine, shown(place))
    except BaseException:
        engine.dispose()
        raise
    return Record(engine, place, clock)


class Record:
    """An open record; to be closed, or used in `with`. One for each process; threads may share it."""

    def __init__(self, engine: Engine, place: URL, clock: Clock) -> None:
        self._engine, self._place, self._clock = engine, place, clock
        self._writing = engine.execution_options(**{WRITES: True})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._engine.dispose()

    @property
    def where(self) -> str:
        """Its address, without a password."""
        return shown(self._place)

    def keep(
        self, system: str, scan: Scan, *, at: datetime, run: str | None = None, name: str | None = None, owner: str = "",
        tags: Sequence[str] = (), criticality: str = "", renames: Mapping[str, str] | None = None, tree: Tree | None = None,
    ) -> Kept:  # fmt: skip
        """Keeps a scan; the same `run` of a system twice is one scan. What is not said of a system stays as it was."""
        with self._write() as session:
            row = self._locked(session, system, name or scan.target.name)
            for field, value in (("name", name), ("owner", owner), ("tags", list(tags)), ("criticality", criticality)):
                if value:
                    setattr(row, field, value)
            return keeping.keep(session, row, scan, keeping.Occasion(at, run, {} if renames is None else renames, tree))

    def systems(self) -> tuple[SystemEntry, ...]:
        """All systems, by name."""
        with self._read() as session:
            return asking.systems(session)

    def system(self, name_or_key: str) -> SystemEntry:
        with self._read() as session:
            return asking.system(session, name_or_key)

    def scans(self, system: str, limit: int = 50) -> tuple[ScanEntry, ...]:
        """The scans of a system, newest first."""
        with self._read() as session:
            return asking.scans(session, system, limit)

    def scan(self, scan_id: int) -> Scan:
        """A whole scan as it was kept, with the statuses of then; those it found fixed or did not look for are among its findings."""
        with self._read() as session:
            return asking.scan(session, scan_id)

    def latest(self, system: str) -> Scan | None:
        """The last scan with statuses and decisions as of now: unknown findings are in it, fixed ones are not."""
        with self._read() as session:
            return asking.latest(session, system, self._today())

    def tracked(self, system: str, statuses: Collection[Status] = ()) -> tuple[TrackedFinding, ...]:
        """All findings the system ever had, or those of some statuses, worst first."""
        with self._read() as session:
            return asking.tracked(session, system, statuses, self._today())

    def find(self, prefix: str, system: str | None = None) -> TrackedFinding:
        """The finding with this id, or an id that begins so; earlier ids count."""
        with self._read() as session:
            return asking.find(session, prefix, system, self._today())

    def decide(
        self, system: str, finding: str, kind: RecordedKind, *, reason: str, by: str, at: datetime, until: date | None = None
    ) -> TrackedFinding:  # fmt: skip
        """Writes down what somebody decided about a finding; its id may be shortened."""
        with self._write() as session:
            if self._lock(session, system) is None:
                raise UnusableInput("the record has no such system", system, "scan it first")
            row = asking.finding_row(session, finding, system)
            deciding.decide(session, row, kind, reason=reason.strip(), by=by.strip(), at=at, until=until)
            session.flush()
            return asking.find(session, row.finding, system, at.astimezone(UTC).date())

    def decisions(self, system: str) -> tuple[RecordedDecision, ...]:
        """What was decided about findings of a system, newest first; ended ones too."""
        with self._read() as session:
            return asking.decisions(session, system)

    def decided(self, system: str, scan: Scan, today: date, *, renames: Mapping[str, str] | None = None) -> Scan:
        """A fresh scan with the decisions that hold on its findings; nothing else of the record goes in."""
        with self._read() as session:
            row = asking.system_row(session, system)
            return scan if row is None else deciding.decided(session, row.id, scan, today, {} if renames is None else renames)

    def events(self, system: str, since: datetime | None = None) -> tuple[Event, ...]:
        """What became of findings, oldest first."""
        with self._read() as session:
            return asking.events(session, system, since)

    def coverage(self, scan_id: int) -> tuple[CoverageCount, ...]:
        """How many elements of each kind had which state, by class of STRIDE; of a scan kept in figures alone, of all kinds together."""
        with self._read() as session:
            return asking.coverage(session, scan_id)

    def forget(self, system: str) -> None:
        """Deletes everything of a system."""
        with self._write() as session:
            row = self._lock(session, system)
            if row is not None:
                session.execute(delete(SystemRow).where(SystemRow.id == row.id))
        self._shrink()

    def _today(self) -> date:
        return self._clock().astimezone(UTC).date()

    def _locked(self, session: Session, key: str, name: str) -> SystemRow:
        """The row of a system, made where there is none, for nobody else to write until the end."""
        if len(key) > LONGEST_KEY:
            raise UnusableInput(f"a key of {len(key)} characters is too long", key[:60] + "...", f"give one of at most {LONGEST_KEY}")
        values = {"key": key, "name": name, "root": key if Path(key).is_absolute() else "", "owner": "", "tags": [], "criticality": ""}
        if self._engine.dialect.name == "postgresql":
            session.execute(insert_into_postgresql(SystemRow).values(values).on_conflict_do_nothing(index_elements=["key"]))
        found = self._lock(session, key)
        if found is None:
            found = SystemRow(**values)
            session.add(found)
            session.flush()
        return found

    def _lock(self, session: Session, key: str) -> SystemRow | None:
        return session.scalars(select(SystemRow).where(SystemRow.key == storable(key)).with_for_update()).first()

    def _shrink(self) -> None:
        """Gives the room of what was deleted back to the disk; of SQLite, what is deleted is overwritten before that."""
        if self._engine.dialect.name != "sqlite":
            return
        with suppress(sqlite3.OperationalError), _mistakes(self._place), self._engine.connect() as connection:
            raw = connection.connection.driver_connection
            assert raw is not None
            raw.execute("VACUUM")  # not while somebody else reads: then the room is used for what comes next
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    @contextmanager
    def _read(self) -> Iterator[Session]:
        with _mistakes(self._place), Session(self._engine, autoflush=False) as session:
            yield session

    @contextmanager
    def _write(self) -> Iterator[Session]:
        with _mistakes(self._place), Session(self._writing, autoflush=False) as session, session.begin():
            yield session


@contextmanager
def _mistakes(place: URL) -> Iterator[None]:
    """What the database cannot do becomes one line for the user; what we did wrong stays a bug."""
    try:
        yield
    except DatabaseError as failure:
        if type(failure) in (OperationalError, DatabaseError):
            raise unusable(failure, place) from None
        raise
    except InterfaceError as failure:
        raise unusable(failure, place) from None
