"""Prose in other words: what documents say stays, how they say it differs.

Words and turns of phrase are exchanged for others of the same meaning, and neighbouring paragraphs change places where neither leans on
the other. Code, tables, headings, front matter, comments and quoted words stay, and so does prose that is part of the program (prompts,
rules for agents).
"""

from __future__ import annotations

import io
import random
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import PurePosixPath

import docx

from evals.variants.model import Changed, Tree

_TURNS: tuple[tuple[str, str], ...] = (
    (r"in order to", "to"), (r"because", "since"), (r"does not", "doesn't"), (r"do not", "don't"), (r"is not", "isn't"),
    (r"are not", "aren't"), (r"was not", "wasn't"), (r"cannot", "can't"), (r"for example", "for instance"), (r"such as", "like"),
    (r"however", "still"), (r"therefore", "hence"), (r"also", "in addition"), (r"currently", "at the moment"), (r"often", "frequently"),
    (r"about (?=\d)", "around "), (r"more than (?=\d)", "over "), (r"at least (?=\d)", "no fewer than "), (r"quickly", "fast"),
    (r"big", "large"), (r"begin(s?)", r"start\1"), (r"wants to", "would like to"), (r"whole", "entire"), (r"usually", "as a rule"),
    (r"every day", "daily"), (r"each night", "every night"), (r"every (?=\w+ is\b)", "each "), (r"shows", "displays"),
    (r"picks", "chooses"),
    (r"gets", "receives"), (r"needs to", "has to"), (r"help(s?) (?=\w)", r"assist\1 "),
)  # fmt: skip
_TURNED = tuple((re.compile(rf"\b{pattern}", re.I), words) for pattern, words in _TURNS)
_APART = re.compile(r"(`[^`]*`|\[[^\]]*\]\([^)]*\)|<[^>]*>|https?://\S+|\"[^\"]*\"|\u201c[^\u201d]*\u201d)")
_LEANS = re.compile(
    r"(?:it|this|that|these|those|they|he|she|then|but|and|also|so|still|however|both|such|instead|otherwise|there|here"
    r"|the (?:latter|former"
    r"|same|second|other|first)|in addition|for (?:this|that|example|instance)|\W)\b",
    re.I,
)
_NO_PARAGRAPH = re.compile(r"(?:[#>|*+\-<\[!:=]|\d+[.)]|\s|```|~~~|\w[\w -]{0,24}:)")
_POINTS_ON = re.compile(r":\s*$|\b(?:above|below|following|previous|next)\b", re.I)
_PROGRAM = re.compile(r"(?:^|/)(?:prompts?|templates|\.github|\.cursor|\.claude)/|(?:^|/)(?:AGENTS|CLAUDE|GEMINI|SKILL)\.md$|rules", re.I)


def paraphrase(tree: Tree, rng: random.Random) -> Changed:
    """Documents in other words."""
    result = dict(tree)
    for path, data in sorted(tree.items()):
        suffix = PurePosixPath(path).suffix.lower()
        if _PROGRAM.search(path):
            continue
        if suffix in (".md", ".markdown", ".rst") or (suffix == ".txt" and path.startswith("docs/")):
            result[path] = _document(data.decode("utf-8", "surrogateescape"), rng).encode("utf-8", "surrogateescape")
        elif suffix == ".docx":
            result[path] = _word(data)
    return Changed(result)


def turned(text: str) -> str:
    """A line of prose with other turns of phrase; what is quoted or code stays."""
    parts = _APART.split(text)
    for place in range(0, len(parts), 2):
        for pattern, words in _TURNED:
            parts[place] = pattern.sub(_in_case(words), parts[place])
    return "".join(parts)


def _in_case(words: str) -> Callable[[re.Match[str]], str]:
    def said(found: re.Match[str]) -> str:
        new = found.expand(words)
        return new[:1].upper() + new[1:] if found[0][:1].isupper() else new

    return said


def _document(text: str, rng: random.Random) -> str:
    blocks = re.split(r"(\n[ \t]*\n+)", text)
    fenced = front = False
    movable: list[int] = []
    for place in range(0, len(blocks), 2):
        block = blocks[place]
        if place == 0 and block.startswith("---"):
            front = True
        inside, fenced = fenced, fenced ^ bool(len(re.findall(r"^\s*(?:```|~~~)", block, re.M)) % 2)
        if inside or fenced or "```" in block or "~~~" in block or "<!--" in block or front:
            front = front and not re.search(r"\n---\s*$", block)
            continue
        if block.startswith((" ", "\t", "|", "#")) or "|--" in block or re.search(r"^(?:={3,}|-{3,}|\.\. )", block, re.M):
            continue
        blocks[place] = "\n".join(turned(line) for line in block.split("\n"))
        if not _NO_PARAGRAPH.match(block) and not _LEANS.match(block) and not _POINTS_ON.search(block):
            movable.append(place)
    for one, other in pairwise(movable):
        if other == one + 2 and rng.random() < 0.5 and blocks[one]:
            blocks[one], blocks[other] = blocks[other], blocks[one]
    return "".join(blocks)


def _word(data: bytes) -> bytes:
    """A Word file with other turns of phrase, where one run holds the words."""
    try:
        document = docx.Document(io.BytesIO(data))
    except (ValueError, KeyError, OSError):
        return data
    differs = False
    for paragraph in document.paragraphs:
        if paragraph.style is not None and (paragraph.style.name or "").startswith(("Heading", "Title")):
            continue
        for run in paragraph.runs:
            if (new := turned(run.text)) != run.text and not run._r.xpath(".//w:drawing|.//w:br|.//w:tab"):
                run.text = new
                differs = True
    if not differs:
        return data
    saved = io.BytesIO()
    document.save(saved)
    return saved.getvalue()
