"""Keys that sign sessions and tokens, and passwords that open a login, with a default in the source: `process.env.JWT_SECRET || "dev"`.

Takes an assembly whose code is linked, adds a secret for each such default, its value masked in what is cited. A key is told by what
it is given to (`jwt.encode`, an application's `secret_key`) or by the name it is read under. A default that is made by chance, or
that the program refuses somewhere (it tests the variable or the default, and ends) is none; an empty one is where a digest under it is
held against one that somebody brings, and nothing looks at the key (`empty_keys`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ingest.code.program import Node
from ingest.config.packages import said_by_default
from ingest.described_values import is_sample
from ingest.facts import CodeFacts, Function, Value
from ingest.secret_marks import mark_of
from ingest.secrets import mask_literals_of
from pipeline.system.assembly import Assembly
from pipeline.system.controls.default_logins import default_logins, listed_logins
from pipeline.system.controls.empty_keys import empty_keys
from pipeline.system.controls.made_logins import MADE, is_for_samples, made_logins
from pipeline.system.controls.signed_logins import kept_in_rows, keys_nobody_asks
from pipeline.system.controls.signing_uses import SigningUse, signing_uses
from pipeline.system.controls.taken_by_default import Default, SchemaDefaults, default_of_read, defaults_behind, variable_read
from pipeline.system.controls.unread_settings import is_unread_field, stands_unread
from pipeline.system.elements.unreached import is_named_elsewhere
from pipeline.system.model import AttributeValue
from pipeline.system.program.arguments import argument_node
from pipeline.system.program.programs import imported
from pipeline.system.program.walking import inputs_of, walk
from pipeline.system.rules.signing import is_issued, load_signing

_OF_A_STORE = re.compile(r"ACCESS_KEY", re.IGNORECASE)  # beside a key of access, a secret key is the other half of a login
_PUBLIC = ("-----BEGIN PUBLIC", "-----BEGIN CERT", "http://", "https://")  # verifies what only its other half can sign
_IN_TEXT = re.compile(r"\$\{([\w.-]{1,100}):([^}]{1,300})\}")  # `@Value("${jwt.secret:dev}")`
_LOOKS_AT = frozenset({
    "len", "startswith", "endswith", "startsWith", "endsWith", "includes", "strip", "trim", "lower", "toLowerCase", "equals", "isBlank",
    "isEmpty", "contains", "bool", "Boolean", "IsNullOrEmpty", "IsNullOrWhiteSpace", "TrimSpace",
})  # fmt: skip
_MAX_LOOKED_AT = 40


def add_default_keys(assembly: Assembly) -> None:
    """A secret for each default of a signing key."""
    known = {(one.path, one.start_line) for draft in assembly.drafts.by_id.values() if draft.kind == "secret" for one in draft.evidence}
    schemas = SchemaDefaults(assembly)
    found: dict[Node, tuple[Default, SigningUse | None]] = {}
    verifying = keys_nobody_asks(assembly)
    unasked = {default.node for key in verifying for default in defaults_behind(assembly, key, schemas)}
    for use in signing_uses(assembly):
        if use.key in verifying:
            continue
        for default in defaults_behind(assembly, use.key, schemas):
            if not use.plain or any(load_signing().signs_plainly(name) for name in default.names) or _is_proof(assembly, use, default):
                found.setdefault(default.node, (default, use))
    for file, facts in enumerate(assembly.program.files):
        for name, node in _by_name(assembly, file, facts):
            found.setdefault(node, (Default(node, name, frozenset({name})), None))
    for name, nodes in schemas.entries.items():
        for node in nodes if load_signing().signs(name) else ():
            found.setdefault(node, (Default(node, name, frozenset({name})), None))
    logins = {default.node: default for default in default_logins(assembly, schemas)}
    logins |= {default.node: default for default in made_logins(assembly, schemas)}
    listed = {default.node: default for default in listed_logins(assembly)}
    logins |= listed
    for node, login in logins.items():
        found.setdefault(node, (login, None))
    for node, (default, key_use) in sorted(found.items()):
        if node in unasked and key_use is None:
            continue
        value, cited = assembly.program.value(node), assembly.cite(node)
        if not _is_text(value) or value.text.startswith(_PUBLIC) or cited is None or (cited.path, cited.start_line) in known:
            continue
        if is_sample(value.text) and _stands_alone(assembly, node[0]):
            continue
        if (key_use is None and stands_unread(assembly.program, node)) or _is_left_behind(assembly, node):
            continue
        names = () if node in logins else default.names  # that the word is compared and refused is what it is for
        if (
            default.variable == MADE or node in listed or not _is_refused(assembly, names, value.text)
        ):  # an account is there, whatever else is refused
            _add(assembly, default, key_use)
    for default, use in {one.node: (one, use) for one, use in empty_keys(assembly, schemas)}.values():
        cited = assembly.cite(default.node)
        if cited is not None and not _is_refused(assembly, default.names, ""):
            _add(assembly, default, use)


def _stands_alone(assembly: Assembly, file: int) -> bool:
    """Whether a file is a script that nothing imports and nobody calls: a manual's sample is tried out there."""
    program = assembly.program
    called = any(function[0] == file for function in assembly.entry_of_function)
    return not called and not any(file in imported(program, other) for other in range(len(program.files)) if other != file)


