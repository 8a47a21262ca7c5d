import pandas as pd
import pytest

from halden.checks import CheckFailed, Range, ranges
from halden.drift import psi, shares
from halden.fairness import ratios
from halden.score import decide


@pytest.mark.parametrize(("score", "months", "wanted"), [(0.01, 24, "accept"), (0.2, 24, "officer"), (0.6, 24, "decline"), (0.6, 2, "officer")])
def test_decide(score, months, wanted):
    assert decide(score, months) == wanted


def test_ranges_stop():
    with pytest.raises(CheckFailed, match="3 outside"):
        ranges(pd.DataFrame({"x": [-1, 2, 3, 4]}), (Range("x", 2, 2, 0.0),))


def test_psi_of_the_same_is_zero():
    scores = pd.Series([0.01, 0.05, 0.1, 0.4] * 50)
    assert psi(shares(scores), shares(scores)) == 0


def test_ratio_of_the_best_off_is_one():
    decisions = pd.DataFrame({"age": [30] * 500 + [20] * 500, "decision": ["accept"] * 750 + ["decline"] * 250})
    assert ratios(decisions) == {"18-24": 0.5, "25-39": 1.0}
