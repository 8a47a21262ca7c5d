"""Where secrets stand in a text that is about to be sent.

Takes text, gives spans. The detectors are those of `ingest.secrets` and `ingest.told_secrets`; what is added here is what becomes of a
file on its way into a question: its lines are numbered, or it stands in a string of JSON. Such numbers are blanked, and where there are
escapes the text is looked at a second time without them; all positions stay. A text is cut into parts at blank lines where no secret can
lie across, so that what is asked again and again is looked at once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from ingest.secrets import find_secrets
from ingest.told_secrets import told_spans

Span = tuple[int, int]

# `  12| code`, `12: code`, `L12<tab>code`: what tells the number of a line, to models and people.
NUMBER = r"[ \t]{0,8}L?\d{1,7}[ \t]{0,2}[|:│→\t>]"
KEY_MARK = re.compile(r"-----(?:BEGIN|END) [A-Z0-9 ]{1,40}-----")

_NUMBERS = re.compile(rf"^{NUMBER}", re.MULTILINE)
_ESCAPED = re.compile(r"\\[nrt\"']")
_MARK = re.compile(r"\\+[nrt\"']|\"")
_REST = re.compile(r"(?<=[\w.-])[A-Za-z0-9_-]+")
_SHORTEST_PART = 1_500
_BLANK_LINE = re.compile(rf"\n(?:{NUMBER})?[ \t]*\r?\n(?!(?:{NUMBER})?[ \t]*(?:\+|[rRbBuUfF]{{0,2}}[\"']))")
_TOLD_AT_ONCE, _TOLD_OVERLAP = 150_000, 1_000
_SHORT = 8  # characters: a shorter value is looked for where it stands alone


def parts_of(text: str) -> Iterator[str]:
    """The text in pieces, none of which a secret leaves: the same text has the same pieces wherever it stands."""
    start = 0
    for cut in _BLANK_LINE.finditer(text):
        if cut.end() - start < _SHORTEST_PART:
            continue
        opened = text.rfind("-----BEGIN", start, cut.end())
        if opened >= 0 and cut.end() - opened < 20_000 and text.find("-----END", opened, cut.end()) < 0:
            continue
        yield text[start : cut.end()]
        start = cut.end()
    if start < len(text):
        yield text[start:]


def secret_spans(text: str) -> list[Span]:
    """Where secrets stand, in order and apart from each other."""
    found: list[Span] = []
    for view in _views(text):
        found += [(span.start, _whole(view, span.end)) for span in find_secrets(view)]
        for block in range(0, len(view), _TOLD_AT_ONCE):
            told = told_spans(view[block : block + _TOLD_AT_ONCE + _TOLD_OVERLAP])
            found += [(block + start, block + end) for start, end in told]
    return united(found)


def values_in(text: str) -> tuple[str, ...]:
    """The secrets of a text that are told anywhere by themselves, each once: to be hidden in other texts too, where no name tells them.

    Of a secret over several lines, each line; of one in pieces, the pieces. What might be a word is left out.
    """
    spans = [text[start:end] for start, end in secret_spans(text)]
    return tuple(dict.fromkeys(line for value in spans for line in lines_of(value) if is_distinctive(line)))


def lines_of(value: str) -> Iterator[str]:
    """The lines of a secret that are secret themselves."""
    for line in value.splitlines():
        bare = line.strip()
        if bare and not KEY_MARK.fullmatch(bare):
            yield bare


def is_distinctive(value: str, shortest: int = _SHORT) -> bool:
    """Whether a value is itself wherever it stands, and no word that code and prose use too."""
    if len(value) < shortest:
        return False
    letters = any(letter.isalpha() for letter in value)
    return (letters and any(letter.isdigit() for letter in value)) or len(set(value)) >= 14


def written_forms(value: str) -> tuple[str, ...]:
    """A value as it stands in text, in a string of JSON (once and twice), and in an address."""
    forms = [value]
    for ascii_only in (True, False):
        once = json.dumps(value, ensure_ascii=ascii_only)[1:-1]
        forms += [once, json.dumps(once, ensure_ascii=ascii_only)[1:-1]]
    forms.append(quote(value.encode("utf-8", "surrogatepass"), safe=""))
    return tuple(dict.fromkeys(forms))


def occurrences(text: str, value: str) -> Iterator[Span]:
    """Each place of a value; of a short one, each where it is no part of a word."""
    position = text.find(value)
    while position >= 0:
        end = position + len(value)
        if len(value) >= _SHORT or not (text[max(0, position - 1) : position].isalnum() or text[end : end + 1].isalnum()):
            yield position, end
            position = text.find(value, end)
        else:
            position = text.find(value, position + 1)


def united(spans: Iterable[Span]) -> list[Span]:
    """Spans in order; those that overlap become one."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def without_numbers(text: str) -> str:
    """The text with spaces where the numbers of its lines stood."""
    return _NUMBERS.sub(lambda match: " " * len(match[0]), text)


def _whole(text: str, end: int) -> int:
    """Where a secret really ends: a pattern may know only its beginning, as that of web tokens, or have a longest length."""
    rest = _REST.match(text, end)
    return end if rest is None else rest.end()


def _views(text: str) -> Iterator[str]:
    blanked = without_numbers(text)
    yield blanked
    if _ESCAPED.search(blanked) is not None:
        yield _MARK.sub(_unescaped, blanked)


def _unescaped(match: re.Match[str]) -> str:
    """An escape of JSON as the character it stands for, at the same length; what stands in a string becomes lines of its own."""
    if match[0] == '"':
        return "\n"
    blank, what = " " * (len(match[0]) - 1), match[0][-1]
    if what in "nr":
        return f"{blank}\n"
    if what == "t":
        return f"{blank} "
    before = match.string[match.start() - 1 : match.start()]
    return what + blank if before.strip(" \t\n:=(,[{+") else blank + what
