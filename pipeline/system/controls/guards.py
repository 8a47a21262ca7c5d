"""What stands on the way of data: checks, approvals, redaction, fences.

Reads a hit of the flow search, gives the controls it met and where. A check counts only where the data
passes it; what a test says is judged from its shape (membership, digest, identity, length), never from a comment.
"""

from __future__ import annotations

from ingest.code.program import FunctionRef, Node
from ingest.facts import Branch
from pipeline.system.assembly import Assembly
from pipeline.system.controls.closed_lists import is_open
from pipeline.system.controls.declared_fields import declared_fields
from pipeline.system.controls.filled_bodies import is_filled
from pipeline.system.controls.last_parts import inside_a_package, keeps_below, may_climb
from pipeline.system.controls.name_ends import is_end_of_name
from pipeline.system.controls.own_checks import proven, refused_by
from pipeline.system.controls.refused_text import is_quoted, literal_in_code
from pipeline.system.controls.restrictions import CHOOSES, Tested, cleans, is_validator, restricting, restriction, went_well
from pipeline.system.controls.tested_parts import asks_presence, looks_at, reads, tests_in
from pipeline.system.controls.told_digests import told_with_file
from pipeline.system.controls.treated_text import is_fenced, is_redacted, reads_reviewed
from pipeline.system.flows.declared_parts import declared_parts
from pipeline.system.flows.discriminators import bare, vouches
from pipeline.system.flows.made_of import Settled, callee_text, settles
from pipeline.system.flows.record_parts import Keys, keys_taken
from pipeline.system.flows.taint import Hit
from pipeline.system.model import ControlKind, Label, SinkRole
from pipeline.system.program.replaced import escapes_markup
from pipeline.system.program.walking import inside

_MOST_ASKED, _DEEPEST = 60, 6
_RECKONS = frozenset({"%", "+", "-", "*", "/", "//"})
_LENGTHS = frozenset({"builtins.len", "len"})

# What somebody brings who acts for themselves.
_OWN: frozenset[Label] = frozenset({"user_input", "uploaded_file", "environment_value", "identity"})
PERSON_IS_ASKED = frozenset({"builtins.input", "typer.confirm", "typer.prompt", "click.confirm", "click.prompt", "rich.prompt.Confirm.ask",
"rich.prompt.Prompt.ask",
                     "inquirer.confirm", "inquirer.prompt", "getpass.getpass", "prompt_toolkit.prompt", "questionary.confirm",
                     "streamlit.button"})  # fmt: skip


# A digest or an owner that was looked at vouches for the record it stands in.
_OF_THE_WHOLE: frozenset[ControlKind] = frozenset({"hash_check", "session_identity"})

_SHOWN: frozenset[SinkRole] = frozenset({"log", "response", "html"})
_ASKS_TYPE = frozenset({"builtins.isinstance", "builtins.hasattr", "builtins.len", "builtins.bool", "globalThis.Array.isArray"})
_NAMES_TYPE = frozenset({"name", "__name__", "__qualname__"})


