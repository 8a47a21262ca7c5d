"""Elements while the model is being built: drafts by identity, merged where they name the same thing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ingest.code.program import Node
from pipeline.system.model import AttributeValue, Element, ElementKind, Evidence, Zone

MAX_EVIDENCE = 12
LONGEST = 80  # characters of a name
_LEAST_OF_PLACE = 16
# What two programs only share by name: a model of a provider is asked by each of them for itself.
_OF_ONE_PROGRAM: frozenset[ElementKind] = frozenset({"hosted_llm", "local_llm", "agent"})

ZONE_OF: Mapping[ElementKind, Zone] = {
    "end_user": "user", "anonymous_public": "internet", "operator": "user", "third_party": "third_party",
    "hosted_llm": "third_party", "external_service": "third_party", "web_content": "internet", "data_store": "data",
    "vector_store": "data", "memory": "data", "dataset": "data", "file_store": "data", "queue": "data", "log": "data", "secret": "data",
    "model_file": "data", "model_registry": "supply_chain", "package": "supply_chain", "ci_job": "build", "mcp_client": "application",
    "document": "data",
}  # fmt: skip


@dataclass(slots=True)
class Draft:
    kind: ElementKind
    name: str
    zone: Zone
    attributes: dict[str, AttributeValue] = field(default_factory=dict)
    evidence: list[Evidence] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    purposes: set[str] = field(default_factory=set)
    symbol: str = ""
    program: str | None = None  # the program its first place belongs to, for kinds that programs do not share

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.name}"

    def show(self, evidence: Evidence | None, most: int | None = None) -> None:
        """Cites one place more, if it is one and is not cited yet; no more than `most` of them."""
        if evidence is not None and evidence not in self.evidence and (most is None or len(self.evidence) < most):
            self.evidence.append(evidence)

    def show_first(self, cited: Iterable[Evidence | None]) -> None:
        """Cites these places before all others; those that are cited already stay where they are."""
        self.evidence[:0] = [one for one in dict.fromkeys(cited) if one is not None and one not in self.evidence]


class Drafts:
    """All drafts of a system, by id."""

    def __init__(self, programs: Mapping[int, str] | None = None) -> None:
        self.by_id: dict[str, Draft] = {}
        self.programs = programs or {}  # a name per file of code; see `programs.programs_of`
        self.contested: dict[str, str] = {}  # who was the first with a name that others have too, by where they stand; see `told_apart`

    def put(
        self, kind: ElementKind, name: str, zone: Zone | None = None, attributes: Mapping[str, AttributeValue] | None = None,
        evidence: Evidence | None = None, node: Node | None = None, purpose: str = "product", symbol: str = "", local: bool = False,
    ) -> str:  # fmt: skip
        """Adds what was seen to the element of this kind and name, and gives its id.

        Two things of one name whose attributes contradict each other stay two elements, and so do things
        that are named for the function they stand in (`local`) when the functions differ, and models that
        different programs ask.
        """
        name = clean_name(name)
        given = dict(attributes or {})
        program = self.programs.get(node[0]) if node is not None and kind in _OF_ONE_PROGRAM else None
        known = self.by_id.get(f"{kind}:{name}")
        if known is not None and program is not None and known.program not in (None, program):
            self.contested[known.id] = known.program or ""
            name = self.qualified(name, program)
        draft = self.by_id.get(f"{kind}:{name}")
        if draft is not None and symbol and self._differs(draft, given, symbol, local):
            if local and draft.symbol != symbol:
                self.contested.setdefault(draft.id, draft.symbol)
            name = self.qualified(name, symbol)
            draft = self.by_id.get(f"{kind}:{name}")
        if draft is None:
            draft = Draft(kind, name, zone or ZONE_OF.get(kind, "application"), symbol=symbol, program=program)
            self.by_id[draft.id] = draft
        draft.attributes.update(given)
        draft.show(evidence, MAX_EVIDENCE)
        if node is not None and node not in draft.nodes:
            draft.nodes.append(node)
        draft.purposes.add(purpose)
        return draft.id

    @staticmethod
    def qualified(name: str, place: str) -> str:
        """A name with where it stands, of which what is too long is left out at its beginning: the end tells places apart."""
        room = LONGEST - len(name) - len(" in ")
        if len(place) > room > _LEAST_OF_PLACE:
            place = "…" + place[-(room - 1) :]
        return clean_name(f"{name} in {place}")

    @staticmethod
    def _differs(draft: Draft, given: Mapping[str, AttributeValue], symbol: str, local: bool) -> bool:
        if local and draft.symbol != symbol:
            return True
        return any(key in draft.attributes and draft.attributes[key] != value for key, value in given.items())

    def elements(self) -> tuple[Element, ...]:
        return tuple(
            Element(
                id=draft.id, kind=draft.kind, name=draft.name, zone=draft.zone, attributes=dict(sorted(draft.attributes.items())),
                evidence=tuple(draft.evidence),
            )
            for _, draft in sorted(self.by_id.items())
        )  # fmt: skip


def clean_name(name: str) -> str:
    """A name fit for an id: one line, no control characters, of bounded length."""
    text = re.sub(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]+", " ", name).strip()
    return re.sub(r"\s+", " ", text)[:LONGEST] or "unnamed"
