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
from ingest.purpose import measures
from pipeline.system.assembly import Assembly, Sink
from pipeline.system.flows.answer_types import is_typed_otherwise
from pipeline.system.flows.made_of import callee_text
from pipeline.system.model import Flow
from pipeline.system.program.arguments import argument_node
from pipeline.system.program.enclosing import outermost
from pipeline.system.program.replaced import escapes_markup, escaping_functions
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
_DOUBLES = frozenset({"fake", "mock", "stub", "dummy"})
# Parts of a message, or of what holds one, that are no words of who answers.
_OTHER_PARTS = frozenset({
    "schema", "date", "time", "timestamp", "created", "updated", "user", "username", "author", "avatar", "icon", "sender", "role", "id",
    "name",
    "source", "sources", "citation", "citations", "reference", "references", "metadata", "meta", "title", "question", "query", "prompt",
    "attachment", "attachments", "file", "files", "filename", "image", "images", "url", "link", "type", "status", "score",
})  # fmt: skip
_MOST, _CHOICES = 60, 3


def add_named_replies(assembly: Assembly) -> None:
    """Flows from the model that answers to the markup that is called its answer; none where a way of a reply to markup is known."""
    models = _answering(assembly)
    if not models or any(role == "html" and assembly.draft(source).kind in _MODELS for source, _target, role in assembly.flows):
        return
    cleaning = {  # what makes a number of a text says nothing of the other texts of a page
        _around(assembly, site.node)
        for site in assembly.sites.calls
        if "html" in site.rule.cleans and site.rule.control != "type_cast" and not {"html", "url"} <= set(site.rule.cleans)
    }
    escaping = escaping_functions(assembly)
    told: set[int] = set()  # files: one remedy for a page
    for call, sink in sorted(_markup(assembly), key=lambda one: one[0]):
        if call[0] in told or _around(assembly, call) in cleaning or is_typed_otherwise(assembly, call):
            continue
        if _is_of_the_program(assembly, sink) or not _shows_a_reply(assembly, call, sink, cleaning | escaping):
            continue
        model = next((one for one in models if _asked_by_page(assembly, one, call)), models[0])
        place = assembly.draft(model).evidence[0].model_copy(update={"role": "source"})
        end = assembly.cite(call, "sink", "named for what a model answers")
        if end is not None:
            told.add(call[0])
            assembly.flow(
                Flow(
                    id=f"{model}~>{sink.element}:html", source=model, target=sink.element, carries=("model_reply",), role="html",
                    steps=(place, end), choices=_CHOICES,
                )
            )  # fmt: skip


def _answering(assembly: Assembly) -> list[str]:
    """The models and agents whose replies leave the system, the likeliest first.

    A double of a model for tests answers nobody; what an entry's own question reaches answers before what only steps of a graph ask.
    """
    left: dict[str, int] = {}
    for (source, target, role), flows in assembly.flows.items():
        draft, kind = assembly.draft(source), assembly.draft(target).kind
        if role != "response" or draft.kind not in _MODELS or not draft.evidence or kind not in _ANSWERED:
            continue
        if any("model_reply" in flow.carries for flow in flows):
            left[source] = min(left.get(source, len(_ANSWERED)), _ANSWERED.index(kind))
    asked: dict[str, bool] = {}  # whether an entry asks, or a step alone
    for (source, target, role), flows in assembly.flows.items():
        if role not in ("prompt", "conversation") or assembly.draft(target).kind not in _MODELS or not assembly.draft(target).evidence:
            continue
        if any("user_input" in flow.carries for flow in flows):
            asked[target] = asked.get(target, False) or assembly.draft(source).kind in _ANSWERED[:-1]
    found = {one for one in {**left, **asked} if not _is_a_double(assembly, one)}
    if not found and asked | left:
        found = {
            draft.id for draft in assembly.drafts.by_id.values()
            if draft.kind == "agent" and draft.evidence and not _is_a_double(assembly, draft.id)
        }  # fmt: skip
    last = len(_ANSWERED) - 1

    def order(one: str) -> tuple[bool, bool, int, str]:
        outside = left.get(one, last) < last or asked.get(one, False)
        return measures(assembly.draft(one).evidence[0].path), not outside, left.get(one, last), one

    return sorted(found, key=order)


def _is_a_double(assembly: Assembly, model: str) -> bool:
    return not _DOUBLES.isdisjoint(words_of(assembly.draft(model).name.partition(" (")[0]))


def _asked_by_page(assembly: Assembly, model: str, call: Node) -> bool:
    """Whether the page in whose file something is shown asks this model itself."""
    path = assembly.program.files[call[0]].path
    pages = [source for source, target, role in assembly.flows if target == model and role in ("prompt", "conversation")]
    return any(assembly.draft(page).kind == "chat_ui" and any(e.path == path for e in assembly.draft(page).evidence) for page in pages)


def _is_of_the_program(assembly: Assembly, sink: Sink) -> bool:
    """Whether all that is known to arrive at some markup are texts of the program's own files: greetings, notices."""
    known = [source for source, target, role in assembly.flows if role == "html" and target == sink.element]
    return bool(known) and all(assembly.draft(source).kind == "file_store" for source in known)


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
    if shown is None or _is_another_part(assembly, shown):
        return False
    names: set[str] = set()
    for node in walk(shown, lambda one: _made_of(assembly, one, cleaning), _MOST):
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


def _is_another_part(assembly: Assembly, shown: Node) -> bool:
    """Whether what is shown is a part that is named for something else than what holds it, by whatever it is put into a form."""
    program, queue, found = assembly.program, [shown], list[str]()
    for _ in range(_MOST):
        if not queue:
            break
        node = queue.pop()
        value = program.value(node)
        if value.kind in ("attribute", "name", "parameter", "index"):
            found.append(value.text)
        elif value.kind == "call":
            queue += [(node[0], given) for given in value.inputs[1:]]
        elif value.kind in ("guarded", "await"):
            queue += [(node[0], given) for given in value.inputs[:1]]
        elif value.kind in ("choice", "format", "operation", "collection"):
            queue += [(node[0], given) for given in value.inputs]
    return bool(found) and all(words_of(name)[-1:] in ([word] for word in _OTHER_PARTS) for name in found)


def _leaves_markup(assembly: Assembly, call: Node, cleaning: set[FunctionRef]) -> bool:
    """Whether what a call gives may be the text it was given: a function of the project that cleans nothing, or a change of a text."""
    targets = list(assembly.program.targets(call))
    if targets:
        return not any(inner in cleaning for target in targets for inner in assembly.reach(target.function))
    if any(sink.role == "html" for sink in assembly.sinks.get(call, ())):
        return True
    return callee_text(assembly, call).rsplit(".", 1)[-1] in _LEAVES and not escapes_markup(assembly, call)