def controls_on_way(assembly: Assembly, hit: Hit, role: SinkRole) -> list[tuple[ControlKind, Node]]:
    """Controls that data met between its source and the place where it becomes something, each with the place it stands."""
    controls: list[tuple[ControlKind, Node]] = []
    chooses: SinkRole | None = role if role in CHOOSES else None
    used_in = (hit.call[0], assembly.program.value(hit.call).scope) if hit.argument >= 0 and not chooses else None
    controls += [(kind, node) for node in hit.trace if (kind := _validated(assembly, node, hit.trace, chooses, used_in)) is not None]
    if role in ("prompt", "system_prompt", "conversation", "instructions"):
        controls += [("content_separation", node) for node in hit.trace if is_fenced(assembly, node, hit.trace)]
    controls += declared_parts(assembly, hit)
    controls += [("input_validation", node) for node in hit.trace if is_filled(assembly, node)]
    controls += [("human_approval", node) for node in _asked(assembly, hit)]
    if role == "html":
        controls += [("output_encoding", node) for node in hit.trace if escapes_markup(assembly, node)]
    controls += [("redaction", node) for node in hit.trace if is_redacted(assembly, node)]
    controls += [("review_before_use", node) for node in hit.trace if reads_reviewed(assembly, node)]
    controls += [
        (kind, guard)
        for guard in hit.guards
        if (kind := _restricted(assembly, hit, guard, chooses) if chooses else _said(assembly, hit, guard, role)) is not None
        and (kind in _OF_THE_WHOLE or vouches(assembly, hit, guard))
    ]
    if chooses and hit.argument >= 0:
        controls += declared_fields(assembly, hit, chooses)
        controls += [
            ("input_validation", node)
            for node in hit.trace
            if (cleans(assembly, node, chooses) and not may_climb(assembly, node, hit.trace, hit.call))
            or keeps_below(assembly, node, hit.trace, hit.call, chooses)
            or is_end_of_name(assembly, node, hit.trace, chooses)
        ]
        if chooses == "query":
            controls += [
                ("output_encoding", node) for position, node in enumerate(hit.trace) if is_quoted(assembly, node, hit.trace[position + 1 :])
            ]
        if chooses == "code" and (literal := literal_in_code(assembly, hit.trace)) is not None:
            controls.append(("output_encoding", literal))
        package = inside_a_package(assembly, hit.trace, hit.call) if chooses == "code" else None
        controls += [("allow_list", package)] if package is not None else []
        controls += proven(assembly, hit.trace, (*_entered(assembly, hit), hit.call), chooses)
    return controls


def _restricted(assembly: Assembly, hit: Hit, guard: Node, role: SinkRole) -> ControlKind | None:
    """What a test says of data that is about to choose a path, an address or a program."""
    tested = bare(assembly, (guard[0], assembly.program.value(guard).inputs[0]))
    key, known = (guard, role, settles(assembly, hit.trace), keys_taken(assembly, hit.trace, tested)), assembly.memo.restricted
    if key not in known:
        known[key] = _find_restricted(assembly, *key)
    return known[key]


def _find_restricted(assembly: Assembly, guard: Node, role: SinkRole, settled: Settled, taken: Keys) -> ControlKind | None:
    kind = guard_kind(assembly, guard)
    if kind in _OF_THE_WHOLE or kind in ("authentication", "input_length_limit"):
        return kind
    value = assembly.program.value(guard)
    side, _, part = value.text.partition(":")
    if part:
        return None
    condition = (guard[0], value.inputs[1])
    record = Tested(_as_asked(assembly, condition, bare(assembly, (guard[0], value.inputs[0]))), role, settled, taken)
    return restriction(assembly, condition, side == "holds", record)


def _as_asked(assembly: Assembly, condition: Node, tested: Node) -> Node:
    """What was tested, as the test reads it: `body.url` stands there once more."""
    if assembly.program.value(tested).kind != "attribute":
        return tested
    return next((node for node in inside(assembly.program, condition, _MOST_ASKED) if _is_same(assembly, node, tested, 0)), tested)


def _is_same(assembly: Assembly, one: Node, other: Node, depth: int) -> bool:
    """Whether two values are the same, or the same entry of the same."""
    one, other = bare(assembly, one), bare(assembly, other)
    left, right = assembly.program.value(one), assembly.program.value(other)
    if one == other or depth > _DEEPEST or left.kind != "attribute" or right.kind != "attribute" or left.text != right.text:
        return one == other
    return _is_same(assembly, (one[0], left.inputs[0]), (other[0], right.inputs[0]), depth + 1)


def _said(assembly: Assembly, hit: Hit, guard: Node, role: SinkRole) -> ControlKind | None:
    """What the tests that a guard joins say of the data that goes on, where it chooses nothing."""
    value, known = assembly.program.value(guard), assembly.memo.guards
    side, _, part = value.text.partition(":")
    condition, record = (guard[0], value.inputs[1]), bare(assembly, (guard[0], value.inputs[0]))
    if guard not in known:
        tests = tests_in(assembly, condition, side == "holds")
        known[guard] = tuple((kind, test) for test, holds in tests if (kind := condition_kind(assembly, test, holds)) is not None)
    for kind, test in known[guard]:
        if kind in _OF_THE_WHOLE:
            return kind
        if part or (kind != "authentication" and not looks_at(assembly, test, condition, record, hit.trace)):
            continue
        if kind != "input_length_limit" or role not in _SHOWN or _leaves(assembly, condition):
            return kind
    return None


