"""Reads and writes of the shop data the assistant needs."""

from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from support_assistant.storage.models import Claim, Customer, Feedback, Order, Refund, Turn


def order_as_dict(order: Order) -> dict:
    return {
        "id": order.id,
        "items": order.items,
        "total": order.total,
        "status": order.status,
        "ships_to": order.shipping_address,
        "payment": order.payment_reference,
        "ordered": order.created_at.date().isoformat(),
    }


class CustomerRepository:
    def __init__(self, db: Session) -> None:
        self.db = db

    def get(self, customer_id: int) -> Customer:
        return self.db.get_one(Customer, customer_id)


class OrderRepository:
    def __init__(self, db: Session) -> None:
        self.db = db

    def get(self, order_id: int) -> Order | None:
        return self.db.get(Order, order_id)

    def get_for_customer(self, order_id: int, customer_id: int) -> Order:
        return self.db.scalars(select(Order).where(Order.id == order_id, Order.customer_id == customer_id)).one()

    def for_customer(self, customer_id: int, limit: int = 20) -> list[Order]:
        query = select(Order).where(Order.customer_id == customer_id).order_by(Order.created_at.desc()).limit(limit)
        return list(self.db.scalars(query))


class RefundRepository:
    def __init__(self, db: Session) -> None:
        self.db = db

    def add(self, order_id: int, amount: float) -> None:
        self.db.add(Refund(order_id=order_id, amount=amount))
        self.db.flush()


class ConversationRepository:
    def __init__(self, db: Session) -> None:
        self.db = db

    def store(self, visitor, question: str, answer: str, intent: str, closed: bool = False) -> Turn:
        number = self.db.scalar(select(func.coalesce(func.max(Turn.conversation_id), 0))) + 1
        turn = Turn(
            conversation_id=number, customer_id=visitor.customer_id if visitor else None,
            question=question, answer=answer, intent=intent, closed=closed,
        )
        self.db.add(turn)
        self.db.flush()
        return turn

    def turns(self, conversation_id: int) -> list[Turn]:
        return list(self.db.scalars(select(Turn).where(Turn.conversation_id == conversation_id).order_by(Turn.id)))

    def last_turn(self, conversation_id: int) -> Turn | None:
        turns = self.turns(conversation_id)
        return turns[-1] if turns else None

    def counts_by_intent(self, since: datetime) -> dict[str, int]:
        rows = self.db.execute(
            text("SELECT intent, COUNT(*) FROM turns WHERE created_at >= :since GROUP BY intent"),
            {"since": since},
        )
        return {intent: count for intent, count in rows}


class FeedbackRepository:
    def __init__(self, db: Session) -> None:
        self.db = db

    def add(self, question: str, intent: str, helpful: bool, comment: str) -> None:
        self.db.add(Feedback(question=question, intent=intent, helpful=helpful, comment=comment))
        self.db.flush()

    def all(self) -> list[Feedback]:
        return list(self.db.scalars(select(Feedback).order_by(Feedback.id)))


class ClaimRepository:
    def __init__(self, db: Session) -> None:
        self.db = db

    def count_for(self, customer_id: int) -> int:
        return self.db.scalar(select(func.count()).select_from(Claim).where(Claim.customer_id == customer_id)) or 0

    def add(self, order_id: int, customer_id: int, description: str, status: str) -> Claim:
        claim = Claim(order_id=order_id, customer_id=customer_id, description=description, status=status)
        self.db.add(claim)
        self.db.flush()
        return claim
