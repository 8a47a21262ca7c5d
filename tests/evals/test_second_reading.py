"""Two readers of the reference systems: figures that can be reckoned by hand, and disputes that are all settled."""

from __future__ import annotations

import pytest

from evals.labels import SYSTEMS, read_labels
from evals.scoring.agreement import counted, kappa
from evals.second_reading.agreement import agreement
from evals.second_reading.model import read_readings, read_settled
from pipeline.findings.model import SEVERITIES

READINGS = read_readings()


@pytest.mark.parametrize(
    ("pairs", "levels", "value"),
    [
        ([(1, 1)] * 20 + [(0, 0)] * 15 + [(1, 0)] * 5 + [(0, 1)] * 10, 2, 0.4),  # the textbook's 50 proposals
        ([(0, 0), (1, 1), (2, 2)], 3, 1.0),
        ([(0, 2), (2, 0)], 3, -1.0),
        ([(0, 0), (0, 1), (1, 0), (1, 1)], 2, 0.0),
    ],
)
def test_kappa_is_what_is_reckoned_by_hand(pairs: list[tuple[int, int]], levels: int, value: float) -> None:
    assert kappa(counted(pairs, levels)) == pytest.approx(value)


def test_at_least_a_quarter_of_the_labels_was_read_twice() -> None:
    labels = sum(len(read_labels(path).expected) for path in SYSTEMS.iterdir() if (path / "labels.yaml").is_file())
    read = sum(len(reading.labels) for reading in READINGS)
    assert read / labels >= 0.25


def test_the_first_reader_s_statements_are_all_judged() -> None:
    for reading in READINGS:
        labels = read_labels(SYSTEMS / reading.system)
        changed = {change.label for change in labels.history}
        assert {label.id for label in labels.expected} <= set(reading.labels), reading.system
        assert set(reading.labels) - {label.id for label in labels.expected} <= changed, reading.system


def test_every_dispute_is_settled_in_writing_and_the_label_says_so() -> None:
    settled = {(one.system, one.label) for one in read_settled()}
    far = {
        (reading.system, label)
        for reading in READINGS
        for label, one in reading.labels.items()
        if not one.holds or (one.severity and abs(SEVERITIES.index(one.severity) - SEVERITIES.index(one.severity_then)) > 1)
    }
    assert far == settled
    for one in read_settled():
        label = {label.id: label for label in read_labels(SYSTEMS / one.system).expected}.get(one.label)
        assert (label is None) == one.settled.startswith("taken out")
        assert label is None or label.severity == one.settled.split(",")[0]


def test_the_figures_are_those_of_the_page() -> None:
    figures = agreement(READINGS)
    assert figures.both_hold + figures.neither_holds <= figures.statements
    assert 0.9 < figures.kappa < 1.0
    assert 0.5 < figures.severity_kappa < 0.8
    assert figures.same_severity + figures.one_apart <= figures.severities
