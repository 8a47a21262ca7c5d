"""Small systems written from text: scanned or built whole, then asked what flows where."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

from ingest.code.csharp import read_csharp
from ingest.code.go import read_go
from ingest.code.java import read_java
from ingest.code.kotlin import read_kotlin
from ingest.code.python import read_python
from ingest.code.typescript import SUFFIXES as SCRIPTS
from ingest.code.typescript import read_typescript
from ingest.secrets import mask_secrets
from pipeline.findings.model import Scan
from pipeline.scan import ScanSettings, scan
from pipeline.system.build import build_system
from pipeline.system.evidence import EvidenceBook
from pipeline.system.model import ControlKind, Element, Flow, SinkRole, System
from pipeline.system.rules.knowledge import load_frameworks
from pipeline.system.steps import FAILED


def system_of(files: Mapping[str, str] | str) -> System:
    """The system of files of any language that are given as text; a single text is `app.py`."""
    given = {path: dedent(text) for path, text in ({"app.py": files} if isinstance(files, str) else files).items()}
    book = EvidenceBook(lambda path: {None: tuple(given[path].split("\n"))}, mask_secrets, frozenset())
    others = {
        ".java": read_java,
        ".kt": read_kotlin,
        ".go": read_go,
        ".cs": read_csharp,
        ".razor": read_csharp,
        ".cshtml": read_csharp,
        **dict.fromkeys(SCRIPTS, read_typescript),
    }
    read = {path: others.get(Path(path).suffix, read_python) for path in given}
    built = build_system([read[path](path, "product", text) for path, text in given.items()], load_frameworks(), book)
    assert not any(said.startswith(FAILED) for _path, said in built.notes), built.notes
    return built.system


def scan_of(folder: Path, files: Mapping[str, str]) -> Scan:
    """A whole scan of files written below a folder."""
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(dedent(text), "utf-8")
    return scan(folder, ScanSettings(jobs=1))


def elements(system: System, kind: str) -> list[Element]:
    return [element for element in system.elements if element.kind == kind]


def only(system: System, kind: str) -> Element:
    """The one element of a kind."""
    found = elements(system, kind)
    assert len(found) == 1, [element.id for element in system.elements]
    return found[0]


def flows(system: System, role: SinkRole | None, label: str = "") -> list[Flow]:
    return [flow for flow in system.flows if flow.role == role and (not label or label in flow.carries)]


def controls_on(system: System, identity: str) -> set[ControlKind]:
    return {control.kind for control in system.controls if identity in control.protects}


def ties(system: System) -> set[tuple[str, str, str]]:
    return {(relation.source, relation.kind, relation.target) for relation in system.relations}


def lines_of(flow: Flow) -> list[tuple[str, int]]:
    return [(step.path, step.start_line) for step in flow.steps]
