"""Which part of an object the data is: paths of fields, and what happens to them where objects are built, copied and taken apart.

A path (Deutsch 1994) names the fields from the outside in: `("messages", "[0]", "content@user")`. `*` is any entry, `?` an entry by a
key that is not constant, `(key)` the keys themselves, `[2]` the third member of a list, a bare number a part of a tuple; `~a|b` is the
whole without the entries a and b, which were set anew; behind `@` stands who speaks, also of a text that a whole conversation was
written into (`@system`). A path that grew past its bound is cut at its inner end and then means all of what lies there. Nothing here
looks at a program: values are given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from ingest.code.graph import KEYS
from ingest.facts import Value

Path = tuple[str, ...]
Change = Callable[[Path], Path | None]
"""What becomes of a path in one step; None where the data does not go there"""
MAX_PATH = 3
NAMED: Path = ("#", "@named")  # which member of a written list it is: a verdict by its name, without the scores behind it
PLAIN: Path = ("#",)  # the data is a number, a date or the like: it can be learned from, not read as text
NUMBERS = frozenset({"embedding", "embeddings"})  # entries that hold vectors, whoever answered with them
# Entries in which a model's answer says how many tokens it took.
COUNTS = frozenset(
    {
        *("usage", "Usage", "usage_metadata", "usageMetadata", "UsageMetadata", "token_usage", "tokenUsage", "totalUsage"),
        *("total_tokens", "totalTokens", "TotalTokens", "prompt_tokens", "promptTokens", "PromptTokens"),
        *("completion_tokens", "completionTokens", "CompletionTokens", "input_tokens", "inputTokens", "InputTokens"),
        *("output_tokens", "outputTokens", "OutputTokens", "total_token_count", "totalTokenCount", "TotalTokenCount"),
        *("prompt_token_count", "promptTokenCount", "candidates_token_count", "candidatesTokenCount"),
    }
)
# Entries and arguments that say who answers, and not what is asked.
SELECTS = frozenset(
    {"model", "model_name", "modelName", "model_id", "modelId", "deployment", "deployment_name", "deploymentName", "provider"}
)
_AWAITED = frozenset({"asyncio.create_task", "asyncio.ensure_future", "asyncio.shield", "asyncio.wait_for", "asyncio.run",
                      "anyio.run", "trio.run", "globalThis.Promise.resolve"})  # fmt: skip
COPIES = (
    _AWAITED
    | frozenset({"copy.copy", "copy.deepcopy", "dataclasses.asdict", "attr.asdict", "attrs.asdict", "globalThis.structuredClone"})
    | {f"builtins.{name}" for name in ("dict", "list", "tuple", "set", "frozenset", "sorted", "reversed", "iter", "vars")}
)
REPLACES = frozenset({"dataclasses.replace", "copy.replace", "attr.evolve", "attrs.evolve"})
WRITES_JSON = frozenset({"json.dumps", "globalThis.JSON.stringify"})
# What writes a whole object down as one text, in Go, Java and C#, by the last part of its name.
SERIALISES = frozenset({"Marshal", "MarshalIndent", "MarshalToString", "writeValueAsString", "writeValueAsBytes", "toJSONString", "toJson",
                        "Serialize", "SerializeObject", "SerializeToUtf8Bytes"})  # fmt: skip
READS_JSON = frozenset({"json.loads", "globalThis.JSON.parse"})
_REORDERS = frozenset({"builtins.sorted", "builtins.reversed", "builtins.set", "builtins.frozenset"})
_SHIFTS = frozenset({"insert", "appendleft", "unshift", "splice", "extendleft"})
_NO_KEY = frozenset({"", "?", "*", "**"})
_WITHOUT, _MOST_SET = "~", 4
# How the parts of an entry are read where a table is gone through.
_OF_ENTRY = {"Key": "0", "getKey": "0", "Value": "1", "getValue": "1"}
VIEWS: Mapping[str, str] = {
    **dict.fromkeys(("keys", "keySet", "Keys"), "keys"),
    **dict.fromkeys(("values", "Values"), "values"),
    **dict.fromkeys(("items", "entries", "entrySet"), "items"),
}
"""What a table is asked for to give its keys, its values, or both as pairs, by what each language calls that"""


def under(key: str, path: Path) -> Path:
    """The path of what lies in an object's entry; that it is no text is not cut off."""
    longer = (key, *path)
    return longer if len(longer) <= MAX_PATH else (*longer[: MAX_PATH - 1], *PLAIN) if path[-1:] == PLAIN else longer[:MAX_PATH]


