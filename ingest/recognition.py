"""What a file of a suffix that many formats share is, told by its first bytes.

Takes a name and a head of a file, gives the kind of a threat model, a drawing, the texts of a crew of agents or settings of Spring that
have a name of their own (`spring.config.import`), or None for everything else: JSON, YAML, XML and SVG files that are none of these stay
what they were. It asks for words that stand near the top of the format and nowhere else by chance; whether
the rest of the file keeps what its head promises is for its reader to say.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from ingest.source import SourceKind

_SHARED = frozenset({".json", ".yaml", ".yml", ".xml", ".svg"})
# What CrewAI's agents and tasks are told, which stands in files of its own.
_AGENTS = tuple(re.compile(rb"^[ \t]+" + word + rb"[ \t]*:", re.MULTILINE) for word in (b"role", b"goal", b"backstory"))
_TASKS = tuple(re.compile(rb"^[ \t]+" + word + rb"[ \t]*:", re.MULTILINE) for word in (b"description", b"expected_output"))
_SCHEMA = re.compile(rb"\"(?:\$schema|\$id)\"\s*:\s*\"https?://json-schema\.org/")  # describes a format, and is not of it
# Settings that an application imports lie among its resources and begin with the framework's own name.
_RESOURCES = re.compile(r"(?:^|/)src/main/resources/(?:config/)?[^/]+$")
_SPRING = re.compile(rb"^spring:[ \t]*\r?\n[ \t]+[\w-]+:", re.MULTILINE)
_OTM = re.compile(rb"(?:^|[{,\n])\s*\"?otmVersion\"?\s*:")
_DRAGON = re.compile(rb"\"summary\"\s*:\s*\{")
_DRAGON_REST = re.compile(rb"\"detail\"\s*:\s*\{|\"diagramType\"\s*:|\"contributors\"\s*:\s*\[")
_COMPOSER = re.compile(rb"\"schema\"\s*:\s*1(?:\.\d+)?\s*,")
_COMPOSER_REST = re.compile(rb"\"(?:applicationInfo|assumptionLinks|mitigationLinks)\"\s*:")
_LIBRARY = re.compile(rb"\"\$schema\"\s*:\s*\"[^\"\n]{0,200}threat-model[^\"\n]{0,80}schema\.json\"")
_LIBRARY_PARTS = (re.compile(rb"\"scope\"\s*:\s*\{"), re.compile(rb"\"(?:trust_zones|data_flows|data_stores)\"\s*:\s*\["))
_BOM = re.compile(rb"\"bomFormat\"\s*:\s*\"CycloneDX\"")
_BOM_REST = re.compile(rb"\"type\"\s*:\s*\"threat-model\"|\"cdx:model:")
_DRAWIO = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*(?:<\?xml[^<>]*>\s*)?(?:<!--.{0,500}?-->\s*)?<(?:mxfile|mxGraphModel)\b", re.DOTALL)
_DRAWN_SVG = re.compile(rb"<svg\b[^<>]{0,4000}\bcontent=\"&lt;(?:mxfile|mxGraphModel)\b")


def is_told_by_head(path: str) -> bool:
    """Whether a file's name leaves open whether it is a threat model or a drawing."""
    return PurePosixPath(path.lower()).suffix in _SHARED


def kind_by_head(path: str, head: bytes) -> SourceKind | None:
    """The kind of a threat model or a drawing, or None where the head is of no such thing."""
    suffix = PurePosixPath(path.lower()).suffix
    if suffix == ".xml":
        return "drawio" if _DRAWIO.match(head) else None
    if suffix == ".svg":
        return "drawio" if _DRAWN_SVG.search(head) else None
    if suffix in (".yaml", ".yml"):
        if _OTM.search(head[:2048]):
            return "open_threat_model"
        if _RESOURCES.search(path) and _SPRING.search(head):
            return "spring_settings"
        return "prompt_file" if any(all(word.search(head) for word in words) for words in (_AGENTS, _TASKS)) else None
    return _kind_of_json(head) if suffix == ".json" and not _SCHEMA.search(head[:2048]) else None


def _kind_of_json(head: bytes) -> SourceKind | None:
    if _OTM.search(head[:2048]):
        return "open_threat_model"
    if _BOM.search(head):
        return "tm_bom" if _BOM_REST.search(head) else None
    if _DRAGON.search(head) and _DRAGON_REST.search(head):
        return "threat_dragon"
    if _COMPOSER.search(head[:2048]) and _COMPOSER_REST.search(head):
        return "threat_composer"
    if _LIBRARY.search(head[:2048]) or all(part.search(head) for part in _LIBRARY_PARTS):
        return "tm_library"
    return None
