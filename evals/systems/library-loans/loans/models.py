"""The data model."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from sqlalchemy import ForeignKey, Numeric, String, Text, create_engine, func
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship, scoped_session, sessionmaker

Session = scoped_session(sessionmaker())


class Model(DeclarativeBase):
    """Base of all models."""

    id: Mapped[int] = mapped_column(primary_key=True)


class Reader(Model):
    __tablename__ = "readers"

    card: Mapped[str] = mapped_column(String(12), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    mail: Mapped[str | None] = mapped_column(String(200))
    password: Mapped[str] = mapped_column(String(200))
    born: Mapped[dt.date]
    blocked: Mapped[bool] = mapped_column(default=False)
    keeps_memory: Mapped[bool] = mapped_column(default=False)
    loans: Mapped[list[Loan]] = relationship(back_populates="reader")


class Title(Model):
    __tablename__ = "titles"

    record: Mapped[str] = mapped_column(String(40), unique=True)
    title: Mapped[str] = mapped_column(String(500))
    author: Mapped[str] = mapped_column(String(300), default="")
    language: Mapped[str] = mapped_column(String(3), default="ger")
    subjects: Mapped[str] = mapped_column(Text, default="")
    items: Mapped[list[Item]] = relationship(back_populates="title")


class Item(Model):
    __tablename__ = "items"

    barcode: Mapped[str] = mapped_column(String(14), unique=True)
    title_id: Mapped[int] = mapped_column(ForeignKey("titles.id"))
    branch: Mapped[str] = mapped_column(String(20))
    reading_room_only: Mapped[bool] = mapped_column(default=False)
    title: Mapped[Title] = relationship(back_populates="items")


class Loan(Model):
    __tablename__ = "loans"

    reader_id: Mapped[int | None] = mapped_column(ForeignKey("readers.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"))
    since: Mapped[dt.date]
    due: Mapped[dt.date]
    returned: Mapped[dt.date | None]
    renewals: Mapped[int] = mapped_column(default=0)
    prompts: Mapped[int] = mapped_column(default=0)
    reader: Mapped[Reader | None] = relationship(back_populates="loans")
    item: Mapped[Item] = relationship()


class Hold(Model):
    __tablename__ = "holds"

    reader_id: Mapped[int] = mapped_column(ForeignKey("readers.id"))
    title_id: Mapped[int] = mapped_column(ForeignKey("titles.id"))
    at: Mapped[dt.datetime] = mapped_column(server_default=func.now())


class Agent(Model):
    """A purchasing agent: a bookseller with a contract."""

    __tablename__ = "agents"

    name: Mapped[str] = mapped_column(String(120))
    mailbox: Mapped[str] = mapped_column(String(200))
    budget: Mapped[Decimal] = mapped_column(Numeric(10, 2))
    subjects: Mapped[str] = mapped_column(String(200))
    autonomous: Mapped[bool] = mapped_column(default=False)  # may order up to the limit without asking


class Order(Model):
    __tablename__ = "orders"

    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    isbn: Mapped[str] = mapped_column(String(13))
    price: Mapped[Decimal] = mapped_column(Numeric(8, 2))
    state: Mapped[str] = mapped_column(String(10), default="open")
    signed_by: Mapped[str | None] = mapped_column(String(80))
    agent: Mapped[Agent] = relationship()


class Token(Model):
    """A school's token for the API."""

    __tablename__ = "tokens"

    school: Mapped[str] = mapped_column(String(120))
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    revoked: Mapped[bool] = mapped_column(default=False)


class Journal(Model):
    __tablename__ = "journal"

    at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    who: Mapped[str] = mapped_column(String(80))
    what: Mapped[str] = mapped_column(String(40))
    more: Mapped[str] = mapped_column(Text, default="")


def connect(url: str) -> None:
    Session.remove()
    Session.configure(bind=create_engine(url, pool_pre_ping=True))


def note(who: str, what: str, more: str = "") -> None:
    """A line in the journal, in the transaction of what it tells of."""
    Session.add(Journal(who=who, what=what, more=more))
