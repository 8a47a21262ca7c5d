"""Two systems of a story, with what is the same in both, and the words that its lines are made of.

Nothing is told of elements of examples, nor of what one of the scans could not look at: that would be a change of the scan, not of the
system.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from pipeline.findings.model import Scan
from pipeline.findings.moves import moves_between
from pipeline.findings.same_elements import same_elements
from pipeline.findings.story_lines import StoryKind, StoryLine, Tone
from pipeline.system.model import Control, Element, ElementKind, Evidence, Label

MOST_NAMED, MOST_EVIDENCE = 3, 3
KINDS: Mapping[str, str] = {
    "http_route": "HTTP route", "websocket": "websocket", "chat_ui": "chat page", "webhook": "webhook", "queue_consumer": "queue consumer",
    "mcp_tool": "MCP tool", "file_drop": "file drop", "hosted_llm": "hosted model", "local_llm": "local model", "ml_model": "model",
    "embedding_model": "embedding model", "mcp_server": "MCP server", "mcp_client": "MCP client", "ci_job": "CI job",
    "model_file": "model file", "third_party": "third party", "web_content": "content of the web", "interpreter": "place that runs code",
}  # fmt: skip
ENTRIES: frozenset[ElementKind] = frozenset({"http_route", "websocket", "chat_ui", "webhook", "queue_consumer", "mcp_tool", "file_drop"})
OUTSIDE: frozenset[ElementKind] = frozenset(
    {"external_service", "third_party", "mcp_server", "mcp_client", "model_registry", "web_content"}
)
MODELS: frozenset[ElementKind] = frozenset({"hosted_llm", "local_llm", "ml_model", "embedding_model", "model_file", "inference_server"})
ACTING: frozenset[ElementKind] = frozenset({"tool", "agent"})
STORES: frozenset[ElementKind] = frozenset({"vector_store", "memory", "data_store", "dataset", "queue", "file_store", "secret"})
PEOPLE: frozenset[ElementKind] = frozenset({"end_user", "anonymous_public", "operator"})
_UNTOLD: frozenset[ElementKind] = frozenset({*PEOPLE, "package", "document", "prompt", "command_line", "component", "log"})


class Told(NamedTuple):
    line: StoryLine
    weight: int


class Both:
    """Two systems, with what is the same in both."""

    def __init__(self, old: Scan, new: Scan, renames: Mapping[str, str]) -> None:
        self.old, self.new = old, new
        self.moves = moves_between(old, new, renames)
        self.pairs = same_elements(old, new, self.moves)
        self.before = {element.id: element for element in old.system.elements}
        self.after = {element.id: element for element in new.system.elements}
        kept = set(self.pairs.values())
        self.came = tuple(element for element in new.system.elements if element.id not in kept and is_told(element))
        self.went = tuple(
            element
            for element in old.system.elements
            if element.id not in self.pairs and is_told(element) and self.was_looked_for(element.evidence)
        )
        self.bounded = frozenset(error.path for scan in (old, new) for error in scan.errors)

    def now(self, element: str) -> str:
        """The id that an element of the older scan has in the newer one; one that went keeps its own."""
        return self.pairs.get(element, element)

    def name(self, element: str) -> str:
        known = self.after.get(element) or self.before.get(element)
        return known.name if known is not None else element

    def was_looked_for(self, places: Iterable[Evidence]) -> bool:
        """Whether nothing that something of the older scan was known from was passed over this time."""
        left_out = {self.moves.path(place.path) for place in places} - set(self.new.examined)
        return not left_out & ({error.path for error in self.new.errors} | {skip.path for skip in self.new.skipped})


# Words


def is_told(element: Element) -> bool:
    return element.kind not in _UNTOLD and not element.attributes.get("examples_only")


def is_guarded(element: Element, controls: Iterable[Control]) -> bool:
    return bool(element.attributes.get("authenticated")) or any(
        control.kind in ("authentication", "authorisation", "session_identity") and element.id in control.protects for control in controls
    )


def kind_words(element: Element) -> str:
    return KINDS.get(element.kind, element.kind.replace("_", " "))


def labels_words(labels: Iterable[Label]) -> str:
    return listed(sorted(label.replace("_", " ") for label in labels)) or "data"


def listed(names: Iterable[str]) -> str:
    known = list(dict.fromkeys(names))
    if len(known) > MOST_NAMED + 1:
        return f"{', '.join(known[:MOST_NAMED])} and {len(known) - MOST_NAMED} more"
    return " and ".join([", ".join(known[:-1]), known[-1]]) if len(known) > 1 else "".join(known)


def short(text: str, most: int = 160) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def told_of(
    kind: StoryKind, tone: Tone, text: str, elements: Sequence[Element], weight: int, *, gone: bool = False, count: int = 1
) -> Told:
    places = [place for element in elements for place in element.evidence[:1]]
    return Told(line_of(kind, tone, text, [element.id for element in elements], places, gone=gone, count=count), weight)


def line_of(
    kind: StoryKind, tone: Tone, text: str, elements: Iterable[str], evidence: Iterable[Evidence], *, gone: bool = False, count: int = 1
) -> StoryLine:
    places = tuple(dict.fromkeys(evidence))[:MOST_EVIDENCE]
    return StoryLine(kind=kind, tone=tone, text=text, elements=tuple(elements), evidence=places, gone=gone, count=count)
