"""Checks that only happen where a setting asks for them, and whose setting is empty or off as it is shipped.

Takes a call that refuses somebody, looks at the tests on the way to it: `if not SECRET: return` before it,
`if settings.auth.enabled:` around it. A setting counts as off where the code itself gives it an empty or false
default, or none at all, and so does an option of the command line; what a deployment sets is not seen.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from ingest.code.program import FunctionRef, Node
from ingest.facts import CodeFacts, Value
from pipeline.system.assembly import Assembly
from pipeline.system.model import Evidence
from pipeline.system.program.walking import inside
from pipeline.system.rules.words import words_of

_READS = re.compile(r"(^|\.)([gG]etenv|environ\.get|config|get_config)$|^os\.environ\.get$")
_SETTINGS = re.compile(r"settings|config|options|flags|auth|server", re.IGNORECASE)
_REFUSES = re.compile(r"(Error|Exception|Denied|Forbidden|Unauthori[sz]ed|Refused)$|^(abort|exit)$")
_FAILS = re.compile(r"[45]\d\d")
_STOPS = re.compile(r"\w*(?:Error|Exception|Fatalf?|Fatalln|Errorf)|errors\.New|panic|exit|Exit|New|abort|orElseThrow")
_BEGINS = frozenset({
    "main", "init", "module", "load", "validate", "validated", "config", "configuration", "settings", "setup", "new", "must", "start",
    "startup", "run", "create", "from", "check", "bootstrap", "env", "environment", "parse",
})  # fmt: skip
_EMPTY = frozenset({"", "0", "None", "False", "false", "no", "off", "none", "undefined", "null"})
_TRUTHS = frozenset({"bool", "boolean", "flag", "truthy"})  # what reads a text as yes or no is called by one of these
_CONTAINERS = frozenset({"dict", "list", "set", "tuple", "frozenset"})
_DOES_WITHOUT = frozenset({"optional", "nullish", "nullable"})
_PARSED = frozenset({"parse_args", "parse_known_args"})
_MAX_DEPTH, _MAX_JOINED = 8, 30


def switched_off(assembly: Assembly, call: Node) -> Evidence | None:
    """The test that leaves a call out in the shipped configuration, or None where it always happens."""
    facts = assembly.program.files[call[0]]
    known = facts.conditions.get(call[1], ())
    for position, number in enumerate(known):
        branch = facts.branches[number]
        side = branch.side(call[1])  # of a test that it stands behind, the side that leaves is not the one it stands on
        holds = side if side is not None else branch.exits_when != "holds"
        after = facts.branches[known[position + 1]].condition if position + 1 < len(known) else call[1]
        if not holds and _is_closed(assembly, call[0], branch.condition, after):
            continue
        evidence = off_by(assembly, (call[0], branch.condition), holds)
        if evidence is not None:
            return evidence
    return None


def asked_only_if_set(assembly: Assembly, call: Node) -> Evidence | None:
    """The test that leaves a check out as shipped: around its call, or beside it, `if SECRET and not verify(body): raise`."""
    off = switched_off(assembly, call)
    if off is not None:
        return off
    facts, scope = assembly.program.files[call[0]], assembly.program.value(call).scope
    for branch in facts.branches:
        if branch.scope == scope and call[1] in _joined(facts, branch.condition):
            off = off_by(assembly, (call[0], branch.condition))
            if off is not None:
                return off
    return None


def off_around(assembly: Assembly, node: Node) -> Evidence | None:
    """The test that leaves out whatever stands at a place, a decorated function included, in the shipped configuration."""
    facts, scope = assembly.program.files[node[0]], assembly.program.value(node).scope
    for branch in facts.branches:
        side = branch.side(node[1]) if branch.scope == scope else None
        off = off_by(assembly, (node[0], branch.condition), side) if side is not None else None
        if off is not None:
            return off
    return None


def never_asked(assembly: Assembly, function: FunctionRef, among: Collection[FunctionRef]) -> Evidence | None:
    """Why a check that is a function of its own does not happen as shipped, where all its calls in some functions are left out."""
    calls = [call for call in assembly.program.callers(function) if (call[0], assembly.program.value(call).scope) in among]
    left_out = [asked_only_if_set(assembly, call) for call in calls]
    return left_out[0] if left_out and all(off is not None for off in left_out) else None


def _joined(facts: CodeFacts, condition: int) -> set[int]:
    """The tests that a condition joins; what is joined to nothing stands alone, and nothing beside it leaves it out."""
    found, queue = set[int](), [condition]
    while queue and len(found) < _MAX_JOINED:
        current = queue.pop()
        if current in found:
            continue  # a choice may be made of itself in a loop
        found.add(current)
        value = facts.values[current]
        if value.kind in ("choice", "await", "guarded") or (value.kind == "operation" and value.text in ("not", "!")):
            queue += value.inputs[:1] if value.kind == "guarded" else value.inputs
    return found


def _is_closed(assembly: Assembly, file: int, begin: int, end: int) -> bool:
    """Whether a test without the setting ends in a refusal of its own: `if not SECRET: raise RuntimeError`."""
    values = assembly.program.files[file].values
    for identity in range(begin + 1, end):
        value = values[identity]
        if value.kind == "call" and _REFUSES.search(values[value.inputs[0]].text):
            return True
        if value.kind == "call" and any(
            _FAILS.fullmatch(values[given].text) for given in value.inputs[1:] if values[given].kind == "constant"
        ):
            return True
    return False


def off_by(assembly: Assembly, condition: Node, holds: bool = True) -> Evidence | None:
    """Whether a condition asks for a setting that is off, for it to come out this way."""
    name = _needs(assembly, condition, holds, 0)
    note = f"nobody is asked while `{name}` is off or empty, as it is by default"
    return None if name is None or _must_be_set(assembly, condition, name) else assembly.cite(condition, "step", note)


def _must_be_set(assembly: Assembly, condition: Node, name: str) -> bool:
    """Whether the program does not start without a setting: `if cfg.Secret == "" { log.Fatal(...) }` at its start."""
    program, scope = assembly.program, assembly.program.value(condition).scope
    for file, facts in enumerate(program.files):
        for branch in facts.branches:
            if not branch.exits_when or (file, branch.scope) == (condition[0], scope) or facts.purpose == "test":
                continue
            if _BEGINS.isdisjoint(words_of(facts.functions[branch.scope].name.strip("<>_"))):
                continue
            first, last = branch.held if branch.exits_when == "holds" else branch.failed
            stops = any(
                facts.values[one].kind == "call" and _STOPS.fullmatch(facts.values[facts.values[one].inputs[0]].text)
                for one in range(first, last)
            )
            if stops and any(
                program.value(part).kind in ("name", "attribute", "index", "parameter", "call") and _name(assembly, part) == name
                for part in inside(program, (file, branch.condition), _MAX_JOINED)
            ):
                return True
    return False


def _needs(assembly: Assembly, node: Node, holds: bool, depth: int) -> str | None:
    program, value = assembly.program, assembly.program.value(node)
    inner = [(node[0], given) for given in value.inputs]
    if depth > _MAX_DEPTH:
        return None
    if value.kind == "operation" and value.text in ("not", "!") and inner:
        return _needs(assembly, inner[0], not holds, depth + 1)
    if value.kind == "operation" and value.text in ("is", "is not", "==", "!=", "===", "!==") and len(inner) == 2:
        other = program.value(inner[1])
        nothing = other.text == "" or other.constant_type != "string"  # what is not set differs from the word "false"
        if other.kind == "constant" and other.text in _EMPTY and nothing and (value.text in ("is not", "!=", "!==")) == holds:
            return _needs(assembly, inner[0], True, depth + 1)
        if other.kind == "constant" and other.text not in _EMPTY and (value.text in ("==", "===", "is")) == holds:
            return _needs(assembly, inner[0], True, depth + 1)  # `os.getenv("AUTH", "false") == "true"`
        return None
    if value.kind == "operation" and value.text == "in" and len(inner) == 2:  # `os.getenv("AUTH", "").lower() in {"1", "true"}`
        listed = [program.value(one) for one in program.elements(inner[1])]
        named = bool(listed) and all(one.kind == "constant" and one.text not in _EMPTY for one in listed)
        return _needs(assembly, inner[0], True, depth + 1) if named and holds else None
    if value.kind == "choice" and value.text == "or" and program.value(inner[0] if inner else node).kind != "constant":
        found = [_needs(assembly, part, holds, depth + 1) for part in inner]
        if any(name is not None for name in found):
            return next(name for name in found if name is not None)
    if value.kind == "choice" and value.text != "or" and len(inner) > 1:  # what the variable says where no option does
        found = [_needs(assembly, part, holds, depth + 1) for part in inner]
        if all(name is not None for name in found):
            return found[0]
    if value.kind == "guarded" and inner:
        return _needs(assembly, inner[0], holds, depth + 1)
    if value.kind == "call" and inner:
        callee = program.value(inner[0])
        if callee.kind == "attribute" and callee.text in ("lower", "strip", "upper", "get_secret_value"):
            return _needs(assembly, (node[0], callee.inputs[0]), holds, depth + 1)
        if len(inner) == 2 and (
            callee.text == "bool" or _TRUTHS.intersection(words_of(callee.text))
        ):  # `parse_bool(os.getenv("AUTH", "false"))`
            return _needs(assembly, inner[1], holds, depth + 1)
        asked = [target.function for target in program.targets(node) if not target.constructs]
        if asked and len(inner) == 1:  # `if not is_auth_required()`
            found = [_needs(assembly, (one[0], given), holds, depth + 1) for one in asked for given in program.function(one).returns]
            return found[0] if found and all(name is not None for name in found) else None
    if value.kind == "name":  # AUTH = os.getenv("AUTH", "false") == "true"
        for origin in program.origins(node):
            if program.value(origin).kind == "operation":
                return _needs(assembly, origin, holds, depth + 1)
    return _name(assembly, node) if holds and _is_off(assembly, node) else None


def _is_off(assembly: Assembly, node: Node) -> bool:
    """A setting whose every default is empty: an environment variable, a constant, a field of a settings class."""
    program, value = assembly.program, assembly.program.value(node)
    origins = program.origins(node)
    if value.kind == "parameter":  # what a field of settings is handed over as
        origins = tuple(one for one in origins if program.files[one[0]].purpose != "test")
        return bool(origins) and all(
            _is_off(assembly, origin)
            if program.value(origin).kind == "attribute"
            else program.value(origin).kind == "call" and _is_empty(assembly, origin)
            for origin in origins
        )
    if value.kind not in ("name", "attribute", "call", "choice", "index"):
        return False
    if value.kind == "attribute" and _is_option(assembly, node):
        return True
    if value.kind == "attribute" and all(program.value(origin).kind == "attribute" for origin in origins):
        defaults = _declared(assembly, value.text)
        unset = program.files[node[0]].language == "go"  # a field that nobody sets is empty there
        if not defaults and _may_be_unset(assembly, node):
            return True
        return bool(defaults) and all((default is None and unset) or _is_empty(assembly, default) for default in defaults)
    return (
        bool(origins)
        and all(_is_empty(assembly, origin) for origin in origins)
        and (
            any(program.value(origin).kind == "call" or value.kind in ("name", "attribute") for origin in origins)
            or all(_is_option(assembly, origin) for origin in origins)
        )
    )


def _declared(assembly: Assembly, field: str) -> list[Node | None]:
    """Defaults of the fields of this name in the project's settings classes; None for one without."""
    return [
        None if default is None else (file, default)
        for name, (file, cls) in sorted(assembly.program.classes.items())
        if _SETTINGS.search(name.rsplit(".", 1)[-1])
        for given, _annotation, default, _line in cls.fields
        if given == field
    ]


