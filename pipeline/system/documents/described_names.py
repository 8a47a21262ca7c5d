"""What the documents of a system without code call its parts, and what kind each part is: boxes, rows of tables and headings together.

Takes documents, gives `Described`: kinds by the words of names. A name alone often says too little ("Summariser"); the row that
explains it ("open 7B model, tuned on our notes") or the place of its box in a drawing says the rest. People's words for one thing
differ between a drawing and a text, so both ask here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ingest.facts import Diagram, DiagramNode, DocumentFacts
from pipeline.system.documents.prose_names import is_administrative, key_of, kind_of_name
from pipeline.system.documents.statements import base_of
from pipeline.system.documents.told import Row, Told, describes, rows_of
from pipeline.system.model import ElementKind
from pipeline.system.rules.drawn_words import kind_of
from pipeline.system.rules.words import words_of

_OWN = re.compile(
    r"\s*(?:[(\[{\n,;\u2013\u2014\uff08]|\s-\s|<br ?/?>|:\s|\s(?:in|at|on|behind|inside) (?:the|our|each|every)\s).*$", re.DOTALL
)  # where a label stops naming and explains
# First columns of tables that list parts, and the columns that say what they are.
_PARTS = frozenset(
    {"component", "components", "part", "parts", "service", "services", "module", "modules", "element", "system", "systems",
        "subsystem", "container",
     "model", "models", "agent", "agents", "store", "stores", "what", "name", "application", "node", "server", "asset", "layer"}
)  # fmt: skip
_REACHED = frozenset({"exposed", "exposure", "access", "authentication", "auth", "login", "network", "zone", "how", "owner", "host"})
_LOOKS = frozenset(
    {"color", "colour", "icon", "emoji", "shortcut", "flag", "command"}
)  # columns of tables about how something is shown or called
_SECRETS = frozenset({"key", "keys", "password", "passwords", "token", "tokens", "credentials", "secret", "secrets"})
_EXPLAINS = frozenset(
    {
        "what",
        "technology",
        "tech",
        "type",
        "kind",
        "description",
        "is",
        "implementation",
        "implemented",
        "stack",
        "product",
        "purpose",
        "role",
        "model",
        "details",
        "remarks",
        "remark",
        "comment",
        "comments",
        "notes",
    }
)
_CUT = re.compile(
    r"[,;:.(]|\s(?:that|which|who|using|for|with|on|from|by|in|to|and|plus|calls?|of|behind|running)\s", re.IGNORECASE
)  # a name ends
_CLASS = re.compile(r"(?:[A-Z][a-z0-9]+)+(?:Service|Svc|Controller|Manager|Impl|Handler|Repository|Mapper)")
_OPEN_WEIGHTS = re.compile(
    r"\b\d{1,3}(?:\.\d)?\s?[bB]\b(?! ?(?:users|records|rows|requests|tokens))|\bopen[- ](?:weights?|source) (?:model|llm)\b"
)
_TELLING: frozenset[ElementKind] = frozenset(
    {"vector_store", "data_store", "hosted_llm", "local_llm", "embedding_model", "agent", "ml_model", "mcp_server", "log",
        "memory", "queue",
     "guardrail", "retriever", "model_registry", "inference_server", "training_job", "dataset", "interpreter", "file_store"}
)  # fmt: skip
# What teams give names of people and birds to.
_NAMED: frozenset[ElementKind] = frozenset({"agent", "ml_model", "hosted_llm", "local_llm", "vector_store", "mcp_server"})
_ENTRIES: frozenset[ElementKind] = frozenset({"http_route", "chat_ui", "webhook"})
_PEOPLE: frozenset[ElementKind] = frozenset({"end_user", "anonymous_public"})
_ASKING: frozenset[ElementKind] = frozenset({"agent", "hosted_llm", "local_llm", "tool", "mcp_server", "mcp_client"})
_HANDS_ON = frozenset(
    {"proxy", "gateway", "balancer", "waf", "cdn", "nginx", "ingress", "firewall", "dmz", "cloudflare", "caddy", "traefik"}
)
# Kinds for which only drawings have words.
_FINER: frozenset[ElementKind] = frozenset(
    {
        "mcp_server",
        "mcp_client",
        "guardrail",
        "memory",
        "interpreter",
        "log",
        "retriever",
        "inference_server",
        "embedding_model",
        "training_job",
    }
)
_MOST = 3_000  # names
_WORDS = 5  # of a name
_LONGEST_LABEL = 300  # characters of a label that are read


@dataclass(slots=True)
class Described:
    """Kinds by the words of names; grows while documents are looked at, and is only read afterwards."""

    kinds: dict[tuple[str, ...], ElementKind] = field(default_factory=dict)
    also: dict[tuple[str, ...], str] = field(default_factory=dict)  # what else a thing is called -> its name
    names: list[str] = field(default_factory=list)
    listed: list[tuple[str, ElementKind, Row]] = field(default_factory=list)  # parts that rows of tables define

    def kind(self, name: str) -> ElementKind | None:
        """What bears a name: as the documents define it, else by its words."""
        known = self.kinds.get(key_of(name)) or kind_of_name(name)
        if known in (None, "component", "data_store") and len(name.split()) <= _WORDS:
            finer = kind_of(name)
            return finer if finer in _FINER else known
        return known

    def node_kind(self, node: DiagramNode, drawn: ElementKind) -> ElementKind:
        """What a box is, where its notation says `drawn`."""
        return self.kinds.get(key_of(self.full(own_name(node.label))), drawn)

    def full(self, name: str) -> str:
        """The name under which a thing is known: of a box "Loki" beside "Log store, Loki", or "Model" beside "Chat model", that one."""
        words = key_of(name)
        if words in self.also:
            return self.also[words]
        longer = [other for other in self.names if len(key_of(other)) > len(words) and key_of(other)[-len(words) :] == words]
        return longer[0] if len(longer) == 1 and self.kinds.get(key_of(longer[0])) == self.kinds.get(words) else name

    def define(self, name: str, kind: ElementKind) -> None:
        key = key_of(name)
        if not key or len(self.kinds) >= _MOST:
            return
        known = self.kinds.get(key)
        if known is None:
            self.names.append(name)
        if known is None or known in ("component", "external_service", "data_store", "end_user"):
            self.kinds[key] = kind


def own_name(label: str) -> str:
    """The name in a label that goes on to explain itself: `Index (Qdrant, no key)`, `Log store, Loki`."""
    bare = label.strip()[:_LONGEST_LABEL]
    return _OWN.sub("", bare).strip() or bare


def explained(label: str) -> str:
    """What a label says beside the name."""
    rest = label.strip()[len(own_name(label)) :]
    return rest.strip(" \n,;:()[]{}-\u2013\u2014")


def described_names(
    told: Sequence[Told], documents: Sequence[DocumentFacts], kind_of_box: Mapping[str, Mapping[str, ElementKind]]
) -> Described:
    """What all documents define; `kind_of_box` says by `path#number` what the notation of a diagram tells of its boxes."""
    described = Described()
    for document in documents:
        if not describes(document):
            continue
        for number, diagram in enumerate(document.diagrams):
            for name, kind in _drawn(diagram, kind_of_box[f"{document.path}#{number}"]):
                described.define(name, kind)
            for node in diagram.nodes:
                rest = explained(node.label)
                if rest and len(rest.split()) <= 2:
                    described.also.setdefault(key_of(rest), own_name(node.label))
    for document in documents:
        if describes(document):
            for row in rows_of(document.passages):
                for name, kind in _listed(row, described):
                    described.define(name, kind)
                    if any((_EXPLAINS | _REACHED) & set(words_of(column)) for column in row.columns[1:]):
                        described.listed.append((name, kind, row))
    for document in documents:
        card = _CARD_OF.fullmatch(document.title.strip()) if describes(document) else None
        if card is not None:
            described.define(card["name"], "ml_model")
    for each in told:
        if not each.passage.hidden:
            for name, kind in _said(each.sentence, described):
                described.define(name, kind)
    return described


# Drawings


def _drawn(diagram: Diagram, kinds: Mapping[str, ElementKind]) -> Iterator[tuple[str, ElementKind]]:
    told = {node.id: _of_box(node, kinds[node.id]) for node in diagram.nodes if node.id in kinds}
    into: dict[str, set[str]] = {}
    for edge in diagram.edges:
        into.setdefault(edge.target, set()).add(edge.source)
    for node in diagram.nodes:
        kind = told.get(node.id)
        if kind is None or not node.label:
            continue
        if (
            kind == "web_content"
            and kind_of_name(own_name(node.label)) == "chat_ui"
            and any(told.get(source) in _PEOPLE for source in into.get(node.id, ()))
        ):
            kind = "chat_ui"  # a site that people use is no source of pages
        if kind == "http_route" and not is_administrative(own_name(node.label)) and not _is_called_by_people(node.id, told, into, diagram):
            kind = "component"
        yield own_name(node.label), kind


def _of_box(node: DiagramNode, drawn: ElementKind) -> ElementKind:
    name, rest = own_name(node.label), explained(node.label)
    if name.lower() == "store" and node.shape != "database" and node.kind != "store":
        return "component"  # mostly the state of a page
    if _CLASS.fullmatch(name):
        return "component"  # a class that handles agents or models is none
    own, by_words = kind_of_name(name), kind_of(name)
    if by_words in _TELLING and by_words != "data_store" and (by_words, drawn) != ("agent", "data_store"):
        return by_words
    if drawn in ("component", "end_user", "external_service") and own is not None and own != "component":
        return own
    if drawn == "data_store" and name.lower().split()[-1:] == ["index"]:
        return "vector_store"  # what is searched by meaning, in a system of models
    if drawn == "data_store" or (drawn == "component" and own is None):
        told = kind_of(rest) if rest else "component"
        if told in _TELLING:
            return told
    return drawn


def _is_called_by_people(box: str, kinds: Mapping[str, ElementKind], into: Mapping[str, set[str]], diagram: Diagram) -> bool:
    """Whether requests of people come in here first: by themselves, from their app, or through what only hands requests on."""
    labels = {node.id: node.label for node in diagram.nodes}
    if any(kinds.get(source) in _ASKING for source in into.get(box, ())):
        return False
    seen, queue = {box}, [box]
    while queue:
        for source in into.get(queue.pop(), ()):
            if kinds.get(source) in (*_PEOPLE, "chat_ui"):
                return True
            if source not in seen and _HANDS_ON & set(words_of(labels.get(source, ""))):
                seen.add(source)
                queue.append(source)
    return False


# Tables


def _listed(row: Row, described: Described) -> Iterator[tuple[str, ElementKind]]:
    """A part that a row of a table names, with what its other cells say it is."""
    if (
        not row.columns
        or not _PARTS & set(words_of(row.columns[0]))
        or _LOOKS & {word for column in row.columns for word in words_of(column)}
        or len(row.cells[0].split()) > 5
    ):
        return
    name = own_name(row.cells[0].strip("*_` "))
    if _SECRETS & set(words_of(name)[-1:]):
        return
    known = described.kind(name)
    if known is not None and known not in ("component", "data_store"):
        yield name, known
        return
    cells = [cell for column, cell in zip(row.columns[1:], row.cells[1:], strict=False) if _EXPLAINS & set(words_of(column))]
    for cell in cells:
        kind = explained_kind(cell)
        if kind is not None:
            yield name, kind
            return
    if known is not None:
        yield name, known
    elif key_of(name)[-1:] in _PAGES:
        yield name, "http_route"


_PAGES = frozenset(key_of(word) for word in ("page", "screen", "form", "interface", "backend", "console"))
_IS = re.compile(
    r"^(?:The |Our |An? )?([A-Za-z][\w .-]{2,40}?) "
    r"(?:runs on|is|lives in|is built (?:on|with)|is implemented (?:in|with|as|by)|is based on) (?:an? |the |our )?(.{3,60})",
    re.IGNORECASE,
)


# "an assistant called Finch", "our fraud model, named Magpie,": what is given a name is that thing.
_CALLED = re.compile(
    r"\b(?:an? |the |our )((?:[\w-]+ ){0,3}?[\w-]+),? (?:is |was )?(?:called|named|nicknamed|code-?named|known as) "
    r"[\"\u201c'*_]{0,2}([A-Z][\w-]{2,30})"
)
# "Finch is the assistant of our officers, Magpie the model that watches payments": the second has no verb of its own.
_ELLIPTIC = re.compile(
    r"\bis (?:an?|the|our) [^.;]{3,80}?,(?: and)? ([A-Z][\w-]{2,30}) (?:an?|the|our) "
    r"((?:[\w-]+ ){0,3}?[\w-]+)(?= (?:that|which|who|of|for|behind)\b)"
)
_IS_ONE = re.compile(r"^([A-Z][\w-]{2,30}) is (?:an?|the|our) ((?:[\w-]+ ){0,3}?[\w-]+)(?= (?:that|which|who|of|for|behind)\b|[.,;]|$)")
_CARD_OF = re.compile(
    r"(?:model card(?: (?:for|of)|:| -)? )?(?P<name>[A-Z][\w ]{1,30}?)(?:\s*[-\u2013\u2014:,]\s*|\s+)model card", re.IGNORECASE
)


def _said(sentence: str, described: Described) -> Iterator[tuple[str, ElementKind]]:
    """Parts with what a sentence says they are: "The CV index runs on Chroma", "an assistant called Finch"."""
    match = _IS.match(sentence)
    if match is not None and key_of(match[1]) in described.kinds:
        kind = explained_kind(match[2])
        if kind is not None:
            yield match[1], kind
    for pattern, name, what in ((_CALLED, 2, 1), (_ELLIPTIC, 1, 2), (_IS_ONE, 1, 2)):
        for found in pattern.finditer(sentence):
            kind = explained_kind(found[what])
            if kind in _NAMED:
                yield found[name], kind


def explained_kind(cell: str) -> ElementKind | None:
    """What a few words say a part is: "our own classifier: red or green", "Qdrant, 61,000 chunks"."""
    first = _CUT.split(cell, maxsplit=1)[0]
    opening = first.split(maxsplit=1)[0] if first.split() else ""
    if base_of(opening) not in ("", opening.lower()):
        return None  # "Runs the agent" says what it does
    if _OPEN_WEIGHTS.search(first):
        return "local_llm"
    kind = kind_of(first)
    if kind in _TELLING:
        return kind
    own = kind_of_name(first)
    return own if own in _TELLING else None
