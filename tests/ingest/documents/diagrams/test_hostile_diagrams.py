"""Whatever the bytes, a reader of diagrams ends in bounded time as facts, a skip or an error; nothing is run, fetched or followed."""

from __future__ import annotations

import base64
import json
import socket
import subprocess
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.documents import DocumentLimits, quotable_text, read_document
from ingest.documents.diagrams import FORMATS as KINDS
from ingest.facts import DocumentFacts
from ingest.source import ReadError, Skip, Source, SourceKind
from tests.ingest.documents.diagram_formats import DRAWIO_MODEL, FORMATS, TM7, drawio_file, packed_page

LIMITS = DocumentLimits()
PATIENCE = 20.0  # seconds on a busy machine; most take less than one
EXAMPLES = {given.kind: given.example if isinstance(given.example, bytes) else given.example.encode() for given in FORMATS}


@pytest.fixture(autouse=True)
def _nothing_is_reached_or_run(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a reader reached out")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(subprocess, "Popen", refuse)
    yield


def outcome(folder: Path, kind: SourceKind, data: str | bytes, limits: DocumentLimits = LIMITS) -> DocumentFacts | Skip | ReadError:
    location = folder / "d"
    location.write_bytes(data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data)
    source = Source("d", location, kind, "documentation", location.stat().st_size)
    started = time.monotonic()
    result = read_document(source, limits)
    assert time.monotonic() - started < PATIENCE
    assert isinstance(result, DocumentFacts | Skip | ReadError)
    if isinstance(result, DocumentFacts):
        pages = quotable_text(source, limits)
        for diagram in result.diagrams:
            ends = {node.id for node in diagram.nodes} | {boundary.id for boundary in diagram.boundaries}
            assert all(edge.source in ends and edge.target in ends for edge in diagram.edges) or diagram.language == "mermaid"
            places = [node.place for node in diagram.nodes] + [edge.place for edge in diagram.edges]
            places += [boundary.place for boundary in diagram.boundaries] + [threat.place for threat in diagram.threats]
            assert all(1 <= place.start_line <= place.end_line <= len(pages[place.page]) for place in places)
    return result


# -- XML --


@pytest.mark.parametrize("kind", ["drawio", "tm7"])
def test_entities_are_refused_before_they_are_resolved(tmp_path: Path, kind: SourceKind) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret")
    bomb = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    for declared in (
        f'<!ENTITY x SYSTEM "{secret.as_uri()}">',
        f'<!ENTITY l0 "lol">{bomb}',
        '<!ENTITY % p SYSTEM "http://example.org/x"> %p;',
    ):
        root = "mxfile" if kind == "drawio" else "ThreatModel"
        result = outcome(tmp_path, kind, f"<!DOCTYPE {root} [{declared}]><{root} a='&x;'>&l11;</{root}>")
        assert isinstance(result, ReadError), result
        assert "the secret" not in repr(result)


def test_an_external_doctype_is_not_fetched(tmp_path: Path) -> None:
    text = '<!DOCTYPE mxfile SYSTEM "http://example.org/x.dtd">' + drawio_file(DRAWIO_MODEL)
    assert isinstance(outcome(tmp_path, "drawio", text), DocumentFacts)


@pytest.mark.parametrize("kind", ["drawio", "tm7"])
def test_deep_xml_is_passed_over(tmp_path: Path, kind: SourceKind) -> None:
    root = "mxfile" if kind == "drawio" else "ThreatModel"
    result = outcome(tmp_path, kind, f"<{root}>" + "<a>" * 50_000 + "</a>" * 50_000 + f"</{root}>")
    assert isinstance(result, Skip)
    assert "nested deeper than 200 tags" in result.reason


def test_too_many_elements_are_passed_over(tmp_path: Path) -> None:
    assert isinstance(outcome(tmp_path, "drawio", "<mxfile>" + "<a/>" * 400_000 + "</mxfile>"), Skip)


# -- draw.io --


def test_a_compressed_page_that_explodes_is_passed_over(tmp_path: Path) -> None:
    bomb = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = base64.b64encode(bomb.compress(b" " * 60_000_000) + bomb.flush()).decode()
    result = outcome(tmp_path, "drawio", drawio_file(packed))
    assert isinstance(result, Skip)
    assert "unpacks to more than" in result.reason


def test_many_pages_that_explode_together_are_passed_over(tmp_path: Path) -> None:
    large = packed_page(DRAWIO_MODEL.replace("Customer", "Customer " * 200_000))
    assert isinstance(outcome(tmp_path, "drawio", drawio_file(*[large] * 150)), Skip)
    assert isinstance(outcome(tmp_path, "drawio", drawio_file(*["<mxGraphModel><root/></mxGraphModel>"] * 300)), Skip)


@pytest.mark.parametrize("packed", ["!!!", "AAAA", base64.b64encode(b"no deflate").decode(), packed_page(DRAWIO_MODEL)[:200]])
def test_a_page_that_cannot_be_unpacked_is_an_error(tmp_path: Path, packed: str) -> None:
    assert isinstance(outcome(tmp_path, "drawio", drawio_file(packed)), ReadError)


def test_a_picture_without_a_drawing_is_passed_over(tmp_path: Path) -> None:
    assert isinstance(outcome(tmp_path, "drawio", b"\x89PNG\r\n\x1a\n" + b"\0" * 100), Skip)
    assert isinstance(outcome(tmp_path, "drawio", b"\x89PNG\r\n\x1a\n\xff\xff\xff\xfftEXtmxfile\0<a"), ReadError | Skip)
    assert isinstance(outcome(tmp_path, "drawio", "<svg><g/></svg>"), Skip)


def test_cells_that_stand_in_each_other_end(tmp_path: Path) -> None:
    cells = "".join(
        f'<mxCell id="{name}" value="{name}" style="swimlane" vertex="1" parent="{parent}"><mxGeometry x="1e308" y="nan" width="-5" height="inf" as="geometry"/></mxCell>'
        for name, parent in (("a", "b"), ("b", "c"), ("c", "a"), ("d", "d"))
    )
    assert isinstance(outcome(tmp_path, "drawio", f"<mxGraphModel><root>{cells}</root></mxGraphModel>"), DocumentFacts)


def test_thousands_of_boxes_and_frames_are_bounded(tmp_path: Path) -> None:
    def boxes(count: int) -> str:
        return "<mxGraphModel><root>" + "".join(
            f'<mxCell id="{n}" value="Box {n}" style="dashed=1;" vertex="1" parent="1"><mxGeometry x="{n}" y="{n}" width="{9_000 - n}" height="{9_000 - n}" as="geometry"/></mxCell>\n'
            for n in range(count)
        ) + "</root></mxGraphModel>"  # fmt: skip

    assert isinstance(outcome(tmp_path, "drawio", boxes(1_500)), DocumentFacts)
    assert isinstance(outcome(tmp_path, "drawio", boxes(20_000)), Skip)


# -- JSON and YAML --

JSON_KINDS: tuple[SourceKind, ...] = ("threat_dragon", "open_threat_model", "threat_composer", "tm_bom", "tm_library")


@pytest.mark.parametrize("kind", JSON_KINDS)
@pytest.mark.parametrize(
    "data",
    ["", "{", "[]", "null", "1", '{"a": ' * 500, "[" * 100_000, '{"a":1}' * 3, "{}", '"x"', '{"detail": {"diagrams": [1, null, [[]]]}, "otmVersion": [], "schema": {}}'],
    ids=lambda data: data[:12] or "empty",
)  # fmt: skip
def test_what_is_no_model_is_an_error_or_passed_over(tmp_path: Path, kind: SourceKind, data: str) -> None:
    assert isinstance(outcome(tmp_path, kind, data), ReadError | Skip)


@pytest.mark.parametrize("kind", JSON_KINDS)
def test_values_of_other_shapes_than_the_format_has_end_in_facts_or_a_reason(tmp_path: Path, kind: SourceKind) -> None:
    if EXAMPLES[kind].lstrip().startswith(b"{"):
        model = json.loads(EXAMPLES[kind])
        for key in list(model):
            odds: list[object] = [None, [], {}, "x", 7, [None, "x", {"x": []}], {"threats": "x"}]
            for odd in odds:
                outcome(tmp_path, kind, json.dumps({**model, key: odd}))


def test_aliases_that_explode_are_refused(tmp_path: Path) -> None:
    bomb = "otmVersion: 1\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12)
    )
    assert isinstance(outcome(tmp_path, "open_threat_model", bomb), ReadError)


