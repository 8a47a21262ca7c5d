"""What is done for a guest once it is clear what the guest wants."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from roomvoice.common.intents import Guess
from roomvoice.server.repositories import HouseRepository, Item, Place


@dataclass(frozen=True)
class Answer:
    say: str
    confirm: bool = False


@dataclass(frozen=True)
class Wish:
    place: Place
    text: str
    model: str


class Commands(Protocol):
    async def command(self, place: Place, what: str, value: str) -> None: ...


class PendingOrders:
    """One question may be open in a room, for as long as `seconds`."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._open: dict[Place, tuple[float, Item]] = {}

    def ask(self, place: Place, item: Item) -> None:
        self._open[place] = (time.monotonic() + self._seconds, item)

    def take(self, place: Place) -> Item | None:
        until, item = self._open.pop(place, (0.0, None))
        return item if time.monotonic() < until else None


class RoomActions:
    def __init__(self, broker: Commands, house: HouseRepository, pending: PendingOrders, min_score: float) -> None:
        self._broker = broker
        self._house = house
        self._pending = pending
        self._min_score = min_score
        self._handlers: dict[str, Callable[[Wish], Awaitable[Answer]]] = {
            "blinds.open": self._blinds_up,
            "blinds.close": self._blinds_down,
            "door.open": self._door,
            "minibar.order": self._order,
            "call.dial": self._call,
            "confirm.yes": self._yes,
            "confirm.no": self._no,
        }

    async def perform(self, place: Place, guess: Guess, text: str, model: str) -> Answer:
        if await self._house.stay(place) is None:
            return Answer("Please ask at the reception.")
        handler = self._handlers.get(guess.intent)
        if handler is None or guess.score < self._min_score:
            return Answer(f"I heard: {text}. I am not sure what to do.")
        return await handler(Wish(place, text, model))

    async def _blinds_up(self, wish: Wish) -> Answer:
        await self._broker.command(wish.place, "blinds", "up")
        return Answer("Opening the blinds.")

    async def _blinds_down(self, wish: Wish) -> Answer:
        await self._broker.command(wish.place, "blinds", "down")
        return Answer("Closing the blinds.")

    async def _door(self, wish: Wish) -> Answer:
        await self._broker.command(wish.place, "door", "release")
        return Answer("The door is open.")

    async def _order(self, wish: Wish) -> Answer:
        item = await self._house.minibar_item(wish.place.hotel, wish.text)
        if item is None:
            return Answer("We do not have that in the minibar.")
        self._pending.ask(wish.place, item)
        return Answer(f"{item.name} for {item.cents / 100:.2f} euros. Shall I book it?", confirm=True)

    async def _yes(self, wish: Wish) -> Answer:
        item = self._pending.take(wish.place)
        if item is None:
            return Answer("There is nothing to confirm.")
        await self._house.book(wish.place, item)
        await self._house.log_action(wish.place, "minibar.order", item.name, wish.model)
        return Answer(f"{item.name} is booked.")

    async def _no(self, wish: Wish) -> Answer:
        self._pending.take(wish.place)
        return Answer("All right.")

    async def _call(self, wish: Wish) -> Answer:
        number = await self._house.extension(wish.place.hotel, wish.text)
        if number is None:
            return Answer("I can call the reception, the spa or the restaurant.")
        await self._broker.command(wish.place, "call", number)
        return Answer("Calling.")
