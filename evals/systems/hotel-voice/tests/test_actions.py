from unittest.mock import AsyncMock

import pytest

from roomvoice.common.intents import Guess
from roomvoice.server.actions import PendingOrders, RoomActions
from roomvoice.server.repositories import Item, Place, Stay

ROOM = Place("alpenhof", "204")


@pytest.fixture
def broker():
    return AsyncMock()


@pytest.fixture
def house():
    house = AsyncMock()
    house.stay.return_value = Stay("Ito", True)
    house.minibar_item.return_value = Item("Tonic", 450)
    house.extension.side_effect = lambda hotel, words: "9" if "reception" in words else None
    return house


@pytest.fixture
def ask(broker, house):
    actions = RoomActions(broker, house, PendingOrders(30), 0.55)
    return lambda intent, text="", place=ROOM, score=0.9: actions.perform(place, Guess(intent, score), text, "m1")


async def test_blinds(broker, ask):
    await ask("blinds.open")
    broker.command.assert_awaited_once_with(ROOM, "blinds", "up")


async def test_an_order_is_booked_after_yes(house, ask):
    assert (await ask("minibar.order", "a tonic please")).confirm
    await ask("confirm.yes", place=Place("seeblick", "204"))
    house.book.assert_not_awaited()
    await ask("confirm.yes")
    house.book.assert_awaited_once_with(ROOM, Item("Tonic", 450))


async def test_only_numbers_of_the_directory_are_called(broker, ask):
    await ask("call.dial", "call 0900 123456")
    broker.command.assert_not_awaited()
    await ask("call.dial", "call the reception")
    broker.command.assert_awaited_once_with(ROOM, "call", "9")


async def test_nothing_happens_in_an_empty_room_or_when_unsure(broker, house, ask):
    assert "mumble" in (await ask("door.open", "mumble", score=0.4)).say
    house.stay.return_value = None
    await ask("door.open")
    broker.command.assert_not_awaited()
