"""Decides which new shows are listed."""

from __future__ import annotations

import logging

import psycopg
from transformers import pipeline

from picks_train.settings import Settings

log = logging.getLogger(__name__)
READ = 2000
PENDING = """
SELECT s.id, left(s.title || '. ' || s.description || ' ' || coalesce(string_agg(e.transcript, ' ' ORDER BY e.id), ''), %s)
  FROM shows s LEFT JOIN episodes e ON e.show_id = s.id
 WHERE s.state = 'pending'
 GROUP BY s.id
"""


def screen(db: psycopg.Connection, s: Settings) -> int:
    judge = pipeline("text-classification", model=s.screening_model, top_k=None, truncation=True)
    shows = db.execute(PENDING, (READ,)).fetchall()
    for show, text in shows:
        worst = max(one["score"] for one in judge([text])[0])
        state = "rejected" if worst >= s.screening_limit else "listed"
        db.execute("UPDATE shows SET state = %s WHERE id = %s", (state, show))
    db.commit()
    log.info("%d shows screened", len(shows))
    return len(shows)
