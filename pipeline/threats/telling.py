"""Which of several ways a finding tells of first.

Takes ways of flows, gives what to sort them by: what an outsider writes most directly comes first, and of lines that are
logged those that name what was said. Judged from names and from the quoted lines where a way begins and ends, so it decides
about the headline and about nothing else.
"""

from __future__ import annotations

import re

from ingest.purpose import measures
from pipeline.system.model import Flow
from pipeline.system.words import words_of

_FIRST = ("web_content", "user_input", "uploaded_file", "user_feedback")
# What is taken of an outsider's thing where only its label comes back, and what is taken where its text does.
_LABEL_OF = re.compile(r"\.(key|id|number|iid|uuid|sha|status_code|html_url|permalink)\b")
_LABELS = ("id", "ids", "key", "keys", "status", "token", "url", "urls", "count", "version", "size")
_TEXT_OF = re.compile(
    r"\b(text|body|content|contents|description|comments?|summary|title|snippet|page|html|markdown|message|transcript)\b", re.IGNORECASE
)

# Words of a program for what is said, outside of its constant texts, where placeholders stay.
_SAID = re.compile(
    r"(?i)(?<![a-z])(prompt|question|query|queries|messages?|answer|reply|response|resp|content|topic|task|text|chat|input|body)(?![a-z])"
)
_QUOTED = re.compile(r"(?<=[\"'`}])[^\"'`{}$]*(?=[\"'`{$])|%[a-z]")
_DEBUGGING = re.compile(r"(?i)\b\w*\.(log)?(debug|trace|verbose)[fw]?\(")


def telling(way: tuple[Flow, ...]) -> tuple[bool, int, int, bool, int, int]:
    """What to sort ways by: the first one is told.

    Ways of the program before ways of what measures it, then ways that begin with outsiders' data first, then those that
    bring its text, then the shortest.
    """
    rank = min((_FIRST.index(label) for label in way[0].carries if label in _FIRST), default=len(_FIRST))
    return is_measured(way), says_little(way), rank, _brings_a_label(way[0]), len(way), sum(len(flow.steps) for flow in way)


def is_measured(way: tuple[Flow, ...]) -> bool:
    """Whether a way passes code that measures the program: whoever mends it looks at the program first."""
    return any(measures(step.path) for flow in way for step in flow.steps)


def says_little(way: tuple[Flow, ...]) -> int:
    """Of a line of a log: 0 where it names what was said or answered, 1 where it may, 2 where it is written for debugging only."""
    if not way or way[-1].role != "log" or not way[-1].steps:
        return 0
    line = way[-1].steps[-1].quote
    return 2 if _DEBUGGING.search(line) else 0 if _SAID.search(_QUOTED.sub("", line)) else 1


def _brings_a_label(flow: Flow) -> bool:
    """Whether a way begins in code named for a key or number, or its first lines take one and nothing that is named for a text."""
    if words_of(flow.source.split(" (")[0])[-1:] in ([word] for word in _LABELS):
        return True
    begun = [step.quote for step in flow.steps[:2]]
    return any(_LABEL_OF.search(quote) for quote in begun) and not any(_TEXT_OF.search(quote) for quote in begun)
