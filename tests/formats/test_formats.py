"""What the table of formats says is read is read, and what it says is not read yet is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.documents import FORMATS
from ingest.purpose import kind_of
from tests.formats import documents
from tests.formats.declaring import Format, Gap, Proof
from tests.formats.table import GROUPS, PATH, ROOT, formats_page

PROOFS = [(each.name, thing, proof) for group in GROUPS for each in group.formats for thing, proof in each.proofs.items()]
GAPS = [(each.name, thing, gap) for group in GROUPS for each in group.formats for thing, gap in each.gaps.items()]


@pytest.mark.parametrize(("name", "thing", "proof"), PROOFS, ids=[f"{name}-{thing}" for name, thing, _ in PROOFS])
def test_what_the_table_says_is_read_is_read(name: str, thing: str, proof: Proof, tmp_path: Path) -> None:
    assert proof(tmp_path), f"{thing} of {name} is not found"


@pytest.mark.parametrize(("name", "thing", "gap"), GAPS, ids=[f"{name}-{thing}" for name, thing, _ in GAPS])
def test_what_the_table_says_is_not_read_yet_is_not(name: str, thing: str, gap: Gap, tmp_path: Path) -> None:
    assert not gap.proof(tmp_path), f"{thing} of {name} is found now: it belongs to what is read"


@pytest.mark.parametrize("each", [each for group in GROUPS for each in group.formats], ids=lambda each: each.name)
def test_a_format_names_only_things_of_its_table_and_each_once(each: Format) -> None:
    things = next(group.things for group in GROUPS if each in group.formats)
    assert set(each.proofs) | set(each.gaps) <= set(things)
    assert not set(each.proofs) & set(each.gaps)


def test_every_document_that_is_read_has_its_column() -> None:
    named = {kind_of("design" + suffix) for each in documents.GROUP.formats for suffix in each.suffixes if suffix.startswith(".")}
    assert named >= set(FORMATS) & {"markdown", "docx", "pptx", "xlsx", "html", "pdf", "rst", "eml", "text"}


def test_the_table_of_formats_is_up_to_date() -> None:
    assert (ROOT / PATH).read_text("utf-8") == formats_page(), "run make docs"
