"""The sample systems and their hardened twins: labels that name what is there, and what must not be reported.

How much is found is held to by `make check`, with `evals/systems/bars.yaml`.
"""

from __future__ import annotations

import pytest

import threatloom
from evals.labels import SYSTEMS, read_labels
from ingest import lines_of, list_sources
from pipeline.threats.catalog import load_catalog

VULNERABLE, HARDENED = "support-assistant", "support-assistant-hardened"
NAMES = sorted(path.name for path in SYSTEMS.iterdir() if (path / "labels.yaml").is_file())
_WITHOUT_LINES = {
    "pptx",
    "xlsx",
    "model_file",
    "notebook",
    "eml",
    "drawio",
}  # labels count slides, rows, files, and lines as they are stored
WISHED = {"model-trusted-verdict"}  # labelled, not in the catalog yet


def test_what_was_fixed_is_not_reported_on_the_hardened_twin() -> None:
    """Fixed is what the twin's labels no longer expect: a threat the vulnerable system must show, at an element both have."""
    before, after = (read_labels(SYSTEMS / name) for name in (VULNERABLE, HARDENED))
    residual = {slug for label in after.expected for slug in label.accept}
    fixed = {slug for label in before.expected if label.must for slug in label.accept} - residual
    findings = threatloom.scan(SYSTEMS / HARDENED, jobs=1).findings
    assert not [(one.threat, one.element) for one in findings if one.threat in fixed and one.severity in ("critical", "high")]


@pytest.mark.parametrize("name", NAMES)
def test_every_label_names_lines_that_exist(name: str) -> None:
    labels = read_labels(SYSTEMS / name)
    sources = {source.path: source for source in list_sources(SYSTEMS / name).sources}
    assert labels.system == name
    assert len({label.id for label in labels.expected}) == len(labels.expected)
    places = [file for label in labels.expected for file in label.files]
    for place in [*places, *(trap.place for trap in labels.must_not)]:
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
