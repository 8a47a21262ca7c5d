"""Cards of models and data as JSON: those of the Model Card Toolkit, and the model cards inside a CycloneDX bill of materials.

Takes the text, gives the same settings as a Markdown card (`ingest/documents/cards.py`): a `card`, what it is made from, what it is meant
for and what it is not. Figures, graphics, owners and what a bill lists besides models and data are left out.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.config.json_nodes import json_node
from ingest.config.nodes import Node, shaped
from ingest.config.packages import setting
from ingest.facts import Setting
from ingest.source import Place

_MOST = 200  # components, and texts of one list


def read_card_file(text: str, path: str) -> tuple[Setting, ...]:
    """Settings in the order of the file."""
    document = shaped(json_node(text), "the file", "map", write="model_details or components at its top")
    if document.get("bomFormat").text == "CycloneDX":
        return tuple(_components(document, path))
    return tuple(_toolkit(document, path))


def _toolkit(document: Node, path: str) -> Iterator[Setting]:
    details, considered = document.get("model_details"), document.get("considerations")
    if details.kind != "map":
        return
    licences = (
        ", ".join(item.get("identifier", "custom_text").text[:80] for item in details.get("licenses").items[:5])
        or details.get("license").text
    )
    yield setting("card", details.get("name").text or "model", _line(path, details), of="model", licence=licences or None)
    for data in document.get("model_parameters").get("data").items[:_MOST]:
        if data.get("name").text:
            yield setting("card_part", data.get("name").text, _line(path, data), what="dataset")
    yield from _statements(path, "intended_use", considered.get("use_cases"), considered.get("users"))
    yield from _statements(
        path, "limit", considered.get("limitations"), considered.get("ethical_considerations"), considered.get("tradeoffs")
    )


def _components(document: Node, path: str) -> Iterator[Setting]:
    for component in document.get("components").items[:_MOST]:
        kind = component.get("type").text
        if kind not in ("machine-learning-model", "data"):
            continue
        card = component.get("modelCard")
        licences = [
            entry.get("license").get("id", "name").text or entry.get("expression").text for entry in component.get("licenses").items[:5]
        ]
        group = component.get("group").text
        name = f"{group}/{component.get('name').text}" if group else component.get("name").text
        parameters = card.get("modelParameters")
        yield setting(
            "card", name, _line(path, component), of="model" if kind != "data" else "dataset",
            licence=", ".join(filter(None, licences)) or None, task=parameters.get("task").text or None,
        )  # fmt: skip
        for data in parameters.get("datasets").items[:_MOST]:
            if data.get("name").text:
                yield setting("card_part", data.get("name").text, _line(path, data), what="dataset")
        for parent in component.get("pedigree").get("ancestors").items[:_MOST]:
            if parent.get("name").text:
                yield setting("card_part", parent.get("name").text, _line(path, parent), what="base_model")
        considered = card.get("considerations")
        yield from _statements(path, "intended_use", considered.get("useCases"), considered.get("users"))
        yield from _statements(path, "limit", considered.get("technicalLimitations"), considered.get("ethicalConsiderations"))


def _statements(path: str, name: str, *lists: Node) -> Iterator[Setting]:
    for node in [item for given in lists for item in given.items[:_MOST]]:
        said = node.text or node.get("description", "name").text
        if said:
            yield setting("card_statement", name, _line(path, node), text=said[:600])


def _line(path: str, node: Node) -> Place:
    return Place(path, node.line, node.line)
