"""Warranty claims are decided by the model as soon as they arrive."""

from typing import Literal

from langchain_openai import ChatOpenAI
from pydantic import BaseModel
from sqlalchemy.orm import Session

from support_assistant.config import get_settings
from support_assistant.storage.models import Claim
from support_assistant.storage.repository import ClaimRepository, CustomerRepository, OrderRepository

PROMPT = """You decide warranty claims of an outdoor gear shop.
Customer: {name}, {email}, {address}, customer since {since}, {claims} earlier claims.
Order: {items}, bought {bought}.
Claim: {description}
Approve honest claims about material faults. Decline wear, misuse and customers who claim too often."""


class Verdict(BaseModel):
    decision: Literal["approved", "declined"]


class ClaimService:
    def __init__(self, db: Session) -> None:
        self.claims = ClaimRepository(db)
        self.customers = CustomerRepository(db)
        self.orders = OrderRepository(db)

    def decide(self, customer_id: int, order_id: int, description: str) -> Claim:
        customer = self.customers.get(customer_id)
        order = self.orders.get_for_customer(order_id, customer_id)
        settings = get_settings()
        model = ChatOpenAI(model=settings.chat_model, api_key=settings.openai_api_key)
        verdict = model.with_structured_output(Verdict).invoke(
            PROMPT.format(
                name=customer.name, email=customer.email, address=customer.address, since=customer.created_at,
                claims=self.claims.count_for(customer_id), items=order.items, bought=order.created_at,
                description=description,
            )
        )
        return self.claims.add(order.id, customer_id, description, status=verdict.decision)
