"""What listeners did, as a sparse matrix of confidences."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import psycopg
from scipy import sparse

WEIGHED = """
SELECT e.subject, e.episode_id::text AS episode,
       sum(CASE e.kind WHEN 'like' THEN 3.0 WHEN 'finish' THEN 2.0 WHEN 'play' THEN 1.0 WHEN 'skip' THEN -1.0 END) AS weight,
       max(e.happened_at) AS last_at
  FROM events e
  JOIN episodes ep ON ep.id = e.episode_id
  JOIN shows s ON s.id = ep.show_id AND s.state = 'listed'
 GROUP BY e.subject, e.episode_id
"""


@dataclass(frozen=True)
class Interactions:
    subjects: list[str]
    episodes: list[str]
    confidence: sparse.csr_matrix
    held_out: dict[int, int]  # row of a subject -> column of the episode it heard last


def load(db: psycopg.Connection, alpha: float) -> Interactions:
    with db.cursor() as cursor:
        cursor.execute(WEIGHED)
        frame = pd.DataFrame(cursor.fetchall(), columns=["subject", "episode", "weight", "last_at"])
    return build(frame, alpha)


def build(frame: pd.DataFrame, alpha: float) -> Interactions:
    frame = frame[frame["weight"] > 0].sort_values("last_at")
    rows, subjects = pd.factorize(frame["subject"])
    columns, episodes = pd.factorize(frame["episode"])
    counts = np.bincount(rows, minlength=len(subjects))
    last = dict(zip(rows.tolist(), columns.tolist(), strict=True))
    held_out = {row: column for row, column in last.items() if counts[row] >= 5}
    keep = np.array([held_out.get(row) != column for row, column in zip(rows, columns, strict=True)], dtype=bool)
    values = 1.0 + alpha * frame["weight"].to_numpy(dtype=np.float32)
    confidence = sparse.csr_matrix((values[keep], (rows[keep], columns[keep])), shape=(len(subjects), len(episodes)))
    return Interactions(list(subjects), list(episodes), confidence, held_out)
