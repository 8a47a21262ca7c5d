"""One system drawn in every format that is read: what each format can say comes out, with places that say it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.documents import DocumentLimits, quotable_text, read_document
from ingest.documents.diagrams import FORMATS as KINDS
from ingest.facts import Diagram, DocumentFacts
from ingest.source import Place, Source
from ingest.sources import list_sources
from tests.ingest.documents.diagram_formats import COLUMNS, FORMATS, DiagramFormat

LIMITS = DocumentLimits()
ARROWS = {("Customer", "Assistant"): "question", ("Assistant", "LLM"): "prompt", ("Assistant", "Orders"): ""}


def read(folder: Path, given: DiagramFormat) -> tuple[DocumentFacts, Source]:
    location = folder / given.files[0]
    location.write_bytes(given.example if isinstance(given.example, bytes) else given.example.encode())
    source = Source(location.name, location, given.kind, "documentation", location.stat().st_size)
    facts = read_document(source, LIMITS)
    assert isinstance(facts, DocumentFacts), facts
    return facts, source


def only(facts: DocumentFacts) -> Diagram:
    (diagram,) = facts.diagrams
    return diagram


each_format = pytest.mark.parametrize("given", FORMATS, ids=lambda given: given.name)


@each_format
def test_boxes_and_arrows_are_those_of_the_system(tmp_path: Path, given: DiagramFormat) -> None:
    diagram = only(read(tmp_path, given)[0])
    labels = {node.id: node.label for node in diagram.nodes}
    wanted = {"Customer", "Assistant", "Orders", "LLM"} if "boxes" in given.gives else set()
    assert sorted(labels.values()) == sorted(wanted)
    assert sorted((labels[edge.source], labels[edge.target]) for edge in diagram.edges) == (sorted(ARROWS) if wanted else [])


@each_format
def test_labels_of_arrows_are_read_where_the_format_has_them(tmp_path: Path, given: DiagramFormat) -> None:
    diagram = only(read(tmp_path, given)[0])
    labels = {node.id: node.label for node in diagram.nodes}
    told = {(labels[edge.source], labels[edge.target]): edge.label for edge in diagram.edges}
    if "labels" in given.gives:
        assert (told["Customer", "Assistant"], told["Assistant", "LLM"]) == ("question", "prompt")
    else:
        assert not any(told.values())


@each_format
def test_boundaries_hold_what_stands_in_them(tmp_path: Path, given: DiagramFormat) -> None:
    diagram = only(read(tmp_path, given)[0])
    names = {boundary.id: boundary.label for boundary in diagram.boundaries}
    inside = {node.label: names[node.boundary] for node in diagram.nodes if node.boundary is not None}
    assert inside == ({"Assistant": "Shop", "Orders": "Shop"} if "boundaries" in given.gives else {})


@each_format
def test_kinds_are_what_the_notation_says(tmp_path: Path, given: DiagramFormat) -> None:
    kinds = {node.label: node.kind for node in only(read(tmp_path, given)[0]).nodes}
    if "kinds" in given.gives:
        assert (kinds["Customer"], kinds["Orders"]) == ("actor", "store")


@each_format
def test_technologies_data_protocols_and_encryption_are_read_where_the_format_has_them(tmp_path: Path, given: DiagramFormat) -> None:
    diagram = only(read(tmp_path, given)[0])
    assert any(node.technology for node in diagram.nodes) == ("technologies" in given.gives)
    assert [edge.data for edge in diagram.edges if edge.data] == ([("Questions of customers",)] if "data" in given.gives else [])
    assert any("protocol" in edge.attributes for edge in diagram.edges) == ("protocols" in given.gives)
    assert any(edge.attributes.get("encrypted") is True for edge in diagram.edges) == ("encryption" in given.gives)


@each_format
def test_threats_and_their_states_are_read_where_the_format_has_them(tmp_path: Path, given: DiagramFormat) -> None:
    diagram = only(read(tmp_path, given)[0])
    if "threats" not in given.gives:
        assert diagram.threats == ()
        return
    threat = diagram.threats[0]
    assert threat.title == "The customer plants instructions"
    assert (threat.state == "mitigated") == ("states" in given.gives)
    assert any("Roles of messages" in measure for measure in threat.mitigations)
    known = {node.id for node in diagram.nodes} | {edge.id for edge in diagram.edges}
    assert set(threat.about) <= known
    assert bool(threat.about) == ("boxes" in given.gives)


@each_format
def test_prose_of_a_model_becomes_passages(tmp_path: Path, given: DiagramFormat) -> None:
    assert bool(read(tmp_path, given)[0].passages) == ("prose" in given.gives)


@each_format
def test_places_quote_what_they_are_for(tmp_path: Path, given: DiagramFormat) -> None:
    facts, source = read(tmp_path, given)
    pages = quotable_text(source, LIMITS)

    def quoted(place: Place) -> str:
        return pages[place.page][place.start_line - 1]

    diagram = only(facts)
    assert all(node.label in quoted(node.place) for node in diagram.nodes)
    assert all(boundary.label in quoted(boundary.place) for boundary in diagram.boundaries)
    assert all(edge.label in quoted(edge.place) or "dge" in quoted(edge.place) or "arrow" in quoted(edge.place) for edge in diagram.edges)
    assert sum(map(len, pages.values())) == facts.lines


@each_format
def test_files_of_the_format_are_told_by_name_or_head(tmp_path: Path, given: DiagramFormat) -> None:
    data = given.example if isinstance(given.example, bytes) else given.example.encode()
    for name in given.files:
        if name.endswith(".json") and given.kind == "open_threat_model":
            continue  # the example is YAML; the JSON form has a test of its own
        (tmp_path / name).write_bytes(data)
    found = {source.path: source.kind for source in list_sources(tmp_path).sources}
    assert found == {path.name: given.kind for path in tmp_path.iterdir()}


def test_every_kind_of_diagram_is_in_the_table_and_every_word_of_it_is_a_column() -> None:
    assert {given.kind for given in FORMATS} == set(KINDS)
    assert {word for given in FORMATS for word in given.gives} == set(COLUMNS)
