"""What single formats do in their own way."""

from __future__ import annotations

import json
import struct
import zlib
from html import escape
from pathlib import Path
from urllib.parse import quote

import pydot
import pytest

from ingest.documents import DocumentLimits, quotable_text, read_document
from ingest.facts import Diagram, DocumentFacts
from ingest.source import Source, SourceKind
from tests.ingest.documents.diagram_formats import (
    DRAWIO_MODEL,
    GRAPHVIZ,
    OPEN_THREAT_MODEL,
    THREAT_COMPOSER,
    TM7,
    TM_LIBRARY,
    drawio_file,
    packed_page,
)
from tests.ingest.documents.making import facts_of

LIMITS = DocumentLimits()


def read_as(folder: Path, name: str, kind: SourceKind, data: str | bytes) -> tuple[DocumentFacts, Source]:
    location = folder / name
    location.write_bytes(data.encode() if isinstance(data, str) else data)
    source = Source(name, location, kind, "documentation", location.stat().st_size)
    facts = read_document(source, LIMITS)
    assert isinstance(facts, DocumentFacts), facts
    return facts, source


def drawn(folder: Path, kind: SourceKind, data: str) -> Diagram:
    (diagram,) = read_as(folder, "d", kind, data)[0].diagrams
    return diagram


def arrows(diagram: Diagram) -> list[tuple[str, str, str]]:
    labels = {node.id: node.label for node in diagram.nodes} | {boundary.id: boundary.label for boundary in diagram.boundaries}
    return [(labels[edge.source], labels[edge.target], edge.label) for edge in diagram.edges]


# -- draw.io --


def cell(name: str, value: str, area: tuple[int, int, int, int], style: str = "rounded=1;html=1;", parent: str = "1") -> str:
    x, y, width, height = area
    geometry = f'<mxGeometry x="{x}" y="{y}" width="{width}" height="{height}" as="geometry"/>'
    return f'<mxCell id="{name}" value="{escape(value)}" style="{style}" vertex="1" parent="{parent}">{geometry}</mxCell>'


def page(*cells: str) -> str:
    return '<mxGraphModel><root><mxCell id="0"/><mxCell id="1" parent="0"/>\n' + "\n".join(cells) + "\n</root></mxGraphModel>"


def joined(name: str, source: str, target: str, style: str = "endArrow=classic;", value: str = "") -> str:
    return f'<mxCell id="{name}" value="{value}" style="{style}" edge="1" parent="1" source="{source}" target="{target}"><mxGeometry as="geometry"/></mxCell>'


def test_pages_of_a_drawio_file_are_diagrams_of_their_own(tmp_path: Path) -> None:
    facts, source = read_as(tmp_path, "d.drawio", "drawio", drawio_file(DRAWIO_MODEL, packed_page(DRAWIO_MODEL)))
    assert [diagram.name for diagram in facts.diagrams] == ["Page 1", "Page 2"]
    assert [len(diagram.nodes) for diagram in facts.diagrams] == [4, 4]
    pages = quotable_text(source, LIMITS)
    place = next(node.place for node in facts.diagrams[1].nodes if node.label == "LLM")
    assert (place.page, facts.unit) == (2, "paragraph")
    assert pages[2][place.start_line - 1] == 'ellipse "LLM" (cell l)'


def test_a_drawio_file_inside_an_svg_or_png_is_read(tmp_path: Path) -> None:
    whole = drawio_file(packed_page(DRAWIO_MODEL))
    svg = f'<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd"><svg xmlns="http://www.w3.org/2000/svg" content="{escape(whole)}"><g/></svg>'
    text = b"mxfile\0" + quote(whole).encode()
    chunk = struct.pack(">I", len(text)) + b"tEXt" + text + struct.pack(">I", zlib.crc32(b"tEXt" + text))
    for name, data in (("d.drawio.svg", svg.encode()), ("d.drawio.png", b"\x89PNG\r\n\x1a\n" + chunk)):
        (diagram,) = read_as(tmp_path, name, "drawio", data)[0].diagrams
        assert [node.label for node in diagram.nodes] == ["Customer", "Assistant", "Orders", "LLM"]


