"""reStructuredText as passages with the true lines of the file.

docutils reads it, with file inclusion, raw output and configuration files turned off; nothing is rendered and nothing is imported.
Directives and roles that docutils does not know (Sphinx brings many) keep their text: what stands below such a directive is read as
text of its own, up to some depth. Each block's source is found again in the file, so that places are lines. Comments, metadata and
alternative texts are marked: they are not shown.

Left out: the targets of links, indices, what directives would compute (`automodule`, `toctree`, `math`), substitutions that are not used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ingest.documents.blocks import split_blocks
from ingest.documents.limits import Deadline, DocumentLimits, LimitReached, Pages, Reading, Unreadable
from ingest.documents.lines import text_lines
from ingest.documents.outline import Outline, squeezed
from ingest.facts import Hidden, Passage, PassageKind
from ingest.source import Place

if TYPE_CHECKING:
    from docutils import nodes  # type: ignore[import-untyped]  # published without types

_MAX_DEPTH = 6  # directives inside of directives that docutils does not know
_MAX_LINE = 20_000  # characters; inline markup of longer ones takes docutils too long
_SETTINGS: dict[str, object] = {
    "file_insertion_enabled": False,
    "raw_enabled": False,
    "_disable_config": True,
    "report_level": 5,
    "halt_level": 5,
    "warning_stream": False,
    "syntax_highlight": "none",
    "smart_quotes": False,
    "line_length_limit": 1_000_000,
    "doctitle_xform": False,
    "sectsubtitle_xform": False,
    "docinfo_xform": False,
}
_DIRECTIVE = re.compile(r"\s*\.\.\s+(?:\|[^|\n]+\|\s+)?(?P<name>[\w:+.-]+)\s*::(?P<argument>.*)")
_OPTION = re.compile(r"\s*:[\w-]+:(?:\s|$)")
_ROLE = re.compile(r":[\w:+.-]{1,60}:`([^`<\n]*?)(?:\s*<[^`>\n]*>)?`")
# Directives whose text is a program or a list of names, and those that only Sphinx fills.
_CODE = frozenset({"code-block", "sourcecode", "code", "literalinclude", "highlight", "prompt", "ipython", "testcode", "doctest", "mermaid",
                   "graphviz", "uml", "math", "jupyter-execute"})  # fmt: skip
_EMPTY = frozenset({"toctree", "automodule", "autoclass", "autofunction", "automethod", "autosummary", "index", "currentmodule", "include",
                    "module", "bibliography", "tabularcolumns"})  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Block:
    text: str
    kind: PassageKind
    level: int  # of a title
    source: str  # as it is written
    line: int  # as docutils says, 0 where it does not
    hidden: Hidden = ""


def read_pages(data: bytes, limits: DocumentLimits, deadline: Deadline) -> Pages:
    """The lines of the file, which are what evidence quotes."""
    deadline.check()
    return {None: text_lines(data, limits)}


def read_passages(path: str, data: bytes, limits: DocumentLimits, deadline: Deadline) -> Reading:
    """Blocks in the order of the file."""
    lines = text_lines(data, limits)
    outline = Outline()
    passages: list[Passage] = []
    cursor = 0
    for block in _blocks(lines, deadline, 0):
        deadline.check()
        if not block.text:
            continue
        moved = block.hidden == "metadata"  # docutils puts it before the title, wherever it stands
        first, last = _located(block, lines, 0 if moved else cursor)
        cursor = cursor if moved else max(cursor, first - 1)
        section = outline.enter(block.level, block.text) if block.kind == "title" else outline.section
        passages.append(Passage(block.text, block.kind, section, Place(path, first, last), block.hidden))
        if len(passages) > limits.max_passages:
            raise LimitReached(f"has more than {limits.max_passages} passages")
    title = next((passage.text for passage in passages if passage.kind == "title"), "")
    return Reading(title, tuple(passages), (), len(lines))


def _blocks(lines: Sequence[str], deadline: Deadline, depth: int) -> list[_Block]:
    from docutils import nodes

    document = _parsed(lines, deadline)
    found: list[_Block] = []
    stack: list[tuple[Any, int, bool]] = [(document, 0, False)]  # node, level of its titles, inside of a list
    while stack:
        deadline.check()
        node, level, listed = stack.pop()
        if isinstance(node, nodes.system_message):
            found += _of_unknown(node, deadline, depth)
            continue
        if (block := _block(node, level, listed)) is not None:
            found.append(block)
            found += _pictures(node)
            continue
        deeper = level + isinstance(node, nodes.section)
        listed = listed or isinstance(node, nodes.list_item)
        stack.extend((child, deeper, listed) for child in reversed(getattr(node, "children", ())))
    return found


def _parsed(lines: Sequence[str], deadline: Deadline) -> nodes.document:
    from docutils.frontend import get_default_settings  # type: ignore[import-untyped]
    from docutils.parsers.rst import Parser  # type: ignore[import-untyped]
    from docutils.utils import new_document  # type: ignore[import-untyped]

    settings = get_default_settings(Parser)
    for name, value in _SETTINGS.items():
        setattr(settings, name, value)
    document = new_document("document", settings)

    def note_source(source: str | None, offset: int | None) -> None:
        """docutils tells at each line where it is: the only moment to stop it."""
        deadline.check()
        document.current_source, document.current_line = source, None if offset is None else offset + 1

    document.note_source = note_source
    try:
        Parser().parse("\n".join(line.expandtabs(8) for line in lines), document)
    except RecursionError as error:
        raise Unreadable("is nested too deep to be read") from error
    return document


def _block(node: Any, level: int, listed: bool) -> _Block | None:
    """The block a node is, or None where its children are."""
    from docutils import nodes

    source, line = str(getattr(node, "rawsource", "") or ""), int(getattr(node, "line", 0) or 0)
    if isinstance(node, nodes.title | nodes.subtitle | nodes.rubric):
        return _Block(_plain(node), "title", max(1, level), source, line)
    if isinstance(node, nodes.comment):
        return _Block(squeezed(node.astext()), "other", 0, source or node.astext(), line, "comment")
    if isinstance(node, nodes.meta):
        text = squeezed(str(node.get("content", "")))
        return _Block(text, "other", 0, source or text, line, "metadata")
    if isinstance(node, nodes.row):
        cells = [_plain(cell) for cell in node.children]
        raw = "\n".join(str(part.rawsource) for part in node.findall(nodes.paragraph))
        return _Block(" | ".join(cells), "table_row", 0, raw, line)
    if isinstance(node, nodes.literal_block | nodes.doctest_block | nodes.math_block):
        return _Block(node.astext().rstrip(), "code", 0, source or node.astext(), line)
    if isinstance(node, nodes.image):
        return _Block("", "other", 0, source, line)
    if isinstance(node, nodes.caption):
        return _Block(_plain(node), "caption", 0, source, line)
    if isinstance(node, nodes.substitution_definition | nodes.target | nodes.pending | nodes.decoration):
        return _Block("", "other", 0, source, line)
    if isinstance(node, nodes.TextElement):
        return _Block(_plain(node), "list_item" if listed else "paragraph", 0, source or node.astext(), line)
    return None


def _pictures(node: Any) -> Iterator[_Block]:
    from docutils import nodes

    for image in node.findall(nodes.image):
        if text := squeezed(str(image.get("alt", ""))):
            yield _Block(text, "other", 0, text, int(image.line or node.line or 0), "alt_text")


def _of_unknown(message: Any, deadline: Deadline, depth: int) -> Iterator[_Block]:
    """The text below a directive that docutils does not know; it is given back whole."""
    from docutils import nodes

    given = next(iter(message.findall(nodes.literal_block)), None)
    if given is None:
        return
    lines = given.astext().split("\n")
    head = _DIRECTIVE.match(lines[0])
    if head is None:  # a table or a block whose form is broken: its words are read all the same
        yield from _of_lines(lines, 0)
        return
    if head["name"].lower() in _EMPTY:
        return
    body = lines[1:]
    while body and _OPTION.match(body[0]) is not None:
        body.pop(0)
    indents = [len(line) - len(line.lstrip()) for line in body if line.strip()]
    body = [line[min(indents, default=0) :] for line in body]
    first = int(message.get("line", 0) or 0)
    if head["name"].lower() == "raw":
        yield _Block(squeezed(" ".join(body)), "other", 0, "\n".join(body), first)
        return
    if head["name"].lower().split(":")[-1] in _CODE:
        if text := "\n".join(body).strip("\n"):
            yield _Block(text, "code", 0, text, first)
        return
    argument = _roles_as_text(head["argument"])
    if len(argument.split()) > 1:
        yield _Block(argument, "paragraph", 0, head["argument"], first)
    if depth < _MAX_DEPTH:
        yield from (_shifted(block, first) for block in _blocks(body, deadline, depth + 1))
        return
    yield from _of_lines(body, first)


def _of_lines(lines: Sequence[str], first: int) -> Iterator[_Block]:
    """Blocks of lines whose markup is not read."""
    for block in split_blocks(lines, hard_wrapped=False):
        kind: PassageKind = "paragraph" if block.kind == "title" else block.kind
        yield _Block(block.text, kind, 0, "\n".join(lines[block.first - 1 : block.last]), first)


def _shifted(block: _Block, first: int) -> _Block:
    kind: PassageKind = "paragraph" if block.kind == "title" else block.kind
    return _Block(block.text, kind, 0, block.source, block.line + first if first else 0, block.hidden)


def _plain(node: Any) -> str:
    """Text without markup; a role nobody knows is its text, or that of its link."""
    from docutils import nodes

    parts: list[str] = []
    stack = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, nodes.Text):
            parts.append(str(current))
        elif isinstance(current, nodes.problematic):
            parts.append(_roles_as_text(current.astext()))
        elif not isinstance(current, nodes.image | nodes.system_message | nodes.comment):
            if isinstance(current, nodes.paragraph | nodes.list_item):
                stack.append(nodes.Text(" "))
            stack.extend(reversed(current.children))
    return squeezed("".join(parts))


def _roles_as_text(text: str) -> str:
    return squeezed(_ROLE.sub(lambda role: role[1] or role[0], text))


def _located(block: _Block, lines: Sequence[str], cursor: int) -> tuple[int, int]:
    """First and last line of a block: where its source stands next, else where docutils says."""
    written = [line.strip() for line in block.source.replace("\0", "\\").split("\n")]
    written = [line for line in written if line] or [""]
    for index in range(cursor, len(lines)):
        if written[0] and written[0] in lines[index].expandtabs(8):
            last = index
            for wanted in written[1:]:
                following = next((at for at in range(last, min(len(lines), last + 6)) if wanted in lines[at].expandtabs(8)), None)
                if following is None:
                    break
                last = following
            return index + 1, last + 1
    line = min(max(block.line, cursor + 1, 1), max(1, len(lines)))
    return line, line
