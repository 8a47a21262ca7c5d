from decimal import Decimal

from wayfarer import store, trips
from wayfarer.tools import flights

STATE = {"messages": [], "thread": "ab" * 8, "traveller": {"id": 7, "name": "Ada", "mail": "ada@corvid.example", "manager_mail": "bo@corvid.example"}}


def test_expensive_flights_wait(monkeypatch):
    asked = []
    monkeypatch.setattr(flights, "ask_manager", lambda state, what: asked.append(what) or False)
    monkeypatch.setattr(store, "audit", lambda *args: None)
    monkeypatch.setattr(trips, "post", lambda *args: (_ for _ in ()).throw(AssertionError("booked")))
    assert "said no" in flights.book_flight.func("offer-1", Decimal(900), STATE)
    assert asked == ["flight offer-1 for 900 EUR"]