def test_components_and_zones_in_circles_end(tmp_path: Path) -> None:
    text = """otmVersion: 1
trustZones: [{id: z, name: Z, parent: {trustZone: y}}, {id: y, name: Y, parent: {trustZone: z}}]
components: [{id: a, name: A, parent: {component: b}}, {id: b, name: B, parent: {component: a}}, {id: c, name: C, parent: {trustZone: z}}]
"""
    result = outcome(tmp_path, "open_threat_model", text)
    assert isinstance(result, DocumentFacts)
    assert {boundary.label: boundary.parent for boundary in result.diagrams[0].boundaries} == {"Z": None, "Y": None}


def test_a_model_with_too_many_parts_is_passed_over_whole(tmp_path: Path) -> None:
    parts = [{"id": f"{n}", "shape": "process", "data": {"type": "tm.Process", "name": f"P{n}"}} for n in range(11_000)]
    result = outcome(tmp_path, "threat_dragon", json.dumps({"summary": {}, "detail": {"diagrams": [{"cells": parts}]}}, indent=0))
    assert isinstance(result, Skip | ReadError)


# -- text --


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("plantuml", "@startuml\n" + "A -" * 300 + "> B\n" * 2_000),
        ("plantuml", "@startuml\n" + ("component " + "(" * 900 + "\n") * 500),
        ("plantuml", "@startuml\n" + ('"' * 999 + "\n") * 500),
        ("plantuml", "@startuml\n" + ("[" * 999 + "\n") * 500),
        ("plantuml", "@startuml\n" + ("A " + "-[" * 400 + "\n") * 500),
        ("plantuml", "@startuml\n" + ("X(" + "a," * 400 + "b)\n") * 500),
        ("plantuml", "@startuml\n" + "package a {\n" * 20_000),
        ("plantuml", "@startuml\n" * 20_000),
        ("plantuml", "@startuml\n" + ("A <" + "|" * 900 + "-- B\n") * 300),
        ("plantuml", "@startuml\n" + "!include x\n" * 50_000),
        ("plantuml", "component a [\n" + "x\n" * 100_000),
        ("plantuml", "".join(f"[A{n}] --> [A{n + 1}]\n" for n in range(20_000))),
        ("graphviz", "digraph {" + "{" * 100_000),
        ("graphviz", "digraph {" + "subgraph cluster_a {" * 100 + "}" * 100),
        ("graphviz", "digraph { a -> {" + "b " * 50_000 + "} }"),
        ("graphviz", "digraph { " + "{a b c} -> " * 20_000 + "d }"),
        ("graphviz", "digraph { a [label=" + "<" * 100_000),
        ("graphviz", "digraph { a [label=<" + "<b>" * 50_000 + ">]}"),
        ("graphviz", "digraph { " + "a -> " * 100_000 + "a }"),
        ("graphviz", 'digraph { a [label="' + "\\" * 100_000 + '"] }'),
        ("graphviz", "digraph { /*" + "*" * 100_000),
        ("graphviz", "digraph { " + "a[b=c" * 50_000),
        ("mermaid", "C4Context\n" + "Boundary(a, b) {\n" * 20_000),
        ("mermaid", "architecture-beta\n" + ("a:R -- L" + "-" * 900 + "\n") * 300),
        ("mermaid", "classDiagram\n" + ("A " + "<" * 900 + "-- B\n") * 300),
        ("mermaid", "stateDiagram-v2\n" + "".join(f"s{n} --> s{n + 1}\n" for n in range(20_000))),
    ],
    ids=lambda value: value[:24].replace("\n", " ") if isinstance(value, str) else None,
)  # fmt: skip
def test_pathological_text_ends_in_bounded_time(tmp_path: Path, kind: SourceKind, text: str) -> None:
    outcome(tmp_path, kind, text)


