"""Documents into the model: what they promise, held against the code, and what their diagrams draw.

A promise is a sentence that says a control is there. It is about the elements its words can be matched
to; it is kept where each of them has a control that keeps it, broken where one has none, and open where
nothing could be matched. Drawn boxes that bear no name of anything found become elements that are known
from the document only.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from ingest.documents.position import cell_place
from ingest.facts import Diagram, DocumentFacts, Passage
from pipeline.system.assembly import Assembly
from pipeline.system.draft import Draft
from pipeline.system.drawn_steps import drawn_parts
from pipeline.system.model import Boundary, Claim, ControlKind, ElementKind, Evidence, Flow, Label, SinkRole
from pipeline.system.promises import (
    Promise,
    is_wished,
    lists_settings,
    load_promises,
    modality_of,
    promised,
    says_word,
    sentences,
    speaks_of_calls_outward,
    speaks_of_others,
)
from pipeline.system.words import load_words, mentions, words_of

_COMMON = frozenset({"the", "and", "get", "post", "put", "api", "app", "main", "in", "of", "a", "to", "for", "by", "model", "models",
"tool", "tools", "agent", "data",
                     "service", "server", "client", "system", "user", "users", "run", "list", "search", "chat", "text", "id", "file",
                     "files", "all", "call", "calls", "new", "is",
                     "command", "commands", "process", "subprocess", "executor", "handler", "manager", "result", "page", "pages",
                     "langchain", "openai", "support", "http", "clients", "write", "read", "send", "message", "code", "python", "sql",
                     "database"})  # fmt: skip
_ALL = re.compile(r"\b(all|every|each|any|no|whatever)\b(?: [\w-]+){0,3}? $", re.IGNORECASE)  # just before the word that names a kind
_ONE = re.compile(r"\b(this|that)\b(?: [\w-]+){0,2}? $", re.IGNORECASE)
_ALWAYS = re.compile(r"\b(always|never|only)\b", re.IGNORECASE)
# Where code is tried out: nobody keeps promises there.
_TRIED_OUT = frozenset({"experiments", "experiment", "notebooks", "notebook", "playground", "research", "scratch"})
_CARRIED: dict[ElementKind, Label] = {
    "web_content": "web_content", "end_user": "user_input", "anonymous_public": "user_input", "dataset": "dataset_records",
    "vector_store": "retrieved_text",
    "retriever": "retrieved_text", "data_store": "stored_data", "hosted_llm": "model_reply", "agent": "model_reply",
    "ml_model": "prediction",
    "model_registry": "model_artifact",
}  # fmt: skip
_BECOMES: dict[ElementKind, SinkRole] = {
    "vector_store": "index_write", "hosted_llm": "prompt", "agent": "prompt", "training_job": "training_data", "ml_model": "features",
    "data_store": "store_write",
}  # fmt: skip


def add_documents(assembly: Assembly, documents: Sequence[DocumentFacts]) -> list[Boundary]:
    """Claims, drawn elements and flows; gives the boundaries that diagrams draw."""
    boundaries: list[Boundary] = []
    for document in documents:
        if document.purpose in ("test", "vendored", "generated", "example"):
            continue
        for passage in document.passages:
            if passage.kind in ("paragraph", "list_item", "table_row", "caption") and not passage.hidden:
                for sentence in sentences(passage.text):
                    _claim(assembly, passage, sentence)
        for diagram in document.diagrams:
            boundaries += _diagram(assembly, diagram)
    return boundaries


# Claims


def _claim(assembly: Assembly, passage: Passage, sentence: str) -> None:
    promises = promised(sentence) if 15 <= len(sentence) <= 600 and not lists_settings(sentence) else []
    if not promises or is_wished(sentence, passage.section):
        return
    evidence = assembly.cite_place(cell_place(passage, sentence), "claim")
    if evidence is None or speaks_of_others(evidence.quote):
        return
    about: dict[str, None] = {}
    kept: bool | None = None
    for kind in promises:
        promise = load_promises().promises[kind]
        outward = kind == "authentication" and speaks_of_calls_outward(sentence)
        candidates = [] if outward else _candidates(assembly, sentence, promise, passage.place.path)
        covered = [identity for identity in candidates if _covered(assembly, identity, promise, sentence)]
        broken = [identity for identity in candidates if identity not in covered]
        if broken:
            kept = False
            about.update(dict.fromkeys(broken))
        elif candidates and kept is None:
            kept = True
            about.update(dict.fromkeys(candidates))
    digest = hashlib.sha256(f"{passage.place.path}\n{' '.join(sentence.split())}".encode()).hexdigest()[:12]
    assembly.claims.append(
        Claim(id=f"claim:{digest}", text=sentence, about=tuple(about), promises=tuple(promises), modality=modality_of(sentence), kept=kept,
              evidence=(evidence,))
    )  # fmt: skip


_TOLD_ELSEWHERE = frozenset(
    {"research", "paper", "papers", "literature", "survey", "bibliography", "competitors", "related", "blog", "blogs", "posts", "news",
     "changelog", "changelogs", "changes", "history", "releases", "awesome", "qa", "faq", "troubleshooting"}
)  # fmt: skip


def _speaks_of(document: str, draft: Draft) -> bool:
    """A document inside a folder of the code speaks of what lies there; one at the top or in a documents folder of all."""
    if _TOLD_ELSEWHERE & set(words_of(document.rsplit(".", 1)[0])):
        return False
    folder = document.rsplit("/", 1)[0] if "/" in document else ""
    if not folder or set(folder.lower().split("/")) & {"docs", "doc", "documentation", "design", "adr", "architecture", "specs"}:
        return True
    return any(evidence.path.startswith(folder + "/") for evidence in draft.evidence)


def _candidates(assembly: Assembly, sentence: str, promise: Promise, document: str) -> list[str]:
    """Elements the sentence can be about: those it names; else all of a kind it names as such."""
    possible = [
        draft for _, draft in sorted(assembly.drafts.by_id.items())
        if draft.kind in promise.about and draft.evidence and draft.attributes.get("examples_only") is not True
        and _speaks_of(document, draft) and _is_built(draft) and _narrowed(draft, promise)
        and not mentions([draft.name], promise.except_named)
        and (not promise.via or _arriving(assembly, draft.id, promise, sentence))
    ]  # fmt: skip
    named = [draft.id for draft in possible if _names(assembly, draft, sentence)]
    if named:
        return named
    # A sentence about one thing that bears no name found here is about nothing that can be held against it.
    said = [word for word in promise.words if (says_word(sentence, word) if promise.via else _says_all(sentence, word))]
    if isinstance(promise.words, dict):
        kinds = {kind for word in said for kind in promise.words[word]}
        return [draft.id for draft in possible if draft.kind in kinds]
    return [draft.id for draft in possible] if said else []


def _says_all(sentence: str, word: str) -> bool:
    """Whether the word stands for all of its kind: "every endpoint", "endpoints", "the API always"; not "this endpoint ... all chats"."""
    for match in re.finditer(rf"\b(?:{word})\b", sentence, re.IGNORECASE):
        before = sentence[: match.start()]
        if _ALL.search(before):
            return True
        if not _ONE.search(before) and (match.group().lower().endswith("s") or _ALWAYS.search(sentence)):
            return True
    return False


def _is_built(draft: Draft) -> bool:
    """Whether an element stands in code that is built on, not in a notebook or a folder where something was tried out."""
    return not draft.evidence or any(
        not e.path.endswith(".ipynb") and not _TRIED_OUT & set(e.path.lower().split("/")[:-1]) for e in draft.evidence
    )


def _narrowed(draft: Draft, promise: Promise) -> bool:
    if not promise.only_where:
        return True
    for name, wanted in promise.only_where.items():
        actual = draft.attributes.get(name)
        options = wanted if isinstance(wanted, tuple) else (wanted,)
        values: tuple[object, ...] = actual if isinstance(actual, tuple) else (actual,)
        if (wanted == "present" and actual is not None) or any(value == option for value in values for option in options):
            return True
    return False


_NAMED_KINDS = frozenset(
    {"tool", "mcp_tool", "http_route", "websocket", "chat_ui", "webhook", "data_store", "vector_store", "memory", "agent", "dataset",
     "training_job", "model_registry", "mcp_server", "external_service"}
)  # fmt: skip


def _names(assembly: Assembly, draft: Draft, sentence: str) -> bool:
    """Whether the sentence names the element: by its code name, its path, or a telling word of its name."""
    name = draft.name.split(" (")[0]
    path = str(draft.attributes.get("path") or "")
    if len(path) > 2 and re.search(rf"(?<![\w/}}]){re.escape(path)}(?![\w{{]|/[\w{{])", sentence):
        return True
    if len(name) > 5 and ("_" in name or "." in name) and name in sentence:
        return True
    said = {_stem(word) for word in words_of(sentence)}
    own = {_stem(word) for word in words_of(name.rsplit("/", 1)[-1]) if word not in _COMMON and len(word) > 3}
    # What has a name of its own in the world (a tool, a route, a store) is named by one word of it; a place in the code by two.
    return len(own & said) >= (1 if draft.kind in _NAMED_KINDS else min(2, len(own) or 1))


_ABOUT_LABEL: dict[str, Label] = {
    "wiki|pages?|sites?|web|articles?": "web_content", "feedback|ratings?|corrections?|transcripts?|conversations?": "user_input",
    "uploads?|uploaded files?": "uploaded_file",
}  # fmt: skip


def _arriving(assembly: Assembly, identity: str, promise: Promise, sentence: str) -> list[Flow]:
    """Outsiders' data that arrives at an element, of the sort the sentence speaks of where it says."""
    named = {label for word, label in _ABOUT_LABEL.items() if says_word(sentence, word)}
    wanted = named or {"web_content", "user_input", "uploaded_file", "user_feedback"}
    return [
        flow for (_s, target, role), flows in assembly.flows.items() if target == identity and role in promise.via
        for flow in flows if set(flow.carries) & wanted
    ]  # fmt: skip


