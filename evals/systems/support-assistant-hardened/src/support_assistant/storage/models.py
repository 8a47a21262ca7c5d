"""Tables."""

from datetime import datetime, timezone

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


def now() -> datetime:
    return datetime.now(timezone.utc)


class Base(DeclarativeBase):
    pass


class Customer(Base):
    __tablename__ = "customers"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    email: Mapped[str] = mapped_column(unique=True)
    address: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    items: Mapped[str] = mapped_column(Text)
    total: Mapped[float]
    status: Mapped[str]
    shipping_address: Mapped[str]
    payment_reference: Mapped[str]
    carrier: Mapped[str] = mapped_column(default="")
    tracking_number: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=now)


class Refund(Base):
    __tablename__ = "refunds"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    amount: Mapped[float]
    created_at: Mapped[datetime] = mapped_column(default=now)


class Turn(Base):
    __tablename__ = "turns"
    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(index=True)
    customer_id: Mapped[int] = mapped_column(index=True)
    question: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text)
    intent: Mapped[str]
    for_person: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=now)


class Feedback(Base):
    __tablename__ = "feedback"
    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int]
    accepted: Mapped[bool | None]
    reviewer: Mapped[str | None]
    question: Mapped[str] = mapped_column(Text)
    intent: Mapped[str]
    helpful: Mapped[bool]
    comment: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=now)


class Claim(Base):
    __tablename__ = "claims"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    customer_id: Mapped[int]
    description: Mapped[str] = mapped_column(Text)
    proposal: Mapped[str]
    proposal_reasons: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(default="waiting")
    reason: Mapped[str | None] = mapped_column(Text)
    decided_by: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=now)


class Approval(Base):
    __tablename__ = "approvals"
    id: Mapped[int] = mapped_column(primary_key=True)
    thread: Mapped[str]
    customer_id: Mapped[int]
    email: Mapped[str]
    conversation_id: Mapped[int]
    actions: Mapped[str] = mapped_column(Text)
    decision: Mapped[str | None]
    reason: Mapped[str | None]
    decided_by: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=now)


class AuditEntry(Base):
    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(primary_key=True)
    actor: Mapped[str]
    action: Mapped[str]
    details: Mapped[str] = mapped_column(Text)
    digest: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)
