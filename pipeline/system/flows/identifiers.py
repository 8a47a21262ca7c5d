"""What is written down, by what it is called: identifiers, counts, settings, errors and timings are no text of a conversation.

Takes a call that writes, gives the parts of what it writes that are none of these. Names are believed here: text in a
variable called `document_id` is not seen, and a score in a variable called `answer` counts as text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.flows.log_extras import is_beside_the_line
from pipeline.system.flows.nil_values import held_against_nil
from pipeline.system.program.spelling import spelled
from pipeline.system.rules.words import words_of

_IDENTIFIER = frozenset(
    {"id", "ids", "uuid", "guid", "hash", "digest", "count", "counts", "length", "size", "score", "scores", "importance", "rating", "rank",
     "status", "duration", "elapsed", "latency", "seconds", "timestamp", "usage", "tokens", "index", "version", "model", "type",
     "role", "url", "uri", "path", "filename", "filepath", "filenames", "port", "reason", "created", "mode", "language", "locale",
     "provider", "temperature", "limit", "offset", "page", "config", "settings", "dtype", "dir", "directory", "folder", "error", "err",
     "exception", "exc", "operation", "ok", "traceback", "stack", "timeout", "ms", "dimension", "dims", "percent", "uuids", "ratio",
     "tokenizer", "reference", "column", "table", "repo", "repository", "branch", "commit", "sha", "extension",
     "originalname", "link", "actor", "endpoint", "hostname", "quantity", "progress", "date", "time", "client", "tenant", "customer",
     "channel", "key", "mime", "mimetype",
     "similarity", "similarities", "dim", "shape", "threshold", "ttl", "bytes", "total", "attempt", "decision", "verdict", "severity",
     "enabled", "checksum", "md5", "sha1", "sha256", "sha512", "etag", "phone", "telephone", "msisdn"}
)  # fmt: skip
_ONLY_AFTER = {
    "code": ("status", "error", "exit", "return", "language", "country"),
    "text": ("status",),
    "owner": ("repo", "context", "repository"),
    "no": ("page", "line", "chunk"),
    "number": ("phone", "telephone", "page", "line", "chunk", "port"),
    "from": ("message", "msg", "update", "event", "info"),  # of a message: who sent it
    "email": ("to", "from", "user", "sender", "recipient"),  # an address; alone it may be a mail
}
_NAMES = frozenset({"name", "names", "file", "files"})  # of something: `server_name`, `plan_file`; alone they may be a person, or contents
_ERRORS = frozenset({"error", "errors", "err", "exception", "exc"})
_OF_ERRORS = frozenset({"text", "message", "msg", "detail", "details", "str", "description"})
_COUNTED = frozenset({"n", "num", "count", "total", "is", "has", "len"})
_COUNTERS = frozenset({"i", "j", "k", "n", "idx"})
# What a line says just before it writes the value down: "score: %s".
_CAPTION = frozenset(
    {
        "id",
        "ids",
        "uuid",
        "score",
        "scores",
        "count",
        "length",
        "duration",
        "elapsed",
        "latency",
        "tokens",
        "usage",
        "importance",
        "index",
        "indexes",
        "indices",
    }
)
_PATHS = re.compile(
    r"^(?:pathlib\.|os\.path\.(?:join|abspath|realpath|normpath)|os\.(?:listdir|scandir|walk)$|glob\.i?glob$|(?:node:)?path\.(?:join|resolve)$"
    r"|java\.nio\.file\.Path\b|java\.io\.File\b|go:path/filepath\.|System\.IO\.Path\.)"
)
_OPENS = ("read", "open", "load", "lines", "newinputstream")
_KEY = re.compile(r"[A-Za-z][\w.-]{0,39}")
_PLACEHOLDER = re.compile(r"%(?:\([^)]*\))?[-+ #0]*\d*(?:\.\d+)?[a-zA-Z]")
_COMPARES = frozenset({"==", "!=", "===", "!==", "<", ">", "<=", ">=", "in", "not in", "is", "is not", "not", "instanceof"})
_UNCHANGED = frozenset(
    {
        "str",
        "repr",
        "strip",
        "lower",
        "upper",
        "hex",
        "isoformat",
        "join",
        "value",
        "round",
        "sorted",
        "list",
        "set",
        "tuple",
        "toLowerCase",
        "toUpperCase",
        "trim",
        "toString",
    }
)
# A part of what they are asked of: the first line of an error is one of an error.
_PARTS = frozenset({"split", "rsplit", "splitlines", "partition", "rpartition", "slice", "substring", "substr", "Substring", "Split",
                    "replace", "replaceAll", "Replace", "lstrip", "rstrip", "trimStart", "trimEnd"})  # fmt: skip
_OF_THE_PROCESS = ("traceback.", "time.", "datetime.", "uuid.", "os.get", "threading.", "sys.")
_KEYED = frozenset({"get", "pop", "getlist"})
# Entries of a record that say which of some known kinds it is: what a model that sorts texts answers, and no text itself.
_LABELS = frozenset({"category", "subcategory", "label", "class", "intent", "sentiment", "priority", "urgency", "confidence",
                     "classification", "probability", "polarity", "emotion", "level"})  # fmt: skip
# A service that is asked for these gives where something lies, and not what it was asked with.
_LINKS = frozenset({"image", "picture", "photo", "url", "link", "uri", "thumbnail", "id", "uuid", "avatar"})
_GIVES = frozenset({"get", "fetch", "create", "generate", "make", "upload", "draw", "shorten", "resolve", "save", "store"})
_TAKES_EACH = frozenset({"map", "flatMap", "Select"})
# By their manuals these answer with counts and identifiers, where `save` and `create` of mappers answer with the record.
_WRITES_TELL = frozenset(
    {"insertOne", "insertMany", "updateOne", "updateMany", "replaceOne", "deleteOne", "deleteMany", "bulkWrite", "insert_one",
     "insert_many",
     "update_one", "update_many", "replace_one", "delete_one", "delete_many", "bulk_write", "InsertOne", "InsertMany", "UpdateOne",
     "UpdateMany", "ReplaceOne", "DeleteOne", "BulkWrite", "InsertOneAsync", "InsertManyAsync", "UpdateOneAsync", "ReplaceOneAsync",
     "indexDocument", "updateDocument", "deleteDocument", "executeUpdate", "executemany", "ExecuteNonQuery", "ExecuteNonQueryAsync",
     "SaveChangesAsync", "SaveChanges"}
)  # fmt: skip
# Of an object or a text these tell a number, a yes or no, or what its entries are called.
_TELLS = frozenset(
    {"len", "type", "float", "int", "bool", "range", "keys", "isinstance", "hasattr", "any", "all", "startswith", "endswith", "startsWith",
     "endsWith", "includes", "contains", "Contains", "has", "some", "every", "isArray", "sum", "isEmpty",
     "isBlank", "indexOf", "hash", "Number", "Boolean", "parseInt"}
)  # fmt: skip


def texts(assembly: Assembly, call: Node) -> tuple[Node, ...]:
    """The parts of what a call writes that are neither named, nor announced by the line itself, as something other than text.

    One line may write an identifier beside the text, and both may come the same way.
    """
    value, captions, names = assembly.program.value(call), _captions(assembly, call), spelled(assembly, call)
    return tuple(
        dict.fromkeys(
            text
            for position in range(1, len(value.inputs))
            if captions.get(position, "") not in _CAPTION
            and not _named(value.labels[position])
            and not _is_keyed_otherwise(assembly, call, position)
            and not is_beside_the_line(assembly, call, value.labels[position])
            and not (names and _is_local(names[position - 1]))
            for text in _texts(assembly, (call[0], value.inputs[position]))
        )
    )


def _is_keyed_otherwise(assembly: Assembly, call: Node, position: int) -> bool:
    """Whether a logger that takes keys and values by turns is given a value under a key of another thing: `Info("asked", "user", id)`."""
    program, value = assembly.program, assembly.program.value(call)
    if position < 3 or not program.files[call[0]].path.endswith(".go"):
        return False
    key = program.constant((call[0], value.inputs[position - 1]))
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        return False
    words = words_of(key)
    return _named(key) or words[-1:] in (["tool"], ["user"], ["event"], ["op"], ["server"], ["function"], ["method"], ["source"])


def hands_on(assembly: Assembly, node: Node) -> bool:
    """Whether a value is what it is given: `", ".join(columns)`, `str(name)`, and a call of the project, of which the way tells."""
    program, value = assembly.program, assembly.program.value(node)
    if value.kind == "collection":
        return value.text == "comprehension"
    return value.kind == "call" and (program.value((node[0], value.inputs[0])).text in _UNCHANGED or bool(program.targets(node)))


def is_called_other_than_text(assembly: Assembly, node: Node) -> bool:
    """Whether a value is an entry, a parameter or an attribute that is named as an identifier, a count, a setting or the like."""
    value = assembly.program.value(node)
    if value.kind == "call" and len(value.inputs) > 1 and assembly.program.value((node[0], value.inputs[0])).text in _KEYED:
        key = assembly.program.constant((node[0], value.inputs[1]))
        return isinstance(key, str) and (_named(key) or _is_label(key))
    if value.kind in ("attribute", "index") and _is_label(value.text):
        return True
    if value.kind == "attribute" and words_of(value.text) == ["name"] and not _owner(assembly, node):
        return True  # of what a request describes
    return value.kind in ("attribute", "index", "parameter") and bool(value.text) and _named(value.text, _owner(assembly, node))


def _is_label(name: str) -> bool:
    """`category`, `ticket_priority`, `intentLabel`; not `label_text`."""
    return bool(name) and words_of(name)[-1:] != [] and words_of(name)[-1] in _LABELS


def gives_links(assembly: Assembly, node: Node) -> bool:
    """Whether a value is what a library answers that is asked for links or identifiers: `client.get_images(text)`."""
    value = assembly.program.value(node)
    if value.kind != "call" or len(value.inputs) < 2 or assembly.program.targets(node):
        return False
    words = words_of(assembly.program.value((node[0], value.inputs[0])).text)
    return len(words) > 1 and words[0] in _GIVES and words[-1].removesuffix("s") in _LINKS


def is_identifier(assembly: Assembly, node: Node) -> bool:
    """Whether a value is an entry, a parameter or an attribute that can only tell things apart, whatever is made of it later."""
    value = assembly.program.value(node)
    words = words_of(value.text) if value.kind in ("attribute", "index", "parameter") else []
    return words[-1:] in (["id"], ["uuid"], ["guid"]) or words in (["status", "text"], ["status", "code"], ["finish", "reason"])


def is_what_a_write_tells(assembly: Assembly, node: Node) -> bool:
    """Whether a value is what a store answers that was given something to keep: an identifier, a version, how many rows."""
    program, value = assembly.program, assembly.program.value(node)
    if value.kind != "call" or program.targets(node):
        return False
    names = (program.value((node[0], value.inputs[0])).text, *program.callee_names(node))
    return any(name.rpartition(".")[2] in _WRITES_TELL for name in names)


def is_a_path(assembly: Assembly, way: tuple[Node, ...]) -> bool:
    """Whether what is left at the end of a way is where a file lies: a path was made of it, and nothing was read from there."""
    found = False
    for node in way:
        if assembly.program.value(node).kind == "call":
            names = assembly.program.callee_names(node)
            opened = any(name.rpartition(".")[2].lower().startswith(_OPENS) for name in names)
            found = not opened and (found or any(map(_PATHS.search, names)))
    return found


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


def _texts(assembly: Assembly, node: Node, depth: int = 0) -> Iterator[Node]:
    """The parts of an expression that are no identifier, count, setting or the like, by what they are called."""
    value = assembly.program.value(node)
    inner = [(node[0], given) for given in value.inputs]
    if node in held_against_nil(assembly):
        return
    if depth > 8:
        yield node
    elif value.kind == "constant" or (value.kind == "unknown" and not inner):
        return  # a caught exception is such an unknown: what it says is not followed
    elif value.kind in ("attribute", "index", "parameter", "name") and (
        value.text in ("__name__", "__class__", "__qualname__") or (value.text and _named(value.text, _owner(assembly, node)))
    ):
        return
    elif value.kind in ("index", "element_of", "await", "guarded"):
        if any(_texts(assembly, inner[0], depth + 1)):
            yield node
    elif value.kind == "call":
        yield from _texts_of_call(assembly, node, depth)
    elif value.kind == "format":
        names = iter(spelled(assembly, node))
        for position, part in enumerate(inner):
            local = assembly.program.value(part).kind != "constant" and _is_local(next(names, ""))
            if not local and not _is_announced(assembly, node, position):
                yield from _texts(assembly, part, depth + 1)
    elif value.kind == "collection" and inner:
        for label, given in zip(value.labels or ("",) * len(inner), inner, strict=False):
            if not _named(label):
                yield from _texts(assembly, given, depth + 1)
    elif value.kind == "operation" and value.text in _COMPARES:
        return
    elif value.kind in ("choice", "operation") and inner:
        for given in inner:
            yield from _texts(assembly, given, depth + 1)
    else:
        yield node


def _is_local(spelling: str) -> bool:
    """Whether an argument is a variable, or a field of one, with the name of an identifier, a count, a setting or the like."""
    owner, _, name = spelling.rpartition(".")
    if spelling in _COUNTERS:
        return True
    return name.isidentifier() and all(part.isidentifier() for part in owner.split(".") if owner) and _named(name, owner.rpartition(".")[2])


def _is_announced(assembly: Assembly, node: Node, position: int) -> bool:
    """Whether the text before a part of a formatted text calls it an identifier."""
    program, inputs = assembly.program, assembly.program.value(node).inputs
    before = program.value((node[0], inputs[position - 1])) if position else None
    return before is not None and before.kind == "constant" and _last_word(before.text) in _CAPTION


def _texts_of_call(assembly: Assembly, node: Node, depth: int) -> Iterator[Node]:
    program, value = assembly.program, assembly.program.value(node)
    callee = program.value((node[0], value.inputs[0]))
    arguments = [(node[0], given) for given in value.inputs[1:]]
    if callee.kind not in ("name", "attribute"):
        yield node
        return
    if callee.text in _TELLS or (
        not arguments and any(name.startswith(_OF_THE_PROCESS) for name in program.names((node[0], value.inputs[0])))
    ):
        return
    if callee.text in _TAKES_EACH and _takes_names(assembly, arguments, depth):
        return
    if callee.text in _KEYED and arguments:
        if not is_called_other_than_text(assembly, node):
            yield node
    elif callee.text in _UNCHANGED:
        given = [(node[0], callee.inputs[0])] if callee.kind == "attribute" and not arguments else arguments
        if not given:
            yield node
        for other in given:
            yield from _texts(assembly, other, depth + 1)
    elif callee.text in _PARTS and callee.kind == "attribute":
        if any(_texts(assembly, (node[0], callee.inputs[0]), depth + 1)):
            yield node
    elif not _named(callee.text):
        yield node


def _takes_names(assembly: Assembly, arguments: list[Node], depth: int) -> bool:
    """Whether a function takes of each member what is no text: `calls.map((call) => call.name)`."""
    program = assembly.program
    functions = [reference for given in arguments[:1] for name in program.names(given) for reference in program.functions.get(name, ())]
    returned = [(reference[0], one) for reference in functions for one in program.function(reference).returns]
    return bool(returned) and not any(text for one in returned for text in _texts(assembly, one, depth + 1))


def _owner(assembly: Assembly, node: Node) -> str:
    program, value = assembly.program, assembly.program.value(node)
    if value.kind != "attribute":
        return ""
    owner = program.value((node[0], value.inputs[0]))
    while owner.kind == "guarded":
        owner = program.value((node[0], owner.inputs[0]))
    return owner.text


def _named(name: str, owner: str = "") -> bool:
    """`conversation_id`, `total_tokens`, `n_docs`, `status_code`, and `function.name`; not `text_score_card`."""
    words = words_of(name)
    if not words:
        return False
    last, owners = words[-1], words_of(owner)
    if last in _ONLY_AFTER:
        before = words[:-1] or owners
        return bool(before) and before[-1] in _ONLY_AFTER[last]
    if last in _NAMES:
        of = words[:-1] or owners
        return bool(of) and of[-1] not in ("self", "this", "uploaded") and (of[-1] != "user" or words[-2:] == ["user", "name"])
    if last in _OF_ERRORS:
        return not (_ERRORS | {"status"}).isdisjoint(words[:-1] or owners[-1:])
    return last in _IDENTIFIER or last.removesuffix("s") in _IDENTIFIER or (len(words) > 1 and words[0] in _COUNTED)
