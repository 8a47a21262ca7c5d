"""Search in the catalogue: words in title, author and subjects."""

from sqlalchemy import func, select

from .models import Item, Loan, Session, Title
from .predict import predict

WEIGHTS = {"title": 3, "author": 2, "subjects": 1}


def score(title: Title, words: list[str]) -> int:
    return sum(weight for name, weight in WEIGHTS.items() for w in words if w in getattr(title, name).lower())


def retrieve(query: str, limit: int = 20) -> list[dict]:
    words = [w for w in query.lower().split() if len(w) > 1][:8]
    if not words:
        return []
    statement = select(Title)
    for word in words:
        pattern = "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        statement = statement.where(func.lower(Title.title + " " + Title.author + " " + Title.subjects).like(pattern, escape="\\"))
    found = sorted(Session.scalars(statement.limit(400)), key=lambda t: (-score(t, words), t.title))[: min(limit, 50)]
    return [describe(t) for t in found]


def describe(title: Title) -> dict:
    lent = select(Loan.item_id).where(Loan.returned.is_(None))
    free = Session.scalar(select(func.count()).select_from(Item).where(Item.title_id == title.id, Item.id.not_in(lent)))
    return {
        "id": title.id,
        "title": title.title,
        "author": title.author,
        "available": free,
        "predicted_back": None if free else predict(title.id).isoformat(),
    }
