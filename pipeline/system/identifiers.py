"""What is written down, by what it is called: identifiers, counts, scores, status words and timings are no text of a conversation.

Takes an argument of a call, says whether it is one of these. Names are believed here: text in a variable called
`document_id` is not seen, and a score in a variable called `answer` counts as text.
"""

from __future__ import annotations

import re

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.words import words_of

_IDENTIFIER = frozenset(
    {"id", "ids", "uuid", "guid", "hash", "digest", "count", "counts", "length", "size", "score", "scores", "importance", "rating", "rank",
     "status", "duration", "elapsed", "latency", "seconds", "timestamp", "usage", "tokens", "index", "version", "model", "type",
     "role", "url", "uri", "path", "filename", "filepath", "filenames", "port", "reason", "created", "mode", "language", "locale",
     "provider", "temperature", "limit", "offset", "page"}
)  # fmt: skip
_ONLY_AFTER = {
    "code": ("status", "error", "exit", "return"), "name": ("function", "tool", "model", "class", "file", "column"),
    "names": ("function", "tool", "model", "class", "file", "document", "column"), "no": ("page", "line", "chunk"),
}  # fmt: skip
_COUNTED = frozenset({"n", "num", "count", "total", "is", "has", "len"})
# What a line says just before it writes the value down: "score: %s".
_CAPTION = frozenset(
    {"id", "ids", "uuid", "score", "scores", "count", "length", "duration", "elapsed", "latency", "tokens", "usage", "importance"}
)
_PLACEHOLDER = re.compile(r"%(?:\([^)]*\))?[-+ #0]*\d*(?:\.\d+)?[a-zA-Z]")
_UNCHANGED = frozenset(
    {"str", "repr", "strip", "lower", "upper", "hex", "isoformat", "join", "value", "round", "sorted", "list", "set", "tuple"}
)
_OF_THE_PROCESS = ("traceback.", "time.", "datetime.", "uuid.", "os.get", "threading.", "sys.")
_KEYED = frozenset({"get", "pop", "getlist"})


def only_identifiers(assembly: Assembly, call: Node) -> bool:
    """Whether all that a log call writes is named, or announced by the line itself, as something other than text.

    All of it: one line may write an identifier beside the text, and both come the same way.
    """
    value, captions = assembly.program.value(call), _captions(assembly, call)
    return all(
        captions.get(position, "") in _CAPTION
        or _named(value.labels[position])
        or _is_identifier(assembly, (call[0], value.inputs[position]))
        for position in range(1, len(value.inputs))
    )


def _captions(assembly: Assembly, call: Node) -> dict[int, str]:
    """For `log("user %s, score %s", a, b)`: the word before each placeholder, by the argument it stands for."""
    value = assembly.program.value(call)
    texts = [i for i in range(1, len(value.inputs)) if isinstance(assembly.program.constant((call[0], value.inputs[i])), str)]
    if not texts:
        return {}
    text = str(assembly.program.constant((call[0], value.inputs[texts[0]])))
    before = [_last_word(text[: match.start()]) for match in _PLACEHOLDER.finditer(text.replace("%%", "  "))]
    return {texts[0] + 1 + i: word for i, word in enumerate(before) if texts[0] + 1 + i < len(value.inputs)}


def _last_word(text: str) -> str:
    words = words_of(text[-60:])
    return words[-1] if words and not text.rstrip().endswith((".", ",", ";")) else ""


def _is_identifier(assembly: Assembly, node: Node, depth: int = 0) -> bool:
    """Whether an expression is an identifier, a count, a score, a status word or the like, by what it is called."""
    value = assembly.program.value(node)
    if depth > 8:
        return False
    inner = [(node[0], given) for given in value.inputs]
    if value.kind == "constant" or (value.kind == "unknown" and not inner):
        return True  # a caught exception is such an unknown: what it says is not followed
    if value.kind == "attribute" and value.text in ("__name__", "__class__", "__qualname__"):
        return True
    if value.kind in ("attribute", "index", "parameter", "name") and value.text and _named(value.text, _owner(assembly, node)):
        return True
    if value.kind in ("index", "element_of", "await", "guarded"):
        return _is_identifier(assembly, inner[0], depth + 1)
    if value.kind == "call":
        return _is_identifier_call(assembly, node, depth)
    if value.kind == "format":
        return all(_is_written_identifier(assembly, node, position, depth) for position in range(len(inner)))
    if value.kind == "collection":
        return bool(inner) and all(
            _named(label) or _is_identifier(assembly, given, depth + 1) for label, given in zip(value.labels, inner, strict=False)
        )
    if value.kind in ("choice", "operation"):
        return bool(inner) and all(_is_identifier(assembly, given, depth + 1) for given in inner)
    return False


def _is_written_identifier(assembly: Assembly, node: Node, position: int, depth: int) -> bool:
    """A part of a formatted text: an identifier, or something the text before it calls one."""
    program, inputs = assembly.program, assembly.program.value(node).inputs
    before = program.value((node[0], inputs[position - 1])) if position else None
    if before is not None and before.kind == "constant" and _last_word(before.text) in _CAPTION:
        return True
    return _is_identifier(assembly, (node[0], inputs[position]), depth + 1)


def _is_identifier_call(assembly: Assembly, node: Node, depth: int) -> bool:
    program, value = assembly.program, assembly.program.value(node)
    callee = program.value((node[0], value.inputs[0]))
    arguments = [(node[0], given) for given in value.inputs[1:]]
    if callee.kind not in ("name", "attribute"):
        return False
    if callee.text in ("len", "type", "float", "int", "bool"):
        return True
    if not arguments and any(name.startswith(_OF_THE_PROCESS) for name in program.names((node[0], value.inputs[0]))):
        return True
    if callee.text in _KEYED and arguments:
        key = program.constant(arguments[0])
        return isinstance(key, str) and _named(key)
    if callee.text in _UNCHANGED:
        given = [(node[0], callee.inputs[0])] if callee.kind == "attribute" and not arguments else arguments
        return bool(given) and all(_is_identifier(assembly, other, depth + 1) for other in given)
    return _named(callee.text)


def _owner(assembly: Assembly, node: Node) -> str:
    value = assembly.program.value(node)
    return assembly.program.value((node[0], value.inputs[0])).text if value.kind == "attribute" else ""


def _named(name: str, owner: str = "") -> bool:
    """`conversation_id`, `total_tokens`, `n_docs`, `status_code`, and `function.name`; not `text_score_card`."""
    words = words_of(name)
    if not words:
        return False
    if words[-1] in _ONLY_AFTER:
        before = words[:-1] or words_of(owner)
        return bool(before) and before[-1] in _ONLY_AFTER[words[-1]]
    return words[-1] in _IDENTIFIER or (len(words) > 1 and words[0] in _COUNTED)
