"""Who may call a view, and how often, where a field of its class or a setting says so: `permission_classes = [IsAuthenticated]`.

Takes an assembly whose entries have their elements, and the policies of frameworks (`PolicyRule`). What a view says itself comes before
what its bases say, and that before the setting of the project whose file lies nearest. A class of the project counts by the method in
which it refuses. A method that chooses by request counts where one of its choices refuses.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.code.program import FunctionRef, Node
from ingest.folders import together
from pipeline.system.assembly import Assembly
from pipeline.system.controls.authentication import Authenticating
from pipeline.system.program.arguments import entry_of
from pipeline.system.rules.framework import PolicyRule

_WRITES = ("post", "put", "patch", "delete", "create", "update", "partial_update", "destroy")
_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_SAYS_WHO = re.compile(r"user|auth|meta|headers|session|token|key|cookies", re.IGNORECASE)
_MAX_DEPTH = 5


def add_view_policies(assembly: Assembly, authenticating: Authenticating) -> None:
    """Controls of the views whose bases, fields, decorators or settings name somebody who refuses."""
    policies, program = _Policies(assembly, authenticating), assembly.program
    for site in assembly.sites.classes:
        identity = assembly.element_of_class.get(site.name)
        if identity is None:
            continue
        file, cls = program.classes[site.name]
        if site.rule.control is not None:
            assembly.control(site.rule.control, identity, assembly.cite_place(assembly.lines(file, cls.line, cls.line)))
        reads = all(program.method(site.name, name) is None for name in _WRITES)
        for rule in assembly.index.policies_of_class(program.outside_bases(site.name)):
            policies.cover(identity, rule, policies.of_class(site.name, rule), file, reads, site.name)
    for entry in assembly.sites.entries:
        identity = assembly.entry_of_function.get(entry.function)
        marker = program.value(entry.marker)
        if identity is None or marker.kind != "call":
            continue
        owner = program.function(entry.function).owner
        if owner in program.classes:  # a method of a controller, whose class says it for all of them
            for rule in assembly.index.policies_of_class(program.outside_bases(owner)):
                policies.cover(identity, rule, policies.of_class(owner, rule), entry.function[0], False, owner)
        for rule in assembly.index.policies_of_function(program.names((entry.marker[0], marker.inputs[0]))):
            told = [program.constant(one) for given in marker.inputs[1:2] for one in program.elements((entry.marker[0], given))]
            reads = all(isinstance(method, str) and method.upper() in _READS for method in told)  # without any, it is GET alone
            policies.cover(identity, rule, policies.of_function(entry.function, rule), entry.function[0], reads, None)


class _Policies:
    """What views and settings say, and which of the classes they name refuse somebody."""

    def __init__(self, assembly: Assembly, authenticating: Authenticating) -> None:
        self._assembly, self._program, self._authenticating = assembly, assembly.program, authenticating
        self._settings: dict[str, list[Node]] = {}

    def cover(self, identity: str, rule: PolicyRule, said: Sequence[Node] | None, file: int, reads: bool, view: str | None) -> None:
        """The control, where what a view says, or what the settings say for one that says nothing, names somebody who refuses."""
        for node in self._of_settings(rule, file) if said is None else said:
            if self._refuses(node, rule, reads, view, 0):
                self._assembly.control(rule.control, identity, self._assembly.cite(node))

    def of_class(self, view: str, rule: PolicyRule) -> Sequence[Node] | None:
        """What a class, or the next of its bases that says anything, names; None where none does."""
        for name in (view, *self._program.bases(view)):
            if name not in self._program.classes:
                continue
            for reference in self._program.functions.get(f"{name}.{rule.method}", ()) if rule.method is not None else ():
                return self._in_method(reference, rule)
            given = self._field(name, rule)
            if given:
                return given[-1:]
        return None

    def _field(self, name: str, rule: PolicyRule) -> list[Node]:
        """What the body of a class itself says in the field."""
        if name not in self._program.classes:
            return []
        file, cls = self._program.classes[name]
        return [(file, default) for field, _annotation, default, _line in cls.fields if field == rule.attribute and default is not None]

    def of_function(self, reference: FunctionRef, rule: PolicyRule) -> Sequence[Node] | None:
        for decorator in self._program.function(reference).decorators:
            value = self._program.value((reference[0], decorator))
            if value.kind == "call" and self._named((reference[0], value.inputs[0]), rule.mark):
                return [(reference[0], given) for given in value.inputs[1:2]]
        return None

    def _named(self, node: Node, wanted: Sequence[str]) -> bool:
        return any(self._assembly.index.canonical(name) in wanted for name in self._program.names(node))

    def _in_method(self, reference: FunctionRef, rule: PolicyRule) -> Sequence[Node]:
        """Classes that a method names, and the field where it hands on to its base."""
        facts = self._program.files[reference[0]]
        found: list[Node] = []
        for identity, value in enumerate(facts.values):
            if value.scope != reference[1] or value.kind not in ("name", "attribute"):
                continue
            if value.text == rule.attribute and value.kind == "attribute":
                found += self._program.origins((reference[0], identity))
            elif value.text[:1].isupper():
                found.append((reference[0], identity))
            elif value.text == rule.method:  # super().get_permissions()
                found += self._field(self._program.function(reference).owner or "", rule)
        return found

    def _of_settings(self, rule: PolicyRule, file: int) -> Sequence[Node]:
        """The entry of the settings whose file lies nearest to a view."""
        if rule.setting is None:
            return ()
        if rule.setting not in self._settings:
            variable, _dot, key = rule.setting.partition(".")
            given = (
                (entry_of(self._program, (number, identity), key), facts.purpose)
                for number, facts in enumerate(self._program.files)
                for identity in facts.variables.get(variable, ())
            )
            self._settings[rule.setting] = [node for node, purpose in given if node is not None and purpose not in ("test", "example")]
        found = self._settings[rule.setting]
        nearness = [_shared(self._program.files[file].path, self._program.files[node[0]].path) for node in found]
        return [node for node, near in zip(found, nearness, strict=True) if near == max(nearness)]

    def _refuses(self, node: Node, rule: PolicyRule, reads: bool, view: str | None, depth: int) -> bool:
        """Whether one of the classes of a list refuses, and each of those that are joined by `|`."""
        program = self._program
        if depth > _MAX_DEPTH:
            return False
        for origin in program.origins(node):
            value = program.value(origin)
            inner = [(origin[0], given) for given in value.inputs]
            if value.kind == "operation" and value.text == "|":
                if all(self._refuses(one, rule, reads, view, depth + 1) for one in inner):
                    return True
            elif value.kind in ("collection", "update", "operation", "choice") and value.text not in ("~", "unary", "not"):
                if any(self._refuses(one, rule, reads, view, depth + 1) for one in inner):
                    return True
            elif value.kind == "constant":
                if value.constant_type == "string" and self._class_refuses(value.text, rule, reads, view):
                    return True
            elif any(self._class_refuses(name, rule, reads, view) for name in self._classes(origin)):
                return True
        return False

    def _classes(self, node: Node) -> tuple[str, ...]:
        """A class by itself, or one that is made: `HasRole("reviewer")`."""
        value = self._program.value(node)
        return self._program.names((node[0], value.inputs[0])) if value.kind == "call" else self._program.names(node)

    def _class_refuses(self, name: str, rule: PolicyRule, reads: bool, view: str | None) -> bool:
        if name not in self._program.classes:
            known = self._assembly.index.canonical(name)
            needed = rule.only_with.get(known)
            if needed is not None:
                return view is not None and bool(self._program.fields(view, needed))
            return not (_matches(known, rule.open) or (reads and _matches(known, rule.open_to_read)))
        for method in rule.refuses:
            reference = self._program.method(name, method)
            if reference is not None:
                return self._method_refuses(reference, rule)
        return any(self._class_refuses(base, rule, reads, view) for base in self._program.outside_bases(name))

    def _method_refuses(self, reference: FunctionRef, rule: PolicyRule) -> bool:
        """Whether a method does not let everybody in: it answers by what says who calls, or raises where nobody is named."""
        program, function = self._program, self._program.function(reference)
        returned = [program.value((reference[0], given)) for given in function.returns]
        if all(value.kind == "constant" and value.text != "False" for value in returned):
            return False
        if rule.control != "authentication":
            return True
        if any(value.constant_type == "none" for value in returned):  # nobody was named, and the request goes on
            return False
        asks = any(
            value.scope == reference[1] and value.kind in ("attribute", "index", "constant") and _SAYS_WHO.search(value.text)
            for value in program.files[reference[0]].values
        )
        return asks or self._authenticating.function(reference, 0) is not None


def _matches(name: str, patterns: Sequence[str]) -> bool:
    return any(re.fullmatch(".+".join(re.escape(part) for part in pattern.split("*")), name) is not None for pattern in patterns)


def _shared(path: str, other: str) -> int:
    """How many folders two files are below together."""
    return together(path.split("/")[:-1], other.split("/")[:-1])
