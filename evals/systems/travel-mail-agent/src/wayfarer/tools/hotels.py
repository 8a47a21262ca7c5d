from decimal import Decimal
from urllib.parse import urlsplit

import httpx
from langchain_core.tools import tool
from psycopg.types.json import Jsonb

from wayfarer import store, trips
from wayfarer.settings import settings
from wayfarer.tools.base import Injected, ask_manager, record

SITES = ("booking.com", "hotels.com", "accor.com", "scandichotels.com", "marriott.com")


@tool
def search_hotels(city: str, arrive: str, leave: str, state: Injected) -> str:
    """Hotels in a city between two dates, with offer id, price per night and distance to our office."""
    found = trips.get("/hotels", city=city, arrive=arrive, leave=leave, currency="EUR", limit=12)
    return record(state, "search_hotels", {"city": city, "arrive": arrive, "leave": leave}, found["offers"])


@tool
def book_hotel(offer_id: str, state: Injected) -> str:
    """Book a hotel offer for the traveller of this thread."""
    offer = trips.get(f"/hotels/offers/{offer_id}")
    price = Decimal(str(offer["total"]))
    if price > settings.approve_above and not ask_manager(state, f"{offer['hotel']}, {offer['nights']} nights, {price} EUR"):
        return record(state, "book_hotel", {"offer_id": offer_id}, "the manager said no")
    made = trips.post("/bookings", state["thread"], {"offer": offer_id, "guest": state["traveller"]["name"], "most": str(price), "pay": "wallet"})
    store.run(
        "INSERT INTO bookings (locator, traveller_id, kind, price, state, details) VALUES (%s, %s, 'hotel', %s, 'booked', %s)",
        made["locator"], state["traveller"]["id"], made["total"], Jsonb(made),
    )
    return record(state, "book_hotel", {"offer_id": offer_id}, {"locator": made["locator"], "total": made["total"]})


@tool
def open_confirmation(url: str, state: Injected) -> str:
    """Text of a confirmation page that a hotel links to in its mail."""
    parts = urlsplit(url)
    if parts.scheme != "https" or not (parts.hostname or "").endswith(SITES):
        return record(state, "open_confirmation", {"url": url}, "not a site we read")
    answer = httpx.get(url, timeout=15, follow_redirects=True)
    return record(state, "open_confirmation", {"url": url}, answer.text[:20_000])
