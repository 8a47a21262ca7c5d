"""Agents that a project makes itself: a class whose methods ask a model and run, by the name the model gave, tools of the project.

Takes the models and the tools that were found (`shape_tool_types`) and gives class sites for the agents, and call sites for the calls that
give them work. A class counts where its own methods and those of its bases do both, not through another class that does: the service
around an agent is none. Of a line of classes those are agents that are made, or that nobody inherits from. Agents that are only functions,
and tools that are reached by nothing but a table of functions, are not seen.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from ingest.code.program import FunctionRef, Node, Program
from pipeline.system.model import AttributeValue, SinkRole
from pipeline.system.program.rounds import is_bounded
from pipeline.system.program.sites import CallSite, ClassSite, EntrySite
from pipeline.system.rules.framework import CallRule, ClassRule
from pipeline.system.rules.words import words_of
from pipeline.system.shapes.shape_values import BY_SHAPE

_MAX_REACHED = 600
_TASKS = frozenset(
    {"prompt", "query", "request", "input", "message", "messages", "task", "question", "content", "text", "instruction", "goal"}
)
_LIMITED = frozenset({"steps", "step", "iterations", "iteration", "turns", "turn", "rounds", "round", "loops", "attempts"})


class OwnAgents:
    """Classes of the project that are agents; `asking` are functions that ask a model themselves, `tools` entries of tool types."""

    def __init__(self, program: Program, asking: Collection[FunctionRef], tools: Collection[EntrySite]) -> None:
        self.program = program
        self._asking = frozenset(asking)
        self._runs = frozenset(tool.function for tool in tools)
        self._tool_types = {program.function(tool.function).owner for tool in tools}
        self._methods: dict[str, list[FunctionRef]] = {}
        self._inside: dict[FunctionRef, list[FunctionRef]] = {}
        self._calls: dict[FunctionRef, list[Node]] = {}
        if self._asking and self._runs:
            self._index()
        self.names = tuple(self._find())

    def _index(self) -> None:
        for file, facts in enumerate(self.program.files):
            for number, function in enumerate(facts.functions):
                if function.owner is not None:
                    self._methods.setdefault(function.owner, []).append((file, number))
                if function.parent:
                    self._inside.setdefault((file, function.parent), []).append((file, number))
            for identity, value in enumerate(facts.values):
                if value.kind == "call":
                    self._calls.setdefault((file, value.scope), []).append((file, identity))

    # Which classes

    def _find(self) -> Iterator[str]:
        classes = sorted(self.program.classes) if self._methods else ()
        both = [name for name in classes if name not in self._tool_types and self._does_both(name, frozenset())]
        candidates = frozenset(both)
        agents = {name for name in both if self._does_both(name, candidates - {name, *self.program.bases(name)} - self._heirs(name))}
        made = self._made(agents)
        for name in sorted(agents):
            if name in made or not self._heirs(name) & agents:
                yield name

    def _does_both(self, name: str, apart: frozenset[str]) -> bool:
        """Whether methods of a class ask a model and run tools, without going through methods of the classes apart."""
        reached = self.reached(name, apart)
        return not self._asking.isdisjoint(reached) and not self._runs.isdisjoint(reached)

    def reached(self, name: str, apart: frozenset[str] = frozenset()) -> set[FunctionRef]:
        """Functions that run when methods of a class run; what tools do is theirs."""
        line = (name, *self.program.bases(name))
        queue = [method for cls in line for method in self._methods.get(cls, ())]
        reached: set[FunctionRef] = set()
        while queue and len(reached) < _MAX_REACHED:
            current = queue.pop()
            if current in reached:
                continue
            reached.add(current)
            if current not in self._runs:
                queue += self._inside.get(current, ())
                targets = (target for call in self._calls.get(current, ()) for target in self.program.targets(call))
                queue += [t.function for t in targets if not t.constructs and self._owner(t.function) not in apart]
        return reached

    def _owner(self, reference: FunctionRef) -> str:
        return self.program.function(reference).owner or ""

    def _heirs(self, name: str) -> set[str]:
        found: set[str] = set()
        queue = list(self.program.subclasses.get(name, ()))
        while queue and len(found) < 40:
            current = queue.pop()
            if current not in found:
                found.add(current)
                queue += self.program.subclasses.get(current, ())
        return found

    def _made(self, names: Collection[str]) -> set[str]:
        wanted = set(names)
        return {
            name
            for calls in self._calls.values()
            for call in calls
            for name in self.program.names((call[0], self.program.value(call).inputs[0]))
            if name in wanted
        }

    # What is given

    def sites(self) -> Iterator[ClassSite]:
        for name in self.names:
            attributes: dict[str, AttributeValue] = {**BY_SHAPE, "framework": "own"}
            if self._counts_steps(name) or any(is_bounded(self.program, method) for method in self._methods.get(name, ())):
                attributes["loop_limited"] = True
            yield ClassSite(name, ClassRule(base=(name,), kind="agent", attributes=attributes), "shape")

    def _counts_steps(self, name: str) -> bool:
        """Whether methods of the class compare with, or loop up to, a number of steps: `while step < self.max_steps`."""
        for cls in (name, *self.program.bases(name)):
            methods = self._methods.get(cls, ())
            for file, number in (*methods, *(inner for method in methods for inner in self._inside.get(method, ()))):
                for value in self.program.files[file].values:
                    if value.scope == number and value.kind in ("operation", "call") and self._is_limit(file, value.inputs):
                        return True
        return False

    def _is_limit(self, file: int, inputs: tuple[int, ...]) -> bool:
        for given in inputs:
            words = set(words_of(self.program.value((file, given)).text))
            if words & {"max", "limit", "budget"} and (words & _LIMITED or words & {"budget"}):
                return True
        return False

    def runs(self, taken: Mapping[Node, object]) -> Iterator[CallSite]:
        """Calls from elsewhere that give an agent work."""
        agents = {name: self._line(name) for name in self.names}
        for calls in self._calls.values() if agents else ():
            for call in calls:
                callee = self.program.value((call[0], self.program.value(call).inputs[0]))
                if call in taken or callee.kind != "attribute":
                    continue
                here = self._owner((call[0], self.program.value(call).scope))
                held = [n for n in self.program.types((call[0], callee.inputs[0])) if n in agents and here not in agents[n]]
                targets = [t.function for t in self.program.targets(call) if any(self._owner(t.function) in agents[n] for n in held)]
                for target in targets[:1] if held else ():
                    sinks = self._tasks(target)
                    if sinks and self._works(target):
                        rule = CallRule(call=("*",), kind="agent", element_from="receiver", sinks=sinks, protects="element")
                        yield CallSite(call, rule, "shape", (), named=held[0].rsplit(".", 1)[-1])

    def _line(self, name: str) -> frozenset[str]:
        return frozenset({name, *self.program.bases(name)})

    def _works(self, method: FunctionRef) -> bool:
        """Whether a method runs on until the model is asked."""
        queue, reached = [method], set[FunctionRef]()
        while queue and len(reached) < _MAX_REACHED:
            current = queue.pop()
            if current in self._asking:
                return True
            if current not in reached and current not in self._runs:
                reached.add(current)
                queue += self._inside.get(current, ())
                queue += [t.function for call in self._calls.get(current, ()) for t in self.program.targets(call) if not t.constructs]
        return False

    def _tasks(self, method: FunctionRef) -> dict[str, SinkRole]:
        """Parameters that say what to do, by name and by position."""
        function, found = self.program.function(method), dict[str, SinkRole]()
        parameters = function.parameters[1 if function.owner is not None else 0 :]
        for position, parameter in enumerate(parameters):
            if words_of(parameter.name)[-1:] and words_of(parameter.name)[-1] in _TASKS:
                found[f"{parameter.name}|{position}"] = "prompt"
        return found
