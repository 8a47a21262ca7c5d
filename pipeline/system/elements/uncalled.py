"""Loads of pickled files in functions that nothing runs: a helper that was written once, a class that was tried and left lying.

Takes an assembly whose elements are known, marks model files (`uncalled`) all of whose loads stand in such functions. Of Python alone, and
in programs that answer somebody: what a library offers is called by others, and of a tree that has pages or jobs beside it, and no service,
only modules of helpers are looked at. A function is run by nothing where no code calls it and its name, or that of its class, is found
nowhere else in code, notebooks, texts, settings and documents; tests run nothing that anybody uses. What a framework may find by itself
(decorators, methods of classes with bases from elsewhere, scripts) counts as run.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from ingest.code.program import FunctionRef, Node
from ingest.facts import ConfigFacts, DocumentFacts
from pipeline.system.assembly import Assembly
from pipeline.system.elements.own_files import loads_of_model_files
from pipeline.system.model import ElementKind

_ANSWERS: frozenset[ElementKind] = frozenset(
    {"http_route", "websocket", "chat_ui", "webhook", "queue_consumer", "mcp_tool", "scheduled_job", "tool"}
)
_REQUESTS: frozenset[ElementKind] = frozenset({"http_route", "websocket", "webhook"})
_PLAIN = frozenset({"staticmethod", "classmethod"})
_HELPERS = frozenset({"util", "utils", "helper", "helpers", "common", "misc"})
_WORD = re.compile(r"[A-Za-z_]\w+")
_DEEP = 4
_LONGEST = 4_000  # characters of a text that are looked at


def mark_uncalled(assembly: Assembly, config: Sequence[ConfigFacts], documents: Sequence[DocumentFacts]) -> None:
    """`uncalled` at files that are unpickled where no code comes by."""
    pickled = {
        identity: [site.node for site in sites]
        for identity, sites in sorted(loads_of_model_files(assembly).items())
        if assembly.draft(identity).attributes.get("executes_code_on_load") is True
    }
    kinds = {draft.kind for draft in assembly.drafts.by_id.values() if "product" in draft.purposes}
    if not pickled or kinds.isdisjoint(_ANSWERS):
        return
    mentions = _Mentions(assembly, config, documents)
    service = not kinds.isdisjoint(_REQUESTS)
    for identity, nodes in pickled.items():
        if nodes and all(_may_be_left(assembly, node, service) and mentions.is_run_by_nothing(node) for node in nodes):
            assembly.draft(identity).attributes["uncalled"] = True


def _may_be_left(assembly: Assembly, node: Node, service: bool) -> bool:
    path = PurePosixPath(assembly.program.files[node[0]].path)
    return path.suffix == ".py" and (service or not _HELPERS.isdisjoint((path.stem, *path.parts[:-1])))


class _Mentions:
    """Where names of functions and classes are found."""

    def __init__(self, assembly: Assembly, config: Sequence[ConfigFacts], documents: Sequence[DocumentFacts]) -> None:
        self._assembly = assembly
        self._entries = {entry.function for entry in assembly.sites.entries}
        self._named: dict[str, set[FunctionRef]] = {}
        for file, facts in enumerate(assembly.program.files):
            for value in facts.values:
                if value.kind in ("name", "attribute") or (value.kind == "constant" and value.constant_type == "string"):
                    for word in _WORD.findall(value.text[:_LONGEST]):
                        self._named.setdefault(word, set()).add((file, value.scope))
            for statement in facts.imports:
                for word in _WORD.findall(f"{statement.target} {statement.local}"):
                    self._named.setdefault(word, set()).add((file, statement.scope))
        texts = [str(said) for facts in config for setting in facts.settings for said in setting.attributes.values()]
        texts += [passage.text for document in documents for passage in document.passages]
        self._told = {word for text in texts for word in _WORD.findall(text[:_LONGEST])}

    def is_run_by_nothing(self, node: Node) -> bool:
        return self._is_idle((node[0], self._assembly.program.value(node).scope), 0)

    def _is_idle(self, reference: FunctionRef, depth: int) -> bool:
        """Whether nothing runs a function; one that only such functions call is run by nothing either."""
        program = self._assembly.program
        function, values = program.function(reference), program.files[reference[0]].values
        if depth > _DEEP or function.name.startswith(("<", "__")) or function.name == "main" or reference in self._entries:
            return False
        if any(values[decorator].text not in _PLAIN for decorator in function.decorators) or self._is_overriding(function.owner):
            return False
        callers = {(call[0], program.value(call).scope) for call in program.callers(reference)} - {reference}
        if callers:
            return all(self._is_idle(caller, depth + 1) for caller in sorted(callers))
        if function.parent is not None and program.function((reference[0], function.parent)).name != "<module>":
            return False  # made where another one runs, and handed on
        return self._is_unnamed(function.name, {reference}) or (
            function.owner is not None and self._is_unnamed(function.owner.rpartition(".")[2], self._methods(function.owner))
        )

    def _is_unnamed(self, name: str, within: set[FunctionRef]) -> bool:
        """Whether a name is found nowhere but within the functions that bear it."""
        return name not in self._told and self._named.get(name, set()) <= within

    def _methods(self, owner: str) -> set[FunctionRef]:
        files = self._assembly.program.files
        return {(file, number) for file, facts in enumerate(files) for number, one in enumerate(facts.functions) if one.owner == owner}

    def _is_overriding(self, owner: str | None) -> bool:
        """Whether a method belongs to a class that is made from another one: whoever knows that one may call it."""
        known = self._assembly.program.classes.get(owner) if owner is not None else None
        if known is None:
            return owner is not None
        facts = self._assembly.program.files[known[0]]
        return any(facts.values[base].text not in ("object", "Generic") for base in known[1].bases)
