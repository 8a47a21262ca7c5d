"""Routes that decide about the model that is served: which one is loaded or promoted, how traffic is split, what monitoring calls normal.

Takes an assembly whose entries are known and whose settings were joined, marks `governs_model` at routes that change something and say
so by their address and their function, or that change the stored settings which a route that asks a model reads. Whether they ask who
somebody is, is for `authenticated` to say. A deed alone tells nothing (`load`), and neither does a thing (`models`): both are needed.
"""

from __future__ import annotations

import re

from ingest.code.program import FunctionRef
from pipeline.system.assembly import Assembly
from pipeline.system.rules.words import load_words, mentions

_CHANGES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_BY_METHOD = {"DELETE": ("delete",), "PUT": ("update",), "PATCH": ("update",), "POST": ()}
_RELEASES = ("reload", "rollback", "roll_back", "hotswap", "hot_swap", "promote")  # deeds that are hardly done to anything but a model
_OF_A_MODEL = (*_RELEASES, "demote")
_EXCHANGES = (*_RELEASES, "swap", "activate", "deploy", "undeploy")
_HOLDS_MODEL = re.compile(
    r"_?(?:(?:current|active|loaded|served|live)_?)?models?_?|_?(?:classifier|predictor|recommender|ranker)", re.IGNORECASE
)
_PUTS = frozenset({"Store", "Swap", "CompareAndSwap", "set", "Set", "getAndSet", "compareAndSet", "Exchange", "lazySet"})
_SETTINGS = re.compile(r"settings?\b|config(?:uration)?s?\b", re.IGNORECASE)  # tables are called `appsettings` as well


def mark_governing_routes(assembly: Assembly) -> None:
    """`governs_model` at each."""
    read = _settings_of_models(assembly)
    for reference, identity in sorted(assembly.entry_of_function.items()):
        draft = assembly.draft(identity)
        method = str(draft.attributes.get("method"))
        if draft.kind != "http_route" or method not in _CHANGES:
            continue
        names = [str(draft.attributes.get("path") or draft.name), assembly.program.function(reference).name]
        if mentions(names, _EXCHANGES) and any(_replaces_a_model(assembly, function) for function in assembly.reach(reference)):
            draft.attributes["governs_model"] = True
        sets = draft.attributes.get("admin") is True and draft.attributes.get("runs_inference") is not True
        if mentions(names, _OF_A_MODEL):  # what it is done to may stand in the function alone: `return {"model": keeper.reload()}`
            names += _read_in(assembly, reference)
        if _is_said([*names, *_BY_METHOD[method]]) or (sets and read & _stores(assembly, identity)):
            draft.attributes["governs_model"] = True


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