def _may_be_unset(assembly: Assembly, node: Node) -> bool:
    """Whether a variable is read by a schema that does without it: `z.object({TOKEN: z.string().optional()}).parse(process.env)`."""
    value = assembly.program.value(node)
    if value.kind != "attribute" or not _is_environment(assembly, (node[0], value.inputs[0])):
        return False
    known = assembly.memo.optional_variables
    if known is None:
        known = assembly.memo.optional_variables = _of_schemas(assembly)
    return known.get(value.text, False)


def _is_environment(assembly: Assembly, node: Node) -> bool:
    """Whether an object is what a schema makes of the environment, also the `data` of its result."""
    program = assembly.program
    for origin in program.origins(node):
        value = program.value(origin)
        if value.kind == "attribute" and value.text in ("data", "value"):
            made = program.origins((origin[0], value.inputs[0]))
        else:
            made = (origin,)
        for one in made:
            given = program.value(one).inputs[1:] if program.value(one).kind == "call" else ()
            if any(program.value((one[0], argument)).text == "env" for argument in given):
                return True
    return False


def _of_schemas(assembly: Assembly) -> dict[str, bool]:
    """Names of the entries of schemas, with whether all that describe one of them do without it, or with an empty text."""
    found: dict[str, bool] = {}
    for file, facts in enumerate(assembly.program.files):
        for value in facts.values:
            for name, given in zip(value.labels, value.inputs, strict=False) if value.kind == "collection" else ():
                if name.isupper() and (links := _links(assembly, (file, given))):
                    empty = any(link in _DOES_WITHOUT or (link == "default" and text in _EMPTY) for link, text in links)
                    filled = any(link == "default" and text not in _EMPTY for link, text in links)
                    found[name] = found.get(name, True) and empty and not filled
    return found


