import polars as pl
import pytest

from shelf import backtest, release

HELD_OUT = pl.DataFrame()


def figures(monkeypatch, candidate, baseline, current):
    monkeypatch.setattr(backtest, "of_models", lambda models, rows: {"total": candidate, "tools": candidate})
    monkeypatch.setattr(backtest, "of_baseline", lambda rows: {"total": baseline})
    monkeypatch.setattr(release, "in_use", lambda rows: {"total": current, "tools": current})


def test_good_candidate_passes(monkeypatch):
    figures(monkeypatch, 0.30, 0.40, 0.31)
    assert release.gate({}, HELD_OUT)["total"] == 0.30


@pytest.mark.parametrize(("candidate", "baseline", "current"), [(0.39, 0.40, 0.40), (0.34, 0.40, 0.31)])
def test_bad_candidate_is_refused(monkeypatch, candidate, baseline, current):
    figures(monkeypatch, candidate, baseline, current)
    with pytest.raises(release.Refused):
        release.gate({}, HELD_OUT)
