"""Bots of chat networks in which anybody may write, and which answer whoever does.

Takes an assembly whose entries and ties are known, and marks `answers_anybody` at handlers of such networks (`anybody_writes`). A word for
a check of who writes is enough for silence, wherever the handler, what it runs, its registration or the bot's middleware has one: a list of
those who may, an administrator, a filter by user. A list that lets everybody in while a setting is missing is no check, and is cited. In
networks whose members write (`members_join`) only such a list counts: without one a bot is meant for them all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.program.open_lists import lets_everybody_in
from pipeline.system.program.walking import inside
from pipeline.system.rules.words import words_of

_CHECKS = re.compile(
    r"allow|white_?list|permi(t|ssion)|authori[sz]|authenticat|^auth$|restrict|(^|_)(admin|owner)s?(_|$)|trusted|access|guard|ban(ned)?(_|$)"
    r"|block(ed)?_?(user|list)|subscri|member|password|passcode|invite|credit|balance|quota|licen[sc]e",
    re.IGNORECASE,
)
_FILTERS = frozenset({"User", "Chat", "UserFilter", "IsAdmin", "from_user", "ChatMemberFilter"})  # in a registration: who may write
_INSTALLS = frozenset({
    "Use", "use", "middleware", "outer_middleware", "setup_middleware", "register_middleware", "add_middleware", "WithMiddlewares",
})  # fmt: skip
_MOST, _MOST_VALUES = 80, 60


def mark_open_bots(assembly: Assembly) -> None:
    """`answers_anybody` at each handler."""
    bots = [
        (reference, identity)
        for reference, identity in sorted(assembly.entry_of_function.items())
        if assembly.draft(identity).kind == "chat_ui"
        and (assembly.draft(identity).attributes.get("anybody_writes") is True or _joined(assembly, identity))
    ]
    if not bots or any(_CHECKS.search(name) for name in _installed(assembly)):
        return
    registered: dict[FunctionRef, list[Node]] = {}
    for entry in assembly.sites.entries:
        registered.setdefault(entry.function, []).append(entry.marker)
    for reference, identity in bots:
        draft, functions = assembly.draft(identity), sorted({reference, *sorted(assembly.reach(reference))[:_MOST]})
        opened = [found for function in functions if (found := lets_everybody_in(assembly, function)) is not None]
        if opened or (not _joined(assembly, identity) and not _is_asked(assembly, functions, registered.get(reference, []))):
            draft.attributes["answers_anybody"] = True
            for one in {(one.path, one.start_line): one for one in opened}.values():
                draft.show(one)


def _joined(assembly: Assembly, identity: str) -> bool:
    return assembly.draft(identity).attributes.get("members_join") is True


def _is_asked(assembly: Assembly, functions: list[FunctionRef], markers: list[Node]) -> bool:
    """Whether anything that runs, or by which it is registered, is named for a look at who writes."""
    program = assembly.program
    for marker in markers:
        said = [program.value(part).text for part in inside(program, marker, _MOST_VALUES)]
        if not _FILTERS.isdisjoint(said) or any(_CHECKS.search("_".join(words_of(text))) for text in said if len(text) < 60):
            return True
    return any(_CHECKS.search("_".join(words_of(name))) for function in functions for name in _names(assembly, function))


def _names(assembly: Assembly, function: FunctionRef) -> Iterator[str]:
    facts = assembly.program.files[function[0]]
    own = facts.functions[function[1]]
    yield own.name
    for decorator in own.decorators:
        yield from (assembly.program.value(part).text for part in inside(assembly.program, (function[0], decorator), _MOST_VALUES))
    for value in facts.values:
        if value.scope == function[1] and value.kind in ("name", "attribute", "index", "parameter") and len(value.text) < 60:
            yield value.text


def _installed(assembly: Assembly) -> Iterator[str]:
    """Names of what bots are told to run before any handler."""
    program = assembly.program
    for file, facts in enumerate(program.files):
        for value in facts.values:
            if value.kind != "call" or facts.values[value.inputs[0]].text not in _INSTALLS:
                continue
            for given in value.inputs[1:]:
                for part in inside(program, (file, given), _MOST_VALUES):
                    yield "_".join(words_of(program.value(part).text))
                    for name in program.names(part):
                        for reference in program.functions.get(name, ()):
                            yield from ("_".join(words_of(one)) for one in _names(assembly, reference))
