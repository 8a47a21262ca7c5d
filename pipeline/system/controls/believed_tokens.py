"""Tokens that are read without looking at their signature, where what they say is taken for who calls.

Takes an assembly and functions that name the caller, gives the call that read the token: `return get_unverified_claims(token)["sub"]`,
also where it is only tried after a verified one, or is kept on the request. A token that is read to choose the key, and verified with it,
is not believed: what goes back comes of the second reading. Which calls read without verifying, knowledge says (`unverified`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.controls.guards import parts
from pipeline.system.controls.injections import Injections
from pipeline.system.model import AttributeValue
from pipeline.system.program.flags import read_flags

_VERIFIES = frozenset({"authentication", "session_identity", "signature_check"})
_KEPT_AS = re.compile(r"user|auth|identity|session|claims|principal|account", re.IGNORECASE)
_STEPS = frozenset({"attribute", "index", "choice", "await", "collection", "update", "format", "element_of", "operation", "name"})
_MOST = 200


def add_believed(assembly: Assembly, token: Node) -> None:
    """The part of a program that takes a caller for who an unverified token says."""
    name, evidence = assembly.symbol(token), assembly.cite(token, "sink", "read without a look at its signature")
    said: dict[str, AttributeValue] = {"identity_header": True, "names": ("a token that nobody verified",)}
    assembly.drafts.put("component", name, "application", said, evidence, token, assembly.purpose(token[0]), name, local=True)


class BelievedTokens:
    """Which functions name a caller by a token that nobody verified."""

    def __init__(self, assembly: Assembly, injections: Injections) -> None:
        self._assembly, self._program, self._injections = assembly, assembly.program, injections
        self._read: set[Node] = set()
        self._verified: set[Node] = set()
        for site in assembly.sites.calls:
            said = {**site.rule.attributes, **read_flags(self._program, site.node, site.rule.flags).attributes}
            if said.get("unverified") is True:
                self._read.add(site.node)
            elif site.rule.control in _VERIFIES and site.rule.kind is None:
                self._verified.add(site.node)
        self._known: dict[FunctionRef, Node | None] = {}

    def is_read(self, call: Node) -> bool:
        """Whether a call reads a token as it comes."""
        return call in self._read

    def by(self, reference: FunctionRef, refusal: Node | None = None) -> Node | None:
        """The reading that a function's answer, what it keeps on the request, or the test before its refusal comes of."""
        if not self._read:
            return None
        found = self._answered(reference)
        if found is None and refusal is not None and refusal[0] == reference[0]:
            facts = self._program.files[refusal[0]]
            verifies = any((call[0], call[1]) in self._verified for call in self._assembly.calls_in(reference))
            tests = [] if verifies else [(refusal[0], facts.branches[one].condition) for one in facts.conditions.get(refusal[1], ())]
            found = next((part for test in tests for part in parts(self._assembly, test) if part in self._read), None)
        return found

    def _answered(self, reference: FunctionRef) -> Node | None:
        if reference not in self._known:
            self._known[reference] = None
            function, facts = self._program.function(reference), self._program.files[reference[0]]
            kept = [store.value for store in facts.stores if store.scope == reference[1] and _KEPT_AS.search(store.attribute)]
            named = [(reference[0], one) for one in (*function.returns, *kept)]
            self._known[reference] = next((found for one in named for found in self._behind(one)), None)
        return self._known[reference]

    def _behind(self, node: Node) -> Iterator[Node]:
        """Readings that a value comes of, through calls of the project and what is injected."""
        queue, seen = [node], set[Node]()
        while queue and len(seen) < _MOST:
            current = queue.pop()
            if current in seen:
                continue
            seen.add(current)
            value = self._program.value(current)
            if current in self._read:
                yield current
            elif value.kind == "parameter":
                place = self._program.parameter_of(current)
                injected = self._injected(*place) if place is not None else ()
                yield from (found for one in injected if (found := self._answered(one)) is not None)
            elif value.kind == "call" and current not in self._verified:
                targets = [target.function for target in self._program.targets(current) if not target.constructs]
                yield from (found for one in targets if (found := self._answered(one)) is not None)
                if not targets:
                    queue += [(current[0], given) for given in value.inputs]
            elif value.kind == "guarded":
                queue.append((current[0], value.inputs[0]))
            elif value.kind in _STEPS:
                queue += [(current[0], given) for given in value.inputs]
                queue += self._program.origins(current) if value.kind == "name" else ()

    def _injected(self, reference: FunctionRef, position: int) -> list[FunctionRef]:
        return self._injections.of_parameter(reference, self._program.function(reference).parameters[position].name)

    def injected_into(self, reference: FunctionRef) -> Node | None:
        """The reading by which a caller that is injected into a function is named."""
        given = range(len(self._program.function(reference).parameters)) if self._read else ()
        found = (self._answered(one) for position in given for one in self._injected(reference, position))
        return next((one for one in found if one is not None), None)
