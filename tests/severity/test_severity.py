"""What a person judged from the definitions and what a scan says differ seldom, and seldom by much."""

from __future__ import annotations

import pytest

from pipeline.findings.risk import severity_of
from tests.severity.agreement import SCALE, held, kappa, read_judged

BAR = 0.80


def test_every_judged_case_is_still_in_its_page_and_reported() -> None:
    assert len(read_judged()) >= 80
    assert [one.judged.example for one in held()] == [one.example for one in read_judged()]


def test_scan_and_person_agree_beyond_the_bar() -> None:
    """The person gave levels; both severities come from the matrix."""
    pairs = [
        (SCALE.index(severity_of(one.judged.likelihood, one.judged.impact)), SCALE.index(one.severity)) for one in held()
    ]  # fmt: skip
    assert kappa(pairs, len(SCALE)) >= BAR, [
        (one.judged.threat, one.judged.example) for one, (a, b) in zip(held(), pairs, strict=True) if abs(a - b) > 1
    ]
    assert max(abs(a - b) for a, b in pairs) <= 1


@pytest.mark.parametrize(
    ("pairs", "value"),
    [
        ([(0, 0), (1, 1), (2, 2)], 1.0),
        ([(0, 0), (0, 1), (1, 0), (1, 1)], 0.0),  # no better than chance
        ([(0, 1), (1, 0)], -1.0),
        # Observed (1 + 4) of 4; first 0,0,2,2 and second 0,1,2,0 would differ by 28 over all 16 pairs.
        ([(0, 0), (0, 1), (2, 2), (2, 0)], 1 - (5 / 4) / (28 / 16)),
    ],
)
def test_kappa_is_as_computed_by_hand(pairs: list[tuple[int, int]], value: float) -> None:
    assert kappa(pairs, 3) == pytest.approx(value)
