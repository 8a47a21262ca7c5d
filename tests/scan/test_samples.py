"""The two sample systems: what has to be found, and what must not be reported."""

from __future__ import annotations

import pytest

import threatloom
from evals.labels import SYSTEMS, LabelledFile, Labels, read_labels
from evals.matching import Result, score
from ingest import lines_of, list_sources
from pipeline.threats.catalog import load_catalog

VULNERABLE, HARDENED = "support-assistant", "support-assistant-hardened"
WISHED = {"model-trusted-verdict"}  # labelled, not in the catalog yet
Results = dict[str, tuple[Labels, Result, tuple[threatloom.Finding, ...]]]


@pytest.fixture(scope="module")
def results() -> Results:
    found = {}
    for name in (VULNERABLE, HARDENED):
        scan, labels = threatloom.scan(SYSTEMS / name, jobs=1), read_labels(SYSTEMS / name)
        assert scan.errors == ()
        found[name] = (labels, score(labels, scan.findings), scan.findings)
    return found


def test_most_labelled_threats_of_the_vulnerable_system_are_found(results: Results) -> None:
    labels, result, _ = results[VULNERABLE]
    missed = [label.id for label in result.missed]
    for must_only, bar in ((False, 0.70), (True, 0.80)):
        met, wanted = result.recall(labels, must_only=must_only)
        assert met / wanted >= bar, missed


def test_most_of_what_is_found_is_found_at_the_labelled_lines(results: Results) -> None:
    _, result, _ = results[VULNERABLE]
    assert len(result.precise) >= 0.9 * len(result.met), sorted(set(result.met) - result.precise)


@pytest.mark.parametrize("name", [VULNERABLE, HARDENED])
def test_no_trap_is_sprung(results: Results, name: str) -> None:
    sprung = results[name][1].sprung
    assert not sprung, [(trap.claim, finding.threat, finding.element) for trap, finding in sprung]


def test_what_was_fixed_is_not_reported_on_the_hardened_twin(results: Results) -> None:
    """Fixed is what the twin's labels no longer expect: a threat the vulnerable system must show, at an element both have."""
    before, after = results[VULNERABLE], results[HARDENED]
    residual = {slug for label in after[0].expected for slug in label.accept}
    fixed = {slug for label in before[0].expected if label.must for slug in label.accept} - residual
    assert not [
        (finding.threat, finding.element) for finding in after[2] if finding.threat in fixed and finding.severity in ("critical", "high")
    ]


@pytest.mark.parametrize("name", [VULNERABLE, HARDENED])
def test_every_label_names_lines_that_exist(name: str) -> None:
    labels = read_labels(SYSTEMS / name)
    sources = {source.path: source for source in list_sources(SYSTEMS / name).sources}
    assert labels.system == name
    assert len({label.id for label in labels.expected}) == len(labels.expected)
    places = [file for label in labels.expected for file in label.files]
    for place in [*places, *(LabelledFile(path=trap.file, lines=trap.lines) for trap in labels.must_not)]:
        assert (SYSTEMS / name / place.path).is_file(), place
        lines = place.range()
        if lines is not None and place.path in sources:
            count = max(len(page) for page in lines_of(sources[place.path]).values())
            assert 1 <= lines[0] <= lines[1] <= count, place


def test_every_label_accepts_threats_of_the_catalog() -> None:
    known = {threat.slug for threat in load_catalog().threats}
    for name in (VULNERABLE, HARDENED):
        labels = read_labels(SYSTEMS / name)
        named = {slug for label in labels.expected for slug in label.accept} | {slug for trap in labels.must_not for slug in trap.slugs}
        assert named - known <= WISHED, named - known
