"""Entries that answer one person alone: whoever writes is compared with the one whom the operator configured, and others are left.

Takes an assembly whose controls are known, and marks `one_operator` at such entries. Where every other door of the same program that
reaches a model asks for a login as well, these are the operator's own too (a command that starts a run behind a secret). A list of ids is
no single one, and a comparison with something that a request or a record says is a question of whose something is.
"""

from __future__ import annotations

import re

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.program.walking import inside
from pipeline.system.rules.signing import load_signing
from pipeline.system.rules.words import words_of

_KINDS = frozenset({"http_route", "webhook", "chat_ui", "websocket"})
_COMPARES = frozenset({"==", "!=", "===", "!=="})
_SENDER = frozenset({"from", "sender", "user", "author", "chat", "phone", "caller", "wa", "jid", "peer"})
_ONE = frozenset(
    {
        "owner",
        "admin",
        "operator",
        "user",
        "allowed",
        "authorized",
        "authorised",
        "my",
        "chat",
        "master",
        "me",
        "recipient",
        "telegram",
        "your",
    }
)
_IDENTITY = frozenset({"id", "number", "phone", "chat", "uid", "jid", "username", "msisdn", "email"})
_READS = re.compile(r"(?:^|\.)(?:getenv|environ\.get|env\.get|config|Getenv|int|Number|parseInt|BigInt|str|String)$")
_ENVIRONMENT = re.compile(r"(?:^|\.)(?:environ|env)$|^(?:process\.env|Bun\.env|Deno\.env)")
_MOST, _MOST_VALUES = 40, 24


def mark_one_operator(assembly: Assembly) -> None:
    """`one_operator`, each with the comparison that leaves everybody else."""
    compared: dict[FunctionRef, Node | None] = {}
    doors = [(r, i) for r, i in sorted(assembly.entry_of_function.items()) if assembly.draft(i).kind in _KINDS]
    for reference, identity in doors:
        for function in [reference, *sorted(assembly.reach(reference) - {reference})[:_MOST]]:
            if function not in compared:
                compared[function] = _compares(assembly, function)
            found = compared[function]
            if found is not None and (function == reference or _is_verdict(assembly, function)):
                assembly.draft(identity).attributes["one_operator"] = True
                assembly.draft(identity).show(assembly.cite(found, "step", "whoever is not the one configured is left without an answer"))
                break
    reaching = [identity for _reference, identity in doors if assembly.draft(identity).attributes.get("runs_inference") is True]
    if any(assembly.draft(one).attributes.get("one_operator") is True for one in reaching):
        others = [one for one in reaching if assembly.draft(one).attributes.get("one_operator") is not True]
        if all(assembly.draft(one).attributes.get("authenticated") is True for one in others):
            for one in others:
                assembly.draft(one).attributes["one_operator"] = True


def _compares(assembly: Assembly, function: FunctionRef) -> Node | None:
    """The comparison in a function of whoever writes with the one who may, where it decides: by it one leaves, or it is given back."""
    facts = assembly.program.files[function[0]]
    asked = [branch.condition for branch in facts.branches if branch.scope == function[1] and branch.exits_when]
    for begin in (*asked, *facts.functions[function[1]].returns):
        for node in inside(assembly.program, (function[0], begin), _MOST_VALUES):
            value = assembly.program.value(node)
            if value.kind != "operation" or value.text not in _COMPARES or len(value.inputs) != 2:
                continue
            sides = [(node[0], given) for given in value.inputs]
            for configured, sender in (sides, sides[::-1]):
                if _is_sender(assembly, sender) and _is_the_one(assembly, configured):
                    return node
    return None


def _is_verdict(assembly: Assembly, function: FunctionRef) -> bool:
    """Whether what a function is called says that it answers who may: `is_owner(update)`."""
    said = set(words_of(assembly.program.function(function).name))
    return bool(said & {"owner", "admin", "allowed", "authorized", "authorised", "operator", "permitted", "me", "authorize", "allow"})


def _is_sender(assembly: Assembly, node: Node) -> bool:
    program = assembly.program
    origins = program.origins(node)
    said = {word for one in inside(program, node, 8) for word in words_of(program.value(one).text)}
    said |= {word for one in origins if program.value(one).kind in ("index", "attribute") for word in words_of(program.value(one).text)}
    return not _SENDER.isdisjoint(said) and not any(_is_configured(assembly, one) for one in (node, *origins))


def _is_the_one(assembly: Assembly, node: Node) -> bool:
    """Whether a value is named for one person and comes out of the settings, the environment or the source."""
    program = assembly.program
    said = {word for one in inside(program, node, 8) for word in words_of(program.value(one).text)}
    origins = program.origins(node)
    for origin in origins:  # `int(os.environ["OWNER_ID"])`: the variable names the person
        said |= {word for one in inside(program, origin, 8) for word in words_of(program.value(one).text)}
    if _ONE.isdisjoint(said) or _IDENTITY.isdisjoint(said):
        return False
    if any(program.value(origin).kind in ("collection", "update", "parameter") for origin in origins):
        return False
    return any(_is_configured(assembly, one) for one in (node, *origins))


def _is_configured(assembly: Assembly, node: Node) -> bool:
    """Whether a value is read out of the environment or a field of the settings, or is a number or text of the source."""
    program, value = assembly.program, assembly.program.value(node)
    if value.kind == "constant":
        return value.constant_type in ("string", "number", "integer") and bool(value.text)
    for one in inside(program, node, 8):
        inner = program.value(one)
        if inner.kind == "call" and any(_READS.search(name) and "env" in name.lower() for name in program.callee_names(one)):
            return True
        if inner.kind in ("attribute", "index") and inner.inputs:
            base = (one[0], inner.inputs[0])
            if any(_ENVIRONMENT.search(name) for name in program.names(base)):
                return True
            if any(known.startswith(load_signing().settings) for cls in program.types(base) for known in program.outside_bases(cls)):
                return True
    return False
