"""Drawn diagrams and threat models as nodes, edges, boundaries and stated threats; each format is a module of this folder.

`FORMATS` names the kinds of source that are read here; `fences.py` reads those that stand inside Markdown, `recognition.py`
tells by a head what a file of a common suffix is.
"""

from ingest.source import SourceKind

FORMATS: tuple[SourceKind, ...] = (
    "mermaid", "drawio", "plantuml", "graphviz", "threat_dragon", "open_threat_model", "threat_composer", "tm7", "tm_bom",
    "tm_library",
)  # fmt: skip

__all__ = ["FORMATS"]
