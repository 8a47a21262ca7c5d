"""Which tests keep data from choosing any path, address, command or program it likes.

A test on the way says one of three things: that something is there (a key, a file, a fence of a reply), that it
has a form (a scheme, a suffix, not empty), or where it may lead (a list, a host, a folder, a public address,
a pattern that allows no separator). Only the last one restricts. Takes a condition, the value it was asked of and
how it came out; for functions of the project, what they look at. Whether a list is the right one, and what happens
between the test and the use (redirects, links, DNS), is not judged.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingest.code.program import FunctionRef, Node, Program
from pipeline.system.assembly import Assembly, Given
from pipeline.system.controls.closed_lists import is_open
from pipeline.system.controls.listed import asked_of_members, is_listed, is_number
from pipeline.system.controls.received import handed_on, meant_by, received
from pipeline.system.controls.refused_sides import refused_sides, without_refusal
from pipeline.system.controls.refused_text import keeps_out
from pipeline.system.flows.discriminators import bare
from pipeline.system.flows.made_of import SETTLES, Settled, callee_text, made_of, texts_of
from pipeline.system.flows.record_parts import Keys, is_other_part, keys_read
from pipeline.system.model import ControlKind, SinkRole
from pipeline.system.program.patterns import WITH_HOST, narrows, pattern_of, pattern_replaced, takes_separators
from pipeline.system.program.walking import inside
from pipeline.system.rules.words import words_of

CHOOSES: frozenset[SinkRole] = frozenset(
    {"path", "url", "code", "shell", "process_arguments", "query", "template", "model_source", "deserialised"}
)
_VALIDATES = (
    "validate", "check", "ensure", "assert", "verify", "sanitize", "sanitise", "normalize_and_check", "resolve_safe", "safe_", "is_safe",
)  # fmt: skip
# What a package offers to judge a path or a name by; what else it is called says nothing of what it looks at.
_JUDGES_PATHS = re.compile(r"(?:validate|is_?(?:safe|valid|local))_?\w{0,40}(?:path|name|filename|slug)", re.IGNORECASE)
_MAX_DEPTH, _MAX_CHOICES = 8, 3
_NEAR = 16  # values between a conditional expression and its test
_LOOKS_UP = frozenset(
    {"getaddrinfo", "gethostbyname", "gethostbyname_ex", "getaddrinfo_async", "LookupIP", "LookupIPAddr", "LookupHost", "LookupNetIP"}
)
_KIND_OF_ADDRESS = frozenset({"is_private", "is_global", "is_loopback", "is_link_local", "is_reserved", "is_multicast",
                              "isPrivate", "IsPrivate",
                              "IsLoopback",
                              "IsLinkLocalUnicast"})  # fmt: skip
_BELOW = frozenset({"is_relative_to", "relative_to", "commonpath", "commonprefix"})
_LAST_PART = frozenset({"basename", "secure_filename"})
_ONLY_LETTERS = frozenset({"isalnum", "isalpha", "isdigit", "isdecimal", "isnumeric", "isidentifier", "issubset"})
_RELATIVE = frozenset({"relpath", "relative", "Rel"})
_MEMBER = frozenset({"includes", "has", "__contains__", "contains"})
_HOST = frozenset({"host", "hosts", "hostname", "netloc", "domain", "origin", "ip", "address"})
_TELLS_KIND = frozenset({"type", "kind", "role", "mode", "status", "state", "method", "action", "op", "operation", "provider"})
_MEDIA = frozenset({"contenttype", "mimetype", "mediatype"})  # what form a text has, whatever it is kept as
_CASE = frozenset({"lower", "upper", "casefold", "strip", "toLowerCase", "toUpperCase", "trim", "ToLower"})
_PERMITS = frozenset(
    {"allowed", "allows", "allow", "permitted", "permits", "permit", "authorized", "authorised", "trusted", "whitelisted", "allowlisted",
     "allowlist", "whitelist", "safe", "fnmatch", "contains"}
)  # fmt: skip
_SEPARATORS = frozenset({"/", "\\", "os.sep", "sep"})


@dataclass(frozen=True, slots=True)
class Tested:
    """A value on its way to where it chooses something."""

    value: Node
    role: SinkRole
    settled: Settled  # what was done to it as a path
    taken: Keys = ()  # what the way reads of it afterwards


def restriction(assembly: Assembly, condition: Node, holds: bool, record: Tested, depth: int = 0) -> ControlKind | None:
    """What a test that came out this way restricts of the value it was asked of."""
    program, value = assembly.program, assembly.program.value(condition)
    inner = [(condition[0], given) for given in value.inputs]
    if depth > _MAX_DEPTH:
        return None
    if value.kind in ("operation", "call", "index"):
        if is_listed(assembly, condition, holds, lambda node: _leads(assembly, node, record) and not _is_form(assembly, node)):
            return "allow_list"
        if is_number(assembly, condition, holds, lambda node: bare(assembly, node) == record.value):
            return "type_cast"
    match value.kind:
        case "operation" if value.text == "not" and inner:
            return restriction(assembly, inner[0], not holds, record, depth + 1)
        case "operation" if len(inner) == 2:
            asked = went_well(program, condition, holds)
            if asked is not None:
                return restriction(assembly, asked, True, record, depth + 1)
            return _compared(assembly, condition, holds, record)
        case "choice" | "guarded" | "await":
            parts = inner[:1] if value.kind == "guarded" else inner
            found = (restriction(assembly, part, holds, record, depth + 1) for part in parts)
            return next((kind for kind in found if kind is not None), None)
        case "attribute" if value.text in _KIND_OF_ADDRESS and holds == (value.text == "is_global"):
            return "egress_limit"
        case "call":
            return _asked(assembly, condition, holds, record, depth)
        case "name":  # what was asked before: `ok = url in KNOWN`
            origins = [origin for origin in program.origins(condition) if origin != condition][:2]
            found = (restriction(assembly, origin, holds, record, depth + 1) for origin in origins)
            return next((kind for kind in found if kind is not None), None)
    return None


def went_well(program: Program, condition: Node, holds: bool) -> Node | None:
    """The call of a function of the project that a test of its error says went well: `if err := check(path); err != nil { return }`."""
    value = program.value(condition)
    inner = [(condition[0], given) for given in value.inputs]
    if value.text not in ("==", "!=") or (value.text == "==") != holds or len(inner) != 2:
        return None
    if not any(program.value(node).constant_type == "none" for node in inner):
        return None
    for node in inner:
        given = program.value(node)
        if given.kind == "operation" and given.text == "is" and len(given.inputs) == 1:
            node = (node[0], given.inputs[0])
        if program.value(node).kind == "call" and (program.targets(node) or _judges_paths(program, node)):
            return node
    return None


def _judges_paths(program: Program, call: Node) -> bool:
    callee = program.value((call[0], program.value(call).inputs[0]))
    return callee.kind in ("name", "attribute") and _JUDGES_PATHS.fullmatch(callee.text) is not None and not program.targets(call)


def restricting(
    assembly: Assembly,
    function: FunctionRef,
    role: SinkRole,
    given: Given,
    verdict: bool | None = None,
    depth: int = 0,
    later: Settled = "",
) -> ControlKind | None:
    """What a function of the project, asked for its verdict or for a checked value, restricts of these parameters; None if form only.

    `later` is what is done afterwards to what it lets pass.
    """
    known, key = assembly.memo.restricting, (function, role, given, verdict, later)
    if key not in known:
        known[key] = None  # a function that asks itself adds nothing
        known[key] = _restricting(assembly, function, role, given, verdict, depth, later)
    return known[key]


def _restricting(
    assembly: Assembly, function: FunctionRef, role: SinkRole, given: Given, verdict: bool | None, depth: int, later: Settled
) -> ControlKind | None:
    program, (reached, choices) = assembly.program, handed_on(assembly, function, given)
    called = {text for inner in reached for call in assembly.calls_in(inner) for text in (callee_text(assembly, call),)}
    read = {
        value.text
        for file, number in reached
        for value in program.files[file].values
        if value.scope == number and value.kind == "attribute"
    }
    if called & _LOOKS_UP or read & _KIND_OF_ADDRESS:
        return "egress_limit"
    settled: Settled = "absolute" if called & SETTLES else later
    if called & _BELOW and (settled or "relative_to" not in called):
        return "allow_list"
    if any(cleans(assembly, call, role) for inner in reached for call in assembly.calls_in(inner)):
        return "input_validation"
    for reference, parameters in reached.items():
        refused = refused_sides(assembly, reference, verdict if reference == function else None)
        idle = without_refusal(program.files[reference[0]], reference[1])
        nodes = [
            (reference[0], identity)
            for identity, value in enumerate(program.files[reference[0]].values)
            if value.scope == reference[1] and value.kind in ("operation", "call") and identity not in idle
        ]
        for position, taken in sorted(parameters):
            record = Tested((reference[0], program.function(reference).parameters[position].value), role, settled, taken)
            for node in nodes:
                if program.value(node).kind == "call" and program.targets(node):
                    continue  # looked into by itself
                for holds in (True, False):
                    kind = None if refused.get(node) == holds else restriction(assembly, node, holds, record, _MAX_DEPTH - 1)
                    if kind is not None:
                        return kind
    for implementations in choices if depth < _MAX_CHOICES else ():
        kinds = [restricting(assembly, one, role, parameters, None, depth + 1, later) for one, parameters in implementations]
        if all(kinds):
            return kinds[0]
    return None


def _compared(assembly: Assembly, node: Node, holds: bool, record: Tested) -> ControlKind | None:
    program, value = assembly.program, assembly.program.value(node)
    left, right = ((node[0], given) for given in value.inputs)
    if value.text in ("in", "not in"):
        if program.value(right).text == "parents" and program.value(right).kind == "attribute":  # `ROOT in path.parents`
            asked = (value.text == "in") == holds and _settled(assembly, right, record) and _leads(assembly, right, record)
            return "allow_list" if asked else None
        if (value.text == "in") == holds:  # one of the known ones; `"url" in record` only says that it is there
            listed = _leads(assembly, left, record) and not _is_form(assembly, left) and not is_open(assembly, right)
            return "allow_list" if listed else None
        said = {program.constant(left), program.value(left).text}
        if record.role in ("path", "url", "model_source"):  # no separator: a name and no path; no `..`: an absolute path still is
            below = record.settled == "below" and record.role == "path" and ".." in said and _leads(assembly, right, record)
            return "input_validation" if said & _SEPARATORS or below else None
        return "input_validation" if _taken(assembly, left) and _leads(assembly, right, record) else None
    if value.text in ("==", "!=", "===", "!==", "is"):
        if (value.text in ("==", "===", "is")) != holds or left == right:  # the last: a look at its type alone
            return None
        for one, other in ((left, right), (right, left)):
            called = callee_text(assembly, one)
            if called in _BELOW:
                return "allow_list"
            if called in _LAST_PART or (program.value(one).kind == "attribute" and program.value(one).text == "name"):
                return "input_validation" if _leads(assembly, other, record) and _leads(assembly, one, record) else None
            if not _leads(assembly, one, record) or _is_form(assembly, one):
                continue
            constant = program.constant(other)
            if (isinstance(constant, str) and constant) or set(words_of(program.value(one).text)) & _HOST:
                return "allow_list"
        return None
    if value.text in ("<", "<=", ">", ">="):  # what can be compared so is a number
        return "input_validation" if record.value in (bare(assembly, left), bare(assembly, right)) else None
    return None


def _asked(assembly: Assembly, node: Node, holds: bool, record: Tested, depth: int) -> ControlKind | None:
    program, value = assembly.program, assembly.program.value(node)
    callee, arguments = program.value((node[0], value.inputs[0])), [(node[0], given) for given in value.inputs[1:]]
    name = callee_text(assembly, node)
    base = (node[0], callee.inputs[0]) if callee.kind == "attribute" else None
    if name in ("any", "all") and arguments:  # `any(host.endswith(known) for known in KNOWN)`
        given = program.value(arguments[0])
        found = (restriction(assembly, (node[0], part), holds, record, depth + 1) for part in given.inputs)
        return next((kind for kind in found if kind is not None), None)
    for part, outcome in asked_of_members(assembly, node, holds):
        if (kind := restriction(assembly, part, outcome, record, depth + 1)) is not None:
            return kind
    if name in ("HasPrefix", "HasSuffix") and len(arguments) == 2:  # Go asks a package: `strings.HasPrefix(path, root)`
        base, name, arguments = arguments[0], "startswith" if name == "HasPrefix" else "endswith", arguments[1:]
    if name.lower() in ("startswith", "endswith") and base is not None and arguments:
        constant = program.constant(arguments[0])
        if not holds and isinstance(constant, str) and constant.startswith(".."):  # a way from a folder that does not lead out of it
            below = any(callee_text(assembly, part) in _RELATIVE for part in made_of(assembly, base))
            return "allow_list" if below and _leads(assembly, base, record) else None
        if not holds:  # no option of a program
            return "input_validation" if constant == "-" else None
        return _begins(assembly, base, arguments[0], name.lower() == "startswith", _settled(assembly, base, record))
    if name in _KIND_OF_ADDRESS:
        return None if holds else "egress_limit"
    if name == "IsLocal":
        return "allow_list" if holds else None
    if name == "is_relative_to":
        return "allow_list" if holds and (record.settled or (base is not None and _settled(assembly, base, record))) else None
    if name in _ONLY_LETTERS:
        of_it = base is not None and _leads(assembly, base, record) and not _is_form(assembly, base)
        return "input_validation" if holds and of_it else None
    if name in _MEMBER and base is not None and arguments:
        asked = holds and _leads(assembly, arguments[0], record) and not _leads(assembly, base, record)
        return "allow_list" if asked and not is_open(assembly, base) else None
    if name == "matches" and base is not None and len(arguments) == 1:  # Java asks the text: all of it must match
        pattern = program.constant(arguments[0])
        asked = isinstance(pattern, str) and _leads(assembly, base, record) and narrows(pattern, "fullmatch", holds)
        return "input_validation" if asked else None
    if name in ("match", "fullmatch", "search", "test", "MatchString", "IsMatch"):
        pattern = pattern_of(assembly, base, arguments)
        limits = pattern is None or narrows(pattern, name, holds) or (not holds and keeps_out(pattern, name, record.role))
        return "input_validation" if limits else None
    if record.role == "path" and holds and _judges_paths(program, node):
        return "input_validation" if any(_leads(assembly, given, record) for given in arguments) else None
    targets = meant_by(assembly, node)
    if targets and depth < _MAX_DEPTH - 1:
        # Data that came out of the call went in by any argument that is not constant.
        asked_of = [given for given in arguments if program.constant(given) is None] if record.value == node else [record.value]
        held = {given: record.taken if given == record.value else () for given in asked_of}
        later: Settled = "below" if record.settled == "below" else ""
        kinds = [
            restricting(assembly, one.function, record.role, received(assembly, node, one, held), holds, later=later) for one in targets
        ]
        return kinds[0] if all(kinds) else None
    lists = [base, *arguments[:1]] if "contains" in words_of(name) else []  # `slices.Contains(known, name)`, `known.Contains(name)`
    permits = not targets and _PERMITS & set(words_of(name)) and not any(is_open(assembly, one) for one in lists if one is not None)
    return "input_validation" if permits else None


def _settled(assembly: Assembly, asked: Node, record: Tested) -> Settled:
    """What was done to a path before it is looked at: on its way, or for the look alone, `path.resolve().is_relative_to(ROOT)`."""
    if record.settled or record.role != "path":
        return record.settled
    calls = (one for one in inside(assembly.program, asked, _NEAR) if assembly.program.value(one).kind == "call")
    return "absolute" if any(callee_text(assembly, one) in SETTLES and _leads(assembly, one, record) for one in calls) else ""


def _begins(assembly: Assembly, base: Node, given: Node, start: bool, settled: Settled) -> ControlKind | None:
    """`startswith` of a host, a folder or what configuration says; `endswith` of a host's name. A fence or a scheme is form."""
    constants = [assembly.program.constant(element) for element in assembly.program.elements(given)]
    texts = [constant for constant in constants if isinstance(constant, str)]
    if not start:
        named = {word for text in texts_of(assembly, base) for word in words_of(text)}
        return "allow_list" if named & _HOST else None
    if len(texts) < len(constants) or not texts:
        return "allow_list" if settled else None
    if all(WITH_HOST.match(text) for text in texts):
        return "allow_list"
    return "allow_list" if settled and all(text.startswith("/") and len(text) > 1 for text in texts) else None


