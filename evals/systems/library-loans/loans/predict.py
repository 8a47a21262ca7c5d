"""When will it be back? A median of the last loans of the title."""

import datetime as dt
from statistics import median

from sqlalchemy import func, select

from .models import Hold, Item, Loan, Session

DEFAULT_DAYS = 28
SAMPLES = 20


def features(title_id: int) -> tuple[list[int], int]:
    """Days of the last loans, and how many readers wait."""
    past = Session.execute(
        select(Loan.since, Loan.returned)
        .join(Item)
        .where(Item.title_id == title_id, Loan.returned.is_not(None))
        .order_by(Loan.returned.desc())
        .limit(SAMPLES)
    ).all()
    waiting = Session.scalar(select(func.count()).select_from(Hold).where(Hold.title_id == title_id))
    return [(back - since).days for since, back in past], waiting or 0


def predict(title_id: int, today: dt.date | None = None) -> dt.date:
    days, waiting = features(title_id)
    typical = median(days) if days else DEFAULT_DAYS
    return (today or dt.date.today()) + dt.timedelta(days=round(typical * (1 + waiting)))


def evaluate(pairs: list[tuple[dt.date, dt.date]]) -> float:
    """Mean error in days of predicted and real dates."""
    return sum(abs((a - b).days) for a, b in pairs) / len(pairs)
