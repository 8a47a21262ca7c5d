"""Who asks, taken from the request in place of what the token says: `tenant = x_tenant or claims["tenant"]`.

Takes an assembly whose sources are known; adds a `component` for each function in which a value is either what the caller sent or what a
checked token says of the same thing, and in which nobody compares both: the token is asked only where the caller does not say. A function
that answers one of both by a branch counts as well. Values of different names are left alone: a default is no identity. Where a test of
the role that the token gives decides which of both it is, the caller of one role has no choice, and that of the other may act for anyone.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.code.program import FunctionRef, Node, Program
from pipeline.system.assembly import Assembly
from pipeline.system.model import AttributeValue
from pipeline.system.program.symbols import symbol_of
from pipeline.system.program.walking import inside, walk
from pipeline.system.rules.words import words_of

_EITHER = frozenset({"or", "||", "??"})
_COMPARES = frozenset({"==", "!=", "===", "!==", "in", "not in"})
_SENT_BY = (".Header", ".Query", ".Cookie", ".Body", ".Form")
_ROLES = frozenset(
    {"role", "roles", "admin", "superadmin", "superuser", "staff", "scope", "scopes", "permission", "permissions", "rights", "privileged"}
)
_MOST_STEPS = 60
_NEAR = 16  # values between a conditional expression and its test


def add_overridden_claims(assembly: Assembly) -> None:
    """Adds the functions that let the caller say who asks."""
    claims = {node for node, sources in assembly.sources.items() if any(source.label == "identity" for source in sources)}
    files = {node[0] for node in claims if assembly.purpose(node[0]) != "test"}
    for file in sorted(files):
        for identity, value in enumerate(assembly.program.files[file].values):
            node = (file, identity)
            if not (value.kind == "choice" or (value.kind == "operation" and value.text in _EITHER)) or len(value.inputs) < 2:
                continue
            sides = [(file, given) for given in value.inputs]
            if value.text in _EITHER and _comes_of(assembly, sides[0], claims) and not _is_sent(assembly, sides[0]):
                continue  # `claims["tenant"] or body.tenant`: the token counts first
            _look(assembly, (file, value.scope), sides, node, claims)
        for number, function in enumerate(assembly.program.files[file].functions):
            if len(function.returns) > 1:
                _look(assembly, (file, number), [(file, given) for given in function.returns], None, claims)


def _look(assembly: Assembly, function: FunctionRef, sides: list[Node], at: Node | None, claims: set[Node]) -> None:
    told = [side for side in sides if _comes_of(assembly, side, claims)]
    for sent in (side for side in sides if side not in told and _is_sent(assembly, side)):
        for claim in told:
            name = _shared(assembly, sent, claim)
            decided = _are_compared(assembly, function, sent, claims) or _by_role(assembly, function, (sent, claim), at, claims)
            if name and not decided:
                _add(assembly, function, name, at or sent)
                return


def _add(assembly: Assembly, function: FunctionRef, name: str, at: Node) -> None:
    cited = assembly.cite(at, "sink", "what the caller says counts before what the token says")
    attributes: dict[str, AttributeValue] = {"identity_header": True, "names": (name,)}
    assembly.drafts.put("component", symbol_of(assembly.program, function), None, attributes, cited, None, assembly.purpose(function[0]))


def _shared(assembly: Assembly, sent: Node, claim: Node) -> str:
    """What both are a name of: `x_tenant` and `claims["tenant"]`."""
    words = {word for name in _names(assembly, claim) for word in words_of(name)} - {"id", "x", "get", "claims", "user"}
    return next((name for name in _names(assembly, sent) if words & set(words_of(name))), "")


def _names(assembly: Assembly, node: Node) -> Iterator[str]:
    value = assembly.program.value(node)
    if value.kind in ("name", "attribute", "index", "parameter") and value.text:
        yield value.text
    if value.kind == "call":
        for given in value.inputs[1:2]:
            constant = assembly.program.constant((node[0], given))
            if isinstance(constant, str):
                yield constant
    if value.kind in ("await", "guarded", "call"):
        yield from _names(assembly, (node[0], value.inputs[0]))


def _comes_of(assembly: Assembly, node: Node, wanted: set[Node]) -> bool:
    return any(found in wanted for found in _behind(assembly, node))


def _is_sent(assembly: Assembly, node: Node) -> bool:
    """Whether a value is what a request says, by itself."""
    program = assembly.program
    for found in _behind(assembly, node):
        if any(source.label == "user_input" for source in assembly.sources.get(found, ())):
            return True
        place = program.parameter_of(found) if program.value(found).kind == "parameter" else None
        if place is not None:
            parameter = program.function(place[0]).parameters[place[1]]
            marks = [(found[0], one) for one in (parameter.annotation, parameter.default) if one is not None]
            parts = [part for mark in marks for part in inside(program, mark, _MOST_STEPS)]
            if any(name.endswith(_SENT_BY) for part in parts for name in program.names(part)):
                return True
    return False


def _are_compared(assembly: Assembly, function: FunctionRef, sent: Node, claims: set[Node]) -> bool:
    """Whether the function holds what was sent against what the token says."""
    facts = assembly.program.files[function[0]]
    origins = set(_behind(assembly, sent))
    for identity, value in enumerate(facts.values):
        if value.scope != function[1] or value.kind != "operation" or value.text not in _COMPARES:
            continue
        compared = inside(assembly.program, (function[0], identity), _MOST_STEPS)
        parts = [found for part in compared for found in (part, *_behind(assembly, part))]
        if not origins.isdisjoint(parts) and not claims.isdisjoint(parts):
            return True
    return False


def _by_role(assembly: Assembly, function: FunctionRef, sides: tuple[Node, Node], at: Node | None, claims: set[Node]) -> bool:
    """Whether a test of what the token says of the caller's rights decides which of two values it is."""
    program = assembly.program
    facts = program.files[function[0]]
    tests = [(function[0], b.condition) for b in facts.branches if b.scope == function[1] and b.side(sides[0][1]) != b.side(sides[1][1])]
    asked = [part for test in tests for part in inside(program, test, _MOST_STEPS)]
    if at is not None and program.value(at).text == "if":  # a conditional expression: its test was read just before
        chosen = {part for side in sides for part in inside(program, side, _MOST_STEPS)}
        asked += [
            (at[0], near) for near in range(max(0, at[1] - _NEAR), at[1]) if _beside(program, at, near) and (at[0], near) not in chosen
        ]
    return any(_tells_role(assembly, part, claims) for part in asked)


