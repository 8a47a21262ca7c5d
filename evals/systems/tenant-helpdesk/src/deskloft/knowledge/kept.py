"""Answers that are kept for a day. ADR 7."""
import hashlib
import re
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from deskloft.settings import settings
from deskloft.tables import KeptAnswer

DAY = timedelta(hours=24)


def key_of(question: str) -> str:
    plain = " ".join(re.findall(r"\w+", question.casefold()))
    return hashlib.sha256(f"{settings().model}\n{plain}".encode()).hexdigest()


async def recall(session: AsyncSession, question: str) -> str | None:
    return await session.scalar(
        select(KeptAnswer.answer).where(KeptAnswer.key == key_of(question), KeptAnswer.made > datetime.now(UTC) - DAY)
    )


async def keep(session: AsyncSession, question: str, answer: str) -> None:
    new = insert(KeptAnswer).values(key=key_of(question), answer=answer)
    await session.execute(new.on_conflict_do_update(index_elements=["key"], set_={"answer": answer, "made": datetime.now(UTC)}))


async def forget(session: AsyncSession) -> None:
    await session.execute(delete(KeptAnswer).where(KeptAnswer.made < datetime.now(UTC) - DAY))
