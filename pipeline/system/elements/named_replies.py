"""Replies of models that a page shows as markup under a name for them: `<ReactMarkdown rehypePlugins={[rehypeRaw]}>{message.content}`.

Takes an assembly whose flows are known. Between a service that answers and the component that shows it lie sockets, events and states of a
page that no way of the data follows. Where markup is made of a value that is called an answer, or a message in a component of a chat, and
no way of a model's reply leads there, a flow from the model that answers the system's callers is added, as one of several ways there may
be. Code that cleans markup in the same function is believed, and so is what escapes, highlights or formats the text first.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.code.program import FunctionRef, Node
from ingest.page_scripts import is_page
from pipeline.system.assembly import Assembly, Sink
from pipeline.system.flows.answer_types import is_typed_otherwise
from pipeline.system.flows.made_of import callee_text
from pipeline.system.model import Flow
from pipeline.system.program.arguments import argument_node
from pipeline.system.program.enclosing import outermost
from pipeline.system.program.walking import inputs_of, walk
from pipeline.system.rules.words import words_of

_MODELS = frozenset({"agent", "hosted_llm", "local_llm"})
_ANSWERED = ("http_route", "websocket", "webhook", "chat_ui", "component")  # where replies leave, the surest first
_OF_REPLIES = frozenset({"answer", "answers", "reply", "replies", "completion", "assistant", "bot", "llm", "gpt", "thought", "reasoning"})
_OF_CHATS = frozenset({"message", "messages", "msg", "response", "content", "text", "result", "output", "markdown", "report"})
_SHOWS_CHATS = frozenset(
    {"chat", "chats", "chatbot", "message", "messages", "assistant", "conversation", "answer", "bot", "copilot", "agent", "report"}
)
# What is left of a text by these may still be markup.
_LEAVES = frozenset({
    "replace", "replaceAll", "trim", "toString", "slice", "substring", "join", "split", "concat", "map", "Replace", "Trim", "ToString",
    "strip", "format", "String", "str", "get", "useMemo",
})  # fmt: skip
# Calls that make markup of a text by themselves, or make it harmless.
_MAKES_MARKUP = frozenset({
    "highlight", "html", "sanitize", "sanitise", "clean", "escape", "encode", "purify", "safe", "render", "format", "katex", "mathjax",
    "svg", "code", "tokens", "linkify", "stringify", "mermaid",
})  # fmt: skip
_ERRORS = frozenset({"error", "errors", "err", "e", "ex", "exc", "exception", "failure"})
_MOST, _CHOICES = 60, 3


def add_named_replies(assembly: Assembly) -> None:
    """Flows from the model that answers to the markup that is called its answer; none where a way of a reply to markup is known."""
    model = _answering(assembly)
    if model is None or any(role == "html" and assembly.draft(source).kind in _MODELS for source, _target, role in assembly.flows):
        return
    cleaning = {  # what makes a number of a text says nothing of the other texts of a page
        _around(assembly, site.node)
        for site in assembly.sites.calls
        if "html" in site.rule.cleans and site.rule.control != "type_cast" and not {"html", "url"} <= set(site.rule.cleans)
    }
    place = assembly.draft(model).evidence[0].model_copy(update={"role": "source"})
    told: set[int] = set()  # files: one remedy for a page
    for call, sink in sorted(_markup(assembly), key=lambda one: one[0]):
        if call[0] in told or _around(assembly, call) in cleaning or is_typed_otherwise(assembly, call):
            continue
        if not _shows_a_reply(assembly, call, sink, cleaning):
            continue
        end = assembly.cite(call, "sink", "named for what a model answers")
        if end is not None:
            told.add(call[0])
            assembly.flow(
                Flow(
                    id=f"{model}~>{sink.element}:html", source=model, target=sink.element, carries=("model_reply",), role="html",
                    steps=(place, end), choices=_CHOICES,
                )
            )  # fmt: skip


def _answering(assembly: Assembly) -> str | None:
    """The model or agent whose replies leave the system."""
    found: list[tuple[int, str]] = []
    for (source, target, role), flows in assembly.flows.items():
        draft, kind = assembly.draft(source), assembly.draft(target).kind
        if role == "response" and draft.kind in _MODELS and draft.evidence and kind in _ANSWERED:
            found += [(_ANSWERED.index(kind), source)] if any("model_reply" in flow.carries for flow in flows) else []
    asked = sorted(
        target for (_s, target, role), flows in assembly.flows.items()
        if role in ("prompt", "conversation") and assembly.draft(target).kind in _MODELS and assembly.draft(target).evidence
        and any("user_input" in flow.carries for flow in flows)
    )  # fmt: skip
    return min(found)[1] if found else next(iter(asked), None)


def _markup(assembly: Assembly) -> Iterator[tuple[Node, Sink]]:
    for call, sinks in assembly.sinks.items():
        file = assembly.program.files[call[0]]
        if file.purpose == "product" and not is_page(file.path):  # what a page of HTML shows, its own script has asked for
            yield from ((call, sink) for sink in sinks if sink.role == "html")


def _around(assembly: Assembly, node: Node) -> FunctionRef:
    """The outermost function that a value stands in: what a component defines for itself is part of it."""
    return outermost(assembly.program, (node[0], assembly.program.value(node).scope))


def _shows_a_reply(assembly: Assembly, call: Node, sink: Sink, cleaning: set[FunctionRef]) -> bool:
    program, value = assembly.program, assembly.program.value(call)
    if sink.argument >= len(value.inputs):
        return False
    shown: Node | None = (call[0], value.inputs[sink.argument])
    if sink.key:
        label = value.labels[sink.argument] if sink.argument < len(value.labels) else ""
        shown = argument_node(program, call, f"{label}.{sink.key}" if label else sink.key) or shown
    names: set[str] = set()
    for node in walk(shown, lambda one: _made_of(assembly, one, cleaning), _MOST) if shown is not None else ():
        part = program.value(node)
        if (
            part.kind == "call"
            and set(words_of(callee_text(assembly, node))) & _MAKES_MARKUP
            and not _leaves_markup(assembly, node, cleaning)
        ):
            return False
        if part.kind in ("attribute", "name", "parameter", "index") and not _is_of_an_error(assembly, node):
            names |= set(words_of(part.text))
    around = program.function((call[0], value.scope)).qualified_name
    named = program.files[call[0]].path.rsplit(".", 1)[0].split("/")[-2:]  # the file and its folder: `chatbot/Turns.vue`
    page = {*(word for part in named for word in words_of(part)), *words_of(around)}
    return bool(names & _OF_REPLIES) or bool(names & _OF_CHATS and page & _SHOWS_CHATS)


def _is_of_an_error(assembly: Assembly, node: Node) -> bool:
    """Whether a value is a part of an error: `error.message` says what went wrong."""
    program, value = assembly.program, assembly.program.value(node)
    base = (node[0], value.inputs[0]) if value.kind in ("attribute", "index") and value.inputs else node
    if not _ERRORS.isdisjoint(words_of(program.value(base).text)):
        return True
    return any(program.value(one).kind == "unknown" and program.value(one).text == "exception" for one in program.origins(base))


def _made_of(assembly: Assembly, node: Node, cleaning: set[FunctionRef]) -> list[Node]:
    if assembly.program.value(node).kind == "call" and not _leaves_markup(assembly, node, cleaning):
        return []
    found = [origin for origin in assembly.program.origins(node) if origin != node and origin[0] == node[0]]
    return found + inputs_of(assembly.program, node)


def _leaves_markup(assembly: Assembly, call: Node, cleaning: set[FunctionRef]) -> bool:
    """Whether what a call gives may be the text it was given: a function of the project that cleans nothing, or a change of a text."""
    targets = list(assembly.program.targets(call))
    if targets:
        return not any(inner in cleaning for target in targets for inner in assembly.reach(target.function))
    if any(sink.role == "html" for sink in assembly.sinks.get(call, ())):
        return True
    return callee_text(assembly, call).rsplit(".", 1)[-1] in _LEAVES