def _leaves(assembly: Assembly, condition: Node) -> bool:
    """Whether a test of the program refuses, instead of telling how much of a text is shown: `text if len(text) < 80 else text[:80]`."""
    branches = assembly.program.files[condition[0]].branches
    return any(branch.condition == condition[1] and branch.exits_when for branch in branches)


def _validated(
    assembly: Assembly, node: Node, trace: tuple[Node, ...] = (), chooses: SinkRole | None = None, used_in: FunctionRef | None = None
) -> ControlKind | None:
    """The data is a parameter of a project function that refuses what it does not like and gives it back: a validator.

    Where the data `chooses` a path or the like, a look at its form is none. Data that is `used_in` the function itself has not been
    given back: the tests it passed there stand on its way by themselves.
    """
    program = assembly.program
    found = program.parameter_of(node) if program.value(node).kind == "parameter" else None
    if found is None:
        return None
    if found[0] in assembly.entry_of_function or found[0] == used_in:
        return None
    if not is_validator(program.function(found[0]).name):
        given = frozenset({(found[1], keys_taken(assembly, trace, node))})
        return refused_by(assembly, found[0], chooses, given) if chooses is not None else None
    if not _refuses(assembly, found[0]):
        return None
    if chooses is None:
        return checked_kind(assembly, found[0])
    return restricting(assembly, found[0], chooses, frozenset({(found[1], keys_taken(assembly, trace, node))}))


def checked_kind(assembly: Assembly, function: FunctionRef) -> ControlKind:
    """What a function that refuses looks at: addresses, paths, or anything else."""
    called = {callee_text(assembly, call) for inner in assembly.reach(function) for call in assembly.calls_in(inner)}
    if called & {"getaddrinfo", "ip_address", "gethostbyname", "is_private", "urlparse", "urlsplit"}:
        return "egress_limit"
    if called & {"resolve", "realpath", "is_relative_to", "commonpath", "commonprefix", "abspath"}:
        return "allow_list"
    return "input_validation"


def _asked(assembly: Assembly, hit: Hit) -> list[Node]:
    """Tests on the way whose outcome a person was asked for, after there was something to ask about: `if input("run it? ") == "y"`.

    What callers bring themselves counts where the question shows it: a button beside a field only starts what they want.
    """
    program = assembly.program
    found: list[Node] = []
    brought = all(source.label in _OWN for source in assembly.sources.get(hit.trace[0], ()))
    for call in (*hit.trace, *_entered(assembly, hit), hit.call) if hit.argument >= 0 else ():
        facts = program.files[call[0]]
        for branch in facts.conditions.get(call[1], ()):
            condition = (call[0], facts.branches[branch].condition)
            if condition not in assembly.asked:
                assembly.asked[condition] = any(PERSON_IS_ASKED & set(called_names(assembly, root)) for root in parts(assembly, condition))
            if not assembly.asked[condition] or _comes_up_inside(assembly, hit, call[0], facts.branches[branch]):
                continue
            if not brought or any(reads(assembly, condition, bare(assembly, node)) for node in hit.trace):
                found.append(condition)
    return list(dict.fromkeys(found))


def _comes_up_inside(assembly: Assembly, hit: Hit, file: int, branch: Branch) -> bool:
    """Whether the data is made only when the person has already answered: `if st.button("Write"): save(ask_model())`."""
    first = next((node for node in hit.trace if node[0] == file and assembly.program.value(node).scope == branch.scope), None)
    return first is not None and branch.side(first[1]) is not None


def choices_on_way(assembly: Assembly, hit: Hit) -> int:
    """The most implementations a call on the way may mean."""
    return max((len(assembly.program.targets(call)) for call in _entered(assembly, hit)), default=1)


