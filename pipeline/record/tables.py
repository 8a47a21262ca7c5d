"""The tables of the record, the same in SQLite and PostgreSQL.

A row of `finding` is a finding over all scans of its system. Whole scans and findings are kept packed (`packing`), so that no byte of a
scanned tree meets a database's idea of text; columns hold what is asked for, in text that every database takes (`Text` below).
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import DateTime, ForeignKey, Index, Integer, LargeBinary, MetaData, String, UniqueConstraint, types
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from pipeline.findings.lifecycle import Sight
from pipeline.findings.model import Status
from pipeline.record.entries import RecordedKind
from pipeline.system.model import Severity, Stride


def storable(text: str) -> str:
    """Text as every database takes it: NUL and halves of characters, which PostgreSQL and UTF-8 have no place for, are written out."""
    return text.replace("\0", "\\x00").encode("utf-8", "backslashreplace").decode("utf-8")


class Moment(types.TypeDecorator[datetime]):
    """A moment in UTC, in databases that know time zones and in those that do not."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Text(types.TypeDecorator[str]):
    """Text of others."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else storable(value)


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: Moment, str: Text, dict[str, Any]: types.JSON, list[str]: types.JSON}  # noqa: RUF012 - SQLAlchemy's own


def _of_system() -> Mapped[int]:
    return mapped_column(ForeignKey("system.id", ondelete="CASCADE"), index=True)


class SystemRow(Base):
    __tablename__ = "system"
    __table_args__ = (UniqueConstraint("key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str]
    name: Mapped[str]
    root: Mapped[str]
    owner: Mapped[str]
    tags: Mapped[list[str]]
    criticality: Mapped[str]


class ScanRow(Base):
    """A scan in figures. They stay when the whole scan is dropped."""

    __tablename__ = "scan"
    __table_args__ = (UniqueConstraint("system_id", "run"), Index(None, "system_id", "at", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    system_id: Mapped[int] = mapped_column(ForeignKey("system.id", ondelete="CASCADE"))
    run: Mapped[str | None]
    at: Mapped[datetime]
    late: Mapped[bool]
    previous_id: Mapped[int | None] = mapped_column(ForeignKey("scan.id", ondelete="SET NULL"))
    revision: Mapped[str | None]
    dirty: Mapped[bool]
    version: Mapped[str]
    knowledge: Mapped[str]
    given_documents: Mapped[list[str]]
    by_severity: Mapped[dict[str, Any]]
    counts: Mapped[dict[str, Any]]
    errors: Mapped[int]
    duration_s: Mapped[float]
    model: Mapped[str]


class ScanBody(Base):
    """A whole scan, packed; of the newest scans alone."""

    __tablename__ = "scan_body"

    scan_id: Mapped[int] = mapped_column(ForeignKey("scan.id", ondelete="CASCADE"), primary_key=True)
    form: Mapped[str]  # schema version of what is packed
    digest: Mapped[str]
    packed: Mapped[bytes] = mapped_column(LargeBinary)


class FindingRow(Base):
    __tablename__ = "finding"
    __table_args__ = (UniqueConstraint("system_id", "finding"), Index(None, "system_id", "status"), Index(None, "finding"))

    id: Mapped[int] = mapped_column(primary_key=True)
    system_id: Mapped[int] = mapped_column(ForeignKey("system.id", ondelete="CASCADE"))
    finding: Mapped[str]  # id of now
    threat: Mapped[str]
    title: Mapped[str]
    severity: Mapped[Severity] = mapped_column(Text)
    status: Mapped[Status] = mapped_column(Text)
    status_reason: Mapped[str]
    sight: Mapped[Sight] = mapped_column(Text)  # in the last scan
    first_seen: Mapped[datetime]
    last_seen: Mapped[datetime]
    last_scan_id: Mapped[int | None] = mapped_column(ForeignKey("scan.id", ondelete="SET NULL"))  # that saw it
    closed_at: Mapped[datetime | None]
    form: Mapped[str]
    digest: Mapped[str]
    packed: Mapped[bytes] = mapped_column(LargeBinary)  # as last seen


class AliasRow(Base):
    """An earlier id of a finding."""

    __tablename__ = "alias"
    __table_args__ = (UniqueConstraint("system_id", "alias"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    system_id: Mapped[int] = mapped_column(ForeignKey("system.id", ondelete="CASCADE"))
    finding_id: Mapped[int] = mapped_column(ForeignKey("finding.id", ondelete="CASCADE"), index=True)
    alias: Mapped[str] = mapped_column(Text, index=True)


class SightingRow(Base):
    """What a scan made of a finding; kept as long as the whole scan."""

    __tablename__ = "sighting"

    scan_id: Mapped[int] = mapped_column(ForeignKey("scan.id", ondelete="CASCADE"), primary_key=True)
    finding_id: Mapped[int] = mapped_column(ForeignKey("finding.id", ondelete="CASCADE"), primary_key=True, index=True)
    sight: Mapped[Sight] = mapped_column(Text)
    status: Mapped[Status] = mapped_column(Text)
    severity: Mapped[Severity] = mapped_column(Text)


class DecisionRow(Base):
    __tablename__ = "decision"
    __table_args__ = (Index(None, "system_id", "ended_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    system_id: Mapped[int] = mapped_column(ForeignKey("system.id", ondelete="CASCADE"))
    finding_id: Mapped[int] = mapped_column(ForeignKey("finding.id", ondelete="CASCADE"), index=True)
    kind: Mapped[RecordedKind] = mapped_column(Text)
    reason: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime]
    until: Mapped[date | None]
    ended_at: Mapped[datetime | None]
    ended_why: Mapped[str]


class CoverageRow(Base):
    """How many elements of a kind have each state, in one class of STRIDE."""

    __tablename__ = "coverage"

    scan_id: Mapped[int] = mapped_column(ForeignKey("scan.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    stride: Mapped[Stride] = mapped_column(Text, primary_key=True)
    finding: Mapped[int] = mapped_column(Integer)
    mitigated: Mapped[int]
    not_applicable: Mapped[int]
    not_examined: Mapped[int]


class EventRow(Base):
    __tablename__ = "event"
    __table_args__ = (Index(None, "system_id", "at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    system_id: Mapped[int] = mapped_column(ForeignKey("system.id", ondelete="CASCADE"))
    scan_id: Mapped[int | None] = mapped_column(ForeignKey("scan.id", ondelete="CASCADE"), index=True)
    finding_id: Mapped[int] = mapped_column(ForeignKey("finding.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    title: Mapped[str]
    severity: Mapped[Severity] = mapped_column(Text)
    was: Mapped[Status | None] = mapped_column(Text)
    became: Mapped[Status] = mapped_column(Text)
    why: Mapped[str]