def _beside(program: Program, choice: Node, near: int) -> bool:
    one, other = program.value(choice), program.value((choice[0], near))
    return one.scope == other.scope and one.line <= other.line <= one.end_line


def _tells_role(assembly: Assembly, part: Node, claims: set[Node]) -> bool:
    """`claims["role"]`, `user.is_staff`, `is_admin(user)`."""
    value = assembly.program.value(part)
    words = {word for name in (value.text, *_names(assembly, part)) for word in words_of(name)}
    told = [part, *((part[0], given) for given in value.inputs[1:] if value.kind == "call")]
    named = value.kind in ("attribute", "index", "call") and not words.isdisjoint(_ROLES)
    return named and any(_comes_of(assembly, one, claims) for one in told)


def _behind(assembly: Assembly, node: Node) -> Iterator[Node]:
    """What a value is taken of: itself, what it was assigned, the object that it is an entry of."""
    return walk(node, lambda current: _taken_of(assembly.program, current), _MOST_STEPS)


def _taken_of(program: Program, node: Node) -> list[Node]:
    value, found = program.value(node), list[Node]()
    if value.kind in ("attribute", "index", "await", "guarded", "element_of") and value.inputs:
        found.append((node[0], value.inputs[0]))
    elif value.kind == "call" and value.inputs:  # claims.get("tenant"), header.strip()
        callee = program.value((node[0], value.inputs[0]))
        found += [(node[0], callee.inputs[0])] if callee.kind == "attribute" else []
    return [*found, *(origin for origin in program.origins(node) if origin != node)]
