"""Every framework file has an example in the framework's own style, and the model of it is the one written beside it by hand.

An example is `frameworks/<name>.md`: a program in one of the languages that are read, and what a person reads in it: all its elements
(with those attributes that matter), all its controls, and the flows and ties that must be there or must not. A program of several files,
or one whose place means something, names them: ` ```typescript path=app/api/ask/route.ts `.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline.system.model import Flow, System
from tests.system.small import system_of, ties

FRAMEWORKS = Path(__file__).parents[2] / "pipeline" / "knowledge" / "frameworks"
EXAMPLES = sorted((Path(__file__).parent / "frameworks").glob("*.md"))

PLACES = {
    "python": "app.py", "java": "src/main/java/com/acme/App.java", "kotlin": "src/main/kotlin/com/acme/App.kt", "typescript": "app.ts", "go": "main.go", "csharp": "src/App/Program.cs",
    "razor": "src/App/Chat.razor",
}  # fmt: skip
# Vendors whose packages lie in two languages have a file for each; other files hold what both share, or data.
WITHOUT_EXAMPLE = {"auth", "flask", "http_clients", "logging", "numexpr", "python", "sklearn"}


def fences(text: str) -> list[tuple[str, str, str]]:
    """Language, path and text of each fenced block."""
    found: list[tuple[str, str, list[str]]] = []
    inside = False
    for line in text.split("\n"):
        if line.startswith("```") and not inside:
            language, _, path = line.removeprefix("```").partition(" path=")
            found.append((language.strip(), path.strip() or PLACES.get(language.strip(), ""), []))
            inside = True
        elif line.strip() == "```":
            inside = False
        elif inside:
            found[-1][2].append(line)
    return [(language, path, "\n".join(lines) + "\n") for language, path, lines in found]


def program_in(text: str) -> dict[str, str]:
    """The files of an example by their paths."""
    blocks = [(path, block) for language, path, block in fences(text) if language in PLACES]
    assert blocks and len(dict(blocks)) == len(blocks), f"{len(blocks)} files, some of them without a path of their own"
    return dict(blocks)


def expected_in(text: str) -> dict[str, Any]:
    blocks = [block for language, _path, block in fences(text) if language == "yaml"]
    assert len(blocks) == 1, f"{len(blocks)} expectations"
    expected: dict[str, Any] = yaml.safe_load(blocks[0])
    return expected


def said(flow: Flow) -> str:
    """`source -> target as role: labels`, the way the examples write it."""
    role = f" as {flow.role}" if flow.role is not None else ""
    return f"{flow.source} -> {flow.target}{role}: {', '.join(flow.carries)}"


def element_controls(system: System) -> set[str]:
    """`kind on element`, for controls of elements; those that lie on a flow alone are not listed."""
    known = {element.id for element in system.elements}
    return {f"{control.kind} on {target}" for control in system.controls for target in control.protects if target in known}


def test_an_example_is_named_for_the_file_it_shows() -> None:
    assert [path.stem for path in EXAMPLES if not (FRAMEWORKS / f"{path.stem}.yaml").is_file()] == []


def test_every_framework_file_has_an_example() -> None:
    shown = {path.stem for path in EXAMPLES}
    assert sorted({path.stem for path in FRAMEWORKS.glob("*.yaml")} - shown) == sorted(WITHOUT_EXAMPLE)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
class TestExample:
    def test_its_model_is_the_one_written_beside_it(self, path: Path) -> None:
        text = path.read_text("utf-8")
        system = system_of(program_in(text))
        expected = expected_in(text)
        found = {element.id: element.attributes for element in system.elements}
        assert sorted(found) == sorted(expected["elements"])
        for identity, attributes in expected["elements"].items():
            shown = {name: found[identity].get(name) for name in attributes or {}}
            assert shown == {name: tuple(value) if isinstance(value, list) else value for name, value in (attributes or {}).items()}, (
                identity
            )
        flows = {said(flow) for flow in system.flows}
        assert [flow for flow in expected.get("flows", []) if flow not in flows] == [], sorted(flows)
        assert [flow for flow in expected.get("no_flows", []) if any(flow in other for other in flows)] == []
        related = {f"{source} {kind} {target}" for source, kind, target in ties(system)}
        assert [tie for tie in expected.get("ties", []) if tie not in related] == [], sorted(related)
        assert sorted(element_controls(system)) == sorted(expected.get("controls", []))
