"""Functions that a framework runs before a handler because they are named there: `Depends(current_user)`, and middleware.

Takes an assembly, answers for parameters, expressions and whole entries. What these functions do is judged elsewhere.
"""

from __future__ import annotations

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.program.applications import Applications
from pipeline.system.program.arguments import argument_positions

INJECTORS = ("Depends", "Security", "Provide", "Inject")


class Injections:
    """What is injected where, in one program."""

    def __init__(self, assembly: Assembly, applications: Applications) -> None:
        self.program, self.applications = assembly.program, applications

    def of_parameter(self, reference: FunctionRef, parameter: str) -> list[FunctionRef]:
        """Functions injected for a parameter: Depends(f) as default or in Annotated, through aliases."""
        function = self.program.function(reference)
        found: list[FunctionRef] = []
        for given in function.parameters:
            if given.name == parameter:
                for node in (given.default, given.annotation):
                    if node is not None:
                        found += self.injected((reference[0], node))
        return found

    def injected(self, node: Node) -> list[FunctionRef]:
        """Functions handed to `Depends`-like calls anywhere inside an expression."""
        found: list[FunctionRef] = []
        queue, seen = [node], 0
        while queue and seen < 60:
            current = queue.pop()
            seen += 1
            value = self.program.value(current)
            if value.kind == "call":
                names = self.program.names((current[0], value.inputs[0]))
                if any(name.rsplit(".", 1)[-1] in INJECTORS for name in names):
                    for given in value.inputs[1:2]:
                        found += self._functions((current[0], given))
                        for owner in (*self.program.types((current[0], given)), *self.program.names((current[0], given))):
                            method = self.program.method(owner, "__call__") if owner in self.program.classes else None
                            if method is not None:
                                found.append(method)
            if value.kind == "name":
                queue += [other for other in self.program.lookup(current[0], value.text)[0] if other != current]
            elif value.kind in ("index", "collection", "operation", "choice", "attribute", "unknown"):
                queue += [(current[0], given) for given in value.inputs]
        return found

    def _functions(self, given: Node) -> list[FunctionRef]:
        """The functions that a value is: itself, or what the one that made it handed back, `can_train = require_right("train")`."""
        made = [origin for origin in self.program.origins(given) if self.program.value(origin).kind == "function"]
        names = dict.fromkeys(name for node in (given, *made) for name in self.program.names(node))
        return [reference for name in names for reference in self.program.functions.get(name, ())]

    def runs_before(self, reference: FunctionRef, markers: list[Node]) -> frozenset[FunctionRef]:
        """Functions of the project that run before an entry: injected ones and middleware, at any of its addresses."""
        function, found = self.program.function(reference), set[FunctionRef]()
        given = [(reference[0], node) for one in function.parameters for node in (one.default, one.annotation) if node is not None]
        makers = [(marker, marker) for marker in markers]  # with the call that hangs on it what leads to the entry
        for marker in markers:
            if self.program.value(marker).kind == "call":
                makers += [(made, marker) for made in self.applications.of_marker(marker)]
        seen: set[Node] = set()
        while makers:
            maker, hung = makers.pop()
            parts_of = self.applications.part_given(maker)
            handed = self.applications.handed(maker) if not parts_of else []
            if maker in seen or (self.program.value(maker).kind != "call" and not parts_of and not handed):
                continue
            seen.add(maker)
            made = self.program.value(maker)
            makers += [(whole, part) for part in parts_of for whole in self.applications.makers(self.applications.receiver(part))]
            makers += [(whole, call) for given, call in handed for whole in self.applications.makers(given)]
            if self.applications.is_part(maker):
                makers += [(whole, maker) for whole in self.applications.makers(self.applications.receiver(maker))]
            if parts_of or handed:
                found |= {one.function for one in self.applications.middleware(maker, hung) if one.function is not None}
                continue
            given += [(maker[0], made.inputs[position]) for position in argument_positions(made, "dependencies")]
            found |= {one.function for one in self.applications.middleware(maker, hung) if one.function is not None}
            for include in self.applications.includes(maker):
                makers += [(include, include), *((made, include) for made in self.applications.makers(self.applications.receiver(include)))]
        queue = [inner for node in given for inner in self.injected(node)]
        while queue:
            current = queue.pop()
            if current not in found:
                found.add(current)
                queue += [inner for one in self.program.function(current).parameters for inner in self.of_parameter(current, one.name)]
        return frozenset(found)
