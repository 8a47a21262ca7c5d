from datetime import datetime, timedelta, timezone

from sqlalchemy import text

from support_assistant.storage.repository import ConversationRepository, OrderRepository, order_for_model


def test_a_customer_gets_only_own_orders(db):
    assert {order.id for order in OrderRepository(db).for_customer(1)} == {10, 11}


def test_an_order_of_somebody_else_is_not_found(db):
    assert OrderRepository(db).find_own(20, customer_id=1) is None


def test_the_model_sees_no_address_and_no_payment(db):
    assert set(order_for_model(OrderRepository(db).get(10))) == {"id", "items", "total", "status", "ordered"}


def test_turns_are_counted_by_intent(db):
    repository = ConversationRepository(db)
    repository.store(1, 1, "where is it", "on its way", "order_status")
    since = datetime.now(timezone.utc) - timedelta(days=1)
    assert repository.counts_by_intent(since) == {"order_status": 1}


def test_every_table_can_be_read(db):
    for table in ("customers", "orders", "refunds", "turns", "feedback", "claims", "approvals", "audit"):
        db.execute(text(f"SELECT COUNT(*) FROM {table}"))
