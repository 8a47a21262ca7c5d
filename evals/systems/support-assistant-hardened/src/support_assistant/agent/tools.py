"""Tools of the support agent. Each works for the customer of the session only."""

from typing import Literal

import httpx
from langchain.tools import ToolRuntime
from langchain_core.tools import tool

from support_assistant.agent.context import SessionContext
from support_assistant.agent.knowledge import search
from support_assistant.config import get_settings
from support_assistant.services.mail import send_mail
from support_assistant.services.payments import PaymentsClient
from support_assistant.storage.db import session_scope
from support_assistant.storage.reporting import run_report
from support_assistant.storage.repository import OrderRepository, RefundRepository, order_for_model

CARRIERS = {
    "posten": "https://api.posten.example/v1/status/",
    "budbil": "https://api.budbil.example/parcels/",
}
PARCEL_STATES = {"registered", "in_transit", "out_for_delivery", "delivered", "returned"}


@tool
def search_help(question: str, runtime: ToolRuntime[SessionContext]) -> str:
    """Search the reviewed help articles."""
    hits = search(question, runtime.context.customer_id)
    return "\n".join(f"<article>\n{hit.page_content[:1200]}\n</article>" for hit in hits)


@tool
def list_orders(runtime: ToolRuntime[SessionContext]) -> list[dict]:
    """List the orders of the customer, newest first."""
    with session_scope() as db:
        return [order_for_model(order) for order in OrderRepository(db).for_customer(runtime.context.customer_id)]


@tool
def track_parcel(order_id: int, runtime: ToolRuntime[SessionContext]) -> str:
    """Tell where the parcel of an order is."""
    with session_scope() as db:
        order = OrderRepository(db).find_own(order_id, runtime.context.customer_id)
    if order is None or order.carrier not in CARRIERS or not order.tracking_number.isalnum():
        return "No tracking for this order."
    response = httpx.get(CARRIERS[order.carrier] + order.tracking_number, follow_redirects=False, timeout=10)
    state = response.json().get("state") if response.status_code == 200 else None
    return state if state in PARCEL_STATES else "unknown"


@tool
def issue_refund(order_id: int, amount: float, reason: str, runtime: ToolRuntime[SessionContext]) -> str:
    """Refund an amount in EUR for an order to the original means of payment. A colleague approves it first."""
    with session_scope() as db:
        order = OrderRepository(db).find_own(order_id, runtime.context.customer_id)
        if order is None:
            return "There is no such order."
        refunds = RefundRepository(db)
        if not 0 < amount <= min(get_settings().refund_limit, order.total - refunds.sum_for(order.id)):
            return "This amount cannot be refunded."
        receipt = PaymentsClient().refund(order.payment_reference, amount, reason[:200])
        refunds.add(order.id, amount)
        return f"Refunded {amount:.2f} EUR, receipt {receipt}."


@tool
def email_customer(subject: str, body: str, runtime: ToolRuntime[SessionContext]) -> str:
    """Send an e-mail to the customer of this conversation. A colleague approves it first."""
    send_mail(to=runtime.context.email, subject=subject[:120], text=body[:4000])
    return "sent"


@tool
def delivery_report(report: Literal["delivery_days", "return_rate"], days: int) -> str:
    """Answer questions about delivery times and returns of the last days."""
    return run_report(report, days)


TOOLS = [search_help, list_orders, track_parcel, issue_refund, email_customer, delivery_report]
