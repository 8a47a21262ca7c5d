"""Texts that code loads from files of the tree: which file a reading expression means.

Takes the texts of files and a value of the program, gives the stored text. A path is known by its constant parts
(`Path(__file__).parent / "prompts" / "system.md"`, `os.path.join(HERE, "system.txt")`); it counts only inside a call or a
path expression, for a path that is a prompt itself is a text and not a file. Names put together at run time are not followed.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from ingest.code.program import Node, Program
from ingest.facts import DocumentFacts, StoredText, TextFacts
from ingest.source import Place

_SUFFIXES = (
    ".prompt", ".prompty", ".jinja", ".jinja2", ".j2", ".txt", ".md", ".markdown", ".mdx", ".rst", ".yaml", ".yml", ".json",
)  # fmt: skip
_OWN = (".prompt", ".prompty", ".jinja", ".jinja2", ".j2")
_LONGEST = 300  # characters of a path
_STEPS = 30


class PromptFiles:
    """The loadable texts of a tree, asked by where code says they lie."""

    def __init__(self, facts: Sequence[TextFacts | DocumentFacts]) -> None:
        self._texts: dict[str, tuple[StoredText, ...]] = {}
        for file in sorted(facts, key=lambda found: found.path):
            held = file.texts if isinstance(file, TextFacts) else _whole(file)
            if held and file.path.lower().endswith(_SUFFIXES):
                self._texts[file.path] = held
        self._by_name: dict[str, list[str]] = {}
        for path in self._texts:
            self._by_name.setdefault(PurePosixPath(path).name, []).append(path)

    def read_by(self, program: Program, node: Node, key: str | None = "") -> StoredText | None:
        """The text that a call or a path expression leads to; `key` is the entry that is taken from it, None for any."""
        if not self._texts:
            return None
        value = program.value(node)
        if value.kind == "operation" and value.text == "/":
            given = [node]
        elif value.kind == "call":
            given = [(node[0], part) for part in value.inputs[1:4]]
        else:
            return None
        for argument in given:
            path = self._path(program.files[node[0]].path, _constants(program, argument))
            if path is not None:
                return self._entry(path, key)
        return None

    def is_for_prompts(self, stored: StoredText) -> bool:
        """Whether a file says by its name or folder that it holds prompts: anything may be loaded and given to a model."""
        path = stored.place.path.lower()
        return path.endswith(_OWN) or "prompt" in path or "/templates/" in f"/{path}"

    def _entry(self, path: str, key: str | None) -> StoredText | None:
        held = self._texts[path]
        if key is None:
            return held[0]
        return next((text for text in held if text.key == key or (key and text.key.endswith("." + key))), None)

    def _path(self, code: str, parts: Sequence[str]) -> str | None:
        """The file that constant parts of a path name: the nearest to the code, or the only one in the tree that ends so."""
        steps = [step for part in parts for step in part.replace("\\", "/").split("/") if step not in ("", ".", "..")]
        joined = "/".join(steps)
        if not steps or len(joined) > _LONGEST or not joined.lower().endswith(_SUFFIXES):
            return None
        known = [path for path in self._by_name.get(steps[-1], ()) if path == joined or path.endswith("/" + joined)]
        for folder in PurePosixPath(code).parents:
            near = joined if str(folder) == "." else f"{folder}/{joined}"
            if near in known:
                return near
        return known[0] if len(known) == 1 else None


def _whole(file: DocumentFacts) -> tuple[StoredText, ...]:
    if not file.passages or file.unit != "line":
        return ()
    text = "\n".join(passage.text for passage in file.passages)
    last = max(passage.place.end_line for passage in file.passages)
    return (StoredText("", text, Place(file.path, file.passages[0].place.start_line, last)),)


def _constants(program: Program, node: Node) -> list[str]:
    """The constant strings a path is put together from, in their order."""
    found: list[str] = []
    stack, seen = [node], 0
    while stack and seen < _STEPS:
        seen += 1
        for origin in program.origins(stack.pop())[:1]:
            value = program.value(origin)
            if value.kind == "constant" and value.constant_type == "string":
                found.append(value.text)
            elif value.kind == "call" or (value.kind in ("operation", "format") and (value.kind == "format" or value.text in ("/", "+"))):
                stack += [(origin[0], part) for part in reversed(value.inputs)]
            elif value.kind == "attribute":
                stack.append((origin[0], value.inputs[0]))
    return found
