"""Doors through which a chat network hands its messages over, and which believe whoever knocks: an update says itself who wrote it.

Takes an assembly whose entries and ties are known. Makes an element of each call that listens for updates (`run_webhook`,
`webhookCallback`), and marks it `unsigned`, as the program's own routes that hand a body on to a bot, where no secret is asked for: none is
given to the call, the path is written in the source, and the program nowhere names the header in which the network repeats a secret. A word
of it is enough for silence.
"""

from __future__ import annotations

import re

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.elements.open_logins import asks_to_change, functions_behind, names_in
from pipeline.system.model import AttributeValue
from pipeline.system.program.arguments import argument_node
from pipeline.system.rules.believed_messages import BelievedMessages, Door, load_believed_messages
from pipeline.system.rules.words import words_of

_ASKS = re.compile(r"secret|signature|hmac|digest|verif|authoriz|allow(?:ed)?_?ip|ip_?filter|timing_?safe", re.IGNORECASE)
_TOKEN = re.compile(r"token", re.IGNORECASE)
_COMPARES = frozenset({"==", "!=", "===", "!=="})
_NAME = "webhook of the bot"
_SENT = frozenset({"request", "requests", "update", "updates", "message", "messages", "event", "events"})
_KEEPS = frozenset({"store", "save", "put", "insert", "enqueue", "queue", "publish", "push", "keep", "write", "add", "record", "persist"})


def mark_bot_webhooks(assembly: Assembly) -> None:
    """Adds the elements, and `unsigned` to them and to routes, each with the line that takes the update."""
    known = load_believed_messages()
    if not any(known.is_of_bots(given.target) for facts in assembly.program.files for given in facts.imports):
        return
    proven: bool | None = None
    for reference, call in _taking_routes(assembly, known):
        proven = _names_proof(assembly, known) if proven is None else proven
        if not proven and not _asks(assembly, functions_behind(assembly, reference)):
            draft = assembly.draft(assembly.entry_of_function[reference])
            draft.attributes["unsigned"] = True
            draft.show(assembly.cite(call, "sink", "what was posted is handed to the bot as an update"))
    for node, door in _doors(assembly, known):
        proven = _names_proof(assembly, known) if proven is None else proven
        asked = proven or _has_secret(assembly, node, door) or _asks(assembly, [(node[0], assembly.program.value(node).scope)])
        said: dict[str, AttributeValue] = {"authenticated": False, "method": "POST"}
        if not asked:
            said["unsigned"] = True
        purpose, symbol = assembly.purpose(node[0]), assembly.symbol(node)
        identity = assembly.drafts.put("http_route", _NAME, "application", said, assembly.cite(node), node, purpose, symbol)
        assembly.element_of_call.setdefault(node, identity)


def _names_proof(assembly: Assembly, known: BelievedMessages) -> bool:
    """Whether the program names the header by which the network proves itself, or gives a secret for it as an option."""
    for facts in assembly.program.files:
        for value in facts.values:
            if value.kind in ("constant", "parameter", "index", "attribute", "name"):
                text = value.text.lower().replace("_", "-")
                if len(text) < 80 and (text in known.proofs or value.text in known.options_of_proof):
                    return True
            elif value.kind == "collection" and not known.options_of_proof.isdisjoint(value.labels):
                return True
    return False


# Routes of the program


def _taking_routes(assembly: Assembly, known: BelievedMessages) -> list[tuple[FunctionRef, Node]]:
    """Routes that hand what was posted to a bot, or keep it for one that takes it up elsewhere, each with the place where that is seen."""
    found: list[tuple[FunctionRef, Node]] = []
    kept: list[tuple[FunctionRef, Node]] = []
    for reference, identity in sorted(assembly.entry_of_function.items()):
        draft = assembly.draft(identity)
        if draft.kind not in ("http_route", "webhook") or not asks_to_change(draft) or _has_secret_path(assembly, reference):
            continue
        functions = functions_behind(assembly, reference)
        calls = [call for function in functions for call in assembly.calls_in(function)]
        taken = next((call for call in calls if _takes(assembly, known, call)), None) or _handed_update(assembly, known, reference)
        named = next((call for call in calls if _is_named_for(assembly, call)), None) if taken is None else None
        if taken is not None:
            found.append((reference, taken))
        elif named is not None:
            kept.append((reference, named))
    return found or (kept if _is_taken_up(assembly, known) else [])


def _is_named_for(assembly: Assembly, call: Node) -> bool:
    """Whether what a call runs is named for keeping what the network sends: `storeTelegramRequest(body)`."""
    said = words_of(assembly.program.value((call[0], assembly.program.value(call).inputs[0])).text)
    return "telegram" in said and not _SENT.isdisjoint(said) and not _KEEPS.isdisjoint(said)


