"""The table of formats says what the readers do: each entry is proven by its file, and no reader is without an entry."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.config import READERS
from ingest.heads import kind_of_head
from ingest.purpose import kind_of
from tests.ingest.config.formats import ASPECTS, FORMATS, Aspect, Format
from tests.ingest.config.test_config import read

ENTRIES = [(shown, aspect) for shown in FORMATS for aspect in shown.reads]


def test_every_reader_is_in_the_table() -> None:
    assert {shown.kind for shown in FORMATS} == set(READERS)


@pytest.mark.parametrize("shown", FORMATS, ids=lambda shown: shown.name)
def test_a_file_of_the_format_is_told_to_be_one(shown: Format) -> None:
    assert (kind_of(shown.path) or kind_of_head(shown.path, shown.text.encode())) == shown.kind


@pytest.mark.parametrize(("shown", "aspect"), ENTRIES, ids=[f"{shown.name}-{aspect}" for shown, aspect in ENTRIES])
def test_what_the_table_says_is_read(tmp_path: Path, shown: Format, aspect: Aspect) -> None:
    kind, attribute = shown.reads[aspect]
    found = read(tmp_path, shown.path.rsplit("/", 1)[-1], shown.text, shown.kind)
    assert aspect in ASPECTS
    assert [s for s in found if s.kind == kind and s.attributes.get(attribute) not in (None, False, ())]
