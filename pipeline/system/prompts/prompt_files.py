"""Texts that code loads from files of the tree: which file a reading expression means.

Takes the texts of files and a value of the program, gives the stored text. A path is known by its constant parts
(`Path(__file__).parent / "prompts" / "system.md"`, `os.path.join(HERE, f"{name}.md")`); it counts only inside a call or a
path expression, for a path that is a prompt itself is a text and not a file. What a parameter holds is known where one call is
looked at (`load_prompt("answer")`), or where all calls give the same. Other names put together at run time are not followed.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from ingest.code.program import Node, Program
from ingest.facts import DocumentFacts, StoredText, TextFacts
from ingest.source import Place
from pipeline.system.program.written_paths import UNKNOWN, Bound, written

_SUFFIXES = (
    ".prompt", ".prompty", ".jinja", ".jinja2", ".j2", ".txt", ".md", ".markdown", ".mdx", ".rst", ".yaml", ".yml", ".json",
)  # fmt: skip
_OWN = (".prompt", ".prompty", ".jinja", ".jinja2", ".j2")
_LONGEST = 300  # characters of a path


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

    def __bool__(self) -> bool:
        return bool(self._texts)

    def read_by(self, program: Program, node: Node, key: str | None = "") -> StoredText | None:
        """The first text that a call or a path expression leads to; `key` is the entry that is taken from it, None for any."""
        return next(iter(self.all_read_by(program, node, key)), None)

    def all_read_by(self, program: Program, node: Node, key: str | None = "", bound: Bound | None = None) -> list[StoredText]:
        """All texts it may lead to, where the path is chosen on the way; `bound` says what parameters hold."""
        if not self._texts:
            return []
        value = program.value(node)
        joins = value.kind == "call" and program.value((node[0], value.inputs[0])).text == "joinpath"
        if joins or (value.kind == "operation" and value.text == "/"):
            given = [node]
        elif value.kind == "call":
            given = [(node[0], part) for part in value.inputs[1:4]]
        else:
            return []
        for argument in given:
            paths = [self._path(program.files[node[0]].path, path) for path in written(program, argument, bound or {})]
            found = [text for path in dict.fromkeys(paths) if path is not None and (text := self._entry(path, key)) is not None]
            if found or any(path is not None for path in paths):
                return found
        return []

    def at(self, code: str, path: str) -> tuple[StoredText, ...]:
        """All texts of the file that code means by a path."""
        found = self._path(code, path)
        return self._texts[found] if found is not None else ()

    def is_for_prompts(self, stored: StoredText) -> bool:
        """Whether a file says by its name or folder that it holds prompts: anything may be loaded and given to a model."""
        return _says_prompts(stored.place.path)

    def _entry(self, path: str, key: str | None) -> StoredText | None:
        held = self._texts[path]
        if key is None:
            return held[0]
        return next((text for text in held if text.key == key or (key and text.key.endswith("." + key))), None)

    def _path(self, code: str, path: str) -> str | None:
        """The file that a path names as far as it is known: the nearest to the code, or the only one in the tree that ends so."""
        steps = [step for step in path.replace("\\", "/").split("/") if step not in ("", ".", "..")]
        unknown = max((at for at, step in enumerate(steps) if UNKNOWN in step), default=-1)
        steps = steps[unknown + 1 :]
        joined = "/".join(steps)
        if not steps or len(joined) > _LONGEST or not joined.lower().endswith(_SUFFIXES):
            return None
        known = [path for path in self._by_name.get(steps[-1], ()) if path == joined or path.endswith("/" + joined)]
        for folder in PurePosixPath(code).parents:
            near = joined if str(folder) == "." else f"{folder}/{joined}"
            if near in known:
                return near
        if len(known) > 1 and "/" not in joined:  # `get_template("answer.md")`: the folder is known to another object
            known = [path for path in known if _says_prompts(path)]
        return known[0] if len(known) == 1 else None


def _says_prompts(path: str) -> bool:
    path = path.lower()
    return path.endswith(_OWN) or "prompt" in path or "/templates/" in f"/{path}"


def _whole(file: DocumentFacts) -> tuple[StoredText, ...]:
    if not file.passages or file.unit != "line":
        return ()
    text = "\n".join(passage.text for passage in file.passages)
    last = max(passage.place.end_line for passage in file.passages)
    return (StoredText("", text, Place(file.path, file.passages[0].place.start_line, last)),)
