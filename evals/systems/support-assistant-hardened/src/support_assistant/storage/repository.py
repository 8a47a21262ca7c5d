"""Reads and writes of the shop data the assistant needs."""

from datetime import datetime
from uuid import uuid4

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from support_assistant.storage.models import Approval, Claim, Customer, Feedback, Order, Refund, Turn


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


def order_for_model(order: Order) -> dict:
    """What the chat model may see: no address, no payment data."""
    shown = ("id", "items", "total", "status", "ordered")
    return {key: value for key, value in order_as_dict(order).items() if key in shown}


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

    def find_own(self, order_id: int, customer_id: int) -> Order | None:
        return self.db.scalar(select(Order).where(Order.id == order_id, Order.customer_id == customer_id))

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

    def sum_for(self, order_id: int) -> float:
        return self.db.scalar(select(func.coalesce(func.sum(Refund.amount), 0)).where(Refund.order_id == order_id))


class ConversationRepository:
    def __init__(self, db: Session) -> None:
        self.db = db

    def own_or_new(self, conversation_id: int | None, customer_id: int) -> int:
        if conversation_id is not None and self.last_turn(conversation_id, customer_id):
            return conversation_id
        return self.db.scalar(select(func.coalesce(func.max(Turn.conversation_id), 0))) + 1

    def new_thread(self, conversation_id: int) -> str:
        return f"{conversation_id}-{uuid4()}"

    def store(
        self, number: int, customer_id: int, question: str, answer: str, intent: str, for_person: bool = False
    ) -> Turn:
        turn = Turn(
            conversation_id=number, customer_id=customer_id,
            question=question, answer=answer, intent=intent, for_person=for_person,
        )
        self.db.add(turn)
        self.db.flush()
        return turn

    def turns(self, conversation_id: int) -> list[Turn]:
        return list(self.db.scalars(select(Turn).where(Turn.conversation_id == conversation_id).order_by(Turn.id)))

    def own_turns(self, conversation_id: int, customer_id: int) -> list[Turn]:
        return [turn for turn in self.turns(conversation_id) if turn.customer_id == customer_id]

    def last_turn(self, conversation_id: int, customer_id: int) -> Turn | None:
        turns = self.own_turns(conversation_id, customer_id)
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

    def add(self, customer_id: int, question: str, intent: str, helpful: bool, comment: str) -> None:
        self.db.add(
            Feedback(customer_id=customer_id, question=question, intent=intent, helpful=helpful, comment=comment)
        )
        self.db.flush()

    def review(self, feedback_id: int, accepted: bool, reviewer: str) -> None:
        feedback = self.db.get_one(Feedback, feedback_id)
        feedback.accepted, feedback.reviewer = accepted, reviewer

    def accepted(self) -> list[Feedback]:
        return list(self.db.scalars(select(Feedback).where(Feedback.accepted.is_(True)).order_by(Feedback.id)))


class ClaimRepository:
    def __init__(self, db: Session) -> None:
        self.db = db

    def add(self, order_id: int, customer_id: int, description: str, proposal: str, reasons: str) -> Claim:
        claim = Claim(
            order_id=order_id, customer_id=customer_id, description=description,
            proposal=proposal, proposal_reasons=reasons, status="waiting",
        )
        self.db.add(claim)
        self.db.flush()
        return claim

    def close(self, claim_id: int, status: str, reason: str, staff_id: str) -> Claim:
        claim = self.db.get_one(Claim, claim_id)
        claim.status, claim.reason, claim.decided_by = status, reason, staff_id
        return claim


class ApprovalRepository:
    def __init__(self, db: Session) -> None:
        self.db = db

    def add(self, thread: str, customer_id: int, email: str, conversation_id: int, actions: str) -> None:
        self.db.add(
            Approval(
                thread=thread, customer_id=customer_id, email=email, conversation_id=conversation_id, actions=actions
            )
        )
        self.db.flush()

    def waiting(self) -> list[Approval]:
        return list(self.db.scalars(select(Approval).where(Approval.decision.is_(None)).order_by(Approval.id)))

    def close(self, approval_id: int, decision: str, reason: str, staff_id: str) -> Approval:
        query = select(Approval).where(Approval.id == approval_id, Approval.decision.is_(None)).with_for_update()
        approval = self.db.scalars(query).one()
        approval.decision, approval.reason, approval.decided_by = decision, reason, staff_id
        return approval
