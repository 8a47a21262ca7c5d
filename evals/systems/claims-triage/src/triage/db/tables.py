from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, ForeignKey, func
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Partner(Base):
    __tablename__ = "partners"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    kind: Mapped[str]  # broker or garage
    key_digest: Mapped[str] = mapped_column(unique=True)
    scopes: Mapped[list] = mapped_column(JSON)


class Adjuster(Base):
    __tablename__ = "adjusters"
    email: Mapped[str] = mapped_column(primary_key=True)
    active: Mapped[bool]


class Claim(Base):
    __tablename__ = "claims"
    id: Mapped[int] = mapped_column(primary_key=True)
    policy_id: Mapped[int]
    broker_id: Mapped[int] = mapped_column(ForeignKey("partners.id"))
    garage_id: Mapped[int | None] = mapped_column(ForeignKey("partners.id"))
    line_of_business: Mapped[str]
    holder_name: Mapped[str]
    iban: Mapped[str]
    cause: Mapped[str]
    narrative: Mapped[str]
    amount: Mapped[int]
    status: Mapped[str]
    loss_date: Mapped[date]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class ClaimScore(Base):
    __tablename__ = "claim_scores"
    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"), primary_key=True)
    score: Mapped[float]
    scored_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ScoreEvent(Base):
    __tablename__ = "score_events"
    id: Mapped[int] = mapped_column(primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"))
    partner_id: Mapped[int]
    model_run: Mapped[str]
    score: Mapped[float]
    action: Mapped[str]
    features: Mapped[dict] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Decision(Base):
    __tablename__ = "decisions"
    id: Mapped[int] = mapped_column(primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"))
    actor: Mapped[str]
    actor_kind: Mapped[str]  # adjuster or garage
    outcome: Mapped[str]
    note: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Label(Base):
    __tablename__ = "labels"
    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"), primary_key=True)
    is_fraud: Mapped[bool]
    weight: Mapped[float]
    origin: Mapped[str]


class Photo(Base):
    __tablename__ = "photos"
    id: Mapped[int] = mapped_column(primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"))
    key: Mapped[str]
    damage: Mapped[str | None]
    estimate: Mapped[int | None]
    confirmed_damage: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