def _is_taken_up(assembly: Assembly, known: BelievedMessages) -> bool:
    """Whether a bot is handed an update anywhere: behind a queue or a stream of changes."""
    calls = (
        (file, one) for file, facts in enumerate(assembly.program.files) for one, value in enumerate(facts.values) if value.kind == "call"
    )
    return any(_takes(assembly, known, call) for call in calls)


def _takes(assembly: Assembly, known: BelievedMessages, call: Node) -> bool:
    program = assembly.program
    callee = program.value((call[0], program.value(call).inputs[0]))
    if program.targets(call):
        return False
    if callee.kind == "attribute" and callee.text in known.takes:
        return True
    return not known.makes.isdisjoint(program.callee_names(call))


def _handed_update(assembly: Assembly, known: BelievedMessages, reference: FunctionRef) -> Node | None:
    """The parameter of a route that the framework fills with an update out of the body."""
    program = assembly.program
    for parameter in program.function(reference).parameters:
        names = program.names((reference[0], parameter.annotation)) if parameter.annotation is not None else ()
        if not known.updates.isdisjoint((*names, *program.types((reference[0], parameter.value)))):
            return reference[0], parameter.value
    return None


def _has_secret_path(assembly: Assembly, reference: FunctionRef) -> bool:
    """Whether the path of a route is put together as the program runs, or has a part named for a secret."""
    program = assembly.program
    for entry in assembly.sites.entries:
        if entry.function != reference:
            continue
        path = argument_node(program, entry.marker, entry.rule.name_from) if entry.rule.name_from is not None else None
        if path is not None and program.constant(path) is None and not entry.named:
            return True
    path_said = str(assembly.draft(assembly.entry_of_function[reference]).attributes.get("path") or "")
    return re.search(r"[:{<\[](?:\w*_)?(?:token|secret|key|hash)", path_said, re.IGNORECASE) is not None


def _asks(assembly: Assembly, functions: list[FunctionRef]) -> bool:
    """Whether anything that runs is named for a secret or a check, or compares something with a token."""
    program = assembly.program
    for function in functions:
        if program.function(function).name != "<module>" and any(
            _ASKS.search("_".join(words_of(name))) for name in names_in(assembly, function)
        ):
            return True
        facts = program.files[function[0]]
        for value in facts.values:
            compares = value.scope == function[1] and value.kind == "operation" and value.text in _COMPARES
            if compares and any(_TOKEN.search(facts.values[one].text) for one in value.inputs):
                return True
    return False


# Calls that listen


def _doors(assembly: Assembly, known: BelievedMessages) -> list[tuple[Node, Door]]:
    program = assembly.program
    found: list[tuple[Node, Door]] = []
    for file, facts in enumerate(program.files):
        if facts.purpose != "product":
            continue
        for identity, value in enumerate(facts.values):
            if value.kind != "call" or program.targets((file, identity)):
                continue
            door = known.door(program.callee_names((file, identity)))
            if door is not None:
                found.append(((file, identity), door))
    return found


def _has_secret(assembly: Assembly, node: Node, door: Door) -> bool:
    """Whether a call is given a secret, or a path that is put together as the program runs."""
    program = assembly.program
    if door.secret is not None:
        secret = argument_node(program, node, door.secret)
        if secret is not None and program.value(secret).constant_type not in ("none", "undefined") and program.constant(secret) != "":
            return True
    if door.path is not None:
        path = argument_node(program, node, door.path)
        if path is not None and program.constant(path) is None:
            return True
    return any(_is_unwritten(assembly, path) for path in _paths_around(assembly, node, door))


def _paths_around(assembly: Assembly, node: Node, door: Door) -> list[Node]:
    """Paths under which what a call makes is registered: `app.use(path, webhookCallback(bot))`, `handler.register(app, path=path)`."""
    program, facts = assembly.program, assembly.program.files[node[0]]
    found: list[Node] = []
    for identity, value in enumerate(facts.values):
        if value.kind != "call" or identity == node[1]:
            continue
        callee = facts.values[value.inputs[0]]
        if door.registered_at is not None and callee.kind == "attribute" and callee.text == "register":
            if node in program.origins((node[0], callee.inputs[0])):
                path = argument_node(program, (node[0], identity), door.registered_at)
                found += [path] if path is not None else []
        elif len(value.inputs) > 2 and any(
            node in (given, *program.origins(given)) for given in ((node[0], one) for one in value.inputs[2:])
        ):
            found.append((node[0], value.inputs[1]))
    return found


def _is_unwritten(assembly: Assembly, path: Node) -> bool:
    """Whether a path does not stand in the source."""
    value = assembly.program.value(path)
    return value.kind in ("format", "operation", "name", "attribute", "call", "index") and assembly.program.constant(path) is None
