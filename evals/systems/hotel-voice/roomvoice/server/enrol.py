"""`python -m roomvoice.server.enrol HOTEL SERIAL ROOM`: note a new unit and print its token for /etc/hv/token."""

import asyncio
import sys

import asyncpg

from roomvoice.server import settings
from roomvoice.server.identity import mint_token
from roomvoice.server.repositories import HouseRepository


async def enrol(hotel: str, serial: str, room: str) -> str:
    pool = await asyncpg.create_pool(str(settings.DATABASE_URL), min_size=1, max_size=1)
    async with pool:
        await HouseRepository(pool).place_unit(hotel, serial, room)
    return mint_token(hotel, serial)


if __name__ == "__main__":
    print(asyncio.run(enrol(*sys.argv[1:4])))
