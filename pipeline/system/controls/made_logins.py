"""Accounts that the program makes with a password from the source: `bcrypt.hash("admin123")` in a seed, a script, at every start.

Takes an assembly whose code is linked, gives the constants that reach what makes of a password the form it is kept in
(`hashes` of `signing.yaml`), directly, through variables, as what a schema of settings takes where nothing is set, or through the
project's own functions that hash what they are given. A word that
is hashed only to take as long as a real one, one that is to be filled in, and tests are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.code.program import Node
from ingest.secrets import is_placeholder
from pipeline.system.assembly import Assembly
from pipeline.system.controls.taken_by_default import Default, SchemaDefaults, default_of_read, variable_read
from pipeline.system.program.arguments import argument_node
from pipeline.system.program.walking import inputs_of, passed_for, walk
from pipeline.system.rules.signing import load_signing
from pipeline.system.rules.words import words_of

MADE = "password of an account that is made"
_NO_ACCOUNT = frozenset({"dummy", "fake", "timing", "invalid", "nonexistent", "missing", "unknown", "mock", "stub", "constant"})
_PASSWORD = frozenset({"password", "passwd", "pwd", "passphrase"})
_HANDED_ON = frozenset({"choice", "await", "guarded", "collection"})
_MOST, _CALLERS = 80, 12
_SHORTEST, _LONGEST = 3, 64
_FOR_SAMPLES = re.compile(r"(?:^|[/_.-])(?:seeds?|seeders?|seed[_-]?\w*|fixtures?|demo|mock|samples?|dev)(?=[/_.-]|$)", re.IGNORECASE)


def made_logins(assembly: Assembly, schemas: SchemaDefaults) -> Iterator[Default]:
    """The constants that accounts are made with."""
    program, known = assembly.program, load_signing()
    for file, facts in enumerate(program.files):
        if facts.purpose == "test":
            continue
        for number, value in enumerate(facts.values):
            if value.kind != "call":
                continue
            node = (file, number)
            rule = known.hashing([assembly.index.canonical(name) for name in program.callee_names(node) if name not in program.functions])
            given = argument_node(program, node, rule.key) if rule is not None else None
            if rule is not None and given is not None and not _keeps_time(assembly, node):
                yield from _constants(assembly, given, rule.plain, schemas)


def is_for_samples(path: str) -> bool:
    """Whether a file is named for filling a database with samples: nobody runs it where it matters, unless by mistake."""
    return _FOR_SAMPLES.search(path) is not None


def _constants(assembly: Assembly, given: Node, plain: bool, schemas: SchemaDefaults) -> Iterator[Default]:
    program, named = assembly.program, not plain
    for node in walk(given, lambda current: _back(assembly, current, schemas), _MOST, nearest_first=True):
        value = program.value(node)
        named = named or (value.kind in ("parameter", "name", "attribute") and not _PASSWORD.isdisjoint(words_of(value.text)))
        if value.kind != "constant" or value.constant_type != "string" or not named or program.files[node[0]].purpose == "test":
            continue
        text = value.text.strip()
        fits = _SHORTEST <= len(text) <= _LONGEST and " " not in text and not is_placeholder(text)
        if fits and _NO_ACCOUNT.isdisjoint(words_of(text)):
            yield Default(node, MADE, frozenset())


def _back(assembly: Assembly, node: Node, schemas: SchemaDefaults) -> list[Node]:
    """What a value is, or is made of without being changed."""
    program, known, value = assembly.program, load_signing(), assembly.program.value(node)
    if value.kind == "parameter":
        return passed_for(program, node, _CALLERS)
    if value.kind in _HANDED_ON:
        return inputs_of(program, node)[:4]
    if value.kind != "call":
        back = program.step_back(node) if value.kind in ("name", "attribute", "index") else []
        return back or (schemas.entries.get(value.text, []) if value.kind == "attribute" else [])  # `settings.ADMIN_PASSWORD`
    default = default_of_read(assembly, node)
    if default is not None:
        return [default]
    if variable_read(assembly, node):
        return []
    callee = program.value((node[0], value.inputs[0]))
    if callee.text in known.unwraps and callee.kind == "attribute":
        return [(node[0], callee.inputs[0])]
    return [(node[0], value.inputs[1])] if callee.text in known.wraps and len(value.inputs) > 1 else []


def _keeps_time(assembly: Assembly, call: Node) -> bool:
    """Whether what comes of a call is named for a comparison that nobody passes: `DUMMY_HASH = hash("x")`."""
    facts = assembly.program.files[call[0]]
    names = [name for name, given in facts.variables.items() if call[1] in given]
    return any(not _NO_ACCOUNT.isdisjoint(words_of(name)) for name in names)
