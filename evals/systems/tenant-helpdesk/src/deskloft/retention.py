"""Deletes what is over its time. Run nightly."""
import asyncio
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, text

from deskloft.knowledge import kept
from deskloft.tables import Ticket, make_session


async def main() -> None:
    async with make_session() as session, session.begin():
        await session.execute(delete(Ticket).where(Ticket.closed < datetime.now(UTC) - timedelta(days=730)))
        await session.execute(text("delete from action where made < now() - interval '1 year'"))
        await kept.forget(session)


if __name__ == "__main__":
    asyncio.run(main())
