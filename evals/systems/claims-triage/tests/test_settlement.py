from types import SimpleNamespace

import pandas as pd
import pytest

from triage.settings import settings
from triage.settlement import Settlement


class Recorder:
    def __init__(self):
        self.calls = []

    def __getattr__(self, name):
        return lambda *args: self.calls.append((name, *args))


def desk(estimates):
    photos = SimpleNamespace(of_claim=lambda _: [SimpleNamespace(estimate=cost) for cost in estimates])
    claims = SimpleNamespace(close=lambda claim, status: setattr(claim, "status", status))
    scorer = SimpleNamespace(reasons=lambda row: ["prior_claims"])
    repos = SimpleNamespace(photos=photos, claims=claims)
    return Settlement(settings(), repos, scorer, Recorder(), Recorder())


@pytest.mark.parametrize(
    ("score", "amount", "estimates", "status"),
    [
        (0.05, 1_000, [1_100], "approved"),
        (0.05, 1_000, [], "referred"),
        (0.05, 9_000, [14_000], "referred"),
        (0.50, 1_000, [1_100], "referred"),
        (0.97, 1_000, [1_100], "declined"),
    ],
)
def test_status(score, amount, estimates, status):
    claim = SimpleNamespace(id=4, amount=amount, status="open")
    assert desk(estimates).apply(claim, score, pd.DataFrame()) == status


def test_closed_claims_stay():
    claim = SimpleNamespace(id=4, amount=10, status="declined")
    assert desk([450]).apply(claim, 0.01, pd.DataFrame()) == "declined"


def test_letter_gives_reasons():
    claim = SimpleNamespace(id=4, amount=10, status="open")
    settlement = desk([])
    settlement.apply(claim, 0.99, pd.DataFrame())
    assert settlement.letters.calls == [("declined", claim, ["prior_claims"])]