def test_arrows_that_only_touch_boxes_join_them(tmp_path: Path) -> None:
    loose = '<mxCell id="e" style="endArrow=classic;" edge="1" parent="1"><mxGeometry as="geometry"><mxPoint x="105" y="20" as="sourcePoint"/><mxPoint x="195" y="20" as="targetPoint"/></mxGeometry></mxCell>'
    far = loose.replace('id="e"', 'id="f"').replace('x="195"', 'x="900"')
    diagram = drawn(
        tmp_path, "drawio", drawio_file(page(cell("a", "API", (0, 0, 100, 40)), cell("b", "LLM", (200, 0, 100, 40)), loose, far))
    )
    assert arrows(diagram) == [("API", "LLM", "")]


def test_a_frame_drawn_around_boxes_is_a_boundary_and_a_title_is_no_box(tmp_path: Path) -> None:
    boxes = (
        cell("a", "API", (10, 10, 50, 20)),
        cell("b", "LLM", (10, 50, 50, 20)),
        cell("t", "Our architecture", (0, -50, 90, 20), "text;html=1;"),
    )
    diagram = drawn(tmp_path, "drawio", drawio_file(page(cell("f", "AWS account", (0, 0, 200, 200)), *boxes, joined("e", "a", "b"))))
    assert [(node.label, node.boundary) for node in diagram.nodes] == [("API", "f"), ("LLM", "f")]
    assert [boundary.label for boundary in diagram.boundaries] == ["AWS account"]


def test_labels_of_boxes_lose_their_markup_and_what_explains_them(tmp_path: Path) -> None:
    wrapped = '<object id="w" label="%c4Name%" c4Name="Gateway" c4Type="Container" c4Technology="nginx" c4Description="Lets in"><mxCell style="rounded=1;" vertex="1" parent="1"><mxGeometry width="9" height="9" as="geometry"/></mxCell></object>'
    icon = cell("i", "", (500, 0, 40, 40), "shape=mxgraph.aws4.resourceIcon;resIcon=mxgraph.aws4.lambda_function;")
    named = (
        cell("n", "<div>Vector<br>store</div>", (200, 0, 50, 50)),
        cell("m", "Search<br>Azure AI Search, 2 replicas<br>eu-west", (300, 0, 50, 50)),
    )
    diagram = drawn(tmp_path, "drawio", drawio_file(page(wrapped, icon, *named, joined("e", "w", "n"))))
    assert [(node.label, node.technology, node.description) for node in diagram.nodes] == [
        ("Gateway", "nginx", "Lets in"), ("lambda function", "", ""), ("Vector store", "", ""), ("Search", "", "Azure AI Search, 2 replicas eu-west"),
    ]  # fmt: skip


def test_an_icon_with_a_label_says_the_technology_of_what_it_names(tmp_path: Path) -> None:
    queue = cell("q", "Messaging", (0, 0, 40, 40), "shape=mxgraph.aws4.resourceIcon;resIcon=mxgraph.aws4.sqs;")
    arrow = cell("x", "", (90, 0, 40, 40), "shape=mxgraph.aws3d.arrowhead;")
    azure = cell("z", "Orders", (200, 0, 40, 40), "image;html=1;image=img/lib/azure2/databases/Azure_Cosmos_DB.svg;")
    photo = cell("p", "Office", (300, 0, 40, 40), "shape=image;image=data:image/png,iVBORw0KGgo=;")
    diagram = drawn(tmp_path, "drawio", drawio_file(page(queue, arrow, azure, photo)))
    told = [(node.label, node.technology) for node in diagram.nodes]
    assert told == [("Messaging", "sqs"), ("Orders", "azure cosmos db"), ("Office", "")]


def test_heads_of_arrows_tell_their_direction(tmp_path: Path) -> None:
    boxes = cell("a", "A", (0, 0, 9, 9)), cell("b", "B", (50, 0, 9, 9))
    both = joined("e", "a", "b", "startArrow=classic;endArrow=block;", "x")
    assert arrows(drawn(tmp_path, "drawio", drawio_file(page(*boxes, both)))) == [("A", "B", "x"), ("B", "A", "x")]


# -- PlantUML --


