"""The model that is asked: it says as much as a real one would, and quotes lines that stand in what it was shown.

Takes a request, gives a reply: about 900 tokens for a scene, of which nothing is made up but the words, so that all of it is located, taken
over and read a second time. In every third scene it asks a tool first. What it says depends on the request alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import cycle, islice
from typing import Any

from tests.llm.analyst import analyst, elements_of, findings_of
from tests.llm.scripts import Answer, Call, Request, messages, schema_name, text_of, tool_names, turns, uses

Value = dict[str, Any]  # Any: a reply as JSON has it
_SPAN = re.compile(r"^== (?P<path>\S+)(?: page \d+)? lines (?P<start>\d+)-\d+\n(?P<lines>(?:(?!==|<<<).*\n)+)", re.MULTILINE)
_TEXT = (
    "whoever sends the request decides the amount and nobody compares it with the order that it belongs to so that money leaves the account"
    " of the shop for an order of somebody else while the record of it names only the agent and not the person who asked for it"
)
_WORDS = tuple(_TEXT.split(" "))
_ONE_IN = 3  # scenes that ask a tool


def script(request: Request, number: int) -> Answer:
    """What the model says."""
    told = "\n".join(text_of(one) for one in messages(request, "user"))
    if "read_lines" in tool_names(request) and turns(request) == 0 and _number_of(told) % _ONE_IN == 0 and (quotes := quotes_of(told)):
        return uses(
            Call("read_lines", {"path": quotes[0]["path"], "start": quotes[0]["line"], "end": quotes[0]["line"] + 20, "page": None})
        )
    return _SAYS(request, number)


def quotes_of(text: str) -> list[Value]:
    """Lines of the evidence, by which each claim is shown."""
    return list(_quotes(text))


def _quotes(text: str) -> Iterator[Value]:
    for span in _SPAN.finditer(text):
        for at, line in enumerate(span["lines"].splitlines()):
            if len(line.strip()) > 24 and "SECRET_" not in line and "[line goes on" not in line:
                yield {"path": span["path"], "line": int(span["start"]) + at, "text": line.strip(), "role": "sink"}


def _number_of(text: str) -> int:
    return int.from_bytes(sha256(text.encode()).digest()[:4], "big")


def _prose(words: int, seed: int = 0) -> str:
    return " ".join(islice(cycle(_WORDS), seed % len(_WORDS), seed % len(_WORDS) + words)).capitalize() + "."


def _survey(text: str) -> Value:
    quotes, elements = quotes_of(text) or [_NOWHERE], re.findall(r"^- (\w+:\S[^|]*?) \| ", text, re.MULTILINE) or ["agent:none"]
    return {
        "purpose": _prose(45), "assets": [_prose(6, n) for n in range(6)],
        "elements": [
            {"kind": "third_party", "name": f"Clerk {n}", "zone": "user", "quotes": [quotes[-1 - n % len(quotes)]]} for n in range(2)
        ],
        "flows": [],
        "corrections": [
            {"element": elements[n % len(elements)], "says": _prose(20, n), "quotes": [quotes[n % len(quotes)]]} for n in range(6)
        ],
        "contradictions": [
            {
                "threat": f"custom/promise-not-kept-{n}", "element": elements[n % len(elements)], "classes": ["repudiation"],
                "title": _prose(10, n), "description": _prose(40, n),
                "said": {**quotes[n % len(quotes)], "role": "claim"}, "done": [quotes[-1 - n % len(quotes)]],
            }
            for n in range(3)
        ],
    }  # fmt: skip


def _threats(text: str) -> Value:
    quotes, elements = quotes_of(text) or [_NOWHERE], elements_of(text) or ["agent:none"]
    return {
        "threats": [
            {
                "threat": f"custom/trust-in-a-stranger-{n}", "element": elements[n % len(elements)], "classes": ["tampering"],
                "title": _prose(11, n), "description": _prose(44, n), "path": elements[: 1 + n], "quotes": _spread(quotes, 2, n),
                "factors": [{"factor": "about_people", "quote": _spread(quotes, 1, n)[0]}],
                "mitigations": [{"text": _prose(16, n), "test": _prose(16, n + 7)}],
            }
            for n in range(3)
        ],
        "opinions": [
            {"finding": identity, "stance": "for", "reason": _prose(28, n), "quotes": _spread(quotes, 1, n + 3)}
            for n, identity in enumerate(findings_of(text)[:2])
        ],
    }  # fmt: skip


def _verdicts(text: str) -> Value:
    numbers = re.findall(r"^(\d+)\. \[", text, re.MULTILINE)
    return {"verdicts": [{"number": int(number), "verdict": "stands", "reason": _prose(45, int(number))} for number in numbers]}


def _summary(text: str) -> Value:
    ids = findings_of(text)
    return {
        "headline": _prose(18), "paragraphs": [_prose(80, n) for n in range(4)],
        "actions": [{"text": _prose(20, n), "findings": ids[n : n + 3]} for n in range(4)],
    }  # fmt: skip


def _spread(quotes: Sequence[Value], count: int, start: int) -> list[Value]:
    return [quotes[(start * 7 + n * 3) % len(quotes)] for n in range(count)]


_NOWHERE: Value = {"path": "nowhere.py", "line": 1, "text": "a line that stands nowhere", "role": "sink"}
_SAYS = analyst(survey=_survey, threats=_threats, verdicts=_verdicts, summary=_summary)
__all__ = ["quotes_of", "schema_name", "script"]
