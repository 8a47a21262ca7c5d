"""What may go wrong in what a program tries: whether an error that is caught may be one of a model, a provider or a store.

Takes an assembly whose calls and ties are known, a caught error or a function, and says whether a call that such an error may come of is
tried there. What a function on the way catches itself and does not throw again never comes out of it, and neither does what is only
started and left to run. A store or a service that is asked through a package nobody described is not known.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ingest.code.program import FunctionRef, Node
from ingest.facts import Handler
from pipeline.system.assembly import Assembly
from pipeline.system.flows.made_of import callee_text
from pipeline.system.rules.told_errors import load_told_errors
from pipeline.system.rules.words import words_of

# Parts that speak a protocol or keep something, and say so where they fail; models of the program's own among them.
_BEHIND: Final = frozenset(
    {"hosted_llm", "local_llm", "ml_model", "embedding_model", "agent", "vector_store", "retriever", "inference_server", "model_registry",
     "data_store", "queue", "external_service", "web_content", "memory", "mcp_client", "mcp_server", "tool", "interpreter", "training_job"}
)  # fmt: skip
_MODELS: Final = frozenset({"hosted_llm", "local_llm", "ml_model", "embedding_model", "agent"})
_OF_MODELS: Final = frozenset({"hosted_llm", "local_llm", "embedding_model", "agent", "vector_store", "retriever"})
_STARTS: Final = frozenset(
    {"create_task", "ensure_future", "add_task", "submit", "apply_async", "delay", "enqueue", "setTimeout", "setImmediate", "waitUntil",
     "start", "launch", "Run", "runAsync", "supplyAsync", "execute"}
)  # fmt: skip
_BREAKS: Final = frozenset({"reject"})  # `Promise.reject(error)`
_FUNCTIONS = 400  # looked at for one error
NO, LIKELY, SURE = 0, 1, 2


class Behind:
    """What is known of the errors of one program."""

    def __init__(self, assembly: Assembly) -> None:
        self._assembly, self._program = assembly, assembly.program
        self._kinds = _kinds_at(assembly)
        self._known: dict[FunctionRef, int] = {}
        self._left: dict[int, frozenset[int]] = {}

    def may_come_of(self, error: Node) -> int:
        """How likely what was caught is an error of something behind the program: SURE, LIKELY or NO; SURE where nothing is known of it."""
        handler = next((one for one in self._program.files[error[0]].handlers if one.caught == error[1]), None)
        return SURE if handler is None else self._fails_in((error[0], handler.scope), handler.tried, set())

    def may_leave(self, function: FunctionRef) -> int:
        """Likewise of the errors that leave a function."""
        known = self._known.get(function)
        if known is None:
            known = self._known[function] = self._fails_in(function, None, set())
        return known

    def may_fail(self, call: Node) -> int:
        """Likewise of the errors of a call and of what it runs."""
        if not _BEHIND.isdisjoint(self._kinds.get(call, ())):
            return SURE
        return max((self.may_leave(run) for run in self._assembly.runs_by(call)), default=LIKELY)

    def comes_out(self, route: FunctionRef, place: Node) -> bool:
        """Whether what is thrown at a place leaves the functions between it and a route."""
        begun, queue = (place[0], self._program.value(place).scope), [place]
        reached, seen = self._assembly.reach(route), {begun}
        while queue:
            node = queue.pop()
            function = node[0], self._program.value(node).scope
            if self._is_caught(function, node[1], None):
                continue
            if function == route:
                return True
            for call in self._program.callers(function):
                caller = call[0], self._program.value(call).scope
                if caller in reached and caller not in seen:
                    seen.add(caller)
                    queue.append(call)
        return begun == route or len(seen) == 1  # who calls it is not seen

    def asks_models(self, function: FunctionRef) -> bool:
        """Whether a function leads to a part of AI."""
        return any(
            kind in _OF_MODELS
            for one in sorted(self._assembly.reach(function))
            for call in self._assembly.calls_in(one)
            for kind in sorted(self._kinds.get(call, ()))
        )

    def _fails_in(self, function: FunctionRef, tried: tuple[int, int] | None, seen: set[FunctionRef]) -> int:
        if len(seen) >= _FUNCTIONS:
            return SURE
        found = NO
        for call in self._assembly.calls_in(function):
            inside = tried is None or tried[0] <= call[1] < tried[1]
            if not inside or self._is_caught(function, call[1], tried) or self._is_left_to_run(call):
                continue
            if not _BEHIND.isdisjoint(self._kinds.get(call, ())):
                return SURE
            runs = self._assembly.runs_by(call)
            if not runs and self._is_awaited(call) and load_told_errors().of_input.isdisjoint(words_of(callee_text(self._assembly, call))):
                found = LIKELY  # of a package that nobody described
            for run in runs:
                if run not in seen:
                    seen.add(run)
                    found = max(found, self._fails_in(run, None, seen))
                    if found == SURE:
                        return SURE
        return max(found, self._steps_in(function, tried))

    def _steps_in(self, function: FunctionRef, tried: tuple[int, int] | None) -> int:
        """Whether a stream that was opened before is read here, each piece of which is asked for when it is wanted."""
        facts = self._program.files[function[0]]
        first, last = tried if tried is not None else (0, 0)
        for number in range(first, last):
            value = facts.values[number]
            if value.kind != "element_of" or value.scope != function[1]:
                continue
            for origin in self._program.origins((function[0], value.inputs[0])):
                if not _BEHIND.isdisjoint(self._kinds.get(origin, ())):
                    return SURE
        return NO

    def _is_awaited(self, call: Node) -> bool:
        """Whether what a call gives is waited for: most that leaves the process is, where a language has a word for it."""
        values = self._program.files[call[0]].values
        return any(one.kind == "await" and call[1] in one.inputs for one in values[call[1] + 1 : call[1] + 3])

    def _is_caught(self, function: FunctionRef, value: int, tried: tuple[int, int] | None) -> bool:
        """Whether a function catches whatever goes wrong at a value itself, inside of what is looked at, and throws nothing then."""
        return any(
            one.tried[0] <= value < one.tried[1] and _is_any(one) and not self._throws(function, one)
            for one in self._program.files[function[0]].handlers
            if one.scope == function[1] and one.tried != tried and (tried is None or tried[0] <= one.tried[0] <= one.tried[1] <= tried[1])
        )

    def _throws(self, function: FunctionRef, handler: Handler) -> bool:
        """Whether a handler throws, or gives a promise that is broken; also by a function that it calls."""
        if handler.throws:
            return True
        done = [call for call in self._assembly.calls_in(function) if handler.does[0] <= call[1] < handler.does[1]]
        inner = [one for call in done for run in self._assembly.runs_by(call)[:2] for one in self._assembly.calls_in(run)]
        return any(callee_text(self._assembly, call) in _BREAKS for call in (*done, *inner))

    def _is_left_to_run(self, call: Node) -> bool:
        """`asyncio.create_task(work())`, whose task nobody awaits: its errors are nobody's."""
        file = call[0]
        if file not in self._left:
            values = self._program.files[file].values
            starts = {
                number for number, one in enumerate(values) if one.kind == "call" and callee_text(self._assembly, (file, number)) in _STARTS
            }
            left = starts - {given for one in values for given in one.inputs} if starts else starts
            self._left[file] = frozenset({*left, *(given for number in left for given in values[number].inputs[1:])})
        return call[1] in self._left[file]


def _is_any(handler: Handler) -> bool:
    known = {name.rpartition(".")[2] for name in load_told_errors().any_kind}
    return not handler.kinds or any(kind.strip("() ").rpartition(".")[2] in known for text in handler.kinds for kind in text.split(","))


def _kinds_at(assembly: Assembly) -> dict[Node, set[str]]:
    """Kinds of the elements that calls ask; what only makes a client asks nobody yet."""
    found: dict[Node, set[str]] = {}
    for node, element in _met(assembly):
        draft = assembly.drafts.by_id.get(element)
        if draft is not None:
            found.setdefault(node, set()).add(draft.kind)
    for site in assembly.sites.calls:
        if site.rule.kind is not None and site.rule.kind not in _MODELS and not site.is_read:
            found.setdefault(site.node, set()).add(site.rule.kind)
    return found


def _met(assembly: Assembly) -> Iterator[tuple[Node, str]]:
    for node, sinks in assembly.sinks.items():
        yield from ((node, sink.element) for sink in sinks)
    for node, sources in assembly.sources.items():
        yield from ((node, source.element) for source in sources)
