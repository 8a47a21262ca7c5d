from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from picks_train.evaluation import TooWeak, check
from picks_train.factorise import warm
from picks_train.interactions import build


def frame() -> pd.DataFrame:
    rows = [("listener:1", str(n), 1.0, pd.Timestamp(2025, 1, n)) for n in range(1, 7)]
    return pd.DataFrame([*rows, ("listener:2", "1", -1.0, pd.Timestamp(2025, 1, 9))], columns=["subject", "episode", "weight", "last_at"])


def test_the_last_episode_is_held_out() -> None:
    data = build(frame(), alpha=8.0)
    assert data.subjects == ["listener:1"]
    assert data.episodes[data.held_out[0]] == "6"
    assert data.confidence[0, data.held_out[0]] == 0
    assert data.confidence[0, 0] == 9.0


def test_known_names_start_where_they_were() -> None:
    rows = warm(["b", "new"], ["a", "b"], np.array([[1, 2], [3, 4]], dtype=np.float32))
    assert rows[0].tolist() == [3, 4]
    assert np.abs(rows[1]).max() < 0.1


def test_a_weak_model_is_refused() -> None:
    with pytest.raises(TooWeak):
        check(0.01, 0.08)