def cleans(assembly: Assembly, node: Node, role: SinkRole) -> bool:
    """Whether a call takes out what separates the parts of a path: `re.sub(r"[^a-z0-9]", "_", name)`, `name.replace("/", "_")`."""
    program, value = assembly.program, assembly.program.value(node)
    if role not in ("path", "url", "model_source"):
        return False
    if value.kind == "choice" and value.text == "if":  # `letter if letter.isalnum() else "_"`
        before = [(node[0], identity) for identity in range(max(0, node[1] - _NEAR), node[1])]
        read = {bare(assembly, (node[0], given))[1] for given in value.inputs}
        asked = [program.value((call[0], program.value(call).inputs[0])) for call in before if program.value(call).kind == "call"]
        return any(callee.text in _ONLY_LETTERS and not read.isdisjoint(callee.inputs) for callee in asked)
    if value.kind != "call" or len(value.inputs) < 2:
        return False
    name, callee = callee_text(assembly, node), program.value((node[0], value.inputs[0]))
    arguments = [(node[0], given) for given in value.inputs[1:]]
    if name in ("sub", "subn", "ReplaceAllString") and callee.kind == "attribute":
        return takes_separators(pattern_of(assembly, (node[0], callee.inputs[0]), arguments) or "")
    if name not in ("replace", "replaceAll", "Replace"):
        return False
    return bool(_SEPARATORS & _taken(assembly, arguments[0])) or takes_separators(pattern_replaced(assembly, node) or "")