def _stem(word: str) -> str:
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) > 3:
            return word[: -len(ending)]
    return word


def _covered(assembly: Assembly, identity: str, promise: Promise, sentence: str) -> bool:
    kept_by: tuple[ControlKind, ...] = promise.kept_by
    if promise.via:
        return all(
            any(kind in kept_by and {flow.id, flow.source} & covered for (kind, _place), (covered, _cited) in assembly.controls.items())
            for flow in _arriving(assembly, identity, promise, sentence)
        )
    around = {identity, *(flow.id for flows in assembly.flows.values() for flow in flows if identity in (flow.source, flow.target))}
    return any(kind in kept_by and covered & around for (kind, _place), (covered, _cited) in assembly.controls.items())


# Diagrams


def _diagram(assembly: Assembly, diagram: Diagram) -> list[Boundary]:
    identities: dict[str, str] = {}
    for node in drawn_parts(diagram, lambda label: _kind_of(label) != "component"):
        evidence = assembly.cite_place(node.place, "claim")
        if evidence is not None:
            identities[node.id] = _drawn(assembly, node.label, evidence)
    for edge in diagram.edges:
        source, target = identities.get(edge.source), identities.get(edge.target)
        evidence = assembly.cite_place(edge.place, "claim")
        if source is None or target is None or evidence is None or source == target:
            continue
        _drawn_flow(assembly, source, target, evidence)
    found = []
    for boundary in diagram.boundaries:
        inside = tuple(sorted({identities[node.id] for node in diagram.nodes if node.boundary == boundary.id and node.id in identities}))
        if inside:
            name = boundary.label or boundary.id
            found.append(Boundary(id=f"drawn:{boundary.place.path}:{boundary.id}", name=name, kind="drawn", elements=inside))
    return found


