"""Routes that decide about the model that is served: which one is loaded or promoted, how traffic is split, what monitoring calls normal;
those that build or empty the index it reads, and those that rewrite an agent or what it is told.

Takes an assembly whose entries are known and whose settings were joined, marks `governs_model` at routes that change something and say
so by their address and their function, or that change the stored settings which a route that asks a model reads. Whether they ask who
somebody is, is for `authenticated` to say. A deed alone tells nothing (`load`), and neither does a thing (`models`): both are needed.
`governs_index` are those that say so and behind which an index, or what turns text into vectors for it, is called, though nothing that
the request brings goes there: `POST /index/all`, `POST /knowledge/reset`. A route that searches it is none of them. An agent is rewritten
where one that is stored is changed or deleted: `PUT /agents/{id}`, `POST /settings/instructions`.
"""

from __future__ import annotations

import re

from ingest.code.program import FunctionRef
from pipeline.system.assembly import Assembly
from pipeline.system.elements.address_segments import VARIABLE
from pipeline.system.elements.stored_behind import called, is_outside, is_stored
from pipeline.system.rules.words import load_words, mentions, words_of

_CHANGES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_BY_METHOD = {"DELETE": ("delete",), "PUT": ("update",), "PATCH": ("update",), "POST": ()}
_RELEASES = ("reload", "rollback", "roll_back", "hotswap", "hot_swap", "promote")  # deeds that are hardly done to anything but a model
_OF_A_MODEL = (*_RELEASES, "demote")
_EXCHANGES = (*_RELEASES, "swap", "activate", "deploy", "undeploy")
_HOLDS_MODEL = re.compile(
    r"_?(?:(?:current|active|loaded|served|live)_?)?models?_?|_?(?:classifier|predictor|recommender|ranker)", re.IGNORECASE
)
_STORE = re.compile(r"redis|kv|cache|store|storage|db|database|table", re.IGNORECASE)
_PUTS = frozenset({"Store", "Swap", "CompareAndSwap", "set", "Set", "getAndSet", "compareAndSet", "Exchange", "lazySet"})
_SETTINGS = re.compile(r"settings?\b|config(?:uration)?s?\b", re.IGNORECASE)  # tables are called `appsettings` as well

_BUILDS = frozenset({"reindex", "ingest", "reingest", "rebuild", "reset", "clear", "wipe", "empty", "purge", "vectorize", "delete"})
_OF_AN_INDEX = frozenset({
    "index", "vector", "vectors", "vectorstore", "embeddings", "knowledge", "kb", "corpus", "collection", "collections", "document",
    "documents", "docs", "chunks", "qdrant", "chroma", "pinecone", "faiss", "milvus", "weaviate", "elasticsearch", "opensearch",
})  # fmt: skip
_AGENTS = frozenset(
    {"agent", "agents", "crew", "crews", "assistant", "assistants", "persona", "personas", "instructions", "prompt", "prompts"}
)
_REWRITES = frozenset({"update", "set", "save", "edit", "change", "replace", "delete", "remove", "reset", "settings", "config"})
_RUNS = frozenset({
    "run", "runs", "chat", "message", "messages", "session", "sessions", "memory", "invoke", "ask", "conversation", "conversations",
    "upload", "test", "history", "feedback", "favorite", "favorites", "my", "me", "stop", "cancel", "login", "generate", "enhance",
    "improve",
})  # fmt: skip
_ASKS = frozenset(
    {"search", "query", "ask", "chat", "status", "list", "retrieve", "similar", "stats", "health", "answer", "find", "me", "my"}
)
_HOLDS_VECTORS = frozenset({"vector_store", "retriever", "embedding_model"})


def mark_governing_routes(assembly: Assembly) -> None:
    """`governs_model` and `governs_index` at each."""
    read = _settings_of_models(assembly)
    for reference, identity in sorted(assembly.entry_of_function.items()):
        draft = assembly.draft(identity)
        method = str(draft.attributes.get("method"))
        asks = draft.attributes.get("runs_inference") is True or draft.attributes.get("returns_model_reply") is True
        done = words_of(assembly.program.function(reference).name)
        parts = [words_of(part) for part in str(draft.attributes.get("path") or "").split("/") if part and not VARIABLE.match(part)]
        if draft.kind == "http_route" and not asks and _governs_index(assembly, identity, parts, done):
            draft.attributes["governs_index"] = True
        if draft.kind != "http_route" or method not in _CHANGES:
            continue
        names = [str(draft.attributes.get("path") or draft.name), assembly.program.function(reference).name]
        if mentions(names, _EXCHANGES) and any(_replaces_a_model(assembly, function) for function in assembly.reach(reference)):
            draft.attributes["governs_model"] = True
        sets = draft.attributes.get("admin") is True and draft.attributes.get("runs_inference") is not True
        if mentions(names, _OF_A_MODEL):  # what it is done to may stand in the function alone: `return {"model": keeper.reload()}`
            names += _read_in(assembly, reference)
        if (
            (not asks and _rewrites_agent(assembly, reference, identity, parts, done))
            or _is_said([*names, *_BY_METHOD[method]])
            or (sets and read & _stores(assembly, identity))
        ):
            draft.attributes["governs_model"] = True