def _entered(assembly: Assembly, hit: Hit) -> list[Node]:
    """Calls by which the data went into functions of the project."""
    program, known = assembly.program, assembly.memo.entered
    found: list[Node] = []
    for before, node in zip(hit.trace, hit.trace[1:], strict=False):
        if program.value(node).kind == "parameter":
            into = program.parameter_of(node)
            if (before, node) not in known:
                function = (before[0], program.value(before).scope)
                given = [call for call in assembly.calls_in(function) if before[1] in program.value(call).inputs]
                # What is given to several functions came into this one by the call of this one, where that can be told.
                own = [call for call in given if into is not None and any(one.function == into[0] for one in program.targets(call))]
                known[before, node] = tuple(own or given)
            found += known[before, node]
    return found


def parts(assembly: Assembly, node: Node) -> list[Node]:
    """A condition's operands and where they come from."""
    found: list[Node] = []
    queue = [node]
    while queue and len(found) < 30:
        current = queue.pop()
        if current in found:
            continue
        found.append(current)
        value = assembly.program.value(current)
        if value.kind in ("operation", "choice", "attribute", "index", "await", "guarded", "call"):
            queue += [(current[0], given) for given in value.inputs[:4]]
        elif value.kind == "name":
            queue += assembly.program.origins(current)[:2]
    return found


def guard_kind(assembly: Assembly, guard: Node) -> ControlKind | None:
    """What a test on the way says about the data that passed it."""
    value = assembly.program.value(guard)
    side, _, part = value.text.partition(":")
    kind = condition_kind(assembly, (guard[0], value.inputs[1]), side == "holds")
    return kind if not part or kind in _OF_THE_WHOLE else None


def condition_kind(assembly: Assembly, node: Node, holds: bool, depth: int = 0) -> ControlKind | None:
    """An allow-list, a limit, a comparison with a known identity, or another check; None for a mere presence test."""
    program, value = assembly.program, assembly.program.value(node)
    if depth > 6:
        return None
    if value.kind == "operation":
        if value.text == "not":
            return condition_kind(assembly, (node[0], value.inputs[0]), not holds, depth + 1)
        if value.text in ("in", "not in") and (value.text == "in") == holds:
            # `"url" in record`: that something is there is no list of what may be there.
            # Nor is a table that requests fill.
            named = isinstance(program.constant((node[0], value.inputs[0])), str)
            return None if named or is_open(assembly, (node[0], value.inputs[1])) else "allow_list"
        if value.text in ("<", "<=", ">", ">=") and any(_is_length(assembly, (node[0], given)) for given in value.inputs):
            # `len(found) > 0` says that there is something, and limits nothing.
            above = (value.text in ("<", "<=")) == _is_length(assembly, (node[0], value.inputs[0]))
            few = any(program.value((node[0], given)).text in ("0", "1") for given in value.inputs)
            return "input_length_limit" if above == holds and not few else None
        if value.text in ("==", "!=") and (value.text == "==") == holds:
            if any(_is_type(assembly, (node[0], given)) for given in value.inputs):
                return None
            if any(_is_digest(assembly, (node[0], given)) for given in value.inputs):
                return None if told_with_file(assembly, node) else "hash_check"
            for given in value.inputs:
                if _is_identity(assembly, (node[0], given)):
                    return "session_identity"
            constants = [given for given in value.inputs if program.value((node[0], given)).kind == "constant"]
            if any(program.value((node[0], given)).constant_type == "none" for given in constants):  # only that there is something
                asked = went_well(program, node, holds)
                return condition_kind(assembly, asked, True, depth + 1) if asked is not None else None
            if any(program.value((node[0], given)).text for given in constants) and not any(
                _is_length(assembly, (node[0], given)) for given in value.inputs
            ):
                return "allow_list"
        if value.text in ("<", "<=", ">", ">="):
            return "input_validation"
        return None
    if value.kind == "choice":
        for given in value.inputs:
            found = condition_kind(assembly, (node[0], given), holds, depth + 1)
            if found is not None:
                return found
        return None
    if value.kind == "call":
        names = program.names((node[0], value.inputs[0]))
        if not _ASKS_TYPE.isdisjoint(names):
            return None
        if any(name.endswith("compare_digest") for name in names):
            if not any(_is_digest(assembly, (node[0], given)) for given in value.inputs[1:]):
                return "authentication"
            return None if told_with_file(assembly, node) else "hash_check"
        last = [name.rsplit(".", 1)[-1] for name in names]
        if any(
            name in ("match", "fullmatch", "startswith", "endswith", "is_relative_to", "isalnum", "isdigit", "issubset") for name in last
        ):
            return "input_validation"
        if names and not any(name.startswith("builtins.") for name in names):
            targets = program.targets(node)
            if not targets:
                return None if asks_presence(last) else "input_validation"
            refusing = [target for target in targets if _refuses(assembly, target.function)]
            for target in refusing:
                for parameter in program.function(target.function).parameters[-1:]:
                    found = _validated(assembly, (target.function[0], parameter.value))
                    if found is not None:
                        return found
            return "input_validation" if refusing else None
    return None