def _taken(assembly: Assembly, node: Node) -> set[str]:
    """The text an argument is; each of its letters or members, where a loop goes through it."""
    value = assembly.program.value(node)
    if value.kind != "element_of":
        constant = assembly.program.constant(node)
        return {constant} if isinstance(constant, str) else set()
    listed = [assembly.program.constant(element) for element in assembly.program.elements((node[0], value.inputs[0]))]
    return {part for text in listed if isinstance(text, str) for part in (text, *text)}


def is_validator(name: str) -> bool:
    """Whether a function is named for refusing what it does not like."""
    return name.lstrip("_").lower().startswith(_VALIDATES)


def _leads(assembly: Assembly, node: Node, record: Tested) -> bool:
    """Whether an expression is made of the value that was tested, and not of a part of it that the data is not in."""
    return record.value in made_of(assembly, node) and not is_other_part(keys_read(assembly, node, record.value), record.taken)


def _is_form(assembly: Assembly, node: Node, depth: int = 0) -> bool:
    """What says nothing of where a value leads: its length, type, scheme or suffix, or one letter of it."""
    value = assembly.program.value(node)
    if value.kind in ("guarded", "choice") and depth < _MAX_DEPTH:  # the same, read after another test of it
        inner = value.inputs[:1] if value.kind == "guarded" else value.inputs
        return bool(inner) and all(_is_form(assembly, (node[0], given), depth + 1) for given in inner)
    if value.kind in ("attribute", "index") and (value.text.lower() in _TELLS_KIND or _is_media(value.text)):  # which kind of record it is
        return True
    if value.kind == "call" and depth < _MAX_DEPTH:
        callee, key = assembly.program.value((node[0], value.inputs[0])), None
        if callee.text in _CASE and callee.kind == "attribute":
            return _is_form(assembly, (node[0], callee.inputs[0]), depth + 1)
        if callee.text in ("get", "Get", "FormValue", "pop") and len(value.inputs) > 1:
            key = assembly.program.constant((node[0], value.inputs[1]))
        if isinstance(key, str) and _is_media(key):
            return True
    if value.kind in ("attribute", "index") and value.text in ("scheme", "Scheme", "protocol", "suffix", "0", "__class__", "length"):
        return True
    if value.kind == "operation" and value.text == "is typeof":
        return True
    return value.kind == "call" and callee_text(assembly, node) in ("len", "type", "count", "id", "splitext", "bool", "Ext")


def _is_media(name: str) -> bool:
    return "".join(words_of(name)) in _MEDIA
