"""Matrix factorisation, started from last night's factors where there are some."""

from __future__ import annotations

import logging
import pickle
from dataclasses import dataclass

import numpy as np
from implicit.als import AlternatingLeastSquares

from picks_train.interactions import Interactions
from picks_train.settings import Settings
from picks_train.storage import Storage

log = logging.getLogger(__name__)
STATE = "state/als.pkl"


@dataclass
class Factors:
    subjects: list[str]
    episodes: list[str]
    subject_rows: np.ndarray
    episode_rows: np.ndarray


def last_night(storage: Storage) -> Factors | None:
    raw = storage.read(STATE)
    return pickle.loads(raw) if raw else None


def fit(data: Interactions, previous: Factors | None, s: Settings) -> Factors:
    model = AlternatingLeastSquares(
        factors=s.factors, iterations=s.iterations, regularization=s.regularization, random_state=7
    )
    if previous is not None and previous.episode_rows.shape[1] == s.factors:
        model.user_factors = warm(data.subjects, previous.subjects, previous.subject_rows)
        model.item_factors = warm(data.episodes, previous.episodes, previous.episode_rows)
        log.info("started from %d subjects of last night", len(previous.subjects))
    model.fit(data.confidence, show_progress=False)
    return Factors(data.subjects, data.episodes, np.asarray(model.user_factors), np.asarray(model.item_factors))


def warm(names: list[str], known: list[str], rows: np.ndarray) -> np.ndarray:
    at = {name: i for i, name in enumerate(known)}
    started = np.random.default_rng(7).normal(scale=0.01, size=(len(names), rows.shape[1])).astype(np.float32)
    for i, name in enumerate(names):
        if name in at:
            started[i] = rows[at[name]]
    return started


def keep(factors: Factors, storage: Storage) -> None:
    storage.write(STATE, pickle.dumps(factors, protocol=5))
