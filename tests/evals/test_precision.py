"""Figures of precision and recall: counted right by hand-made values, the page current, its data of the present systems and catalog."""

from __future__ import annotations

from typing import Any

import pytest

from evals.bars import check_bars, read_bars
from evals.judged.model import JudgedPackage, read_packages
from evals.labels import SYSTEMS
from evals.precision.__main__ import GUIDE, PAGE, README, current_guide, current_page, current_readme, kept
from evals.precision.counting import Verdicts, all_verdicts, by_threat, interval
from evals.precision.page import page
from evals.precision.systems import Reported, SystemsTable, table_of
from evals.result import EvalResult, Score
from evals.suite import BARS, digest_of, read_suite
from pipeline.threats.catalog import load_catalog

WHY = "The value is checked one line above."


def judged(name: str, *verdicts: tuple[str, str], missed: tuple[str | None, ...] = (), language: str = "python") -> JudgedPackage:
    """A package with findings of these threats and verdicts."""
    said: dict[str, Any] = {"severity": "high", "place": "a.py:1", "reason": WHY}
    return JudgedPackage.model_validate(
        {
            "package": name, "source": f"pypi:{name}==1", "language": language, "lines": 1000, "judged_at": "abc1234",
            "findings": [{"fingerprint": f"{at:016x}", "threat": slug, "verdict": verdict, **said} for at, (slug, verdict) in enumerate(verdicts)],
            "missed": [{"threat": slug, **said} for slug in missed],
        }
    )  # fmt: skip


def kept_result() -> EvalResult:
    """Read when it is asked for: its intervals are drawn anew, which every worker would wait for."""
    return kept()


ANEW = "run `make evals`, then `make docs`"


def test_the_page_and_the_readme_are_current() -> None:
    assert PAGE.read_text("utf-8") == current_page(), "run `make docs`"
    assert README.read_text("utf-8") == current_readme(), "run `make docs`"
    assert GUIDE.read_text("utf-8") == current_guide(), "run `make docs`"


def test_the_kept_result_is_of_the_systems_and_labels_there_are() -> None:
    suite = read_suite()
    assert kept_result().suite == digest_of(suite.systems), ANEW
    kept = {one.name: (len(one.labels), len(one.traps)) for one in kept_result().systems}
    assert kept == {one.name: (len(one.labels.expected), len(one.labels.must_not)) for one in suite.systems}, ANEW


def test_the_kept_result_names_threats_the_catalog_has() -> None:
    known = {threat.slug for threat in load_catalog().threats}
    assert {finding.threat for one in kept_result().systems for finding in one.findings} <= known, ANEW


def test_every_finding_of_the_kept_result_serves_a_label_or_is_judged() -> None:
    open_ones = [
        (one.name, finding.id, finding.threat) for one in kept_result().systems for finding in one.findings if finding.outcome == "unjudged"
    ]
    assert not open_ones, "judge them in evals/systems/adjudicated.yaml, by reading the system"


def test_the_kept_result_reaches_the_bars() -> None:
    assert not [one for one in check_bars(kept_result(), read_bars(SYSTEMS / BARS)) if not one.reached]


def test_the_counts_of_the_page_are_those_of_the_result() -> None:
    table = table_of(kept_result())
    by_system = sum((one.findings for one in table.systems), Reported())
    assert sum((one.findings for one in table.threats.values()), Reported()) == by_system
    assert by_system.all == sum(len(one.findings) for one in kept_result().systems)
    assert sum(one.labels.met for one in table.systems) == (kept_result().score("recall_t2") or Score(name="", value=None)).hits


def test_a_half_is_wrong_and_what_was_missed_is_no_verdict() -> None:
    package = judged("x", ("a", "right"), ("a", "half"), ("b", "wrong"), ("b", "generic"), ("c", "duplicate"), missed=("a", None))
    assert all_verdicts([package]) == Verdicts(right=1, wrong=2, generic=1, duplicate=1, missed=2)
    assert all_verdicts([package]).read == 5


def test_verdicts_under_a_former_slug_count_for_the_threat_of_today(monkeypatch: pytest.MonkeyPatch) -> None:
    catalog = load_catalog()
    first = catalog.threats[0].model_copy(update={"aliases": ("old-name",)})
    renamed = type(catalog)((first, *catalog.threats[1:]), catalog.folder)
    counted = by_threat({"x": judged("x", ("old-name", "right"), (first.slug, "wrong"), ("never-heard-of", "right"))}, renamed)
    assert counted == {first.slug: Verdicts(right=1, wrong=1), "never-heard-of": Verdicts(right=1)}


@pytest.mark.parametrize(("hits", "of", "low", "high"), [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0)])
def test_intervals_are_those_of_wilson(hits: int, of: int, low: float, high: float) -> None:
    # Published values: https://en.wikipedia.org/wiki/Binomial_proportion_confidence_interval#Wilson_score_interval
    assert interval(hits, of) == pytest.approx((low, high), abs=0.0001)


def test_the_poorest_threats_stand_first_and_unjudged_ones_say_so() -> None:
    packages = {
        "good": judged("good", ("unsafe-model-load", "right"), ("unsafe-model-load", "right"), ("over-broad-tool", "right")),
        "bad": judged("bad", ("over-broad-tool", "wrong"), ("secret-in-prompt", "generic"), ("gone-for-good", "wrong"), language="go"),
    }
    text = page(load_catalog(), SystemsTable(commit="abc", systems=(), threats={}), packages)
    rows = [line for line in text.split("\n") if line.startswith("| `")]
    judged_ones = [row.split("`")[1] for row in rows if "nothing judged" not in row and "pypi:" not in row]
    assert judged_ones == ["secret-in-prompt", "over-broad-tool", "unsafe-model-load"]
    assert "| 1 / 1 / 0 / 0 | 1 of 2 (50%, 9% to 91%) |" in next(row for row in rows if "`over-broad-tool`" in row)
    assert sum("nothing judged" in row for row in rows) == len(load_catalog().threats) - 3
    assert "Judged under names the catalog no longer has: `gone-for-good` 0 / 1 / 0 / 0" in text
    assert text.index("| bad |") < text.index("| good |")


def test_severities_of_readers_who_were_not_shown_them_are_held_against_the_scans() -> None:
    package = judged(
        "one", ("tool-without-approval", "right"), ("unsafe-model-load", "right"), ("secret-in-prompt", "wrong"), ("open-records", "right")
    )
    rated = ("high", "medium", "low", None)  # the scan said high each time; wrong ones and unrated ones do not count
    findings = tuple(one.model_copy(update={"rated": by}) for one, by in zip(package.findings, rated, strict=True))
    text = page(
        load_catalog(), SystemsTable(commit="abc", systems=(), threats={}), {"one": package.model_copy(update={"findings": findings})}
    )
    assert (
        "2 right findings were rated by readers who were not shown the severity, from the definitions: 1 as\nthe scan did, 1 lower, 0 higher"
        in text
    )


def test_all_judged_packages_are_counted_on_the_page() -> None:
    text = PAGE.read_text("utf-8")
    assert all(f"`{one.source}`" in text for one in read_packages().values())