def _is_left_behind(assembly: Assembly, node: Node) -> bool:
    """Whether a module only holds functions for others, that nothing imports and that it does not run itself: its top is dead."""
    program, facts = assembly.program, assembly.program.files[node[0]]
    if (
        facts.language != "python"
        or not facts.path.endswith(".py")
        or program.value(node).scope != 0
        or not _stands_alone(assembly, node[0])
    ):
        return False
    own = [function for function in facts.functions[1:] if function.parent in (None, 0)]
    runs = any(
        value.kind == "call" and value.scope == 0 and any(target.function[0] == node[0] for target in program.targets((node[0], number)))
        for number, value in enumerate(facts.values)
    )
    asked = any(function.decorators and not _is_plain(assembly, node[0], function) for function in own)
    started = any(value.kind == "constant" and value.text == "__main__" for value in facts.values)
    return bool(own) and not runs and not asked and not started and not is_named_elsewhere(program, (), node[0])


def _is_plain(assembly: Assembly, file: int, function: Function) -> bool:
    """Whether a function is decorated with what changes how it is called, and does not register it."""
    names = (name for decorator in function.decorators for name in assembly.program.names((file, decorator)))
    return all(name.startswith(("contextlib.", "functools.", "builtins.")) for name in names)


def _is_proof(assembly: Assembly, use: SigningUse, default: Default) -> bool:
    """Whether a digest under what is named a key is held against one that somebody brings, where it is made or where it is asked for."""
    program, place = assembly.program, use.place
    if not any("key" in name.lower() for name in (*default.names, default.variable)):
        return False
    made_in = (place[0], program.value(place).scope)
    around = [made_in, *((call[0], program.value(call).scope) for call in program.callers(made_in)[:_MAX_LOOKED_AT])]
    compares = load_signing().compares
    return any(
        program.value((call[0], program.value(call).inputs[0])).text in compares
        for function in around
        for call in assembly.calls_in(function)
    )


def _add(assembly: Assembly, default: Default, use: SigningUse | None) -> None:
    facts, text = assembly.program.files[default.node[0]], assembly.program.value(default.node).text
    cited = assembly.cite(default.node)
    assert cited is not None  # whoever calls has looked
    shown = cited.model_copy(update={"quote": _masked(cited.quote, text)}) if text.strip() else cited
    name = default.variable or (use.name if use is not None else next(iter(sorted(default.names)), "key"))
    attributes: dict[str, AttributeValue] = {"signing_default": True}
    if default.variable == MADE and is_for_samples(facts.path):
        attributes["for_development"] = True
    identity = assembly.drafts.put("secret", f"{name} in {facts.path}", None, attributes, shown, default.node, facts.purpose)
    if text.strip() and (mark := mark_of(said_by_default(text))) is not None:
        assembly.memo.marked_secrets.setdefault(mark, []).insert(0, identity)
    if use is not None and (rows := kept_in_rows(assembly, use)) is not None:
        assembly.control("session_identity", identity, assembly.cite(rows), "logins are rows, and nothing signed says who somebody is")
    draft, signs = assembly.draft(identity), assembly.cite(use.place, note="signs") if use is not None else None
    if signs is not None and (signs.path, signs.start_line) != (cited.path, cited.start_line):
        draft.show(signs)