def take(path: Path, key: str) -> Path | None:
    """The path behind `key`; None where the data is in another field."""
    if not path:
        return ()
    if path == PLAIN or path[0].startswith("@"):
        return path
    if path[0].startswith(_WITHOUT):
        return None if key in set_anew(path) else ()
    head = path[0].split("@")[0]
    key = _OF_ENTRY.get(key, key) if head in ("0", "1") else key
    by_position = _is_position(key)
    if head == KEYS:  # nobody's entry
        return None
    if head in (key, "?") or key == "*":
        return path[1:]
    if head == "*":
        return path[1:] if by_position or key == "" else take(path[1:], key)
    if head.startswith("["):
        if by_position:
            return path[1:] if key.startswith("-") or head == f"[{key}]" else None
        return path[1:] if key == "" else take(path[1:], key)
    return path[1:] if head.isdigit() and key.startswith("-") and by_position else None


def _is_position(key: str) -> bool:
    return key.lstrip("-").isdigit()


def from_the_front(display: Value, key: str) -> str:
    """A position counted from the end, counted from the front where the display's length is known."""
    counted = key.startswith("-") and _is_position(key) and display.kind == "collection" and display.text in ("list", "tuple")
    if not counted or "*" in display.labels or int(key) < -len(display.inputs):
        return key
    return str(len(display.inputs) + int(key))


def anywhere(path: Path) -> Path:
    """The path of data in a list whose members may have changed their places."""
    return ("*", *path[1:]) if path and path[0].startswith("[") else path


def viewed(name: str) -> Change:
    """`keys`, `values` and `items` of a table: data under a key is no key; `items` gives pairs of both."""

    def change(path: Path) -> Path | None:
        if not path or "#" in path or path[0].startswith(_WITHOUT):
            return anywhere(path) if "#" in path else ()
        is_key = path[0] == KEYS
        if is_key == (name == "values") and name != "items":
            return None
        inside = ("0" if is_key else "1", *path[1:]) if name == "items" else path[1:]
        return ("*", *inside)[:MAX_PATH]

    return change


def part_of_entry(name: str) -> Change:
    """`entry.getKey()`, `entry.getValue()`; what else has such a method gives what it holds."""
    return lambda path: take(path, name) if path and path[0] in ("0", "1") else anywhere(path)


def member(display: Value, position: int) -> str:
    """What the path calls a member of a display that has no key of its own."""
    if display.text in ("tuple", "expression_list"):
        return str(position)
    if display.kind == "collection" and display.text == "list" and "*" not in display.labels[:position]:
        return f"[{position}]"
    return "*"


def gathered(path: Path, labels: Sequence[str], arguments: Sequence[int], argument: int) -> Path:
    """The path of an argument's data in the parameter that gathers these arguments: `def call(*command)`."""
    ahead = arguments[: arguments.index(argument)]
    if labels[argument] == "*":
        return anywhere(path) if ahead else path
    return under("*" if any(labels[other] == "*" for other in ahead) else f"[{len(ahead)}]", path)


def is_overwritten(path: Path, keys: Iterable[str]) -> bool:
    """Whether one of the keys that are set afterwards is the entry the data lies in."""
    head = path[0].split("@")[0] if path else ""
    return any(key not in _NO_KEY and head in (key, f"[{key}]") for key in keys)


def is_whole(path: Path) -> bool:
    """Whether the data is all of an object, or all but some of its entries."""
    return not path or path[0].startswith(_WITHOUT)


def is_number(path: Path) -> bool:
    """Whether the data is a number, a date or the like, or a list of such, wherever it lies."""
    return PLAIN[0] in path