def _links(assembly: Assembly, node: Node) -> list[tuple[str, str]]:
    """The calls of a chain by their names, each with the text it is given first."""
    program, found = assembly.program, list[tuple[str, str]]()
    value = program.value(node)
    while value.kind == "call" and len(found) < _MAX_DEPTH:
        callee = program.value((node[0], value.inputs[0]))
        if callee.kind != "attribute":
            break
        found.append((callee.text, program.value((node[0], value.inputs[1])).text if len(value.inputs) > 1 else ""))
        node = (node[0], callee.inputs[0])
        value = program.value(node)
    return found


def _is_empty(assembly: Assembly, node: Node | None) -> bool:
    """An empty or false constant, `Field(default=None)`, or a setting that is read and given no other default."""
    if node is None:
        return False
    program, value = assembly.program, assembly.program.value(node)
    if value.kind == "constant":
        return value.text in _EMPTY
    if _is_option(assembly, node):
        return True
    if value.kind == "attribute" and _may_be_unset(assembly, node):
        return True
    if value.kind == "attribute":  # process.env.API_KEY
        return value.text.isupper() and program.value((node[0], value.inputs[0])).text == "env"
    if value.kind != "call":
        return False
    callee = program.value((node[0], value.inputs[0]))
    if callee.text == "Field":
        made = _argument(assembly, node, value, "default_factory", len(value.inputs))
        if made is not None:
            return made.text in _CONTAINERS
        given = _argument(assembly, node, value, "default", 1)
        return given is not None and given.kind == "constant" and given.text in _EMPTY and given.constant_type != "ellipsis"
    if callee.kind == "attribute" and callee.text == "strip" and len(value.inputs) == 1:
        return all(_is_empty(assembly, origin) for origin in program.origins((node[0], callee.inputs[0])) or (None,))
    if any(_READS.search(name) for name in program.names((node[0], value.inputs[0]))):
        given = _argument(assembly, node, value, "default", 2)
        return given is None or (given.kind == "constant" and given.text in _EMPTY)
    return False


