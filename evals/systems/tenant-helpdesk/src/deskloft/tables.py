from datetime import datetime
from typing import Any

from pgvector.sqlalchemy import Vector
from sqlalchemy import BigInteger, ForeignKey, Text
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.ext.asyncio import AsyncAttrs, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from deskloft.settings import settings

engine = create_async_engine(str(settings().database), pool_pre_ping=True)
make_session = async_sessionmaker(engine, expire_on_commit=False)


class Base(AsyncAttrs, DeclarativeBase):
    type_annotation_map = {str: Text}


class Tenant(Base):
    __tablename__ = "tenant"
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str]
    name: Mapped[str]
    mail: Mapped[str]


class Resident(Base):
    __tablename__ = "resident"
    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenant.id"))
    mail: Mapped[str]
    name: Mapped[str]


class Ticket(Base):
    __tablename__ = "ticket"
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenant.id"))
    resident_id: Mapped[int | None] = mapped_column(ForeignKey("resident.id"))
    source: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]
    state: Mapped[str] = mapped_column(default="new")
    answer: Mapped[str | None]
    made: Mapped[datetime] = mapped_column(server_default="now()")
    closed: Mapped[datetime | None]


class Document(Base):
    __tablename__ = "document"
    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenant.id"))
    title: Mapped[str]
    uploaded_by: Mapped[str]


class Passage(Base):
    __tablename__ = "passage"
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenant.id"))
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    text: Mapped[str]
    embedding: Mapped[Any] = mapped_column(Vector(1024))
    words: Mapped[Any] = mapped_column(TSVECTOR, server_default="")


class Proposal(Base):
    __tablename__ = "proposal"
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenant.id"))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    kind: Mapped[str]
    what: Mapped[str]
    cents: Mapped[int] = mapped_column(default=0)
    decided_by: Mapped[str | None]
    approved: Mapped[bool | None]
    made: Mapped[datetime] = mapped_column(server_default="now()")


class KeptAnswer(Base):
    __tablename__ = "kept_answer"
    key: Mapped[str] = mapped_column(primary_key=True)
    answer: Mapped[str]
    made: Mapped[datetime] = mapped_column(server_default="now()")


class Action(Base):
    __tablename__ = "action"
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    tenant_id: Mapped[int]
    ticket_id: Mapped[int] = mapped_column(BigInteger)
    tool: Mapped[str]
    inputs: Mapped[dict[str, Any]] = mapped_column(JSONB)
    outcome: Mapped[str]
