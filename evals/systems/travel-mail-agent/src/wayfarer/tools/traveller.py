from typing import Any

from langchain_core.tools import tool
from psycopg.types.json import Jsonb

from wayfarer import store
from wayfarer.tools.base import Injected, record

PREFERENCES = {"seat", "meal", "airline", "hotel_chain", "home_airport", "train_under_hours"}


@tool
def get_traveller(state: Injected) -> str:
    """The profile of the traveller of this thread."""
    found = store.one("SELECT name, mail, cost_centre, passport, born_on, preferences FROM travellers WHERE id = %s", state["traveller"]["id"])
    return record(state, "get_traveller", {}, found)


@tool
def set_preference(name: str, value: str, state: Injected) -> str:
    """Keep a preference of the traveller of this thread: seat, meal, airline, hotel_chain, home_airport or train_under_hours."""
    if name not in PREFERENCES or len(value) > 40:
        return record(state, "set_preference", {"name": name}, "not a preference")
    changed: dict[str, Any] = {name: value}
    store.run("UPDATE travellers SET preferences = preferences || %s WHERE id = %s", Jsonb(changed), state["traveller"]["id"])
    return record(state, "set_preference", changed, "kept")
