"""Where the program signs or verifies sessions and tokens, and with what: calls, attributes of applications, entries of their settings.

Takes an assembly whose code is linked, gives the values that are keys, each with the place that uses it. Digests by plain HMAC are told
apart: they are made for many ends, and what the key is named for says whether this is one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ingest.code.program import Node
from ingest.facts import CodeFacts
from pipeline.system.assembly import Assembly
from pipeline.system.program.arguments import argument_node
from pipeline.system.rules.signing import load_signing

_OF_DJANGO = frozenset({"INSTALLED_APPS", "MIDDLEWARE"})


@dataclass(frozen=True, slots=True)
class SigningUse:
    """A key, where it is used, and what it is called there."""

    key: Node
    place: Node
    name: str
    plain: bool = False


def signing_uses(assembly: Assembly) -> Iterator[SigningUse]:
    """All keys that the program gives to something that signs."""
    for file, facts in enumerate(assembly.program.files):
        for identity, value in enumerate(facts.values):
            if value.kind == "call":
                yield from _of_call(assembly, (file, identity))
            elif value.kind == "update" and value.inputs:
                yield from _of_entries(assembly, (file, identity))
        yield from _of_attributes(assembly, file, facts)
        if facts.language == "python" and _OF_DJANGO & facts.variables.keys():
            for given in facts.variables.get("SECRET_KEY", ()):
                yield SigningUse((file, given), (file, given), "SECRET_KEY")


def _of_call(assembly: Assembly, node: Node) -> Iterator[SigningUse]:
    program, known = assembly.program, load_signing()
    names = [assembly.index.canonical(name) for name in program.callee_names(node) if name not in program.functions]
    rule = known.of_call(names)
    if rule is not None:
        value = program.value(node)
        keys = [(node[0], given) for given in value.inputs[1:]] if rule.key == "*" else [argument_node(program, node, rule.key)]
        label = names[0].rsplit("/", 1)[-1].rsplit(".", 2)
        yield from (SigningUse(key, node, ".".join(label[-2:]), rule.plain) for key in keys if key is not None)
    elif any(name.endswith(".config.from_object") for name in names):
        for given in program.names((node[0], program.value(node).inputs[1])) if len(program.value(node).inputs) > 1 else ():
            yield from (SigningUse(field, node, entry) for entry in sorted(known.entries) for field in program.fields(given, entry))
    elif any(name.endswith((".config.from_mapping", ".config.update")) for name in names):
        value = program.value(node)
        yield from (
            SigningUse((node[0], given), node, label)
            for label, given in zip(value.labels, value.inputs, strict=True)
            if label in known.entries
        )


def _of_entries(assembly: Assembly, node: Node) -> Iterator[SigningUse]:
    """`app.config["SECRET_KEY"] = key`."""
    program, known, value = assembly.program, load_signing(), assembly.program.value(node)
    if known.entries.isdisjoint(value.labels):
        return
    base = program.value((node[0], value.inputs[0]))
    if base.kind == "attribute" and base.text == "config" and _is_application(assembly, (node[0], base.inputs[0])):
        for label, given in zip(value.labels, value.inputs, strict=False):
            if label in known.entries:
                yield SigningUse((node[0], given), node, label)


def _of_attributes(assembly: Assembly, file: int, facts: CodeFacts) -> Iterator[SigningUse]:
    """`app.secret_key = key`."""
    for store in facts.stores:
        if store.attribute in load_signing().attributes and _is_application(assembly, (file, store.base)):
            yield SigningUse((file, store.value), (file, store.value), store.attribute)


def _is_application(assembly: Assembly, node: Node) -> bool:
    return not load_signing().applications.isdisjoint(assembly.program.types(node))
