"""The suite is tested by what it must notice: each planted defect lowers exactly the scores it should, and no other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from evals.result import SystemResult
from evals.scoring.scores import MEASURES, NAMED, score
from evals.suite import read_suite
from pipeline.findings.model import Scan
from tests import factories as make
from tests.evals.making import TRAP, Scans, expected, finding, judged, line, places, scan, small_suite, write_system

RECALLS = {"recall", "recall_t2", "recall_t1", "recall_must", "recall_per_system", "recall_weighted"}


def values(systems: tuple[SystemResult, ...]) -> dict[str, float | None]:
    return {measure.name: score(measure, systems).value for measure in MEASURES}


def changed(before: tuple[SystemResult, ...], after: tuple[SystemResult, ...]) -> tuple[set[str], set[str]]:
    """Scores that became worse, and those that became better, in the sense of each."""
    was, now = values(before), values(after)
    worse: set[str] = set()
    better: set[str] = set()
    for name, value in was.items():
        new = now[name]
        if value is not None and new is not None and value != new:
            (better if (new > value) == NAMED[name].higher else worse).add(name)
    return worse, better


def in_shop(scans: Scans, change: Callable[[Scan], Scan]) -> Scans:
    return {**scans, "shop": change(scans["shop"])}


def test_the_suite_as_it_is_has_full_marks(tmp_path: Path) -> None:
    found = values(judged(*small_suite(tmp_path)))
    wanted = {name: 1.0 if NAMED[name].higher else 0.0 for name, value in found.items() if value is not None}
    assert {name: value for name, value in found.items() if value is not None} == wanted
    assert {"negatives", "diagram_nodes", "diagram_edges", "stability"} <= {name for name, value in found.items() if value is None}


def test_a_rule_removed_lowers_recall_and_nothing_else(tmp_path: Path) -> None:
    suite, scans = small_suite(tmp_path)
    without = in_shop(scans, lambda one: scan("shop", *one.findings[1:]))
    assert changed(judged(suite, scans), judged(suite, without)) == (RECALLS, set())


def test_lines_shifted_by_five_lower_what_asks_for_lines(tmp_path: Path) -> None:
    suite, scans = small_suite(tmp_path)

    shifted = scan("shop", *(finding("shop", number, at=places(number)[1] + 6) for number in range(4)), shift=6)
    lowered = {"recall", "recall_must", "recall_per_system", "recall_weighted", "precision_strict", "evidence_e5"}
    assert changed(judged(suite, scans), judged(suite, {**scans, "shop": shifted})) == (lowered, set()), "five after the label's last line"


def test_lines_that_are_said_wrong_lower_what_is_checked_on_the_bytes_too(tmp_path: Path) -> None:
    suite, scans = small_suite(tmp_path)
    lied = finding("shop", 0, evidence=(make.evidence("src/part0.py:16", quote=line("shop", 10)),))
    worse, better = changed(judged(suite, scans), judged(suite, {**scans, "shop": scan("shop", lied, *scans["shop"].findings[1:])}))
    assert not better and {"evidence_e2", "evidence_e3", "recall"} <= worse and not worse & {"evidence_e0", "evidence_e1", "recall_t2"}


def test_lines_off_by_three_are_still_at_the_lines(tmp_path: Path) -> None:
    suite, scans = small_suite(tmp_path)
    moved = scan("shop", *(finding("shop", number, at=places(number)[1] + 4) for number in range(4)), shift=4)
    assert changed(judged(suite, scans), judged(suite, {**scans, "shop": moved})) == ({"evidence_e5"}, set()), "labels end one line further"


def test_a_severity_inverted_lowers_the_agreement_of_severities_alone(tmp_path: Path) -> None:
    suite, scans = small_suite(tmp_path)
    inverted = in_shop(scans, lambda one: scan("shop", finding("shop", 0, severity="info"), *one.findings[1:]))
    assert changed(judged(suite, scans), judged(suite, inverted)) == ({"severity_kappa", "severity_near"}, set())


def test_findings_duplicated_lower_precision_and_raise_duplicates(tmp_path: Path) -> None:
    suite, scans = small_suite(tmp_path)
    doubled = in_shop(scans, lambda one: scan("shop", *one.findings, *(f.model_copy(update={"id": f"{f.id}-again"}) for f in one.findings)))
    before, after = judged(suite, scans), judged(suite, doubled)
    assert changed(before, after) == ({"precision_strict", "duplicate"}, set())
    assert score(NAMED["precision"], after).unjudged == 4, "nobody judged them: they are counted beside the score"


def test_a_label_whose_file_is_gone_is_no_miss_but_could_not_be_judged(tmp_path: Path) -> None:
    suite, scans = small_suite(tmp_path)
    before = judged(suite, scans)
    renamed = expected(0, files=[{"path": "src/renamed.py", "lines": "10-11"}])
    write_system(tmp_path, "shop", expected=[renamed, *(expected(number) for number in range(1, 4))], must_not=[TRAP])
    after = judged(read_suite(tmp_path), scans)
    assert changed(before, after)[0] == {"precision_strict"}, "its finding has no label any more"
    assert score(NAMED["recall"], after).unjudged == 1 and score(NAMED["recall"], after).of == 6
    shop = next(one for one in after if one.name == "shop")
    assert [(label.id, label.tier) for label in shop.labels if label.problem] == [("label-0", None)]


def test_a_label_that_names_another_file_is_missed_at_every_tier(tmp_path: Path) -> None:
    suite, scans = small_suite(tmp_path)
    before = judged(suite, scans)
    renamed = expected(0, files=[{"path": "src/part1.py", "lines": "10-11"}])
    write_system(tmp_path, "shop", expected=[renamed, *(expected(number) for number in range(1, 4))], must_not=[TRAP])
    assert changed(before, judged(read_suite(tmp_path), scans)) == ({*RECALLS, "precision_strict"}, set())


def test_an_element_seen_in_the_labelled_file_is_met_at_the_element_alone(tmp_path: Path) -> None:
    suite, scans = small_suite(tmp_path)
    elsewhere = in_shop(scans, lambda one: scan("shop", finding("shop", 0, path="src/part1.py"), *one.findings[1:]))
    worse, better = changed(judged(suite, scans), judged(suite, elsewhere))
    assert not better and "recall_t1" not in worse and RECALLS - {"recall_t1"} <= worse


@pytest.mark.parametrize(
    ("evidence", "rungs"),
    [
        (make.evidence("src/nowhere.py:10", quote=line("shop", 10)), {"evidence_e0", "evidence_e1", "evidence_e2", "evidence_e3"}),
        (make.evidence("src/part0.py:900", quote=line("shop", 900)), {"evidence_e1", "evidence_e2", "evidence_e3"}),
        (make.evidence("src/part0.py:10", quote="what nobody wrote"), {"evidence_e2", "evidence_e3"}),
    ],
)
def test_evidence_that_is_faked_falls_off_the_ladder(tmp_path: Path, evidence: object, rungs: set[str]) -> None:
    suite, scans = small_suite(tmp_path)
    real = finding("shop", 0)
    faked = real.model_copy(update={"evidence": (*real.evidence, evidence)})
    after = judged(suite, in_shop(scans, lambda one: scan("shop", faked, *one.findings[1:])))
    assert changed(judged(suite, scans), after) == (rungs, set())


def test_evidence_of_something_else_does_not_cite_the_construct(tmp_path: Path) -> None:
    suite, scans = small_suite(tmp_path)
    beside = in_shop(scans, lambda one: scan("shop", finding("shop", 0, at=13), *one.findings[1:]))
    assert "evidence_e3" in changed(judged(suite, scans), judged(suite, beside))[0], "the model saw the element at line 10"


def test_a_finding_about_nothing_is_invented(tmp_path: Path) -> None:
    suite, scans = small_suite(tmp_path)
    invented = in_shop(scans, lambda one: scan("shop", finding("shop", 0, element="agent:ghost"), *one.findings[1:]))
    assert "invented" in changed(judged(suite, scans), judged(suite, invented))[0]


def test_a_trap_that_is_sprung_lowers_the_scores_of_false_alarms(tmp_path: Path) -> None:
    suite, scans = small_suite(tmp_path)
    alarm = finding("shop", 2, at=21, path="src/part1.py", id="alarm")
    sprung = in_shop(scans, lambda one: scan("shop", *one.findings, alarm))
    worse, better = changed(judged(suite, scans), judged(suite, sprung))
    assert not better and {"traps", "precision", "precision_strict", "mitigated", "evidence_e4"} <= worse
    assert not worse & RECALLS


def test_what_the_twin_mended_and_is_still_reported_there_is_a_false_alarm(tmp_path: Path) -> None:
    suite, scans = small_suite(tmp_path)
    still = {**scans, "shop-hardened": scan("shop-hardened", finding("shop-hardened", 3), finding("shop-hardened", 0))}
    worse, better = changed(judged(suite, scans), judged(suite, still))
    assert worse == {"twins", "precision", "precision_strict", "mitigated", "evidence_e4"} and not better


def test_a_reader_who_finds_it_right_on_the_twin_settles_it(tmp_path: Path) -> None:
    suite, scans = small_suite(tmp_path)
    again = finding("shop-hardened", 0, id="a" * 16)
    still = {**scans, "shop-hardened": scan("shop-hardened", finding("shop-hardened", 3), again)}
    (tmp_path / "adjudicated.yaml").write_text(
        f"shop-hardened: [{{fingerprint: {'a' * 16}, threat: x, severity: high, place: 'a.py:1', verdict: right, reason: Another of its kind.}}]\n"
    )
    assert "twins" in changed(judged(suite, scans), judged(suite, still))[0]
    assert "twins" not in changed(judged(suite, scans), judged(read_suite(tmp_path), still))[0]


def test_an_alarm_on_a_negative_system_is_counted(tmp_path: Path) -> None:
    write_system(tmp_path, "plain", kind="negative", expected=[])
    suite = read_suite(tmp_path)
    assert values(judged(suite, {"plain": scan("plain")}))["negatives"] == 1.0
    assert values(judged(suite, {"plain": scan("plain", finding("plain", 0))}))["negatives"] == 0.0


def test_a_judgement_of_a_reader_counts_and_a_generic_one_is_neither_right_nor_unjudged(tmp_path: Path) -> None:
    suite, scans = small_suite(tmp_path)
    extra = [finding("shop", 2, at=50, id="a" * 16), finding("shop", 1, at=55, path="src/part1.py", id="b" * 16)]
    more = in_shop(scans, lambda one: scan("shop", *one.findings, *extra))
    assert score(NAMED["precision"], judged(suite, more)).unjudged == 2
    (tmp_path / "adjudicated.yaml").write_text(
        "shop:\n"
        f"  - {{fingerprint: {'a' * 16}, threat: over-broad-tool, severity: high, place: 'src/part1.py:50', verdict: right, reason: It is there too.}}\n"
        f"  - {{fingerprint: {'b' * 16}, threat: x, severity: high, place: 'src/part1.py:55', verdict: generic, reason: True of any system.}}\n"
    )
    found = score(NAMED["precision"], judged(read_suite(tmp_path), more))
    assert (found.hits, found.of, found.unjudged) == (8, 9, 0)
    assert score(NAMED["generic"], judged(read_suite(tmp_path), more)).hits == 1


def test_labels_that_name_no_threats_are_validation_and_written_apart(tmp_path: Path) -> None:
    write_system(tmp_path, "named", expected=[expected(0)])
    write_system(tmp_path, "open-hardened", expected=[expected(0, accept=[])])
    write_system(tmp_path, "named-later", expected=[expected(0)], apart=True)
    found = {one.name: (one.labels.family, one.labels.apart, one.labels.split) for one in read_suite(tmp_path).systems}
    assert found == {
        "named": ("named", False, "development"), "open-hardened": ("open", True, "validation"), "named-later": ("named-later", True, "validation"),
    }  # fmt: skip
