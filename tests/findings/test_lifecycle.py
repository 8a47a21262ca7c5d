"""The life of a finding: what each sight of it makes of each status, and that what nobody looked for is never fixed."""

from __future__ import annotations

from datetime import date
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.findings.lifecycle import Sight, holds, next_status
from pipeline.findings.model import Decision, DecisionKind, Status

STATUSES: tuple[Status, ...] = get_args(Status)
SIGHTS: tuple[Sight, ...] = get_args(Sight)


@pytest.mark.parametrize(
    ("before", "sight", "decided", "after"),
    [
        (None, "seen", None, "new"),
        ("new", "seen", None, "open"),
        ("open", "seen", None, "open"),
        ("reopened", "seen", None, "open"),
        ("unknown", "seen", None, "open"),  # it was there all the time, as far as anybody knows
        ("fixed", "seen", None, "reopened"),
        ("accepted", "seen", "accepted", "accepted"),
        ("accepted", "seen", None, "reopened"),  # the decision has ended
        ("new", "seen", "dismissed", "dismissed"),
        (None, "seen", "dismissed", "dismissed"),
        ("open", "gone", None, "fixed"),
        ("accepted", "gone", "accepted", "fixed"),
        ("open", "unseen", None, "unknown"),
        ("fixed", "unseen", None, "fixed"),
        ("accepted", "unseen", "accepted", "accepted"),
        ("accepted", "unseen", None, "unknown"),
    ],
)
def test_what_becomes_of_a_finding(before: Status | None, sight: Sight, decided: DecisionKind | None, after: Status) -> None:
    assert next_status(before, sight, decided) == after


@given(before=st.sampled_from([None, *STATUSES]), decided=st.sampled_from([None, "accepted", "dismissed"]))
def test_what_nobody_looked_for_is_never_newly_fixed(before: Status | None, decided: DecisionKind | None) -> None:
    if before != "fixed":
        assert next_status(before, "unseen", decided) != "fixed"


@given(before=st.sampled_from([None, *STATUSES]), sight=st.sampled_from(SIGHTS))
def test_nothing_is_accepted_or_dismissed_without_a_decision(before: Status | None, sight: Sight) -> None:
    assert next_status(before, sight) not in ("accepted", "dismissed")


def test_the_last_day_of_a_decision_is_included() -> None:
    decision = Decision(kind="accepted", reason="Behind the VPN.", until="2026-03-31")
    assert holds(decision, date(2026, 3, 31))
    assert not holds(decision, date(2026, 4, 1))
    assert holds(Decision(kind="accepted", reason="Behind the VPN."), date(2099, 1, 1))
