from decimal import Decimal

from langchain_core.tools import tool
from psycopg.types.json import Jsonb

from wayfarer import store, trips
from wayfarer.settings import settings
from wayfarer.tools.base import Injected, ask_manager, record


@tool
def search_flights(origin: str, destination: str, date: str, state: Injected) -> str:
    """Offers for a day (YYYY-MM-DD) between two airports (IATA codes), with price and offer id."""
    found = trips.get("/flights", origin=origin, destination=destination, date=date, currency="EUR", limit=12)
    return record(state, "search_flights", {"origin": origin, "destination": destination, "date": date}, found["offers"])


@tool
def book_flight(offer_id: str, price: Decimal, state: Injected) -> str:
    """Book an offer for the traveller of this thread. `price` is the price in EUR that the search gave."""
    asked = {"offer_id": offer_id, "price": str(price)}
    if price > settings.approve_above and not ask_manager(state, f"flight {offer_id} for {price} EUR"):
        return record(state, "book_flight", asked, "the manager said no")
    traveller = store.one("SELECT name, born_on, passport, cost_centre FROM travellers WHERE id = %s", state["traveller"]["id"])
    made = trips.post("/bookings", state["thread"], {"offer": offer_id, "passenger": {k: str(v) for k, v in traveller.items()}, "pay": "wallet"})
    store.run(
        "INSERT INTO bookings (locator, traveller_id, kind, price, state, details) VALUES (%s, %s, 'flight', %s, 'booked', %s)",
        made["locator"], state["traveller"]["id"], made["total"], Jsonb(made),
    )
    return record(state, "book_flight", asked, {"locator": made["locator"], "total": made["total"]})


@tool
def get_booking(locator: str, state: Injected) -> str:
    """A booking by its locator: segments, passenger, state, what a change costs."""
    return record(state, "get_booking", {"locator": locator}, trips.get(f"/bookings/{locator}"))


@tool
def my_bookings(state: Injected) -> str:
    """Bookings of the traveller that are still to come."""
    with store.pool.connection() as connection:
        rows = connection.execute(
            "SELECT locator, kind, price, details FROM bookings WHERE traveller_id = %s AND state = 'booked' ORDER BY booked_at DESC LIMIT 20",
            (state["traveller"]["id"],),
        ).fetchall()
    return record(state, "my_bookings", {}, rows)


@tool
def change_flight(locator: str, offer_id: str, state: Injected) -> str:
    """Change a booking to another offer. The difference and the fee are charged or given back."""
    made = trips.post(f"/bookings/{locator}/changes", state["thread"], {"offer": offer_id, "pay": "wallet"})
    store.run("UPDATE bookings SET price = price + %s, details = %s WHERE locator = %s", made["difference"], Jsonb(made), locator)
    return record(state, "change_flight", {"locator": locator, "offer_id": offer_id}, made)


@tool
def cancel_booking(locator: str, reason: str, state: Injected) -> str:
    """Cancel a booking; what is refunded depends on the fare."""
    made = trips.post(f"/bookings/{locator}/cancel", state["thread"], {"reason": reason})
    store.run("UPDATE bookings SET state = 'cancelled' WHERE locator = %s", locator)
    return record(state, "cancel_booking", {"locator": locator, "reason": reason}, made)
