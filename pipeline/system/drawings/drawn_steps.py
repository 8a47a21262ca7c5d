"""Which boxes of a drawn diagram are parts of a system.

Takes a diagram and how a box's kind is told, gives the nodes that may be taken for elements. A flowchart is drawn
for two things: for what a system is made of, and for what an algorithm does. The second has decisions, a
start, an end, and boxes that say what is done ("Add to the queue"); its boxes are no parts, whatever nouns
they hold, so it gives none. Of a drawing of parts, the decisions and the ends alone are left out.

A notation of threat models draws parts and nothing else. Any other may draw whatever people draw: a floor plan, a plan of work, what a
program made of its own names. Parts are taken from it where arrows join something that is known to be one, people apart.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from ingest.facts import Diagram, DiagramNode
from pipeline.system.model import ElementKind
from pipeline.system.rules.words import words_of

_ENDS = frozenset({"start", "end", "stop", "begin", "finish", "done", "exit", "return"})
_CHOSEN = frozenset({"yes", "no", "true", "false", "y", "n", "else", "otherwise"})
_DECIDING_SHAPES = frozenset({"rhombus", "diam", "decision", "diamond"})
_DOES = frozenset({
    "add", "append", "apply", "ask", "assemble", "build", "call", "calculate", "check", "choose", "classify", "clean", "clear", "collect",
    "combine", "compare", "compute", "continue", "convert", "create", "decide", "deduplicate", "delete", "detect", "determine", "disable",
    "display", "enable", "enter", "evaluate", "execute", "expand", "extract", "fetch", "find", "format", "generate", "get", "give", "go",
    "handle", "identify", "increment", "initialise", "initialize", "init",
    "insert", "inject", "invoke", "keep", "merge", "normalise", "normalize", "parse",
    "perform", "pick", "prepare", "print", "raise", "receive", "refine", "reject", "remove", "repeat", "reset", "respond", "resolve",
    "retrieve", "retry", "rewrite", "run", "save", "score", "select", "send", "set", "show", "skip", "sort", "split", "summarise",
    "summarize", "throw", "trim", "try", "update", "use", "validate", "verify", "visit", "wait", "write",
})  # fmt: skip
# Also names of things: said of what is done only where no noun for a part follows.
_DOES_OR_IS = frozenset({
    "answer", "cache", "chunk", "embed", "filter", "index", "load", "log", "monitor", "plan", "process", "query", "rank", "read", "reason",
    "reflect", "rerank", "review", "route", "search", "store", "stream", "test", "think", "transform", "upload",
})  # fmt: skip
_PARTS = frozenset({
    "agent", "api", "app", "bucket", "cache", "client", "cluster", "component", "database", "db", "engine", "frontend", "gateway", "index",
    "layer", "lambda", "model", "module", "node", "pipeline", "provider", "queue", "router", "server", "service", "store", "system",
    "table", "tool", "tools", "ui", "worker", "workers", "services", "agents", "manager", "handler", "processor", "history",
})  # fmt: skip


_PEOPLE: frozenset[ElementKind] = frozenset({"end_user", "anonymous_public", "operator"})
_FREE = frozenset({"drawio", "graphviz"})  # drawn by hand or by programs, for any end
_NAMED_BY_PROGRAM = re.compile(r"^\[\w+\]|::|^\w+(?:[./]\w+){2,}$|^[a-z]+_[a-z0-9_]+\.\w+")


def drawn_parts(diagram: Diagram, kind_of: Callable[[DiagramNode], ElementKind], is_formal: bool) -> tuple[DiagramNode, ...]:
    """The nodes that stand for parts; none of a diagram that draws the steps of an algorithm, types or something else."""
    named = tuple(node for node in diagram.nodes if node.label)
    if is_formal:
        return named
    if diagram.draws in ("steps", "types") or not any(_is_part(node, kind_of(node)) for node in named):
        return ()
    if diagram.language in _FREE and (not diagram.edges or 2 * sum(map(_is_named_by_program, named)) > len(named)):
        return ()
    turns = {node.id for node in named if _is_end(node) or _is_decision(node, diagram)}
    steps = turns | {node.id for node in named if _says_what_is_done(node)}
    parts = [node for node in named if node.id not in steps and (node.shape in ("database", "actor") or kind_of(node) != "component")]
    if len(steps) > len(parts) and (turns or 2 * len(steps) > len(named)):
        return ()
    return tuple(node for node in named if node.id not in turns)


def _is_part(node: DiagramNode, kind: ElementKind) -> bool:
    return node.kind == "store" or node.shape == "database" or (kind != "component" and kind not in _PEOPLE)


def _is_named_by_program(node: DiagramNode) -> bool:
    return _NAMED_BY_PROGRAM.search(node.label) is not None


def _is_end(node: DiagramNode) -> bool:
    return node.label.strip().lower() in _ENDS


def _is_decision(node: DiagramNode, diagram: Diagram) -> bool:
    """A diamond that asks, or that is left by a yes and a no: one that bears a name alone may be a router."""
    if node.shape not in _DECIDING_SHAPES:
        return False
    return node.label.rstrip().endswith("?") or any(
        edge.source == node.id and edge.label.strip().lower() in _CHOSEN for edge in diagram.edges
    )


def _says_what_is_done(node: DiagramNode) -> bool:
    words = words_of(node.label)
    if not words or node.shape in ("database", "actor", "participant"):
        return False
    if len(words) > 1 and words[0] in _DOES:
        return True
    return words[0] in _DOES_OR_IS and words[-1] not in _PARTS
