"""Cards of models and data in Markdown: what they say of licence, origin and purpose, with its lines; other documents are none."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.documents.cards import read_card
from ingest.documents.limits import Deadline, DocumentLimits
from ingest.documents.markdown import read_passages
from ingest.facts import Setting
from tests.ingest.documents.making import facts_of

HUB = """---
license: apache-2.0
base_model: meta-llama/Llama-3.1-8B
base_model_relation: adapter
datasets:
- tatsu-lab/alpaca
pipeline_tag: text-generation
library_name: peft
---
# Model Card for support-lora

## Intended Use

Drafting replies that a person reads before they are sent.

- Out-of-scope: advice on law or medicine.

## Limitations

The model has seen English mails only.
"""


def card_of(folder: Path, text: str) -> tuple[Setting, ...]:
    return facts_of(folder, text.encode(), "markdown").settings


def said(found: tuple[Setting, ...], kind: str) -> list[tuple[str, int]]:
    return [(setting.name, setting.place.start_line) for setting in found if setting.kind == kind]


def test_the_front_matter_of_the_hub_tells_licence_task_and_origin_with_their_lines(tmp_path: Path) -> None:
    found = card_of(tmp_path, HUB)
    card = next(setting for setting in found if setting.kind == "card")
    assert (card.name, card.place.start_line) == ("support-lora", 2)
    assert card.attributes == {"library": "peft", "licence": "apache-2.0", "of": "model", "task": "text-generation"}
    assert said(found, "card_part") == [("meta-llama/Llama-3.1-8B", 3), ("tatsu-lab/alpaca", 6)]
    assert [setting.attributes.get("relation") for setting in found if setting.kind == "card_part"] == ["adapter", None]


def test_what_a_model_is_for_and_not_for_is_told_by_its_headings_and_words(tmp_path: Path) -> None:
    assert said(card_of(tmp_path, HUB), "card_statement") == [("intended_use", 14), ("limit", 16), ("limit", 20)]


@pytest.mark.parametrize(
    ("text", "name", "of", "licence"),
    [
        ("# Model Card: Fraud Scorer\n\n## Details\n\n- **License:** MIT\n", "Fraud Scorer", "model", "MIT"),
        ("# Dataset Card for Loans\n\ntext\n", "Loans", "dataset", None),
        ("# Loans\n\n## Dataset Description\n\na\n\n## Curation Rationale\n\nb\n\n## Source Data\n\nc\n", "Loans", "dataset", None),
        ("## Model Details\n\na\n\n## Factors\n\nb\n\n## Caveats and Recommendations\n\nc\n", "design", "model", None),
        ("---\ntask_categories: [text-classification]\nlicense: cc-by-4.0\n---\n# Tickets\n", "Tickets", "dataset", "cc-by-4.0"),
        ("---\nlicense: other\nlicense_name: house-rules\nlibrary_name: peft\n---\n# a\n", "a", "model", "house-rules"),
    ],
)  # fmt: skip
def test_a_card_is_told_by_its_title_its_headings_or_its_keys(tmp_path: Path, text: str, name: str, of: str, licence: str | None) -> None:
    (card,) = [setting for setting in card_of(tmp_path, text) if setting.kind == "card"]
    assert (card.name if name != "design" else name, card.attributes["of"], card.attributes.get("licence")) == (name, of, licence)


@pytest.mark.parametrize(
    "text",
    [
        "# Service\n\n## Metrics\n\nHow it is measured.\n\nLicense: MIT\n",
        "---\nname: review\nlicense: MIT\ndescription: A skill.\n---\n# Review\n",
        "---\ntitle: Demo\nsdk: gradio\nlicense: mit\n---\n# Demo\n",
        "---\ntitle: Post\ntags: [a]\n---\n# How to write a model card\n",
    ],
)
def test_other_documents_are_no_cards(tmp_path: Path, text: str) -> None:
    assert card_of(tmp_path, text) == ()


@pytest.mark.parametrize(
    "front",
    ["license: [", "a: &a [*a, *a]", "base_model: " + "x" * 100_000, "datasets: " + "[" * 500, "pipeline_tag: {a: b}", "model-index: text"],
)
def test_front_matter_that_is_none_ends_in_a_document_without_a_card_or_with_an_empty_one(tmp_path: Path, front: str) -> None:
    found = card_of(tmp_path, f"---\n{front}\n---\n# Title\n")
    assert said(found, "card_part") == []


def test_an_empty_file_that_is_called_a_card_is_none() -> None:
    assert read_card("MODEL_CARD.md", ()) == ()


def test_placeholders_of_a_template_say_nothing(tmp_path: Path) -> None:
    text = "# Model Card for Model ID\n\n- **License:** [More Information Needed]\n- **Finetuned from model [optional]:** [More Information Needed]\n\n## Direct Use\n\n[More Information Needed]\n"
    found = card_of(tmp_path, text)
    assert [setting.kind for setting in found] == ["card"]
    assert "licence" not in found[0].attributes


@settings(max_examples=150, deadline=None)
@given(
    front=st.text(alphabet="-:{}[]\n \"'licensebasmodtg_#&*|>", max_size=200),
    body=st.text(st.characters(exclude_characters="\0"), max_size=200),
)
def test_any_front_matter_ends_in_a_card_or_none(front: str, body: str) -> None:
    data = f"---\nlicense: mit\n{front}\n---\n# Model card: {body}\n".encode("utf-8", "replace")
    reading = read_passages("card.md", data, DocumentLimits(), Deadline.after(20))
    assert read_card("card.md", reading.passages) == reading.settings
    assert all(1 <= setting.place.start_line <= max(1, reading.lines) for setting in reading.settings)
