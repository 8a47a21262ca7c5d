"""What a header says, followed to where it is taken for who asks.

Takes an assembly and a reading, gives the place where what was read is kept for the request, becomes an identity, is compared with what
somebody owns, chooses records, or is handed on under the name of a person or a tenant; None where it is only logged, counted or sent on.
Values are followed in their file, into functions of the project that are given them, and out of those that give them back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.code.program import FunctionRef, Node, Program
from pipeline.system.assembly import Assembly
from pipeline.system.controls.header_reads import PEOPLE, HeaderRead
from pipeline.system.rules.words import words_of

_KEEPS = frozenset({"set", "Set", "WithValue", "withValue", "put", "setAttribute", "setdefault", "Add", "run"})
_CONTEXTS = re.compile(r"context|ctx|state|holder|local|locals|store|current|tenant|session|^c$|^g$|items|thread", re.IGNORECASE)
_LOGS = re.compile(r"^(log\w*|console|print\w*|mdc|span|tracer|metrics?|sentry\w*|structlog|debug|info|warn\w*|error)$", re.IGNORECASE)
_SENDS = re.compile(r"^(headers?|fetch|axios|requests?|httpx|setHeader|set_header|Cookies?)$", re.IGNORECASE)
_WHO = PEOPLE | {"users", "id", "ids", "current"}
_IDENTITIES = frozenset(
    {
        "user",
        "person",
        "principal",
        "caller",
        "identity",
        "actor",
        "account",
        "member",
        "claims",
        "tenant",
        "subject",
        "whoami",
        "requester",
    }
)
_EQUALS = frozenset({"==", "!=", "===", "!=="})
_PASS_ON = frozenset({"attribute", "index", "choice", "guarded", "await", "format", "element_of", "update"})
_CONVERTS = re.compile(
    r"^(str|int|UUID|uuid|parse\w*|Parse\w*|valueOf|fromString|Number|String|trim\w*|Trim\w*|split\w*|Split\w*|strip|lower|upper|decode\w*|"
    r"toLowerCase|ToLower|ObjectId|Atoi|from|of|ofNullable|map|filter|sanitize\w*|normali[sz]e\w*|FirstOrDefault|ToString|unquote|encode)$"
)
_MOST, _DEEPEST, _MOST_CALLERS = 160, 8, 6  # a step into a function and one out of it are two


def taken_for_somebody(assembly: Assembly, read: HeaderRead) -> Node | None:
    """Where a header is taken for who asks."""
    program = assembly.program
    queue: list[tuple[Node, int]] = [(read.node, 0)]
    seen: set[Node] = set()
    users: dict[int, dict[int, list[int]]] = {}
    while queue and len(seen) < _MOST:
        node, depth = queue.pop(0)
        if node in seen:
            continue
        seen.add(node)
        by = users.setdefault(node[0], {}) or users[node[0]]
        if not by:
            for identity, value in enumerate(program.files[node[0]].values):
                for given in value.inputs:
                    by.setdefault(given, []).append(identity)
        for number in by.get(node[1], ()):
            user = (node[0], number)
            if _is_taken(assembly, user, node, read):
                return user
            queue += [(one, depth) for one in _onward(program, user, node)]
            if depth < _DEEPEST:
                queue += [(one, depth + 1) for one in _given_to(program, user, node)]
        kept = _is_kept(assembly, node, read)
        if kept is not None:
            return kept
        if depth < _DEEPEST:
            given_back = _given_back(program, node)
            if given_back and read.of_people and _says_who(program, node):
                return node
            queue += [(call, depth + 1) for call in given_back[:_MOST_CALLERS]]
    return None


def _onward(program: Program, user: Node, node: Node) -> Iterator[Node]:
    """What is still the same text: a part of it, the same as a number, either of two."""
    value = program.value(user)
    joins = value.kind == "operation" and value.text in ("or", "||", "??", "+")
    part = value.kind in _PASS_ON and (value.kind not in ("index", "update") or value.inputs[0] == node[1])
    if joins or part or value.kind == "collection":
        yield user
    elif value.kind == "call":
        callee = program.value((user[0], value.inputs[0]))
        if value.inputs[0] == node[1] or (_CONVERTS.match(callee.text) and not program.targets(user)):
            yield user


def _is_taken(assembly: Assembly, user: Node, node: Node, read: HeaderRead) -> bool:
    """Whether a value that is made of the text takes it for somebody."""
    program, value = assembly.program, assembly.program.value(user)
    if value.kind == "operation":
        others = [program.value((user[0], given)) for given in value.inputs if given != node[1]]
        compared = value.text in _EQUALS and any(one.kind in ("attribute", "index", "call") for one in others)
        return read.of_people and (
            compared or (value.text in ("in", "not in") and value.inputs[-1] == node[1] and others[0].kind in ("parameter", "constant"))
        )
    if value.kind != "call" or value.inputs[0] == node[1]:
        return False
    callee = program.value((user[0], value.inputs[0]))
    names = [callee.text, *_holders(program, (user[0], value.inputs[0]))]
    if any(_LOGS.match(name) or _SENDS.match(name) for name in names):
        return False
    makes = callee.text[:1].isupper() or any(name in program.classes for name in program.names((user[0], value.inputs[0])))
    if makes and not _IDENTITIES.isdisjoint(words_of(callee.text)):
        return True  # Person{ID: id}
    if callee.text in _KEEPS and any(_CONTEXTS.search(name) for name in names[1:]):
        return read.of_people or _numbers_owners(assembly, read.header)
    if not read.of_people:
        return False
    labels = [label for given, label in zip(value.inputs, value.labels, strict=False) if given == node[1] and label]
    passed = program.value(node)
    labels += [label for label in passed.labels if label] if passed.kind == "collection" else []
    labels += [
        program.function(target.function).parameters[position].name
        for target in program.targets(user)
        for position, given in program.bind(user, target).items()
        if node[1] in {value.inputs[one] for one in given} and position < len(program.function(target.function).parameters)
    ]
    if any(not PEOPLE.isdisjoint(words_of(label)) for label in labels):
        return True
    return not _CONVERTS.match(callee.text) and callee.kind == "attribute" and _looks_up(names)


def _numbers_owners(assembly: Assembly, header: str) -> bool:
    """Whether a header numbers what records of the program belong to: `X-Clinic-Id`, where there is a column `clinic_id`."""
    noun, _, number = header.rpartition("-")
    column = f"{noun.rpartition('-')[2]}id"
    return number == "id" and any(
        value.text.replace("_", "").lower() == column
        for facts in assembly.program.files
        for value in facts.values
        if value.kind in ("attribute", "parameter", "constant") and len(value.text) < 40
    )


def _looks_up(names: list[str]) -> bool:
    """`people.adjuster(email)`, `users.find_by_email(email)`, `get_user(name)`."""
    words = {word for name in names for word in words_of(name)}
    return not words.isdisjoint({"people", "users", "accounts", "members", "tenants", "customers", "user", "tenant", "account", "member"})


def _holders(program: Program, callee: Node) -> list[str]:
    """Names of what a method is called on."""
    found: list[str] = []
    value = program.value(callee)
    while value.kind in ("attribute", "call", "index") and value.inputs and len(found) < 4:
        callee = (callee[0], value.inputs[0])
        value = program.value(callee)
        found += [value.text] if value.text else []
    return found


def _is_kept(assembly: Assembly, node: Node, read: HeaderRead) -> Node | None:
    """`request.state.user = name`, `g.tenant = tenant`."""
    facts = assembly.program.files[node[0]]
    for store in facts.stores:
        if store.value == node[1] and not PEOPLE.isdisjoint(words_of(store.attribute)):
            base = facts.values[store.base].text
            if read.of_people and base not in ("self", "this", "headers"):
                return node
    return None


def _given_to(program: Program, user: Node, node: Node) -> Iterator[Node]:
    """Parameters of functions of the project that are given the text."""
    if program.value(user).kind != "call":
        return
    for target in list(program.targets(user))[:4]:
        for position, given in program.bind(user, target).items():
            parameters = program.function(target.function).parameters
            if position < len(parameters) and node[1] in {program.value(user).inputs[one] for one in given}:
                yield (target.function[0], parameters[position].value)


def _given_back(program: Program, node: Node) -> list[Node]:
    """Calls of the function that gives the text back."""
    function: FunctionRef = (node[0], program.value(node).scope)
    if node[1] not in program.function(function).returns:
        return []
    return list(program.callers(function)) or [node]


def _says_who(program: Program, node: Node) -> bool:
    """Whether the function that gives it back is named for who asks: `current_user`, `getTenantId`."""
    name = program.function((node[0], program.value(node).scope)).name
    return not (PEOPLE | {"whoami", "requester"}).isdisjoint(words_of(name))