def set_anew(path: Path) -> frozenset[str]:
    """The entries of a whole that were set anew."""
    return frozenset(path[0].removeprefix(_WITHOUT).split("|")) if path and path[0].startswith(_WITHOUT) else frozenset()


def without(path: Path, keys: Iterable[str]) -> Path:
    """A whole of which entries are set anew: `{**body, "user": me}` holds no `user` of the body."""
    if not is_whole(path):
        return path
    named = sorted(set_anew(path) | {key for key in keys if key.isidentifier()})[:_MOST_SET]
    return (f"{_WITHOUT}{'|'.join(named)}",) if named else path


def after_update(path: Path, update: Value) -> Path | None:
    """Where data of an object is after something was put into it; None where it was overwritten."""
    if update.text == "setdefault":
        return path
    if is_overwritten(path, update.labels[1:]):
        return None
    return anywhere(path) if update.text in _SHIFTS else without(path, update.labels[1:])


def reordered(path: Path, names: Iterable[str]) -> Path:
    """The path in what a copying function gives back."""
    return anywhere(path) if not _REORDERS.isdisjoint(names) else path


def leads_to(path: Path, key: str) -> bool:
    """Whether data under a path is, or holds, what stands under a key: `config.text`."""
    if key == "(text)":  # what is given is the text itself, not an object that holds it
        return not path
    if is_whole(path):
        return key.split(".")[0] not in set_anew(path)
    return all(
        part.split("@")[0] in (wanted, "*", "?", "") or (wanted == "*" and part.startswith("["))
        for part, wanted in zip(path, key.split("."), strict=False)
    )


# Changes: what a step does to any path


def same(path: Path) -> Path:
    """The step leaves the path as it is."""
    return path


def to_plain(_path: Path) -> Path:
    """The step leaves a number or the like."""
    return PLAIN


def as_text(path: Path) -> Path:
    """All that was in an object becomes one text; a number stays one."""
    return PLAIN if "#" in path else ()


def swallowed(path: Path) -> Path | None:
    """An outside call makes something of it; a number keeps its place, and the name of a model does not come back as its words."""
    if "#" in path or (path[:1] and path[0].startswith("@")):
        return path
    return None if path[-1:] and path[-1] in SELECTS else ()


def written_down(path: Path) -> Path | None:
    """An object becomes the text of a request or a file: whose words the data is stays known."""
    if "#" in path:
        return path
    spoken = next((part.partition("@")[2] for part in path if "@" in part), "")
    return (f"@{spoken}",) if spoken else swallowed(path)


def inside_only(path: Path) -> Path | None:
    """Only data in a known field goes on, not the object as a whole."""
    return None if is_whole(path) else path


def putting(key: str) -> Change:
    """The data becomes an object's entry."""
    return lambda path: under(key, path)


def taking(key: str) -> Change:
    """An object's entry is read; of a whole answer that came from outside, its counts are numbers."""
    if key in COUNTS:
        return lambda path: PLAIN if is_whole(path) and take(path, key) is not None else take(path, key)
    if key in ("Keys", "Values"):  # a view, where no field is called so
        view = viewed(VIEWS[key])
        return lambda path: view(path) if (found := take(path, key)) is None else found
    return lambda path: take(path, key)


def taking_like(begin: str, end: str) -> Change:
    """An entry is read whose name is put together, and begins and ends with these: `state[f"draft_{section}"]`."""

    def change(path: Path) -> Path | None:
        head = path[0].split("@")[0] if path else ""
        is_named = head.replace("-", "_").isidentifier()
        fits = len(head) >= len(begin) + len(end) and head.startswith(begin) and head.endswith(end)
        return None if is_named and not fits else take(path, "*")

    return change


def taking_number(key: str) -> Change:
    """An object's entry is read that holds vectors."""
    return lambda path: None if take(path, key) is None else PLAIN


def unless_overwritten(keys: Iterable[str], change: Change) -> Change:
    """What a step does to data whose entry is not set afterwards."""
    kept = tuple(keys)
    return lambda path: None if is_overwritten(path, kept) else change(without(path, kept))
