"""Every format of diagrams and threat models that is read: one small file each, and what must come of it.

All files draw one system: a customer asks an assistant of a shop, which prompts a language model and reads orders. `gives` names what of it
the format can say; `tests/ingest/documents/diagrams/test_diagram_formats.py` proves each of these words, and the documentation's table of formats
is made of this list.
"""

from __future__ import annotations

import base64
import json
import zlib
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

from ingest.source import SourceKind

Given = Literal[
    "boxes", "arrows", "labels", "boundaries", "kinds", "technologies", "data", "protocols", "encryption", "threats", "states", "prose"
]
COLUMNS: tuple[Given, ...] = (
    "boxes", "arrows", "labels", "boundaries", "kinds", "technologies", "data", "protocols", "encryption", "threats", "states", "prose"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DiagramFormat:
    """A format, a file of it, and what is read."""

    name: str
    kind: SourceKind
    files: tuple[str, ...]  # names such files have; those told by their head say so by a common suffix
    example: str | bytes
    gives: tuple[Given, ...]
    unexamined: str


DRAWIO_MODEL = """\
<mxGraphModel>
  <root>
    <mxCell id="0"/>
    <mxCell id="1" parent="0"/>
    <mxCell id="c" value="Customer" style="shape=umlActor;html=1;" vertex="1" parent="1"><mxGeometry x="0" y="0" width="30" height="60" as="geometry"/></mxCell>
    <mxCell id="s" value="Shop" style="swimlane;dashed=1;" vertex="1" parent="1"><mxGeometry x="200" y="0" width="400" height="300" as="geometry"/></mxCell>
    <mxCell id="a" value="&lt;b&gt;Assistant&lt;/b&gt;" style="rounded=1;html=1;" vertex="1" parent="s"><mxGeometry x="20" y="40" width="100" height="40" as="geometry"/></mxCell>
    <mxCell id="o" value="Orders" style="shape=cylinder3;html=1;" vertex="1" parent="s"><mxGeometry x="20" y="200" width="60" height="60" as="geometry"/></mxCell>
    <mxCell id="l" value="LLM" style="ellipse;html=1;" vertex="1" parent="1"><mxGeometry x="700" y="40" width="80" height="40" as="geometry"/></mxCell>
    <mxCell id="e1" value="question" style="endArrow=classic;" edge="1" parent="1" source="c" target="a"><mxGeometry relative="1" as="geometry"/></mxCell>
    <mxCell id="e2" style="endArrow=classic;" edge="1" parent="1" source="a" target="l"><mxGeometry relative="1" as="geometry"/></mxCell>
    <mxCell id="t2" value="prompt" style="edgeLabel;html=1;" vertex="1" connectable="0" parent="e2"><mxGeometry x="0.1" relative="1" as="geometry"/></mxCell>
    <mxCell id="e3" style="startArrow=classic;endArrow=none;" edge="1" parent="1" source="o" target="a"><mxGeometry relative="1" as="geometry"/></mxCell>
  </root>
</mxGraphModel>"""


def packed_page(model: str) -> str:
    """A page as draw.io compresses it."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    return base64.b64encode(deflate.compress(quote(model).encode()) + deflate.flush()).decode()


def drawio_file(*pages: str) -> str:
    return (
        "<mxfile>\n"
        + "\n".join(f'<diagram id="p{n}" name="Page {n}">\n{page}\n</diagram>' for n, page in enumerate(pages, 1))
        + "\n</mxfile>\n"
    )


MERMAID_FLOW = """\
flowchart LR
  c([Customer]) -->|question| a
  subgraph shop [Shop]
    a[Assistant]
    o[(Orders)]
  end
  a -- prompt --> l{{LLM}}
  a --> o
"""
MERMAID_SEQUENCE = """\
sequenceDiagram
  actor c as Customer
  box Shop
    participant a as Assistant
    participant o as Orders
  end
  c->>a: question
  a->>LLM: prompt
  a->>o: read
"""
C4_BODY = """\
Person(c, "Customer", "Buys things")
System_Boundary(shop, "Shop") {
  Container(a, "Assistant", "Python", "Answers")
  ContainerDb(o, "Orders", "PostgreSQL")
}
System_Ext(l, "LLM", "A language model of another party")
Rel(c, a, "question", "HTTPS")
Rel(a, l, "prompt")
Rel(a, o, "")
"""
ARCHITECTURE = """\
architecture-beta
  group shop(cloud)[Shop]
  service c(internet)[Customer]
  service a(server)[Assistant] in shop
  service o(database)[Orders] in shop
  service l(cloud)[LLM]
  c:R --> L:a
  a:R --> L:l
  a:B --> T:o
"""
PLANTUML_PARTS = """\
@startuml
' the shop
actor Customer as c
package "Shop" {
  component [Assistant] as a <<Python>>
  database Orders as o
}
cloud LLM as l
c -right-> a : question
a --> l : prompt
a --> o
@enduml
"""
PLANTUML_SEQUENCE = """\
@startuml
actor Customer as c
box "Shop" #LightBlue
participant Assistant as a
database Orders as o
end box
participant LLM as l
c -> a ++ : question
alt allowed
  a -> l : prompt
else
  a -[#red]> o
end
return reply
@enduml
"""
GRAPHVIZ = """\
digraph shop {
  rankdir=LR; node [shape=box];
  c [label="Customer"];
  subgraph cluster_shop {
    label="Shop";
    a [label=<<b>Assistant</b>>];
    o [label="Orders", shape=cylinder];
  }
  l [label="LLM"]
  c -> a [label="question"]; a -> l [label=prompt]
  a -> o;  // read
}
"""
_FLOW = {"type": "tm.Flow", "outOfScope": False, "protocol": "HTTPS", "isEncrypted": True, "isPublicNetwork": True}
_THREAT = {"id": "t1", "title": "The customer plants instructions", "status": "Mitigated", "severity": "High", "type": "Tampering",
           "description": "In a question.", "mitigation": "Roles of messages"}  # fmt: skip
THREAT_DRAGON = json.dumps({
    "version": "2.0",
    "summary": {"title": "Shop", "owner": "", "description": "", "id": 0},
    "detail": {"contributors": [], "diagrams": [{"id": 0, "title": "Main", "diagramType": "STRIDE", "cells": [
        {"id": "s", "shape": "trust-boundary-box", "position": {"x": 100, "y": 0}, "size": {"width": 400, "height": 300},
         "data": {"type": "tm.BoundaryBox", "name": "Shop", "isTrustBoundary": True}},
        {"id": "c", "shape": "actor", "position": {"x": 0, "y": 50}, "size": {"width": 50, "height": 50}, "data": {"type": "tm.Actor", "name": "Customer"}},
        {"id": "a", "shape": "process", "position": {"x": 150, "y": 50}, "size": {"width": 50, "height": 50},
         "data": {"type": "tm.Process", "name": "Assistant", "threats": [_THREAT]}},
        {"id": "o", "shape": "store", "position": {"x": 150, "y": 200}, "size": {"width": 50, "height": 50},
         "data": {"type": "tm.Store", "name": "Orders", "isEncrypted": True, "isALog": False}},
        {"id": "l", "shape": "process", "position": {"x": 600, "y": 50}, "size": {"width": 50, "height": 50}, "data": {"type": "tm.Process", "name": "LLM"}},
        {"id": "e1", "shape": "flow", "source": {"cell": "c"}, "target": {"cell": "a"}, "data": {**_FLOW, "name": "question"}},
        {"id": "e2", "shape": "flow", "source": {"cell": "a"}, "target": {"cell": "l"}, "data": {**_FLOW, "name": "prompt"}},
        {"id": "e3", "shape": "flow", "source": {"cell": "a"}, "target": {"cell": "o"}, "data": {"type": "tm.Flow", "name": ""}},
        {"id": "x", "shape": "trust-boundary-curve", "source": {"x": 1, "y": 1}, "target": {"x": 2, "y": 2}, "data": {"type": "tm.Boundary", "name": "curve"}},
    ]}]},
}, indent=1)  # fmt: skip
THREAT_DRAGON_1 = json.dumps({
    "summary": {"title": "Shop"},
    "detail": {"contributors": [], "diagrams": [{"id": 0, "title": "Main", "diagramJson": {"cells": [
        {"type": "tm.Boundary", "id": "x", "size": {"width": 10, "height": 10}, "source": {"x": 1, "y": 1}, "target": {"x": 9, "y": 9}},
        {"type": "tm.Actor", "id": "c", "position": {"x": 0, "y": 0}, "size": {"width": 5, "height": 5}, "attrs": {"text": {"text": "Customer"}}},
        {"type": "tm.Process", "id": "a", "position": {"x": 20, "y": 0}, "size": {"width": 5, "height": 5}, "attrs": {"text": {"text": "Assistant"}}, "threats": [_THREAT]},
        {"type": "tm.Store", "id": "o", "position": {"x": 40, "y": 0}, "size": {"width": 5, "height": 5}, "attrs": {"text": {"text": "Orders"}}},
        {"type": "tm.Process", "id": "l", "position": {"x": 60, "y": 0}, "size": {"width": 5, "height": 5}, "attrs": {"text": {"text": "LLM"}}},
        {"type": "tm.Flow", "id": "e1", "source": {"id": "c"}, "target": {"id": "a"}, "labels": [{"attrs": {"text": {"text": "question"}}}], "isEncrypted": True, "protocol": "HTTPS"},
        {"type": "tm.Flow", "id": "e2", "source": {"id": "a"}, "target": {"id": "l"}, "labels": [{"attrs": {"text": {"text": "prompt"}}}]},
        {"type": "tm.Flow", "id": "e3", "source": {"id": "a"}, "target": {"id": "o"}},
    ]}}]},
}, indent=1)  # fmt: skip
OPEN_THREAT_MODEL = """\
otmVersion: 0.2.0
project:
  name: Shop
  id: shop
trustZones:
  - id: z
    name: Shop
    risk: {trustRating: 100}
assets:
  - id: q
    name: Questions of customers
components:
  - id: c
    name: Customer
    type: external-entity
  - id: a
    name: Assistant
    type: web-service
    parent: {trustZone: z}
    threats:
      - threat: t
        state: mitigated
        mitigations: [{mitigation: m, state: implemented}]
  - id: o
    name: Orders
    type: database
    parent: {component: a}
  - id: l
    name: LLM
    type: external-service
dataflows:
  - {id: e1, name: question, source: c, destination: a, assets: [q]}
  - {id: e2, name: prompt, source: a, destination: l}
  - id: e3
    name: ""
    source: a
    destination: o
threats:
  - id: t
    name: The customer plants instructions
    categories: [Tampering]
    risk: {likelihood: 50, impact: 100}
mitigations:
  - id: m
    name: Roles of messages
    riskReduction: 50
"""
THREAT_COMPOSER = json.dumps({
    "schema": 1,
    "applicationInfo": {"name": "Shop", "description": "# Shop\n\nThe assistant answers questions.\n- It reads orders."},
    "architecture": {"description": "", "image": "data:image/png;base64,AAAA"},
    "dataflow": {"description": "Questions go to a model.", "image": ""},
    "assumptions": [{"id": "a1", "content": "Staff are trained."}],
    "mitigations": [{"id": "m1", "content": "Roles of messages", "status": "mitigationResolved"}],
    "assumptionLinks": [],
    "mitigationLinks": [{"mitigationId": "m1", "linkedId": "t1"}],
    "threats": [{"id": "t1", "numericId": 1, "statement": "The customer plants instructions", "status": "threatResolved",
                 "metadata": [{"key": "Priority", "value": "High"}, {"key": "STRIDE", "value": ["T"]}]},
                {"id": "t2", "threatSource": "customer", "threatAction": "ask for too much", "threatImpact": "high cost"}],
}, indent=2)  # fmt: skip


def _tm7_properties(header: str, name: str, more: str = "") -> str:
    return (
        f'<Properties><a:anyType i:type="b:HeaderDisplayAttribute"><b:DisplayName>{header}</b:DisplayName><b:Name/><b:Value i:nil="true"/></a:anyType>'
        f'<a:anyType i:type="b:StringDisplayAttribute"><b:DisplayName>Name</b:DisplayName><b:Name/><b:Value i:type="c:string">{name}</b:Value></a:anyType>{more}</Properties>'
    )


def _tm7_shape(guid: str, generic: str, shape: str, header: str, name: str, area: tuple[int, int, int, int]) -> str:
    left, top, width, height = area
    return (
        f'<a:KeyValueOfguidanyType><a:Key>{guid}</a:Key><a:Value i:type="{shape}"><GenericTypeId>{generic}</GenericTypeId><Guid>{guid}</Guid>'
        f"{_tm7_properties(header, name)}<TypeId>{generic}</TypeId><Height>{height}</Height><Left>{left}</Left><Top>{top}</Top><Width>{width}</Width></a:Value></a:KeyValueOfguidanyType>"
    )


def _tm7_flow(guid: str, source: str, target: str, header: str, name: str, more: str = "") -> str:
    return (
        f'<a:KeyValueOfguidanyType><a:Key>{guid}</a:Key><a:Value i:type="Connector"><GenericTypeId>GE.DF</GenericTypeId><Guid>{guid}</Guid>'
        f"{_tm7_properties(header, name, more)}<SourceGuid>{source}</SourceGuid><TargetGuid>{target}</TargetGuid></a:Value></a:KeyValueOfguidanyType>"
    )


_CONFIDENTIAL = (
    '<a:anyType i:type="b:StaticListDisplayAttribute"><b:DisplayName>Provides Confidentiality</b:DisplayName><b:Name>providesConfidentiality</b:Name>'
    '<b:Value i:type="a:ArrayOfstring"><a:string>No</a:string><a:string>Yes</a:string></b:Value><b:SelectedIndex>1</b:SelectedIndex></a:anyType>'
)
TM7 = (
    '<ThreatModel xmlns="http://schemas.datacontract.org/2004/07/ThreatModeling.Model" xmlns:i="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:a="http://schemas.microsoft.com/2003/10/Serialization/Arrays" xmlns:b="http://schemas.datacontract.org/2004/07/ThreatModeling.KnowledgeBase">'
    f"<DrawingSurfaceList><DrawingSurfaceModel><Guid>d1</Guid>{_tm7_properties('Diagram', 'Main')}<Borders>"
    + _tm7_shape("s", "GE.TB.B", "BorderBoundary", "Generic Trust Border Boundary", "Shop", (100, 0, 400, 300))
    + _tm7_shape("c", "GE.EI", "StencilRectangle", "Browser", "Customer", (0, 50, 50, 50))
    + _tm7_shape("a", "GE.P", "StencilEllipse", "Web Server", "Assistant", (150, 50, 50, 50))
    + _tm7_shape("o", "GE.DS", "StencilParallelLines", "SQL Database", "Orders", (150, 200, 50, 50))
    + _tm7_shape("l", "GE.EI", "StencilRectangle", "External Web Service", "LLM", (600, 50, 50, 50))
    + "</Borders><Lines>"
    + _tm7_flow("e1", "c", "a", "HTTPS", "question", _CONFIDENTIAL)
    + _tm7_flow("e2", "a", "l", "Generic Data Flow", "prompt")
    + _tm7_flow("e3", "a", "o", "Generic Data Flow", "")
    + "</Lines></DrawingSurfaceModel></DrawingSurfaceList><ThreatInstances><a:KeyValueOfstringThreatpc_P0_PhOB><a:Key>k</a:Key><a:Value>"
    "<b:DrawingSurfaceGuid>d1</b:DrawingSurfaceGuid><b:FlowGuid>e1</b:FlowGuid><b:Id>7</b:Id><b:Priority>High</b:Priority><b:Properties>"
    "<a:KeyValueOfstringstring><a:Key>Title</a:Key><a:Value>The customer plants instructions</a:Value></a:KeyValueOfstringstring>"
    "<a:KeyValueOfstringstring><a:Key>UserThreatCategory</a:Key><a:Value>Tampering</a:Value></a:KeyValueOfstringstring></b:Properties>"
    "<b:SourceGuid>c</b:SourceGuid><b:State>Mitigated</b:State><b:StateInformation>Roles of messages</b:StateInformation><b:TargetGuid>a</b:TargetGuid>"
    '<b:Title i:nil="true"/></a:Value></a:KeyValueOfstringThreatpc_P0_PhOB></ThreatInstances></ThreatModel>'
)


def _bom_part(identity: str, name: str, kind: str, **properties: str) -> dict[str, object]:
    listed = [{"name": f"cdx:model:{key}", "value": value} for key, value in {"type": kind, **properties}.items()]
    return {"type": "threat-model", "bom-ref": identity, "name": name, "properties": listed}


TM_BOM = json.dumps({
    "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "metadata": {"component": {"type": "application", "name": "Shop"}},
    "components": [
        {"type": "library", "name": "requests"},
        {"type": "threat-model", "bom-ref": "d", "name": "Main", "properties": [{"name": "cdx:model:type", "value": "diagram"}], "components": [
            _bom_part("s", "Shop", "boundary"),
            _bom_part("q", "Questions of customers", "asset"),
            _bom_part("c", "Customer", "actor"),
            _bom_part("a", "Assistant", "server", platform="Python", inBoundary="s"),
            _bom_part("o", "Orders", "datastore", inBoundary="s"),
            _bom_part("l", "LLM", "server"),
            _bom_part("e1", "question", "dataflow", **{"dataflow:source": "c", "dataflow:destination": "a", "dataflow:data": "q"}),
            _bom_part("e2", "prompt", "dataflow", **{"dataflow:source": "a", "dataflow:destination": "l"}),
            _bom_part("e3", "", "dataflow", **{"dataflow:source": "a", "dataflow:destination": "o"}),
        ]},
    ],
}, indent=1)  # fmt: skip
TM_LIBRARY = json.dumps({
    "$schema": "https://example.org/threat-model.schema.json",
    "version": "1.0",
    "scope": {"title": "Shop", "description": "", "exposure": "external"},
    "description": "A shop with an assistant.",
    "diagrams": [{"title": "Main", "type": "mermaid", "source": "flowchart LR; a-->b"}],
    "trust_zones": [{"symbolic_name": "z", "title": "Shop"}],
    "actors": [{"symbolic_name": "c", "title": "Customer", "type": "user"}],
    "components": [{"symbolic_name": "a", "title": "Assistant", "trust_zone": "z"}, {"symbolic_name": "l", "title": "LLM"}],
    "data_stores": [{"symbolic_name": "o", "title": "Orders", "type": "sql", "vendor": "PostgreSQL", "trust_zone": "z"}],
    "data_flows": [
        {"symbolic_name": "e1", "title": "question", "source": {"type": "actor", "object": "c"}, "destination": {"type": "component", "object": "a"}, "encrypted": True},
        {"symbolic_name": "e2", "title": "prompt", "source": {"type": "component", "object": "a"}, "destination": {"type": "component", "object": "l"}},
        {"symbolic_name": "e3", "title": "", "source": {"type": "component", "object": "a"}, "destination": {"type": "data_store", "object": "o"}},
    ],
    "assumptions": [{"description": "Staff are trained.", "validity": "confirmed"}, {"description": "Nobody asks.", "validity": "rejected"}],
    "threats": [{"symbolic_name": "t", "title": "The customer plants instructions", "event": "tampering", "components_affected": ["a"]}],
    "controls": [{"symbolic_name": "m", "title": "Roles of messages", "threats": ["t"], "status": "active"}],
    "risks": [{"symbolic_name": "r", "title": "r", "threats": ["t"], "level": "high"}],
}, indent=1)  # fmt: skip

_DRAWN: tuple[Given, ...] = ("boxes", "arrows", "labels", "boundaries", "kinds")
FORMATS: tuple[DiagramFormat, ...] = (
    DiagramFormat("Mermaid flowchart", "mermaid", ("a.mmd", "a.mermaid"), MERMAID_FLOW, ("boxes", "arrows", "labels", "boundaries"), "styles, clicks, labels over several lines"),
    DiagramFormat("Mermaid sequence", "mermaid", ("a.mmd",), MERMAID_SEQUENCE, ("boxes", "arrows", "labels", "boundaries"), "notes, loops and alternatives as such"),
    DiagramFormat("Mermaid C4", "mermaid", ("a.mmd",), "C4Container\n" + C4_BODY, (*_DRAWN, "technologies", "protocols"), "styles, layout, tags"),
    DiagramFormat("Mermaid architecture", "mermaid", ("a.mmd",), ARCHITECTURE, ("boxes", "arrows", "boundaries"), "sides and icons"),
    DiagramFormat("draw.io", "drawio", ("a.drawio", "a.drawio.xml", "a.dio", "a.xml"), drawio_file(DRAWIO_MODEL), _DRAWN, "texts that stand alone, links, tooltips"),
    DiagramFormat("draw.io, compressed", "drawio", ("a.drawio",), drawio_file(packed_page(DRAWIO_MODEL)), _DRAWN, "texts that stand alone, links, tooltips"),
    DiagramFormat("PlantUML components and deployment", "plantuml", ("a.puml", "a.plantuml", "a.iuml", "a.pu", "a.wsd"), PLANTUML_PARTS, (*_DRAWN, "technologies"), "`!include` (listed), notes, styles, macros of the file"),
    DiagramFormat("PlantUML sequence", "plantuml", ("a.puml",), PLANTUML_SEQUENCE, _DRAWN, "`!include` (listed), notes, alternatives as such"),
    DiagramFormat("C4-PlantUML", "plantuml", ("a.puml",), f"@startuml\n!include <C4/C4_Container>\n{C4_BODY}@enduml\n", (*_DRAWN, "technologies", "protocols"), "`!include` (listed), styles, tags, sprites"),
    DiagramFormat("Graphviz", "graphviz", ("a.dot", "a.gv"), GRAPHVIZ, ("boxes", "arrows", "labels", "boundaries"), "ports, styles, further graphs of a file"),
    DiagramFormat("OWASP Threat Dragon 2", "threat_dragon", ("a.json",), THREAT_DRAGON, (*_DRAWN, "protocols", "encryption", "threats", "states"), "boundaries drawn as curves"),
    DiagramFormat("OWASP Threat Dragon 1", "threat_dragon", ("a.json",), THREAT_DRAGON_1, ("boxes", "arrows", "labels", "kinds", "protocols", "encryption", "threats", "states"), "boundaries drawn as curves"),
    DiagramFormat("Open Threat Model", "open_threat_model", ("a.otm", "a.yaml", "a.json"), OPEN_THREAT_MODEL, (*_DRAWN, "data", "threats", "states"), "representations, risk ratings"),
    DiagramFormat("AWS Threat Composer", "threat_composer", ("a.tc.json", "a.json"), THREAT_COMPOSER, ("threats", "states", "prose"), "pictures (listed), comments"),
    DiagramFormat("Microsoft Threat Modeling Tool", "tm7", ("a.tm7",), TM7, (*_DRAWN, "technologies", "protocols", "encryption", "threats", "states"), "line boundaries, annotations, the template"),
    DiagramFormat("TM-BOM (CycloneDX)", "tm_bom", ("a.json",), TM_BOM, (*_DRAWN, "technologies", "data"), "ratings, repositories"),
    DiagramFormat("OWASP threat model library", "tm_library", ("a.json",), TM_LIBRARY, (*_DRAWN, "technologies", "encryption", "threats", "states", "prose"), "the same picture as text (listed), personas, plans"),
)  # fmt: skip
