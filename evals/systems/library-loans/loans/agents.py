"""Purchasing agents and their orders."""

import re
from decimal import Decimal

from sqlalchemy import func, select

from .models import Agent, Order, Session, note

SECOND_SIGNATURE = Decimal(500)
ISBN = re.compile(r"97[89]\d{10}")


class AgentError(Exception):
    """An order that the agent may not place."""


def valid(isbn: str) -> bool:
    return bool(ISBN.fullmatch(isbn)) and sum(int(d) * (1, 3)[i % 2] for i, d in enumerate(isbn)) % 10 == 0


def spent(agent: Agent) -> Decimal:
    return Session.scalar(select(func.coalesce(func.sum(Order.price), 0)).where(Order.agent_id == agent.id, Order.state != "cancelled"))


def run_agent(agent: Agent, isbn: str, price: Decimal) -> Order:
    """The agent orders a book; within its budget, and what is dear waits for a signature."""
    if not valid(isbn):
        raise AgentError("ISBN")
    if price <= 0 or spent(agent) + price > agent.budget:
        raise AgentError("budget")
    state = "placed" if agent.autonomous and price <= SECOND_SIGNATURE else "open"
    order = Order(agent=agent, isbn=isbn, price=price, state=state)
    Session.add(order)
    note(f"agent {agent.name}", "order", f"{isbn} {price} {state}")
    Session.commit()
    return order


def approve(order: Order, staff: str) -> None:
    if order.state != "open":
        raise AgentError("state")
    order.state, order.signed_by = "placed", staff
    note(staff, "approval", str(order.id))
    Session.commit()
