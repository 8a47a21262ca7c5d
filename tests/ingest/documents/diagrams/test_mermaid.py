"""Diagrams inside Markdown: names, arrows, boundaries and their lines."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.documents.diagrams.mermaid import read_mermaid
from ingest.documents.limits import Deadline
from ingest.facts import Diagram
from tests.ingest.documents.making import facts_of

FLOW = """\
flowchart LR
  U([User]) -->|HTTPS| A[API]
  subgraph trust["Trust zone"]
    A -- prompt text --> L{{LLM}} ==> T[(Orders DB)]
    subgraph inner [Inner zone]
      S["Search (fast); cheap"] & R -.-> V[("Vector<br/>store")]:::hot
    end
  end
  %% a comment --> no
  classDef hot fill:#f00
  style V fill:#fff
  A <--> trust; A ~~~ V
"""

SEQUENCE = """\
sequenceDiagram
  autonumber
  actor U as End user
  box Purple Backend
    participant A as Agent
    participant T@{ "type": "database" } as Tools
  end
  U->>+A: asks: a question
  loop every step
    A-->>T: calls
    Note over A,T: never read -> this
  end
  A--xU: reply
  B <<->> A: both
"""


def drawn(text: str) -> Diagram:
    diagram = read_mermaid("d.md", text.split("\n"), 1, Deadline.after(20))
    assert diagram is not None
    return diagram


def edges(text: str) -> list[tuple[str, str, str]]:
    return [(edge.source, edge.target, edge.label) for edge in drawn(text).edges]


def test_a_flowchart_gives_nodes_edges_and_nested_boundaries() -> None:
    diagram = drawn(FLOW)
    assert [(node.id, node.label, node.shape, node.boundary, node.place.start_line) for node in diagram.nodes] == [
        ("U", "User", "stadium", None, 2),
        ("A", "API", "rectangle", "trust", 2),
        ("L", "LLM", "hexagon", "trust", 4),
        ("T", "Orders DB", "database", "trust", 4),
        ("S", "Search (fast); cheap", "rectangle", "inner", 6),
        ("R", "R", "rectangle", "inner", 6),
        ("V", "Vector store", "database", "inner", 6),
    ]
    assert [(edge.source, edge.target, edge.label, edge.place.start_line) for edge in diagram.edges] == [
        ("U", "A", "HTTPS", 2),
        ("A", "L", "prompt text", 4),
        ("L", "T", "", 4),
        ("S", "V", "", 6),
        ("R", "V", "", 6),
        ("A", "trust", "", 12),
        ("trust", "A", "", 12),
    ]
    assert [(boundary.id, boundary.label, boundary.parent) for boundary in diagram.boundaries] == [
        ("trust", "Trust zone", None),
        ("inner", "Inner zone", "trust"),
    ]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("A-->B-->C", [("A", "B", ""), ("B", "C", "")]),
        ("A & B --> C & D", [("A", "C", ""), ("A", "D", ""), ("B", "C", ""), ("B", "D", "")]),
        ("A--text-->B", [("A", "B", "text")]),
        ("A -. reads .-> B", [("A", "B", "reads")]),
        ("A == writes ==> B", [("A", "B", "writes")]),
        ("A ---|linked| B", [("A", "B", "linked")]),
        ('A -->|"sends (raw) | data"| B', [("A", "B", "sends (raw) | data")]),
        ("A --o B --x C", [("A", "B", ""), ("B", "C", "")]),
        ("web-app --> my.db/main", [("web-app", "my.db/main", "")]),
        ("A e1@--> B", [("A", "B", "")]),
        ("A -- a - b --> B", [("A", "B", "a - b")]),
        ("A ---> B;C --> D", [("A", "B", ""), ("C", "D", "")]),
        ("A -.-> B -...-> C", [("A", "B", ""), ("B", "C", "")]),
        ("Größe --> 数据库", [("Größe", "数据库", "")]),
    ],
)
def test_arrows_are_read(line: str, expected: list[tuple[str, str, str]]) -> None:
    assert edges(f"graph TD\n{line}") == expected


def test_new_style_shapes_are_read() -> None:
    (node,) = drawn('flowchart TD\n  D@{ shape: cyl, label: "Orders" }').nodes
    assert (node.label, node.shape) == ("Orders", "database")


def test_a_sequence_gives_participants_and_messages() -> None:
    diagram = drawn(SEQUENCE)
    assert [(node.id, node.label, node.shape, node.boundary) for node in diagram.nodes] == [
        ("U", "End user", "actor", None),
        ("A", "Agent", "participant", "Backend"),
        ("T", "Tools", "database", "Backend"),
        ("B", "B", "participant", None),
    ]
    assert [(edge.source, edge.target, edge.label, edge.place.start_line) for edge in diagram.edges] == [
        ("U", "A", "asks: a question", 8),
        ("A", "T", "calls", 10),
        ("A", "U", "reply", 13),
        ("B", "A", "both", 14),
        ("A", "B", "both", 14),
    ]


def test_lines_are_those_of_the_markdown_file(tmp_path: Path) -> None:
    text = "# T\n\n- item\n\n  ```mermaid\n  graph TD\n\n    A[One] --> B\n  ```\n"
    (diagram,) = facts_of(tmp_path, text, "markdown").diagrams
    assert [node.place.start_line for node in diagram.nodes] == [8, 8]


def test_other_diagrams_are_no_diagram() -> None:
    assert read_mermaid("d.md", ["pie", '"a" : 1'], 1, Deadline.after(20)) is None
    assert read_mermaid("d.md", [], 1, Deadline.after(20)) is None


@pytest.mark.parametrize("line", ['B[x] & A["y', 'B[x] --> A["y', 'B(x) & A("y & C{"z'])
def test_a_quote_that_is_never_closed_ends(line: str) -> None:
    diagram = read_mermaid("d.md", ["graph TD", line], 1, Deadline.after(20))
    assert diagram is not None
    assert {node.id for node in diagram.nodes} >= {"A", "B"}


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.text(alphabet='AB-->=.|[](){}"<>xo&;: ~end%@#\\/`subgraph', max_size=60), max_size=8),
    st.sampled_from(["graph TD", "sequenceDiagram"]),
)
def test_no_line_raises_and_no_place_lies_outside(lines: list[str], head: str) -> None:
    diagram = read_mermaid("d.md", [head, *lines], 10, Deadline.after(20))
    assert diagram is not None
    places = (
        [node.place for node in diagram.nodes]
        + [edge.place for edge in diagram.edges]
        + [boundary.place for boundary in diagram.boundaries]
    )
    assert all(10 <= place.start_line <= 10 + len(lines) for place in places)
    boundaries = {boundary.id for boundary in diagram.boundaries}
    assert {node.boundary for node in diagram.nodes} <= boundaries | {None}
    assert {end for edge in diagram.edges for end in (edge.source, edge.target)} <= boundaries | {node.id for node in diagram.nodes}