def test_includes_are_never_followed_and_listed(tmp_path: Path) -> None:
    (tmp_path / "other.puml").write_text("component Secret\n")
    facts, _ = read_as(
        tmp_path, "d.puml", "plantuml", "@startuml\n!include other.puml\n!includeurl https://example.org/x.puml\n[A] --> [B]\n@enduml\n"
    )
    assert [node.label for node in facts.diagrams[0].nodes] == ["A", "B"]
    assert facts.unexamined == (
        "what `!include other.puml` names, which is not followed",
        "what `!includeurl https://example.org/x.puml` names, which is not followed",
    )


@pytest.mark.parametrize(
    ("arrow", "found"),
    [
        ("A --> B : go", [("A", "B", "go")]),
        ("A <-- B", [("B", "A", "")]),
        ("A <--> B", [("B", "A", ""), ("A", "B", "")]),
        ("A -left[#red,dashed]-> B : x", [("A", "B", "x")]),
        ("[A] ..> (B) : uses", [("A", "B", "uses")]),
        ('"A" -> ":B"', [("A", ":B", "")]),
        ("A ->x B : lost", [("A", "B", "lost")]),
        ("A -\\\\ B", [("A", "B", "")]),
        ("A -- other", [("A", "other", "")]),
        ("A -[hidden]r-> B", []),
        ("A -> B++ $AWSColor(Storage): put", [("A", "B", "put")]),
        ("A -> B ++ #gold : put", [("A", "B", "put")]),
        ("A .right.> B : \\n", [("A", "B", "")]),
    ],
)
def test_arrows_of_plantuml_are_read_in_all_their_forms(tmp_path: Path, arrow: str, found: list[tuple[str, str, str]]) -> None:
    assert arrows(drawn(tmp_path, "plantuml", f"@startuml\n{arrow}\n@enduml\n")) == found


def test_what_stands_in_notes_styles_and_comments_draws_nothing(tmp_path: Path) -> None:
    text = """@startuml
/' [Ghost] --> [A]
[Ghost2] '/
skinparam component {
  [Ghost3] -> [A]
}
note left of A
  [Ghost4] --> [A]
end note
note right of A : one --> line
legend right
[Ghost5]
endlegend
!procedure $x($a)
[Ghost6] --> [A]
!endprocedure
component A [
  Answers
  questions
]
[A] --> [B]
@enduml
"""
    assert [node.label for node in drawn(tmp_path, "plantuml", text).nodes] == ["A", "B"]


def test_diagrams_of_types_and_states_say_that_they_draw_no_parts(tmp_path: Path) -> None:
    assert drawn(tmp_path, "plantuml", "@startuml\nclass Shop {\n  +orders: List\n}\nShop --> Order : holds\n@enduml\n").draws == "types"
    assert drawn(tmp_path, "plantuml", "@startuml\n[*] --> Open\nOpen --> Closed\n@enduml\n").draws == "steps"
    assert drawn(tmp_path, "mermaid", "classDiagram\n  Shop <|-- Store\n  Shop --> Order : holds").draws == "types"
    assert drawn(tmp_path, "mermaid", "stateDiagram-v2\n  [*] --> Open\n  Open --> Closed : pay").draws == "steps"


def test_icons_of_macro_libraries_are_boxes(tmp_path: Path) -> None:
    text = '@startuml\n!include <awslib/AWSCommon>\nAWSCloudGroup(cloud) {\nLambda(save, "Save order", "nodejs")\n}\nDynamoDB(db, "Orders", "table")\nsave --> db\nAddElementTag("x", "y")\n@enduml\n'
    diagram = drawn(tmp_path, "plantuml", text)
    assert [(node.label, node.technology, node.boundary) for node in diagram.nodes] == [
        ("Save order", "Lambda", "cloud"),
        ("Orders", "Dynamo DB", None),
    ]


# -- Graphviz --


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the parser below pydot
def test_graphviz_agrees_with_another_reader(tmp_path: Path) -> None:
    text = 'digraph { a -> b -> {c d}; {e f} -> g; a:port -> "x y" [dir=both]; subgraph cluster_1 { h; i } strict -> j; k [label="{one|two}"] }'
    for source in (GRAPHVIZ, text):
        mine = drawn(tmp_path, "graphviz", source)
        graphs = pydot.graph_from_dot_data(source)
        assert graphs is not None
        (graph,) = graphs
        listed = {node.get_name().strip('"') for sub in (graph, *graph.get_subgraphs()) for node in sub.get_nodes()} - {
            "node",
            "edge",
            "graph",
            "\\n",
        }
        assert listed <= {node.id for node in mine.nodes}
    assert {(edge.source, edge.target) for edge in drawn(tmp_path, "graphviz", text).edges} == {
        ("a", "b"), ("b", "c"), ("b", "d"), ("e", "g"), ("f", "g"), ("a", "x y"), ("x y", "a"), ("strict", "j"),
    }  # fmt: skip


