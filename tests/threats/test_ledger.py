"""The coverage ledger: nothing of a shipped taxonomy is left without a threat or a reason."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pipeline.system.rules.knowledge_file import KnowledgeError
from pipeline.threats.catalog import Catalog, load_catalog
from pipeline.threats.ledger import Ledger, LedgerEdition, LedgerItem, OutOfReach, is_old, ledger_of, load_out_of_reach
from pipeline.threats.schema import Threat, ThreatTaxonomy
from pipeline.threats.taxonomy import Taxonomies, TaxonomyFile, load_taxonomies

TODAY = date(2026, 11, 28)
THREAT = next(threat for threat in load_catalog().threats if threat.slug == "model-extraction")


def edition(**changes: object) -> TaxonomyFile:
    given = {
        "field": "atlas", "title": "T", "edition": "1", "published": "2026-09", "url": "https://example.org", "licence": "x",
        "items": {"AML.T0001": "Whole", "AML.T0001.000": "Whole: Part", "AML.T0002": "Other"},
    }  # fmt: skip
    return TaxonomyFile.model_validate(given | changes)


def threat(slug: str, *ids: str) -> Threat:
    return THREAT.model_copy(update={"slug": slug, "taxonomy": ThreatTaxonomy(atlas=ids)})


def ledger(*threats: Threat, reasons: dict[str, str] | None = None, folder: Path = Path("nowhere")) -> Ledger:
    explained = OutOfReach(reviewed=TODAY, reasons=reasons or {})
    return ledger_of(Catalog(threats, folder), Taxonomies(files=(edition(),)), explained, TODAY)


def items(made: Ledger) -> dict[str, LedgerItem]:
    return {item.id: item for item in made.editions[-1].items}


@pytest.fixture(scope="module")
def shipped() -> Ledger:
    return ledger_of(load_catalog(), load_taxonomies(), load_out_of_reach(), TODAY)


def test_every_item_of_every_shipped_taxonomy_has_a_threat_or_a_reason(shipped: Ledger) -> None:
    assert not [f"{item.id} {item.name}" for edition in shipped.editions for item in edition.items if item.is_open]


def test_no_reason_is_left_for_what_is_covered_or_does_not_exist(shipped: Ledger) -> None:
    known = {item.id: item for edition in shipped.editions for item in edition.items}
    assert not [identity for identity in load_out_of_reach().reasons if identity not in known or known[identity].threats]


def test_no_two_items_of_one_edition_share_a_reason(shipped: Ledger) -> None:
    for shown in shipped.editions:
        reasons = [item.reason for item in shown.items if item.reason]
        assert len(reasons) == len(set(reasons)), shown.title


def test_every_taxonomy_but_cwe_is_in_the_ledger_and_stride_is_first(shipped: Ledger) -> None:
    titles = [(shown.title, shown.edition) for shown in shipped.editions]
    assert titles[0] == ("STRIDE for AI", "")
    assert set(titles[1:]) == {(file.title, file.edition) for file in load_taxonomies().files if file.field != "cwe"}


def test_every_covered_item_has_cases_that_are_reported_and_silent(shipped: Ledger) -> None:
    covered = [item for shown in shipped.editions for item in shown.items if item.threats]
    assert covered
    assert not [item.id for item in covered if not item.cases.reported or not item.cases.silent]


def test_a_part_covers_its_whole_and_a_whole_none_of_its_parts() -> None:
    of_part, of_whole = items(ledger(threat("a", "AML.T0001.000"))), items(ledger(threat("a", "AML.T0001")))
    assert of_part["AML.T0001"].threats == of_part["AML.T0001.000"].threats == ("a",)
    assert of_whole["AML.T0001"].threats == ("a",) and of_whole["AML.T0001.000"].is_open


def test_an_item_without_threat_or_reason_is_open_and_a_reason_is_shown() -> None:
    why = "It happens on machines of others and never here, so nothing shows it."
    found = items(ledger(threat("a", "AML.T0001.000"), reasons={"AML.T0002": why}))
    assert found["AML.T0002"].reason == why and not found["AML.T0002"].is_open
    assert items(ledger())["AML.T0002"].is_open


def test_cases_are_counted_by_the_section_of_the_page_they_stand_in(tmp_path: Path) -> None:
    fence = "```python path=a.py\nx = 1\n```\n"
    (tmp_path / THREAT.stride[0]).mkdir()
    page = f"## Reported\n### One\n{fence}### Two\n{fence}## Silent\n### Three\n{fence}prose\n```python\nno = 'path'\n```\n## Known gaps\n"
    (tmp_path / THREAT.stride[0] / "a.md").write_text(page, "utf-8")
    cases = items(ledger(threat("a", "AML.T0002"), folder=tmp_path))["AML.T0002"].cases
    assert (cases.reported, cases.silent, cases.known_gaps) == (2, 1, 0)


@pytest.mark.parametrize(
    ("published", "day", "old"),
    [
        ("2026-06-01", date(2026, 11, 28), False),  # 180 days
        ("2026-06-01", date(2026, 11, 29), True),
        ("2026-06", date(2026, 12, 27), False),  # the last day of the month may be meant
        ("2026-06", date(2026, 12, 28), True),
        ("2025 (beta)", date(2026, 6, 29), False),
        ("2025 (beta)", date(2026, 6, 30), True),
        ("once", date(2026, 1, 1), True),
    ],
)
def test_an_edition_is_old_180_days_after_the_latest_day_its_date_may_mean(published: str, day: date, old: bool) -> None:
    assert is_old(edition(published=published), day) is old


def test_a_later_edition_of_one_list_is_covered_by_what_states_the_earlier(shipped: Ledger) -> None:
    def of(year: str) -> LedgerEdition:
        return next(shown for shown in shipped.editions if shown.title == "OWASP Top 10 for LLM Applications" and shown.edition == year)

    before = {item.id: item.threats for item in of("2025").items}
    after = {item.id: item.threats for item in of("2026").items}
    assert after["LLM10:2026"] == before["LLM05:2025"] != ()
    assert {"LLM05:2025", "LLM10:2026"} <= set(
        next(t for t in load_catalog().threats if t.slug == "model-output-in-shell").taxonomy.owasp_llm
    )


@pytest.mark.parametrize("text", ["reasons: [", "reasons: {}\n", "reviewed: 2026-01-01\nreasons: {AML.T0001: short}\n"])
def test_a_broken_file_of_reasons_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "reasons.yaml").write_text(text, "utf-8")
    with pytest.raises(KnowledgeError, match=r"reasons\.yaml"):
        load_out_of_reach(tmp_path / "reasons.yaml")
