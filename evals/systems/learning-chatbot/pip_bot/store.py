"""Conversations and feedback: one JSON line each."""

import json
import time
import uuid

from .config import DATA


def _append(name: str, row: dict) -> None:
    DATA.mkdir(parents=True, exist_ok=True)
    with (DATA / name).open("a", encoding="utf-8") as out:
        out.write(json.dumps(row, ensure_ascii=False) + "\n")


def keep(messages: list[dict], answer: str, place: str) -> str:
    turn = uuid.uuid4().hex
    _append("turns.jsonl", {"id": turn, "at": time.time(), "place": place, "messages": messages, "answer": answer})
    return turn


def vote(turn: str, good: bool) -> None:
    _append("votes.jsonl", {"turn": turn, "good": good})


def correct(turn: str, text: str) -> None:
    _append("corrections.jsonl", {"turn": turn, "text": text})


def rows(name: str) -> list[dict]:
    path = DATA / name
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def best(count: int = 20) -> list[dict]:
    """The turns with most thumbs, for the hall of fame."""
    points: dict[str, int] = {}
    for row in rows("votes.jsonl"):
        points[row["turn"]] = points.get(row["turn"], 0) + (1 if row["good"] else -1)
    found = [t | {"points": points[t["id"]]} for t in rows("turns.jsonl") if points.get(t["id"], 0) > 0]
    return sorted(found, key=lambda t: -t["points"])[:count]