def _masked(quote: str, text: str) -> str:
    """The line without the value; behind a name in braces, only the default is taken out."""
    inside = _IN_TEXT.search(text)
    return quote.replace(inside[2], "****") if inside is not None else mask_literals_of(quote, text)


def _by_name(assembly: Assembly, file: int, facts: CodeFacts) -> Iterator[tuple[str, Node]]:
    """Constants that are taken where a variable, or a field of settings, named for a signing key is not set."""
    program, known, values = assembly.program, load_signing(), facts.values
    if any(value.kind in ("attribute", "constant") and _OF_A_STORE.search(value.text[:60]) for value in values):
        return
    said = {value.text for value in values if value.kind in ("attribute", "constant") and len(value.text) < 60}
    for number, value in enumerate(values):
        node = (file, number)
        if value.kind == "choice" and len(value.inputs) == 2:
            for given, other in ((0, 1), (1, 0)):
                if known.signs(name := variable_read(assembly, (file, value.inputs[given]))) and not is_issued(name, said):
                    yield name, (file, value.inputs[other])
        elif value.kind == "call" and known.signs(name := variable_read(assembly, node)):
            default = default_of_read(assembly, node)
            if default is not None and not is_issued(name, said):
                yield name, default
        elif (
            value.kind == "constant"
            and facts.language in ("java", "kotlin")
            and (inside := _IN_TEXT.fullmatch(value.text))
            and known.signs(inside[1])
        ):
            yield inside[1], node
    for cls in facts.classes:
        bases = [base for node in cls.bases for base in program.names((file, node))]
        if any(base.startswith(known.settings) for base in (*bases, *program.outside_bases(cls.qualified_name))):
            for field, _annotation, given_by_class, _line in cls.fields:
                if given_by_class is not None and known.signs(field) and not is_unread_field(program, cls.qualified_name, field):
                    yield field, _declared(assembly, (file, given_by_class))


def _declared(assembly: Assembly, node: Node) -> Node:
    """The default of a field, also where `Field(default=...)` describes it."""
    program, value = assembly.program, assembly.program.value(node)
    if value.kind == "call" and not load_signing().fields.isdisjoint(program.names((node[0], value.inputs[0]))):
        return argument_node(program, node, "default|0") or node
    return node


def _is_text(value: Value) -> bool:
    return value.kind == "constant" and value.constant_type == "string" and bool(value.text.strip())


def _is_refused(assembly: Assembly, names: Iterable[str], default: str) -> bool:
    """Whether the program ends where the variable is not set or its default is in use."""
    asked = {*names, default}
    for file, facts in enumerate(assembly.program.files):
        ending: set[int] = set()
        for branch in facts.branches:
            if branch.exits_when:
                ending.add(branch.scope)
                if any(text in asked or default.startswith(text) for text in _looked_at(assembly, (file, branch.condition)) if text):
                    return True
        for number in ending:  # `@field_validator("SECRET_KEY")` over a function that tests what it is given
            for decorator in facts.functions[number].decorators:
                value = facts.values[decorator]
                if value.kind == "call" and any(facts.values[given].text in asked for given in value.inputs[1:]):
                    return True
    return False


def _looked_at(assembly: Assembly, condition: Node) -> Iterator[str]:
    """Texts of what a condition itself tests: names, and constants these are compared with; not what other calls make of them."""
    program = assembly.program
    joins = ("operation", "choice", "await", "guarded", "collection")

    def onward(node: Node) -> list[Node]:
        value = program.value(node)
        if value.kind != "call":
            return inputs_of(program, node) if value.kind in joins else []
        callee = program.value((node[0], value.inputs[0]))  # `key.startswith("dev")`, `len(key) < 32`
        return [(node[0], given) for given in (*callee.inputs[:1], *value.inputs[1:])] if callee.text in _LOOKS_AT else []

    for node in walk(condition, onward, _MAX_LOOKED_AT):
        value = program.value(node)
        yield value.text if value.kind in ("attribute", "index", "name") or (value.kind == "constant" and len(value.text) > 2) else ""
