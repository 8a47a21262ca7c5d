"""Edits of a tree that change nothing of what a system is: moved lines, comments, formatting, order, local names, places of files.

Each is a function from files by path, and a source of chance, to files by path. What an edit cannot change without changing what the text
means it leaves as it is: it is an edit a person or a formatter makes, not noise. Renames give what was renamed along.
"""

from __future__ import annotations

import ast
import builtins
import io
import keyword
import random
import re
import subprocess
import sys
import tokenize
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath

Files = Mapping[str, str]
Edit = Callable[[Files, random.Random], dict[str, str]]

_SLASHES = (".ts", ".tsx", ".js", ".go", ".java", ".kt", ".cs")
_WORDS = ("Kept simple on purpose.", "TODO: measure this.", "See the notes of the last review.", "Not called often.")


def comments_added(files: Files, chance: random.Random) -> dict[str, str]:
    """Comments and blank lines above statements, and a header above the whole file."""
    return {path: _with_comments(path, text, chance) for path, text in files.items()}


def blank_lines_added(files: Files, chance: random.Random) -> dict[str, str]:
    """Lines moved: blank ones above everything and between the parts of a file."""
    return {path: _with_lines(path, text, chance, lambda _indent: [""] * chance.randint(1, 4)) for path, text in files.items()}


def reformatted(files: Files, chance: random.Random) -> dict[str, str]:
    """Another line length, other quotation marks, other indentation."""
    return {path: _reformatted(path, text, chance) for path, text in files.items()}


def functions_reordered(files: Files, chance: random.Random) -> dict[str, str]:
    """Functions and classes of a Python file in another order; all else stays where it is."""
    return {path: _reordered(text, chance) if path.endswith(".py") else text for path, text in files.items()}


def imports_reordered(files: Files, chance: random.Random) -> dict[str, str]:
    """Neighbouring imports of one line each in another order."""
    return {path: _imports_reordered(text, chance) for path, text in files.items()}


def locals_renamed(files: Files, chance: random.Random) -> dict[str, str]:
    """Local variables of Python functions under other names."""
    return {path: _locals_renamed(text, chance) if path.endswith(".py") else text for path, text in files.items()}


KEEPING: tuple[Edit, ...] = (comments_added, blank_lines_added, reformatted, functions_reordered, imports_reordered, locals_renamed)
"""Edits after which every finding has the id it had."""


def file_renamed(files: Files, path: str, now: str) -> dict[str, str]:
    """A file under another path, with the imports of it in Python mended."""
    was_module, now_module = _module(path), _module(now)
    renamed = {now if each == path else each: text for each, text in files.items()}
    if not path.endswith(".py"):
        return renamed
    return {each: _imports_mended(text, was_module, now_module) if each.endswith(".py") else text for each, text in renamed.items()}


def symbol_renamed(files: Files, was: str, now: str) -> dict[str, str]:
    """A function or class under another name, wherever it is written."""
    return {path: re.sub(rf"\b{re.escape(was)}\b", now, text) for path, text in files.items()}


# Python


def _with_comments(path: str, text: str, chance: random.Random) -> str:
    mark = "#" if path.endswith((".py", ".yaml", ".yml", ".toml", "Dockerfile")) else "//" if path.endswith(_SLASHES) else ""
    return (
        _with_lines(path, text, chance, lambda indent: [f"{indent}{mark} {chance.choice(_WORDS)}"] * chance.randint(1, 2)) if mark else text
    )


def _with_lines(path: str, text: str, chance: random.Random, made: Callable[[str], list[str]]) -> str:
    lines = text.split("\n")
    places = _between(path, text)
    chosen = {place for place in places if place == 1 or chance.random() < 0.6}
    out: list[str] = []
    for number, line in enumerate(lines, 1):
        if number in chosen:
            out += made(line[: len(line) - len(line.lstrip())])
        out.append(line)
    return "\n".join(out)


def _between(path: str, text: str) -> list[int]:
    """Numbers of lines that something can be put above."""
    if path.endswith(".py"):
        return [1] if not text.startswith(('"""', "from __future__", "#!")) and not _statements(text) else _statements(text)
    lines = text.split("\n")
    if path.endswith(_SLASHES):
        begins = re.compile(r"(export |public |func |async |function |class |interface |const |import |package |using |namespace |@|\[)")
        return [number for number, line in enumerate(lines, 1) if begins.match(line) and not _inside(lines, number)]
    if path.endswith((".yaml", ".yml", "Dockerfile")):
        return [
            number
            for number, line in enumerate(lines, 1)
            if re.match(r"[A-Za-z]", line) and (number == 1 or not lines[number - 2].endswith("\\"))
        ]
    return []


def _inside(lines: list[str], number: int) -> bool:
    """Whether a line stands in a text of several lines, or goes on with the line above."""
    above = "\n".join(lines[: number - 1])
    return above.count("`") % 2 == 1 or above.count('"""') % 2 == 1 or (number > 1 and lines[number - 2].startswith(("@", "[")))


def _statements(text: str) -> list[int]:
    tree = ast.parse(text)
    starts: list[int] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt) and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            decorators = getattr(node, "decorator_list", [])
            starts.append(min([node.lineno, *(each.lineno for each in decorators)]))
    lines = text.split("\n")
    alone = {
        number for number in starts if lines[number - 1].lstrip() and not re.match(r"\s*(elif|else|except|finally)\b", lines[number - 1])
    }
    strings = _lines_in_strings(text)
    return sorted(number for number in alone if number not in strings and "__future__" not in lines[number - 1])


