"""The sample systems and their hardened twins: what has to be found, and what must not be reported."""

from __future__ import annotations

import pytest

import threatloom
from evals.labels import SYSTEMS, LabelledFile, Labels, read_labels
from evals.matching import Result, score
from ingest import lines_of, list_sources
from pipeline.threats.catalog import load_catalog

VULNERABLE, HARDENED = "support-assistant", "support-assistant-hardened"
# Labels that are met, of all and of those that must be: bars a little below the present state, so that a change that loses some is seen.
BARS = {
    VULNERABLE: (0.70, 0.80),
    "care-navigator": (0.90, 0.95),
    "llm-gateway-infra": (0.75, 0.90),
    "defect-classifier": (0.66, 0.88),
    # Written later, and labelled without accepted threats: what is met on papers and settings that no rule was made for.
    "loan-desk": (0.20, 0.20),
    "archive-rag-azure": (0.75, 0.83),
    "listing-moderation": (0.50, 0.48),
    "tender-desk": (0.30, 0.35),
    "voice-notes-infra": (0.45, 0.45),  # the images of one folder are one finding, which serves one label
}
NAMES = [name for bare in BARS for name in (bare, f"{bare}-hardened") if (SYSTEMS / name).is_dir()]
# Traps that are sprung, by what of a system and why; each is a false alarm that is known.
SPRUNG = {
    ("loan-desk-hardened", "Finch works with LENDING_ADMIN"): "the trap names a whole page, and the agent is mentioned on it",
    ("tender-desk", "No second factor for employees"): "a paragraph is cited whole, and the next sentence of it is the trap",
    ("tender-desk", "Portal without encryption"): "a paragraph is cited whole, and the sentence before is the trap",
    ("voice-notes-infra", "Qdrant image not pinned"): "the finding is about the port of the service that the image line names",
}
_WITHOUT_LINES = {
    "pptx",
    "xlsx",
    "model_file",
    "notebook",
    "eml",
    "drawio",
}  # labels count slides, rows, files, and lines as they are stored
WISHED = {"model-trusted-verdict"}  # labelled, not in the catalog yet
Results = dict[str, tuple[Labels, Result, tuple[threatloom.Finding, ...]]]


@pytest.fixture(scope="module")
def results() -> Results:
    found = {}
    for name in NAMES:
        scan, labels = threatloom.scan(SYSTEMS / name, jobs=1), read_labels(SYSTEMS / name)
        assert scan.errors == ()
        found[name] = (labels, score(labels, scan.findings), scan.findings)
    return found


@pytest.mark.parametrize("name", BARS)
def test_as_many_labelled_threats_are_found_as_before(results: Results, name: str) -> None:
    labels, result, _ = results[name]
    missed = [label.id for label in result.missed]
    for must_only, bar in zip((False, True), BARS[name], strict=True):
        met, wanted = result.recall(labels, must_only=must_only)
        assert met / wanted >= bar, missed


def test_most_of_what_is_found_is_found_at_the_labelled_lines(results: Results) -> None:
    _, result, _ = results[VULNERABLE]
    assert len(result.precise) >= 0.9 * len(result.met), sorted(set(result.met) - result.precise)


@pytest.mark.parametrize("name", NAMES)
def test_no_trap_is_sprung(results: Results, name: str) -> None:
    sprung = {trap.claim: (finding.threat, finding.element) for trap, finding in results[name][1].sprung}
    known = {claim for system, claim in SPRUNG if system == name}
    assert set(sprung) == known, sprung  # one that is mended leaves the list


def test_what_was_fixed_is_not_reported_on_the_hardened_twin(results: Results) -> None:
    """Fixed is what the twin's labels no longer expect: a threat the vulnerable system must show, at an element both have."""
    before, after = results[VULNERABLE], results[HARDENED]
    residual = {slug for label in after[0].expected for slug in label.accept}
    fixed = {slug for label in before[0].expected if label.must for slug in label.accept} - residual
    assert not [
        (finding.threat, finding.element) for finding in after[2] if finding.threat in fixed and finding.severity in ("critical", "high")
    ]


@pytest.mark.parametrize("name", NAMES)
def test_every_label_names_lines_that_exist(name: str) -> None:
    labels = read_labels(SYSTEMS / name)
    sources = {source.path: source for source in list_sources(SYSTEMS / name).sources}
    assert labels.system == name
    assert len({label.id for label in labels.expected}) == len(labels.expected)
    places = [file for label in labels.expected for file in label.files]
    for place in [*places, *(LabelledFile(path=trap.file, lines=trap.lines) for trap in labels.must_not)]:
        assert (SYSTEMS / name / place.path).is_file(), place
        lines = place.range()
        if lines is not None and place.path in sources and sources[place.path].kind not in _WITHOUT_LINES:
            count = max(len(page) for page in lines_of(sources[place.path]).values())
            assert 1 <= lines[0] <= lines[1] <= count, place


def test_every_label_accepts_threats_of_the_catalog() -> None:
    known = {threat.slug for threat in load_catalog().threats}
    for name in NAMES:
        labels = read_labels(SYSTEMS / name)
        named = {slug for label in labels.expected for slug in label.accept} | {slug for trap in labels.must_not for slug in trap.slugs}
        assert named - known <= WISHED, named - known
