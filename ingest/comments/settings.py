"""Comments of configuration: YAML by its own tokens, other formats by a small lexer that knows their strings.

`SYNTAXES` says for each format what begins a comment and what a string is. Where it cannot be told (a template that becomes YAML only when
it is filled in, an open string), there are none.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any

import yaml

from ingest.comments.speaking import Piece, beside, speaks, stands_alone


@dataclass(frozen=True, slots=True)
class Syntax:
    line: tuple[str, ...] = ()  # what begins a comment that ends with its line
    block: tuple[tuple[str, str], ...] = ()  # what begins and ends one that may have several
    strings: tuple[tuple[str, str], ...] = ()  # what begins and ends text, the longest first; no comment begins in it
    alone: bool = False  # a comment stands on a line of its own
    spaced: bool = False  # or has white space before it
    heredocs: str = ""  # a pattern of what begins lines of text; its group is the word that ends them


_QUOTES = (('"', '"'), ("'", "'"))
_C = (("/*", "*/"),)
SYNTAXES: Mapping[str, Syntax] = MappingProxyType(
    {
        "toml": Syntax(("#",), strings=(('"""', '"""'), ("'''", "'''"), *_QUOTES)),
        "json": Syntax(("//",), _C, strings=(('"', '"'),)),
        "hcl": Syntax(("#", "//"), _C, (('"', '"'),), heredocs=r"<<-?([A-Za-z_]\w*)"),
        "bicep": Syntax(("//",), _C, strings=(("'''", "'''"), ("'", "'"))),
        "hocon": Syntax(("#", "//"), strings=(('"""', '"""'), ('"', '"'))),
        "gradle": Syntax(("//",), _C, strings=(('"""', '"""'), ("'''", "'''"), *_QUOTES)),
        "xml": Syntax(block=(("<!--", "-->"),), strings=(("<![CDATA[", "]]>"),)),
        "nginx": Syntax(("#",), strings=_QUOTES, spaced=True),
        "go_mod": Syntax(("//",), spaced=True),
        "requirements": Syntax(("#",), spaced=True),
        "dockerfile": Syntax(("#",), alone=True, heredocs=r"<<-?[\"']?([A-Za-z_]\w*)[\"']?"),
        "lines": Syntax(("#", ";", "!"), alone=True),
        "dotenv": Syntax(("#",), strings=(), alone=True),
    }
)
_BY_SUFFIX = {
    ".toml": "toml", ".json": "json", ".jsonc": "json", ".code-workspace": "json", ".tf": "hcl", ".tofu": "hcl", ".tfvars": "hcl",
    ".bicep": "bicep", ".bicepparam": "bicep",
    ".yaml": "yaml", ".yml": "yaml", ".xml": "xml", ".csproj": "xml", ".fsproj": "xml", ".vbproj": "xml", ".props": "xml",
    ".config": "xml", ".gradle": "gradle", ".kts": "gradle",
}  # fmt: skip
_BY_KIND = {
    "dockerfile": "dockerfile", "nginx": "nginx", "go_mod": "go_mod", "requirements": "requirements", "makefile": "lines",
    "systemd_unit": "lines", "npmrc": "lines", "pip_config": "lines", "spring_settings": "lines", "gradle": "lines", "dotenv": "dotenv",
    "dvc_config": "lines", "ini_file": "lines", "hocon": "hocon",
}  # fmt: skip
_ACTION = re.compile(r"\{\{.*?\}\}", re.DOTALL)


def settings_comments(path: str, kind: str, text: str) -> Iterator[Piece]:
    """Comments of a file of configuration; of one that has none, nothing."""
    name = _BY_KIND.get(kind, "") if kind == "dotenv" else ""
    name = name or _BY_SUFFIX.get(PurePosixPath(path.lower()).suffix) or _BY_KIND.get(kind) or ("toml" if kind == "pyproject" else "")
    if name == "yaml" or kind == "kustomization":
        return _of_yaml(text)
    return _of_lexer(text, SYNTAXES[name]) if name in SYNTAXES else iter(())


# YAML


def _of_yaml(text: str) -> Iterator[Piece]:
    plain = _ACTION.sub(_filler, text) if "{{" in text else text
    plain = re.sub("[\x85\u2028\u2029]", " ", plain)
    lines = text.split("\n")
    try:
        scalars = list(_scalars(plain))
    except yaml.YAMLError:
        return
    starts, commented = [start for start, _ in scalars], _commented(lines)
    for number, line in enumerate(plain.split("\n")):
        for match in re.finditer(r"(?:(?<=\s)|^)#", line):
            here = (number, match.start())
            at = bisect_right(starts, here) - 1
            if at < 0 or not scalars[at][0] <= here < scalars[at][1]:
                if not speaks(line):
                    break
                alone = stands_alone(lines, number + 1, match.start())
                yield Piece(line[match.start() :], number + 1, beside(lines, number + 1, number + 1, alone=alone, others=commented))
                break


def _commented(lines: list[str]) -> frozenset[int]:
    return frozenset(number for number, line in enumerate(lines, 1) if line.lstrip().startswith("#"))


def _filler(match: re.Match[str]) -> str:
    """As long as what it stands for, and nothing to YAML; what stands alone on its line becomes white space."""
    line_start = match.string.rfind("\n", 0, match.start()) + 1
    line_end = match.string.find("\n", match.end())
    rest = match.string[match.end() : line_end if line_end >= 0 else None]
    fill = " " if not match.string[line_start : match.start()].strip() and not rest.strip() else "x"
    return "".join(char if char == "\n" else fill for char in match.group())


def _scalars(text: str) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # two classes without a common type
    tokens: Any = yaml.scan(text, Loader=loader)  # stubs say marks may be missing; the scanner always sets them
    for token in tokens:
        if isinstance(token, yaml.ScalarToken):
            yield (token.start_mark.line, token.start_mark.column), (token.end_mark.line, token.end_mark.column)


# Other formats


def _of_lexer(text: str, syntax: Syntax) -> Iterator[Piece]:
    lines = text.split("\n")
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    found = [(start, bisect_right(starts, start), said) for start, said in _lexed(text, syntax)]
    alone = {start for start, line, _ in found if not text[starts[line - 1] : start].strip()}
    others = frozenset(number for start, line, said in found if start in alone for number in range(line, line + 1 + said.count("\n")))
    for start, line, said in found:
        if speaks(said):
            yield Piece(said, line, beside(lines, line, line + said.count("\n"), alone=start in alone, others=others))


def _lexed(text: str, syntax: Syntax) -> Iterator[tuple[int, str]]:
    """(offset, text) of each comment."""
    begins = [*(opening for opening, _ in (*syntax.strings, *syntax.block)), *syntax.line]
    pattern = re.compile("|".join([*([f"(?P<here>{syntax.heredocs})"] if syntax.heredocs else []), *map(re.escape, begins)]))
    at = 0
    while (match := pattern.search(text, at)) is not None:
        start, mark = match.start(), match.group()
        if syntax.heredocs and match.group("here") is not None:
            end = re.compile(rf"^[ \t]*{re.escape(match[2])}[ \t]*$", re.MULTILINE).search(text, match.end())
            at = end.end() if end else len(text)
        elif (ending := dict(syntax.strings).get(mark)) is not None:
            at = _string_end(text, match.end(), ending, escapes=mark.startswith('"'))
        elif (ending := dict(syntax.block).get(mark)) is not None:
            end_at = text.find(ending, match.end())
            if end_at < 0:
                return
            at = end_at + len(ending)
            yield start, text[start:at]
        else:
            line_end = text.find("\n", start)
            at = line_end if line_end >= 0 else len(text)
            if _begins(text, start, syntax):
                yield start, text[start:at]
            else:
                at = match.end()


def _string_end(text: str, at: int, ending: str, *, escapes: bool) -> int:
    while at < len(text):
        if escapes and text[at] == "\\":
            at += 2
        elif text.startswith(ending, at):
            return at + len(ending)
        elif text[at] == "\n" and len(ending) == 1:
            return at  # strings of one line end with it
        else:
            at += 1
    return at


def _begins(text: str, start: int, syntax: Syntax) -> bool:
    line_start = text.rfind("\n", 0, start) + 1
    before = text[line_start:start]
    if syntax.alone:
        continued = text[:line_start].rstrip("\n").endswith("\\") if line_start and text[line_start - 1] == "\n" else False
        return not before.strip() and not (continued and not before)
    return not syntax.spaced or not before or before[-1].isspace()
