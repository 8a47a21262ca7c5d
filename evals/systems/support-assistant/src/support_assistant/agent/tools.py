"""Tools of the support agent."""

import httpx
from langchain_core.tools import tool

from support_assistant.agent.knowledge import search
from support_assistant.services.mail import send_mail
from support_assistant.services.payments import PaymentsClient
from support_assistant.storage.db import session_scope
from support_assistant.storage.reporting import run_query
from support_assistant.storage.repository import OrderRepository, RefundRepository, order_as_dict


@tool
def search_help(question: str) -> str:
    """Search help articles of the community wiki and answers given to earlier tickets."""
    return "\n\n".join(f"[{hit.metadata['source']}]\n{hit.page_content}" for hit in search(question))


@tool
def list_orders(customer_id: int) -> list[dict]:
    """List the orders of a customer with items, address and payment status, newest first."""
    with session_scope() as db:
        return [order_as_dict(order) for order in OrderRepository(db).for_customer(customer_id)]


@tool
def track_parcel(tracking_url: str) -> str:
    """Fetch the tracking page of the carrier and return its text."""
    response = httpx.get(tracking_url, follow_redirects=True, timeout=20)
    return response.text


@tool
def issue_refund(order_id: int, amount: float, reason: str) -> str:
    """Refund an amount in EUR for an order to the original means of payment."""
    with session_scope() as db:
        order = OrderRepository(db).get(order_id)
        if order is None:
            return "There is no such order."
        receipt = PaymentsClient().refund(order.payment_reference, amount, reason)
        RefundRepository(db).add(order.id, amount)
        return f"Refunded {amount:.2f} EUR, receipt {receipt}."


@tool
def email_customer(to: str, subject: str, body: str) -> str:
    """Send an e-mail from the support address."""
    send_mail(to=to, subject=subject, html=body)
    return "sent"


@tool
def run_report(sql: str) -> str:
    """Answer questions about sales and delivery times with a SQL query.

    Tables: customers(id, name, email, address, created_at), orders(id, customer_id, items, total, status,
    payment_reference, created_at), refunds(id, order_id, amount, created_at), turns, claims.
    """
    return run_query(sql)


TOOLS = [search_help, list_orders, track_parcel, issue_refund, email_customer, run_report]