def _drawn(assembly: Assembly, label: str, evidence: Evidence) -> str:
    """The element a box means: one that was found and bears its name, else a new one."""
    kind = _kind_of(label)
    said = {_stem(word) for word in words_of(label) if word not in _COMMON and len(word) > 2}
    for identity, draft in sorted(assembly.drafts.by_id.items()):
        if draft.attributes.get("stated_by") == "document":
            if draft.kind == kind and draft.name == label.strip()[:80]:
                return identity
            continue
        own = {_stem(word) for word in words_of(draft.name.split(" (")[0]) if word not in _COMMON and len(word) > 2}
        if draft.kind == kind and said and own & said:
            return identity
    same_kind = [
        identity
        for identity, draft in sorted(assembly.drafts.by_id.items())
        if draft.kind == kind and draft.attributes.get("stated_by") is None
    ]
    if len(same_kind) == 1 and kind not in ("component", "external_service", "data_store", "web_content", "end_user"):
        return same_kind[0]
    attributes: dict[str, str | bool] = {"stated_by": "document"}
    if kind == "ml_model":
        for subject, listed in load_words().decides_about.items():
            if mentions([label], listed):
                attributes["decides_about"] = subject
        if mentions([label], load_words().physical):
            attributes["physical"] = True
    return assembly.drafts.put(kind, label, None, attributes, evidence, None, "documentation")


def _kind_of(label: str) -> ElementKind:
    lowered = label.lower()
    words = words_of(label)
    for drawn in load_promises().drawn:
        if any((word in lowered) if " " in word or "-" in word else (word in words) for word in drawn.words):
            return drawn.kind
    return "component"


def _drawn_flow(assembly: Assembly, source: str, target: str, evidence: Evidence) -> None:
    """An arrow that the code does not already show."""
    if any(s == source and t == target for (s, t, _role) in assembly.flows):
        return
    drafts = assembly.draft(source), assembly.draft(target)
    if all(draft.attributes.get("stated_by") != "document" for draft in drafts):
        return
    carried, role = _CARRIED.get(drafts[0].kind), _BECOMES.get(drafts[1].kind)
    assembly.flow(
        Flow(id=f"{source}->{target}:drawn", source=source, target=target, carries=(carried,) if carried else (), role=role,
        steps=(evidence,),
             stated_by="document")
    )  # fmt: skip
