"""The matching of findings to labels: as many as can be, whatever the order, and the same as trying all."""

from __future__ import annotations

import json
from itertools import combinations, permutations
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from evals.labels import LabelledFile, Trap
from evals.matching import TIERS, Tier, assign, closeness, match, overlaps, springs
from evals.own_lines import places_of
from pipeline.system.model import Evidence
from tests import factories as make
from tests.evals.making import label

Close = dict[tuple[str, str], tuple[Tier, int]]
pairs = st.dictionaries(
    st.tuples(st.sampled_from([f"L{n}" for n in range(4)]), st.sampled_from([f"f{n}" for n in range(4)])),
    st.tuples(st.sampled_from(TIERS), st.integers(0, 90)),
    max_size=10,
)


def most_by_trying_all(edges: set[tuple[str, str]]) -> int:
    for size in range(min(4, len(edges)), 0, -1):
        for some in combinations(sorted(edges), size):
            if len({pair[0] for pair in some}) == size == len({pair[1] for pair in some}):
                return size
    return 0


@given(pairs)
@settings(max_examples=200, deadline=None)
def test_every_tier_has_as_many_as_trying_all_finds(close: Close) -> None:
    found = assign(close)
    for tier in TIERS:
        edges = {pair for pair, how in close.items() if how[0] >= tier}
        assert len(found[tier]) == most_by_trying_all(edges)
        assert len(set(found[tier].values())) == len(found[tier]), "one finding serves one label"
        assert set(found[tier].items()) <= edges


@given(pairs)
@settings(max_examples=200, deadline=None)
def test_what_is_met_at_a_tier_is_met_at_the_looser_ones(close: Close) -> None:
    found = assign(close)
    assert set(found[3]) <= set(found[2]) <= set(found[1])


