"""Objects that carry a tag beside their data: `Reply(ReplyType.TEXT, content)` and `if reply.type == ReplyType.FILE`.

Data that was put into an object with one tag does not come past a test that asks for another. Takes a hit of the
flow search, says whether it reads a field behind such a test; what a tag may be is known from constructor
arguments, defaults, fields of data classes, and every later assignment of the tag. Where the same data is also put
into an object whose tag passes, or a tag is not constant, nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.flows.taint import Hit
from pipeline.system.program.walking import passed_by, passed_for

_EQUAL, _UNEQUAL = frozenset({"==", "===", "is", "in"}), frozenset({"!=", "!==", "is not", "not in"})
_MAX_CALLS, _MAX_MADE, _MAX_UP, _MAX_BACK, _MAX_GUARDS = 40, 400, 3, 2000, 24
Tags = frozenset[str]
NONE: Tags = frozenset()


def tags(assembly: Assembly, node: Node) -> Tags:
    """The constants a value, or the members of a display, may be: texts, numbers, members of a class; empty where one is not known."""
    found: list[Tags] = []
    queue, seen = [node], {node}
    while queue:  # what a variable holds in a loop is made of itself
        current = queue.pop()
        value = assembly.program.value(current)
        if value.kind == "guarded":
            parts = value.inputs[:1]
        elif value.kind in ("choice", "collection") and value.inputs and value.text != "dictionary":
            parts = value.inputs
        else:
            found.append(_of_one(assembly, current))
            continue
        queue += [part for part in dict.fromkeys((current[0], given) for given in parts) if part not in seen]
        seen.update((current[0], given) for given in parts)
        if len(seen) > _MAX_MADE:
            return NONE
    return _all(found)


def _of_one(assembly: Assembly, node: Node) -> Tags:
    program, value = assembly.program, assembly.program.value(node)
    member = _member(assembly, node)
    if member is not None:
        return frozenset({member})
    origins = program.elements(node)
    values = [program.value(origin) for origin in origins]
    if values and all(given.kind == "constant" for given in values):
        return frozenset(_constant(given.constant_type, given.text) for given in values)
    if value.kind in ("name", "parameter") and node not in origins:
        members = [_member(assembly, origin) for origin in origins]
        return NONE if not members or None in members else frozenset(one for one in members if one is not None)
    return NONE


def _all(found: list[Tags]) -> Tags:
    """What several places say together; nothing where one of them is not known."""
    return frozenset(tag for one in found for tag in one) if all(found) else NONE


def _constant(kind: str, text: str) -> str:
    return text if kind == "string" else f"{kind}:{text}"


def _member(assembly: Assembly, node: Node) -> str | None:
    """A constant of a class by its value, where that is known, or by its name: members of one class differ."""
    program, value = assembly.program, assembly.program.value(node)
    if value.kind != "attribute" or not value.text.isupper():
        return None
    for owner in program.names((node[0], value.inputs[0])):
        if owner in program.classes:
            given = [program.value(field) for field in program.fields(owner, value.text)]
            if len(given) == 1:
                known = given[0].kind == "constant"
                return _constant(given[0].constant_type, given[0].text) if known else f"member:{owner}.{value.text}"
        elif owner.rsplit(".", 1)[-1][:1].isupper():
            return f"member:{owner}.{value.text}"
    return None


def excludes(given: Tags, wanted: Tags, equal: bool) -> bool:
    """Whether none of what a tag may be passes a test; members of a class are compared with members of the same class only."""
    if not given or not wanted:
        return False
    if len({_family(tag) for tag in given | wanted}) > 1:
        return False
    return not given & wanted if equal else given <= wanted and len(given) == 1


def _family(tag: str) -> str:
    return tag.rsplit(".", 1)[0] if tag.startswith("member:") else ""


def comparison(assembly: Assembly, test: Node) -> tuple[tuple[Node, Node], ...]:
    """The ways to read an equality or a membership: what is asked, what it is compared with."""
    value = assembly.program.value(test)
    if value.kind != "operation" or value.text not in _EQUAL | _UNEQUAL or len(value.inputs) != 2:
        return ()
    left, right = ((test[0], given) for given in value.inputs)
    return ((left, right),) if value.text in ("in", "not in") else ((left, right), (right, left))


def comes_out_equal(assembly: Assembly, test: Node, holds: bool) -> bool:
    """Whether a comparison that came out this way says that both are equal."""
    return (assembly.program.value(test).text in _EQUAL) == holds


def read_behind_another_tag(assembly: Assembly, hit: Hit) -> bool:
    """Whether data that was stored into a field is read from objects that a test has told to be of another kind."""
    for position, (stored, read) in enumerate(pairwise(hit.trace)):
        value = assembly.program.value(read)
        if value.kind != "attribute" or (read[0], value.inputs[0]) == stored:
            continue
        for made in _made(assembly, hit.trace[: position + 1], stored, value.text):
            if _all_ways_excluded(assembly, (read[0], value.inputs[0]), made, 0):
                return True
    return False


class _Made:
    """The constructions by which data came into a field, and what they give the other fields."""

    def __init__(self, assembly: Assembly, owner: str, constructor: FunctionRef, field: str, calls: list[Node], before: frozenset[Node]):
        self.assembly, self.owner, self.constructor, self.field = assembly, owner, constructor, field
        self.calls, self.before = calls, before

    def tag(self, name: str) -> Tags:
        """What stands in another field of the objects that the data was put into."""
        found = [self._of(call, name) for call in self.calls]
        later = self._later(name)
        return NONE if later is None or not found or not all(found) else _all(found) | later

    def elsewhere(self, name: str, wanted: Tags, equal: bool) -> bool:
        """Whether the same data is put into an object of the class whose tag passes the test, or may."""
        positions = self._positions(self.field)
        for call in self.assembly.program.callers(self.constructor)[:_MAX_MADE]:
            if call in self.calls or excludes(self._of(call, name), wanted, equal):
                continue
            for given in (node for position in positions for node in self._arguments(call, position)):
                made_of = _made_of(self.assembly, given)
                if made_of is None or not made_of.isdisjoint(self.before):
                    return True
        return False

    def _of(self, call: Node, name: str) -> Tags:
        known = self.assembly.memo.tags
        if (call, self.constructor, name) in known:
            return known[call, self.constructor, name]
        found: list[Tags] = []
        for stored in self._in_constructor(name):
            place = self.assembly.program.parameter_of(stored)
            if place is None or place[0] != self.constructor:
                found.append(tags(self.assembly, stored))
                continue
            given = self._arguments(call, place[1])
            default = self.assembly.program.function(self.constructor).parameters[place[1]].default
            if not given and default is not None:
                given = [(self.constructor[0], default)]
            found += [tags(self.assembly, node) for node in given] or [NONE]
        known[call, self.constructor, name] = _all(found)
        return _all(found)

    def _arguments(self, call: Node, position: int) -> list[Node]:
        return passed_by(self.assembly.program, call, (self.constructor, position))

    def _in_constructor(self, name: str) -> list[Node]:
        file, number = self.constructor
        return [
            (file, store.value)
            for store in self.assembly.program.files[file].stores
            if store.scope == number and store.attribute == name and self._is_self((file, store.base))
        ]

    def _positions(self, name: str) -> list[int]:
        places = [self.assembly.program.parameter_of(node) for node in self._in_constructor(name)]
        return [place[1] for place in places if place is not None and place[0] == self.constructor]

    def _is_self(self, node: Node) -> bool:
        place = self.assembly.program.parameter_of(node)
        return place is not None and place[1] == 0

    def _later(self, name: str) -> Tags | None:
        """What the field is given outside of the constructor; None where that is not constant."""
        key = (self.owner, self.constructor, name)
        known = self.assembly.memo.later
        if key not in known:
            found = [tags(self.assembly, node) for node in self._stores(name)]
            known[key] = _all(found) if all(found) else None
        return known[key]

    def _stores(self, name: str) -> Iterator[Node]:
        program = self.assembly.program
        for file, facts in enumerate(program.files):
            for store in facts.stores:
                if store.attribute == name and (file, store.scope) != self.constructor:
                    owners = program.types((file, store.base))
                    if not owners or any(self.owner in (cls, *program.bases(cls)) or cls in program.bases(self.owner) for cls in owners):
                        yield file, store.value


def _made(assembly: Assembly, before: tuple[Node, ...], stored: Node, field: str) -> Iterator[_Made]:
    """Constructions that put the data into the field it is read from."""
    program = assembly.program
    for store in program.files[stored[0]].stores:
        if store.value != stored[1] or store.attribute != field:
            continue
        reference = (stored[0], store.scope)
        function = program.function(reference)
        if function.name in ("__init__", "constructor") and function.owner in program.classes:
            for given, parameter in reversed(list(pairwise(before))):
                place = program.parameter_of(parameter)
                if place is not None and place[0] == reference:
                    calls = [c for c in program.callers(reference) if c[0] == given[0] and given[1] in program.value(c).inputs]
                    if calls:
                        yield _Made(assembly, function.owner, reference, field, calls, frozenset(before))
                    break
            continue
        origins = program.origins((stored[0], store.base))  # `reply = Reply(TEXT)`, `reply.content = text`
        made = [(origin, target) for origin in origins if program.value(origin).kind == "call" for target in program.targets(origin)]
        owners = {target.constructs for _origin, target in made}
        if made and len(owners) == 1 and "" not in owners and len({origin for origin, _target in made}) == len(origins):
            yield _Made(assembly, owners.pop(), made[0][1].function, field, list(origins), frozenset(before))


def _all_ways_excluded(assembly: Assembly, record: Node, made: _Made, up: int) -> bool:
    """Whether a test excludes the object here, or at every call that hands it in."""
    program, current = assembly.program, record
    guards: list[Node] = []
    while program.value(current).kind in ("guarded", "await") and len(guards) < _MAX_GUARDS:
        guards.append(current)
        current = current[0], program.value(current).inputs[0]
    for guard in guards:
        value = program.value(guard)
        if value.kind == "guarded" and _cannot_be(assembly, (guard[0], value.inputs[1]), value.text.startswith("holds"), current, made, 0):
            return True
    place = program.parameter_of(current)
    if place is None or up >= _MAX_UP or place[0] in assembly.entry_of_function or (place[1] == 0 and program.function(place[0]).owner):
        return False
    handed = passed_for(program, current, _MAX_CALLS)
    return bool(handed) and all(_all_ways_excluded(assembly, given, made, up + 1) for given in handed)


def _cannot_be(assembly: Assembly, test: Node, holds: bool, record: Node, made: _Made, depth: int) -> bool:
    """Whether no object that holds the data lets a test come out this way."""
    value = assembly.program.value(test)
    inner = [(test[0], given) for given in value.inputs]
    if depth > 4:
        return False
    if value.kind == "operation" and value.text in ("not", "!") and inner:
        return _cannot_be(assembly, inner[0], not holds, record, made, depth + 1)
    if value.kind == "choice" and inner:  # joined by `and` or by `or`: which, the graph does not say
        return all(_cannot_be(assembly, part, holds, record, made, depth + 1) for part in inner)
    for asked, other in comparison(assembly, test):
        tag = _field_of(assembly, asked, record)
        if tag is None or tag == made.field:
            continue
        wanted, equal = tags(assembly, other), comes_out_equal(assembly, test, holds)
        if excludes(made.tag(tag), wanted, equal) and not made.elsewhere(tag, wanted, equal):
            return True
    return False


def _field_of(assembly: Assembly, node: Node, record: Node) -> str | None:
    program = assembly.program
    value = program.value(_untested(assembly, node))
    if value.kind != "attribute" or _untested(assembly, (node[0], value.inputs[0])) != record:
        return None
    return value.text


def _untested(assembly: Assembly, node: Node) -> Node:
    while assembly.program.value(node).kind in ("guarded", "await"):
        node = (node[0], assembly.program.value(node).inputs[0])
    return node


def _made_of(assembly: Assembly, node: Node) -> frozenset[Node] | None:
    """The values that a value may be made of; None where they are too many to look at."""
    known = assembly.memo.made_of
    if node not in known:
        known[node] = _sources(assembly, node)
    return known[node]


def _sources(assembly: Assembly, node: Node) -> frozenset[Node] | None:
    program, looked, queue = assembly.program, set[Node](), [node]
    while queue:
        current = queue.pop()
        if current in looked:
            continue
        if len(looked) >= _MAX_BACK:
            return None
        looked.add(current)
        value = program.value(current)
        if value.kind in ("name", "parameter", "attribute", "index", "element_of"):
            origins = [origin for origin in program.origins(current) if origin != current]
            whole = not origins or value.kind in ("index", "element_of")
            queue += [*origins, *((current[0], given) for given in value.inputs[:1] if whole)]
        elif value.kind == "call" and (targets := program.targets(current)):
            for target in targets:
                queue += [(target.function[0], returned) for returned in program.function(target.function).returns]
                queue += [(current[0], given) for given in value.inputs[1:]] if target.constructs else []
        else:
            queue += [(current[0], given) for given in value.inputs]
    return frozenset(looked)