def _is_option(assembly: Assembly, node: Node) -> bool:
    """Whether a value is looked for among the words a program is started with: `process.argv.find(...)?.split("=")[1]`."""
    program, current, looked_for = assembly.program, node, False
    if _is_unset_argument(assembly, node):
        return True
    for _ in range(_MAX_DEPTH):
        value = program.value(current)
        if value.kind == "attribute" and value.text == "argv":
            return looked_for and program.value((current[0], value.inputs[0])).text in ("process", "sys")
        if value.kind not in ("attribute", "call", "index") or not value.inputs:
            return False
        looked_for = looked_for or value.text in ("find", "includes", "some", "filter")
        current = (current[0], value.inputs[0])
    return False


def _is_unset_argument(assembly: Assembly, node: Node) -> bool:
    """`args.auth` of a parser that takes `--auth`, and gives nothing where nobody says so."""
    program, value = assembly.program, assembly.program.value(node)
    if value.kind != "attribute":
        return False
    parsed = [(origin[0], program.value(origin)) for origin in program.origins((node[0], value.inputs[0]))]  # perhaps of another file
    if not any(one.kind == "call" and program.value((file, one.inputs[0])).text in _PARSED for file, one in parsed):
        return False
    added = [
        (node[0], identity)
        for identity, one in enumerate(program.files[node[0]].values)
        if one.kind == "call"
        and program.value((node[0], one.inputs[0])).text == "add_argument"
        and _sets(assembly, (node[0], identity), value.text)
    ]
    return bool(added) and all(_is_unset(assembly, one) for one in added)


def _sets(assembly: Assembly, added: Node, name: str) -> bool:
    given = assembly.program.value(added)
    dest = _argument(assembly, added, given, "dest", len(given.inputs))
    flags = [assembly.program.value((added[0], one)).text for one, label in zip(given.inputs, given.labels, strict=True) if label == ""]
    return dest.text == name if dest is not None else f"--{name.replace('_', '-')}" in flags


def _is_unset(assembly: Assembly, added: Node) -> bool:
    """Whether an option is empty or false where it is not given."""
    given = assembly.program.value(added)
    default, action = (_argument(assembly, added, given, label, len(given.inputs)) for label in ("default", "action"))
    if default is not None:
        return default.kind == "constant" and default.text in _EMPTY
    return action is None or action.text == "store_true"


def _argument(assembly: Assembly, node: Node, value: Value, label: str, position: int) -> Value | None:
    if label in value.labels:
        return assembly.program.value((node[0], value.inputs[value.labels.index(label)]))
    if len(value.inputs) > position and value.labels[position] == "":
        return assembly.program.value((node[0], value.inputs[position]))
    return None


def _name(assembly: Assembly, node: Node) -> str:
    """What a reader has to look for: the variable of the environment, or the setting."""
    program, value = assembly.program, assembly.program.value(node)
    for origin in program.origins(node):
        made = program.value(origin)
        called = program.value((origin[0], made.inputs[0])) if made.kind == "call" else made
        if called.kind == "attribute" and called.text == "strip" and len(made.inputs) == 1:  # `strings.TrimSpace(os.Getenv("KEY"))`
            return _name(assembly, (origin[0], called.inputs[0]))
        if made.kind == "call" and len(made.inputs) > 1:
            constant = program.constant((origin[0], made.inputs[1]))
            if isinstance(constant, str) and constant and constant not in _EMPTY:
                return constant
    return value.text or "the setting"
