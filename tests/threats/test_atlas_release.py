"""Releases of ATLAS: both formats are read, what they change is said, and what is none is refused with a reason."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pipeline.threats.atlas_release import MOST_BYTES, NoRelease, compare, newer, read_release
from pipeline.threats.taxonomy import TaxonomyFile

NAMES = {"AML.T0001": "First", "AML.T0001.000": "First: Part", "AML.T0002": "Second", "AML.T0003": "Third"}
KNOWN = TaxonomyFile.model_validate(
    {
        "field": "atlas", "title": "ATLAS", "edition": "2026.09", "published": "2026-09", "url": "https://example.org", "licence": "x",
        "items": NAMES, "retired": {"AML.T0009": "AML.T0003"},
    }
)  # fmt: skip
OWN = {"AML.T0001": "First", "AML.T0001.000": "Part", "AML.T0002": "Other", "AML.T0004": "Fourth"}


def legacy(names: dict[str, str] = OWN, version: object = "5.6.0") -> dict[str, Any]:
    listed = [
        {"id": identity, "name": name, "description": "d", "object-type": "technique", "modified_date": "2026-04-30"}
        | ({"subtechnique-of": identity[:9]} if len(identity) > 9 else {})
        for identity, name in names.items()
    ]
    return {"id": "ATLAS", "name": "n", "version": version, "matrices": [{"id": "ATLAS", "tactics": [], "techniques": listed}]}


def calendar(names: dict[str, str] = OWN, version: object = "2026.10") -> dict[str, Any]:
    return {
        "format-version": "6.0.0",
        "collection": {"id": "ATLAS-collection", "version": version, "name": "ATLAS"},
        "matrix": {"id": "ATLAS-matrix"},
        "tactics": {"AML.TA0002": {"id": "AML.TA0002", "name": "Reconnaissance"}},
        "techniques": {identity: {"id": identity, "object-type": "technique", "name": name} for identity, name in names.items()},
        "relationships": {"AML.T0001": {"achieves": [{"source": "AML.T0001", "target": "AML.TA0002"}]}},
    }


def read(value: object) -> TaxonomyFile:
    return read_release(yaml.safe_dump(value).encode(), KNOWN)


@pytest.mark.parametrize(("release", "edition", "published"), [(legacy(), "5.6.0", "2026-04-30"), (calendar(), "2026.10", "2026-10")])
def test_both_formats_give_ids_with_the_names_findings_print(release: object, edition: str, published: str) -> None:
    made = read(release)
    assert (made.edition, made.published, made.field) == (edition, published, "atlas")
    assert made.items == {"AML.T0001": "First", "AML.T0001.000": "First: Part", "AML.T0002": "Other", "AML.T0004": "Fourth"}


def test_a_deprecated_technique_is_gone() -> None:
    release = calendar()
    release["techniques"]["AML.T0002"]["deprecated"] = True
    assert "AML.T0002" not in read(release).items


def test_what_changes_is_new_gone_and_renamed_and_who_names_what_is_gone() -> None:
    change = compare(KNOWN, read(calendar()), {"AML.T0003": ["a", "b"], "AML.T0001": ["c"]})
    assert change.new == {"AML.T0004": "Fourth"}
    assert change.gone == {"AML.T0003": "Third"}
    assert change.renamed == {"AML.T0002": ("Second", "Other")}
    assert change.cited == {"AML.T0003": ("a", "b")}


def test_an_id_that_is_valid_again_is_no_longer_retired() -> None:
    assert read(calendar(OWN | {"AML.T0009": "Back"})).retired == {}
    assert read(calendar()).retired == {"AML.T0009": "AML.T0003"}


@pytest.mark.parametrize(
    ("one", "other"), [("2026.10", "2026.09"), ("2027.01", "2026.12"), ("2026.05", "5.6.1"), ("5.6.1", "5.6.0"), ("5.10.0", "5.9.0")]
)
def test_releases_follow_each_other_by_their_versions(one: str, other: str) -> None:
    def of(version: str) -> TaxonomyFile:
        return KNOWN.model_copy(update={"edition": version})

    assert newer(of(one), than=of(other)) and not newer(of(other), than=of(one)) and not newer(of(one), than=of(one))


DEEP = b"techniques: " + b"[" * 100_000
BOMB = b"a: &a [x, x]\nb: &b [*a, *a]\ntechniques: {AML.T0001: *b}\n"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "not a list of keys"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"a: [", r"not YAML \(line"),
        (b"v6/ATLAS-latest.yaml\n", "not a list of keys"),  # what the repository's pointer files hold
        (b"- a\n", "not a list of keys"),
        (b"name: something else\n", "neither `techniques` nor `matrices`"),
        (b"when: 2026-13-45\n", "not YAML"),
        (b"!!python/object/apply:os.system [id]\n", "not YAML"),
        (DEEP, "nested deeper"),
        (BOMB, "aliases"),
        (b"#" * (MOST_BYTES + 1), "larger than"),
        (yaml.safe_dump(calendar({"AML.T0001": "First"})).encode(), "1 techniques where 4 are known"),
        (yaml.safe_dump(calendar(OWN | {"T1059": "x"})).encode(), "'T1059' is no id"),
        (yaml.safe_dump(calendar(OWN | {"AML.T0005": ""})).encode(), "AML.T0005 has no usable name"),
        (yaml.safe_dump(calendar(OWN | {"AML.T0005": "a\x1b[2Jb"})).encode(), "AML.T0005 has no usable name"),
        (yaml.safe_dump(calendar(OWN | {"AML.T0005": "x" * 201})).encode(), "AML.T0005 has no usable name"),
        (yaml.safe_dump(calendar(version="newest")).encode(), "states no version"),
        (yaml.safe_dump(calendar(version=None)).encode(), "states no version"),
        (yaml.safe_dump(legacy(version=["5"])).encode(), "states no version"),
        (yaml.safe_dump(calendar() | {"collection": "x"}).encode(), "collection is not a list of keys"),
        (yaml.safe_dump({"version": "5.6.0", "matrices": [None, {"techniques": ["x"]}]}).encode(), "a technique is not a list of keys"),
    ],
)
def test_what_is_no_release_is_refused_with_the_reason(data: bytes, why: str) -> None:
    with pytest.raises(NoRelease, match=why):
        read_release(data, KNOWN)


def test_other_matrices_and_entries_without_techniques_are_passed_over() -> None:
    release = legacy()
    release["matrices"] += [None, {"id": "other"}, {"techniques": None}]
    assert read(release).items == read(legacy()).items


@given(
    st.one_of(
        st.binary(max_size=300),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=8),
            lambda inner: (
                st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["techniques", "matrices", "AML.T0001", "name"]), inner)
            ),
            max_leaves=12,
        ).map(lambda value: yaml.safe_dump(value).encode()),
    )
)
def test_any_bytes_end_in_a_release_or_a_refusal(data: bytes) -> None:
    try:
        assert len(read_release(data, KNOWN).items) >= 2
    except NoRelease as failure:
        assert "\n" not in str(failure)