def test_fences_of_all_languages_are_read_in_markdown(tmp_path: Path) -> None:
    text = f'# Design\n\n```dot\n{GRAPHVIZ}```\n\n```plantuml\n@startuml\n!include x\n[A] -> [B]\n@enduml\n```\n\n```mermaid\nC4Context\nPerson(a, "Customer")\n```\n\n```dot\nno graph\n```\n'
    facts = facts_of(tmp_path, text, "markdown")
    assert [diagram.language for diagram in facts.diagrams] == ["graphviz", "plantuml", "mermaid"]
    assert facts.diagrams[1].nodes[0].place.start_line == text.split("\n").index("[A] -> [B]") + 1
    assert [part.split(" ")[0:3] for part in facts.unexamined] == [["what", "`!include", "x`"], ["a", "diagram", "in"]]


# -- threat models --


def test_a_model_in_one_line_is_laid_out(tmp_path: Path) -> None:
    packed = THREAT_COMPOSER.replace("\n", "").replace("  ", "")
    assert len(packed) < 2_000
    facts, source = read_as(tmp_path, "d.json", "threat_composer", packed.replace('"It reads orders."', '"x"') + " " * 2_000)
    assert facts.unit == "paragraph"
    place = facts.diagrams[0].threats[0].place
    assert "The customer plants instructions" in quotable_text(source, LIMITS)[None][place.start_line - 1]


def test_states_that_a_tool_does_not_give_are_not_made_up(tmp_path: Path) -> None:
    threats = drawn(tmp_path, "threat_composer", THREAT_COMPOSER).threats
    assert [(threat.state, threat.severity) for threat in threats] == [("mitigated", "High"), ("", "")]
    assert threats[1].title == "A customer can ask for too much, which leads to high cost"
    unknown = drawn(tmp_path, "open_threat_model", OPEN_THREAT_MODEL.replace("state: mitigated", "state: pondered")).threats
    assert [threat.state for threat in unknown] == [""]


def test_out_of_scope_and_other_words_of_threat_models_are_kept(tmp_path: Path) -> None:
    flag = '<a:anyType i:type="b:BooleanDisplayAttribute"><b:DisplayName>Out Of Scope</b:DisplayName><b:Name/><b:Value i:type="c:boolean">true</b:Value></a:anyType></Properties><TypeId>GE.DS'
    diagram = drawn(tmp_path, "tm7", TM7.replace("</Properties><TypeId>GE.DS", flag))
    assert [node.label for node in diagram.nodes if node.attributes.get("out_of_scope") is True] == ["Orders"]


def test_a_head_that_promises_a_model_and_a_rest_that_is_none_is_passed_over(tmp_path: Path) -> None:
    location = tmp_path / "en.json"
    location.write_text('{"summary": {"title": "Zusammenfassung"}, "contributors": ["x"], "detail": {"text": "none"}}')
    outcome = read_document(Source("en.json", location, "threat_dragon", "documentation", 1), LIMITS)
    assert "begins like a Threat Dragon model and is none" in str(outcome)


def test_a_zone_and_a_component_of_one_name_are_two(tmp_path: Path) -> None:
    model = json.loads(TM_LIBRARY)
    model["components"].append({"symbolic_name": "z", "title": "Cluster", "trust_zone": "z"})
    diagram = drawn(tmp_path, "tm_library", json.dumps(model, indent=1))
    assert [node.label for node in diagram.nodes if node.boundary == "zone:z"] == ["Assistant", "Cluster", "Orders"]
    text = OPEN_THREAT_MODEL.replace("id: a\n    name: Assistant", "id: z\n    name: Assistant").replace("component: a", "component: z")
    assert {node.label: node.boundary for node in drawn(tmp_path, "open_threat_model", text).nodes}["Orders"] == "zone:z"