# -- any bytes --


@pytest.mark.parametrize("kind", KINDS)
def test_the_file_of_one_format_under_the_name_of_another_is_told_apart(tmp_path: Path, kind: SourceKind) -> None:
    for other, data in EXAMPLES.items():
        result = outcome(tmp_path, kind, data)
        assert (
            other == kind
            or not isinstance(result, DocumentFacts)
            or not any(diagram.nodes for diagram in result.diagrams)
            or kind == "plantuml"
        )


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_ends_too_early_ends_in_one_of_three_outcomes(tmp_path: Path, kind: SourceKind) -> None:
    data = EXAMPLES[kind]
    for end in range(0, len(data), max(1, len(data) // 60)):
        outcome(tmp_path, kind, data[:end])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(kind=st.sampled_from(KINDS), data=st.binary(max_size=300), at=st.floats(0, 1), junk=st.binary(max_size=12))
def test_any_bytes_and_any_damage_end_in_one_of_three_outcomes(
    tmp_path: Path, kind: SourceKind, data: bytes, at: float, junk: bytes
) -> None:
    outcome(tmp_path, kind, data)
    whole = EXAMPLES[kind]
    position = int(at * len(whole))
    outcome(tmp_path, kind, whole[:position] + junk + whole[position + len(junk) :])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    kind=st.sampled_from(("plantuml", "graphviz", "mermaid")),
    text=st.text(alphabet=st.sampled_from(list("ab {}[]()<>-.=:;|\"'/\\@!\n\n,#*&^~")), max_size=200),
)
def test_any_signs_of_a_text_language_end_in_one_of_three_outcomes(tmp_path: Path, kind: SourceKind, text: str) -> None:
    heads = {"plantuml": "@startuml\n", "graphviz": "digraph {", "mermaid": "C4Context\n"}
    outcome(tmp_path, kind, heads[kind] + text)


def test_tm7_of_another_program_is_passed_over(tmp_path: Path) -> None:
    assert isinstance(outcome(tmp_path, "tm7", "<ThreatModel/>"), Skip)
    assert isinstance(outcome(tmp_path, "tm7", TM7.replace("StencilEllipse", "Unknown").replace("<Guid>a</Guid>", "")), DocumentFacts)


def test_frames_stand_in_each_other_only_so_deep(tmp_path: Path) -> None:
    text = "@startuml\n" + "".join(f"package p{n} {{\n" for n in range(5_000)) + "[A]\n"
    result = outcome(tmp_path, "plantuml", text)
    assert isinstance(result, DocumentFacts)
    parents = {boundary.id: boundary.parent for boundary in result.diagrams[0].boundaries}
    deepest = 0
    at: str | None = "p4999"
    while at is not None:
        deepest, at = deepest + 1, parents[at]
    assert deepest < 200