def _lines_in_strings(text: str) -> set[int]:
    """Lines that begin inside of a text of several lines."""
    inside: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.end[0] > token.start[0]:
            inside |= set(range(token.start[0] + 1, token.end[0] + 1))
    return inside


def _reformatted(path: str, text: str, chance: random.Random) -> str:
    if path.endswith(".py"):
        quotes = chance.choice(("single", "double"))
        given = [sys.executable, "-m", "ruff", "format", "--isolated", "--line-length", str(chance.choice((48, 72, 100, 200)))]
        given += ["--config", f"format.quote-style='{quotes}'", "--config", "format.skip-magic-trailing-comma=true", "-"]
        return subprocess.run(given, input=text, capture_output=True, text=True, check=True).stdout
    if path.endswith(_SLASHES):
        unit = chance.choice(("\t", "    ", "  "))
        least = min((len(m) for m in re.findall(r"^( +)\S", text, re.MULTILINE)), default=0)
        if "`" not in text and '"""' not in text and least:
            text = re.sub(r"^ +", lambda m: unit * (len(m.group()) // least), text, flags=re.MULTILINE)
        if path.endswith((".ts", ".tsx", ".js")) and chance.random() < 0.5:
            text = re.sub(r"'([^'\"`\\\n]*)'", r'"\1"', text)
    return text


def _parts(text: str) -> list[tuple[bool, str]]:
    """A Python file in parts: functions and classes, each with what stands above it, and all else between them."""
    tree, lines = ast.parse(text), text.split("\n")
    parts: list[tuple[bool, str]] = []
    done = 0
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            start = min([node.lineno, *(each.lineno for each in node.decorator_list)]) - 1
            if start < done:
                continue
            if start > done:
                parts.append((False, "\n".join(lines[done:start])))
            assert node.end_lineno is not None
            parts.append((True, "\n".join(lines[start : node.end_lineno])))
            done = node.end_lineno
    parts.append((False, "\n".join(lines[done:])))
    return parts


def _reordered(text: str, chance: random.Random) -> str:
    parts = _parts(text)
    movable = [part for is_function, part in parts if is_function]
    chance.shuffle(movable)
    fresh = iter(movable)
    return "\n".join(next(fresh) if is_function else part for is_function, part in parts)


def _imports_reordered(text: str, chance: random.Random) -> str:
    one_line = re.compile(r"(?:import [\w.]+|from [\w.]+ import [\w, ]+|import .* from ['\"].*['\"];?|import [\w.]+;|using [\w.]+;)$")
    lines, out, block = text.split("\n"), [], list[str]()
    for line in [*lines, ""]:
        if one_line.match(line) and "__future__" not in line:
            block.append(line)
            continue
        chance.shuffle(block)
        out += [*block, line]
        block = []
    return "\n".join(out[:-1])


def _locals_renamed(text: str, chance: random.Random) -> str:
    """Names that are assigned in one function alone and are no parameter, attribute, keyword or module name anywhere in the file."""
    tree = ast.parse(text)
    stored, kept = list[str](), set(dir(builtins)) | set(keyword.kwlist)
    for node in ast.walk(tree):
        if isinstance(node, ast.arg) or (isinstance(node, ast.keyword) and node.arg):
            kept |= {node.arg or ""}
        elif isinstance(node, ast.Attribute):
            kept.add(node.attr)
        elif isinstance(node, ast.alias):
            kept |= {(node.asname or node.name).split(".")[0]}
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            kept.add(node.name)
            if isinstance(node, ast.ClassDef):
                kept |= {each.id for part in node.body for each in ast.walk(part) if isinstance(each, ast.Name) and part in node.body}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            kept |= set(re.findall(r"\w+", node.value))
        elif isinstance(node, ast.Global | ast.Nonlocal):
            kept |= set(node.names)
    for part in tree.body:
        names = [each.id for each in ast.walk(part) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)]
        if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            stored += names
        else:
            kept |= set(names)
    chosen = {name: f"{name}_{chance.choice(('now', 'given', 'here'))}" for name in sorted(set(stored) - kept) if chance.random() < 0.7}
    return _names_replaced(text, chosen)


def _names_replaced(text: str, names: Mapping[str, str]) -> str:
    lines = text.split("\n")
    at = [
        (node.lineno - 1, node.col_offset, node.id) for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name) and node.id in names
    ]
    for row, byte, name in sorted(at, reverse=True):
        line = lines[row].encode()
        if line[byte : byte + len(name.encode())] == name.encode():
            lines[row] = (line[:byte] + names[name].encode() + line[byte + len(name.encode()) :]).decode()
        else:
            return text  # inside of an f-string, whose places Python does not tell
    return "\n".join(lines)


def _module(path: str) -> str:
    return ".".join(PurePosixPath(path).with_suffix("").parts)


def _imports_mended(text: str, was: str, now: str) -> str:
    """`from a.b import c`, `from a import b`, `import a.b` and relative ones of the last part, as far as one line says them."""
    text = re.sub(rf"\b(from|import) {re.escape(was)}\b", rf"\1 {now}", text)
    folder, _, name = was.rpartition(".")
    now_folder, _, now_name = now.rpartition(".")
    if folder == now_folder:
        text = re.sub(rf"\bfrom \.{re.escape(name)} import", f"from .{now_name} import", text)
        if folder:
            text = re.sub(
                rf"\bfrom {re.escape(folder)} import {re.escape(name)}$",
                f"from {folder} import {now_name} as {name}",
                text,
                flags=re.MULTILINE,
            )
    return text