@given(pairs, st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_the_order_of_pairs_changes_nothing(close: Close, chance: object) -> None:
    items = list(close.items())
    chance.shuffle(items)  # type: ignore[attr-defined]
    assert assign(dict(items)) == assign(close)


def test_a_label_that_can_wait_gives_way_to_one_that_cannot() -> None:
    close: Close = {("L1", "f1"): (3, 0), ("L1", "f2"): (3, 0), ("L2", "f1"): (3, 0)}
    assert assign(close)[3] == {"L1": "f2", "L2": "f1"}


def test_of_equals_the_closer_one_serves() -> None:
    close: Close = {("L1", "f1"): (2, 0), ("L1", "f2"): (3, 0)}
    assert assign(close)[2] == assign(close)[3] == {"L1": "f2"}


def test_of_equals_the_threat_a_label_names_first_serves() -> None:
    one = label(accept=("model-extraction", "unbounded-consumption"))
    findings = [make.finding(slug, evidence=(make.evidence("app.py:10"),)) for slug in ("unbounded-consumption", "model-extraction")]
    for order in permutations(findings):
        assert match([one], order, {})[3] == {"L1": "f-model-extraction"}


def test_of_equals_each_label_is_served_by_what_shares_its_lines() -> None:
    """Two labels of one class beside each other: crossing over would meet as many, and tell both wrong."""
    labels = [label("L1", places=("app.py:10-10",)), label("L2", places=("app.py:12-12",))]
    findings = [make.finding(evidence=(make.evidence(f"app.py:{line}"),), id=identity) for identity, line in (("a", 12), ("b", 10))]
    for order in permutations(findings):
        assert match(labels, order, {})[3] == {"L1": "b", "L2": "a"}


def test_the_three_tiers() -> None:
    seen_there = make.element(name="assistant", evidence=(make.evidence("app.py:90"),))
    at_line, in_file, at_element, elsewhere = (
        make.finding(evidence=(make.evidence(place),)) for place in ("app.py:15", "app.py:16", "other.py:1", "other.py:1")
    )
    assert [closeness(label(), one, seen_there) for one in (at_line, in_file, at_element)] == [3, 2, 1]
    assert closeness(label(), elsewhere, make.element(evidence=(make.evidence("third.py:1"),))) == 0
    assert closeness(label(), at_line.model_copy(update={"stride": ("spoofing",)}), seen_there) == 0, "another class"
    assert closeness(label(accept=("other-threat",)), at_line, seen_there) == 0, "a threat it does not accept"
    assert closeness(label(places=("app.py",)), in_file, None) == 3, "a label without lines is met anywhere in the file"


def test_a_finding_beyond_the_catalog_is_judged_by_class_and_place_alone() -> None:
    known, own = (make.finding(slug, evidence=(make.evidence("app.py:10"),)) for slug in ("over-broad-tool", "custom/refund-twice"))
    for one, served in ((label(), (3, 3)), (label(accept=("unsafe-model-load",)), (0, 3)), (label(uncatalogued=True), (0, 3))):
        assert (closeness(one, known, None), closeness(one, own, None)) == served


def test_whether_evidence_overlaps_the_label() -> None:
    at = [make.finding(evidence=(make.evidence(place),)) for place in ("app.py:12", "app.py:13")]
    assert [overlaps(label(), one) for one in at] == [True, False]
    assert overlaps(label(places=("app.py",)), at[0]) is None


def test_a_trap_is_sprung_by_what_decides_and_not_by_the_way() -> None:
    trap = Trap(claim="c", file="app.py", lines="10-12", slugs=("a",), why="w")
    sink, step = (make.finding("a", evidence=(make.evidence("app.py:11", role=role),)) for role in ("sink", "step"))
    assert springs(trap, sink) and not springs(trap, step)
    assert not springs(trap, sink.model_copy(update={"threat": "b"}))
    assert not springs(trap, make.finding("a", evidence=(make.evidence("app.py:13"),)))
    assert springs(Trap(claim="c", file="app.py", why="w"), sink) and not springs(Trap(claim="c", file="b.py", why="w"), sink)


@given(pairs, st.tuples(st.sampled_from(["L0", "L1"]), st.just("new")), st.tuples(st.sampled_from(TIERS), st.integers(0, 90)))
@settings(max_examples=100, deadline=None)
def test_one_finding_more_never_loses_a_label(close: Close, pair: tuple[str, str], how: tuple[Tier, int]) -> None:
    before, after = assign(close), assign({**close, pair: how})
    assert all(set(before[tier]) <= set(after[tier]) or len(after[tier]) > len(before[tier]) for tier in TIERS)
    assert all(len(before[tier]) <= len(after[tier]) <= len(before[tier]) + 1 for tier in TIERS)


@given(pairs, st.sets(st.sampled_from([f"f{n}" for n in range(4)])))
@settings(max_examples=300, deadline=None)
def test_what_a_model_adds_takes_no_label_from_what_rules_say(close: Close, added: set[str]) -> None:
    alone = assign({pair: how for pair, how in close.items() if pair[1] not in added})
    whole = assign(close, added)
    plain = assign(close)
    for tier in TIERS:
        assert set(alone[tier].values()) <= set(whole[tier].values())
        assert len(alone[tier]) <= len(whole[tier]) == len(plain[tier])
    assert set(whole[3]) <= set(whole[2]) <= set(whole[1])


def test_lines_of_a_notebook_and_of_a_drawing_are_held_against_cells_and_boxes(tmp_path: Path) -> None:
    notebook = {"cells": [{"cell_type": "code", "source": ["import pickle\n", "pickle.load(file)"]}], "nbformat": 4}
    (tmp_path / "look.ipynb").write_text(json.dumps(notebook, indent=1))
    drawing = '<mxfile><diagram name="all"><mxGraphModel><root>\n<mxCell id="0"/><mxCell id="1" parent="0"/>\n'
    drawing += (
        f'<mxCell id="hub" value="{"Hub " * 1100}" vertex="1" parent="1">\n<mxGeometry width="9" height="9" as="geometry"/>\n</mxCell>\n'
    )
    (tmp_path / "parts.drawio").write_text(drawing + "</root></mxGraphModel></diagram></mxfile>")
    written = (tmp_path / "look.ipynb").read_text().split("\n")
    line = next(number for number, text in enumerate(written, 1) if "pickle.load" in text)
    assert places_of(tmp_path / "look.ipynb", line, line) == ((1, 2),), "cell 1, line 2 of it"
    assert [place.page for place in places_of(tmp_path / "parts.drawio", 3, 3)] == [1]
    assert places_of(tmp_path / "notes.md", 3, 3) == (), "lines of other files are what evidence counts"
    there = LabelledFile(path="look.ipynb", lines=str(line), counted=places_of(tmp_path / "look.ipynb", line, line))
    said = label().model_copy(update={"files": (there,)})
    seen = [Evidence(path="look.ipynb", start_line=2, end_line=2, page=cell, quote="pickle.load(file)", role="sink") for cell in (1, 7)]
    assert [overlaps(said, make.finding(evidence=(one,))) for one in seen] == [True, False]
