from datetime import datetime, timedelta, timezone

from sqlalchemy import text

from support_assistant.storage.repository import ConversationRepository, OrderRepository


def test_a_customer_gets_only_own_orders(db):
    assert {order.id for order in OrderRepository(db).for_customer(1)} == {10, 11}


def test_turns_are_counted_by_intent(db):
    repository = ConversationRepository(db)
    repository.store(None, "where is it", "on its way", "order_status")
    since = datetime.now(timezone.utc) - timedelta(days=1)
    assert repository.counts_by_intent(since) == {"order_status": 1}


def test_every_table_can_be_read(db):
    for table in ("customers", "orders", "refunds", "turns", "feedback", "claims"):
        db.execute(text(f"SELECT COUNT(*) FROM {table}"))