def _governs_index(assembly: Assembly, identity: str, parts: list[list[str]], done: list[str]) -> bool:
    """Whether a route says, by the parts of its address and its function, that it builds or empties an index, and does call one."""
    said = {word for words in [*parts, done] for word in words}
    if not _ASKS.isdisjoint(said) or _OF_AN_INDEX.isdisjoint(said):
        return False
    changes = str(assembly.draft(identity).attributes.get("method")) in _CHANGES
    deed = not _BUILDS.isdisjoint(said) or (changes and len(done) > 1 and done[0] == "index" and any("index" in words for words in parts))
    if not deed or not (changes or {"ingest", "reindex", "rebuild"} & {*done, *(parts[-1] if parts else ())}):
        return False
    return any(s == identity and kind == "calls" and assembly.draft(t).kind in _HOLDS_VECTORS for (s, kind, t) in assembly.relations)


def _rewrites_agent(assembly: Assembly, reference: FunctionRef, identity: str, parts: list[list[str]], done: list[str]) -> bool:
    """Whether a route changes or deletes a stored agent, or what one is told, by the parts of its address and its function."""
    if not parts or _AGENTS.isdisjoint(parts[-1]) or not _RUNS.isdisjoint({*parts[-1], *done}):
        return False
    deeds = {*done, *parts[-1], *(parts[-2] if len(parts) > 1 else ())}
    if str(assembly.draft(identity).attributes.get("method")) == "POST" and _REWRITES.isdisjoint(deeds):
        return False
    return is_stored(assembly, reference, identity) or _sets_value(assembly, reference)


def _sets_value(assembly: Assembly, reference: FunctionRef) -> bool:
    """Whether something is put under a key of a store outside: `redis.set(KEY, text)`."""
    calls = [call for function in assembly.reach(reference) for call in assembly.calls_in(function)]
    return any(
        called(assembly, call)[0] in ("set", "hset", "put", "put_item", "putItem")
        and len(assembly.program.value(call).inputs) > 2
        and is_outside(assembly, call)
        and _STORE.search(called(assembly, call)[1])
        for call in calls
    )


def _read_in(assembly: Assembly, reference: FunctionRef) -> list[str]:
    """Parts of objects that a function reads."""
    values = assembly.program.files[reference[0]].values
    return [value.text for value in values if value.scope == reference[1] and value.kind == "attribute"]


def _replaces_a_model(assembly: Assembly, function: FunctionRef) -> bool:
    """Whether a function puts something else into a field called a model: `self.model = load(path)`, `keeper.model.Store(next)`."""
    program, facts = assembly.program, assembly.program.files[function[0]]
    if any(store.scope == function[1] and _HOLDS_MODEL.fullmatch(store.attribute) for store in facts.stores):
        return True
    for call in assembly.calls_in(function):
        callee = program.value((call[0], program.value(call).inputs[0]))
        held = program.value((call[0], callee.inputs[0])) if callee.kind == "attribute" else callee
        if callee.text in _PUTS and held.kind in ("attribute", "name") and _HOLDS_MODEL.fullmatch(held.text):
            return True
    return False


def _is_said(names: list[str]) -> bool:
    return any(mentions(names, said.deeds) and mentions(names, said.things) for said in load_words().governing)


def _settings_of_models(assembly: Assembly) -> set[str]:
    """Stores of settings that a route which asks a model reads."""
    return {
        store
        for identity, draft in assembly.drafts.by_id.items()
        if draft.attributes.get("runs_inference") is True
        for store in _stores(assembly, identity)
        if _SETTINGS.search(assembly.draft(store).name)
    }


def _stores(assembly: Assembly, identity: str) -> set[str]:
    return {t for (s, kind, t) in assembly.relations if s == identity and kind == "calls" and assembly.draft(t).kind == "data_store"}
