"""Which functions run a model, told apart from those that only make or configure one.

Takes an assembly whose sinks and sources are known, gives the kinds of models each function runs by itself. A call
runs a model where it gives it a prompt, a conversation or features, or gets a reply or prediction back; and so does a
method with the name of a run, or a bare call, on what was constructed as one, though no framework file knows it.
What a function runs through the functions it calls is for the caller to add.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.model import ElementKind, Flow, SinkRole
from pipeline.system.program.held import elements_of, receivers
from pipeline.system.rules.words import words_of

MODELS: frozenset[ElementKind] = frozenset({"hosted_llm", "local_llm", "agent", "ml_model"})
RUN_BY: frozenset[SinkRole] = frozenset({"prompt", "conversation", "features"})
_REQUESTS: frozenset[ElementKind] = frozenset({"http_route", "websocket", "chat_ui", "webhook", "mcp_tool"})
_GIVEN_BACK = frozenset({"model_reply", "prediction"})
_VERBS = frozenset(
    {"run", "arun", "invoke", "ainvoke", "call", "acall", "chat", "achat", "generate", "agenerate", "predict", "apredict", "complete",
     "acomplete", "stream", "astream", "batch", "abatch", "ask", "aask", "query", "aquery", "kickoff", "execute", "respond", "reply",
     "answer", "infer", "transcribe", "forward"}
)  # fmt: skip
_NO_RUN = frozenset(
    {"options", "config", "args", "kwargs", "settings", "parameters", "params", "tools", "name"}
)  # run_config, stream_options


class Askers:
    """Which functions run a model, and which requests run one at a place: what one request leaves behind, and another asks with, is not
    asked by the first. `run_in` holds the kinds of models that run when a function runs, without those behind its calls."""

    def __init__(self, assembly: Assembly) -> None:
        self._assembly = assembly
        self.run_in: dict[FunctionRef, set[ElementKind]] = {}
        self._runs: dict[tuple[str, int], set[FunctionRef]] = {}
        for call, kinds in _runs(assembly):
            function, place = (call[0], assembly.program.value(call).scope), assembly.place(call)
            self.run_in.setdefault(function, set()).update(kinds)
            self._runs.setdefault((place.path, place.start_line), set()).add(function)
        self._answered: frozenset[FunctionRef] = frozenset(
            function
            for reference, identity in assembly.entry_of_function.items()
            if assembly.draft(identity).kind in _REQUESTS
            for function in assembly.reach(reference)
        )

    def asked_by(self, reference: FunctionRef, flow: Flow) -> bool:
        """Whether a request runs the model that its data comes to itself; it does not where other requests do, and this one does not."""
        at = self._runs.get((flow.steps[-1].path, flow.steps[-1].start_line), set()) if flow.steps else set()
        return not at or not at.isdisjoint(self._assembly.reach(reference)) or not at <= self._answered


def _runs(assembly: Assembly) -> Iterator[tuple[Node, set[ElementKind]]]:
    for file, facts in enumerate(assembly.program.files):
        for identity, value in enumerate(facts.values):
            if value.kind == "call" and (kinds := _run_by(assembly, (file, identity))):
                yield (file, identity), kinds


def _run_by(assembly: Assembly, call: Node) -> set[ElementKind]:
    used = {sink.element for sink in assembly.sinks.get(call, ()) if sink.role in RUN_BY}
    used |= {source.element for source in assembly.sources.get(call, ()) if source.label in _GIVEN_BACK}
    if not used and call not in assembly.element_of_call and _looks_like_a_run(assembly, call):
        held = set(receivers(assembly, call))
        # `session.query(Agent)`: what may be a database is asked as one, whatever else its type may stand for.
        used = set() if any(assembly.draft(identity).kind == "data_store" for identity in held) else held
    return {assembly.draft(identity).kind for identity in used} & MODELS


def _looks_like_a_run(assembly: Assembly, call: Node) -> bool:
    callee = (call[0], assembly.program.value(call).inputs[0])
    value = assembly.program.value(callee)
    if value.kind == "attribute":
        words = words_of(value.text)
        return bool(words) and words[0] in _VERBS and words[-1] not in _NO_RUN
    if assembly.program.targets(call) or assembly.program.names(callee):
        return False
    return bool(elements_of(assembly, callee))  # agent(text)