def _refuses(assembly: Assembly, reference: FunctionRef) -> bool:
    """Whether a function of the project, or one it calls, tests what it is given, or gives back a verdict."""
    program = assembly.program
    reached = sorted(assembly.reach(reference))[:20]
    if any(branch.scope == number for file, number in reached for branch in program.files[file].branches):
        return True
    facts = program.files[reference[0]]
    returned = [facts.values[identity] for identity in facts.functions[reference[1]].returns]
    # `return a == b and c not in d` is a verdict made of several.
    parts = [facts.values[given] for value in returned if value.kind == "choice" for given in value.inputs]
    return any(value.kind == "operation" for value in (*returned, *parts))


def _is_digest(assembly: Assembly, node: Node) -> bool:
    return any(
        name.startswith(("hashlib.", "hmac.")) or name.rsplit(".", 1)[-1] in ("sha256", "sha512", "file_digest", "hexdigest")
        for root in _roots(assembly, node)
        for name in assembly.program.names(root)
    )


def _is_type(assembly: Assembly, node: Node) -> bool:
    """What kind of thing a value is, which says nothing of its content: `typeof x`, `type(x).__name__`, `x.constructor.name`."""
    program, value = assembly.program, assembly.program.value(node)
    if value.kind == "attribute" and value.text in _NAMES_TYPE and value.inputs:
        node = (node[0], value.inputs[0])
        value = program.value(node)
    if value.kind == "attribute" and value.text in ("constructor", "__class__"):
        return True
    asks = value.kind == "call" and "builtins.type" in program.names((node[0], value.inputs[0]))
    return asks or (value.kind == "operation" and value.text == "is typeof")


def _is_length(assembly: Assembly, node: Node) -> bool:
    """Whether a value counts what is there, or is reckoned from such a count: `len(pairs) % 2`."""
    value = assembly.program.value(node)
    if value.kind == "operation" and value.text in _RECKONS:
        return any(_is_length(assembly, (node[0], given)) for given in value.inputs)
    return value.kind == "call" and not _LENGTHS.isdisjoint(
        (*assembly.program.names((node[0], value.inputs[0])), assembly.program.value((node[0], value.inputs[0])).text)
    )


def _is_identity(assembly: Assembly, node: Node) -> bool:
    """Whether a value is who the caller is, as the server established it (an injected or session value)."""
    return any(source.label == "identity" for origin in _roots(assembly, node) for source in assembly.sources.get(origin, ()))


def _roots(assembly: Assembly, node: Node) -> list[Node]:
    found: list[Node] = []
    queue = [node]
    while queue and len(found) < 20:
        current = queue.pop()
        found.append(current)
        value = assembly.program.value(current)
        if value.kind in ("attribute", "index", "await", "guarded", "call"):
            queue.append((current[0], value.inputs[0]))
        elif value.kind in ("choice",):
            queue += [(current[0], given) for given in value.inputs]
        elif value.kind in ("parameter", "name"):
            queue += [origin for origin in assembly.program.origins(current) if origin != current and origin not in found]
    return found


def called_names(assembly: Assembly, node: Node) -> tuple[str, ...]:
    value = assembly.program.value(node)
    return assembly.program.callee_names(node) if value.kind == "call" else ()
