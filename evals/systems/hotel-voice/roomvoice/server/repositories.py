from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

import asyncpg


class Place(NamedTuple):
    hotel: str
    room: str


@dataclass(frozen=True)
class Stay:
    guest: str
    consent: bool


@dataclass(frozen=True)
class Item:
    name: str
    cents: int


@dataclass(frozen=True)
class Recording:
    id: UUID
    hotel: str
    room: str
    serial: str
    object_key: str
    transcript: str
    predicted: str
    score: float
    label: str | None = None


@dataclass(frozen=True)
class Release:
    version: str
    url: str
    sha256: str


class _Repository:
    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool


class HouseRepository(_Repository):
    """What the hotel knows: units, stays (an hourly export of the property management system), minibar, directory, staff."""

    async def place_unit(self, hotel: str, serial: str, room: str) -> None:
        await self._pool.execute(
            "insert into unit (hotel, serial, room) values ($1, $2, $3) on conflict (hotel, serial) do update set room = excluded.room",
            hotel, serial, room,
        )

    async def room_of(self, hotel: str, serial: str) -> str | None:
        return await self._pool.fetchval("select room from unit where hotel = $1 and serial = $2", hotel, serial)

    async def stay(self, place: Place) -> Stay | None:
        row = await self._pool.fetchrow(
            "select guest, consent from stay where hotel = $1 and room = $2 and now() between arrival and departure", *place
        )
        return Stay(**row) if row else None

    async def minibar_item(self, hotel: str, words: str) -> Item | None:
        row = await self._pool.fetchrow(
            "select name, cents from minibar_item where hotel = $1 and position(lower(name) in lower($2)) > 0"
            " order by length(name) desc limit 1",
            hotel, words,
        )
        return Item(**row) if row else None

    async def book(self, place: Place, item: Item) -> None:
        await self._pool.execute(
            "insert into minibar_booking (hotel, room, name, cents) values ($1, $2, $3, $4)", *place, item.name, item.cents
        )

    async def extension(self, hotel: str, words: str) -> str | None:
        return await self._pool.fetchval(
            "select number from extension where hotel = $1 and position(lower(name) in lower($2)) > 0 limit 1", hotel, words
        )

    async def log_action(self, place: Place, action: str, detail: str, model: str) -> None:
        await self._pool.execute(
            "insert into action_log (hotel, room, action, detail, model) values ($1, $2, $3, $4, $5)", *place, action, detail, model
        )

    async def staff(self, name: str) -> asyncpg.Record | None:
        return await self._pool.fetchrow("select name, hotel, password_hash from staff where name = $1", name)


class RecordingRepository(_Repository):
    _COLUMNS = "id, hotel, room, serial, object_key, transcript, predicted, score, label"

    async def add(self, one: Recording) -> None:
        await self._pool.execute(
            "insert into recording (id, hotel, room, serial, object_key, transcript, predicted, score)"
            " values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (id) do nothing",
            one.id, one.hotel, one.room, one.serial, one.object_key, one.transcript, one.predicted, one.score,
        )

    async def get(self, recording: UUID) -> Recording | None:
        row = await self._pool.fetchrow(f"select {self._COLUMNS} from recording where id = $1", recording)
        return Recording(**row) if row else None

    async def unlabelled(self, hotel: str, limit: int = 50) -> list[Recording]:
        rows = await self._pool.fetch(
            f"select {self._COLUMNS} from recording where hotel = $1 and label is null order by score limit $2", hotel, limit
        )
        return [Recording(**row) for row in rows]

    async def set_label(self, recording: UUID, hotel: str, label: str, source: str, by: str) -> bool:
        status = await self._pool.execute(
            "update recording set label = $3, label_source = $4, labelled_by = $5, labelled_at = now() where id = $1 and hotel = $2",
            recording, hotel, label, source, by,
        )
        return status == "UPDATE 1"


class ReleaseRepository(_Repository):
    async def current(self) -> Release | None:
        row = await self._pool.fetchrow("select version, url, sha256 from model_release order by released_at desc limit 1")
        return Release(**row) if row else None

    async def add(self, release: Release) -> None:
        await self._pool.execute(
            "insert into model_release (version, url, sha256) values ($1, $2, $3)", release.version, release.url, release.sha256
        )
