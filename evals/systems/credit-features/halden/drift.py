"""Whether the scores of a night are like those they are held against."""
from datetime import date

import numpy as np
import pandas as pd
import psycopg

from halden import db
from halden.checks import CheckFailed

BINS = np.array([0, 0.02, 0.04, 0.06, 0.09, 0.13, 0.18, 0.24, 0.31, 0.5, 1.0])
HOLD = 0.2
LAST = "SELECT shares FROM risk.score_shares WHERE day < %(day)s ORDER BY day DESC LIMIT 1"


def shares(scores: pd.Series) -> np.ndarray:
    counts, _ = np.histogram(scores, BINS)
    return np.clip(counts / counts.sum(), 1e-4, None)


def psi(now: np.ndarray, then: np.ndarray) -> float:
    return float(((now - then) * np.log(now / then)).sum())


def hold_if_moved(scores: pd.Series, day: date) -> None:
    """Raises where the distribution has moved too far."""
    kept = db.frame(LAST, {"day": day})
    if kept.empty:
        return
    moved = psi(shares(scores), np.asarray(kept["shares"][0]))
    if moved > HOLD:
        raise CheckFailed(f"scores moved, PSI {moved:.3f}")


def keep(cursor: psycopg.Cursor, scores: pd.Series, day: date) -> None:
    cursor.execute("INSERT INTO risk.score_shares (day, shares) VALUES (%s, %s) ON CONFLICT DO NOTHING", (day, shares(scores).tolist()))
