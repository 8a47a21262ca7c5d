"""Which of several ways a finding tells of first.

Takes ways of flows, gives what to sort them by: what an outsider writes most directly comes first, and of lines that are
logged those that name what was said. Judged from names and from the quoted lines where a way begins and ends, so it decides
about the headline and about nothing else.
"""

from __future__ import annotations

import re

from ingest.purpose import measures
from pipeline.system.model import Flow
from pipeline.system.rules.words import words_of

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
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")  # `userPrompt` speaks of a prompt
_QUOTED = re.compile(r"(?<=[\"'`}])[^\"'`{}$]*(?=[\"'`{$])|%[a-z]")
_HANDS_ON = re.compile(
    r"(?i)(?:write_?|print_?|add_?)?(?:log|logger|logging)?_?(?:debug|info|warn|warning|error|trace|verbose|log|message|event)?"
)
_ON_TROUBLE = re.compile(
    r"(?i)(?:\b|log_?)(?:error|warn|warning|exception|fatal)[fw]?\("
    r".*\b(?:invalid|failed|failure|unable|unknown|unexpected|unsupported|malformed|cannot|error|not found|missing)\b"
)
_DEBUGGING = re.compile(r"(?i)(?:\b\w*\.|\blog_?)(?:log)?(?:debug|trace|verbose)(?:f|w|ln|kv|s|ctx|context)?\(")


def telling(way: tuple[Flow, ...]) -> tuple[bool, tuple[bool, int, int], int, bool, int, int]:
    """What to sort ways by: the first one is told.

    Ways of the program before ways of what measures it, then ways that begin with outsiders' data first, then those that
    bring its text, then the shortest.
    """
    rank = min((_FIRST.index(label) for label in way[0].carries if label in _FIRST), default=len(_FIRST))
    # An address that is chosen is no text, and a picture is one to few readers.
    label = _brings_a_label(way[0]) or way[-1].role == "url" or any("base64" in step.quote for flow in way for step in flow.steps)
    return is_measured(way), how_telling(way), rank, label, len(way), sum(len(flow.steps) for flow in way)


def how_telling(way: tuple[Flow, ...]) -> tuple[bool, int, int]:
    """What to sort lines of a log by: first those that are surely written, then those that name what was said, whole texts before parts."""
    little, prints = says_little(way), way[-1].prints if way else 0
    return little in (2, 3) or prints == 2, little, prints


def is_measured(way: tuple[Flow, ...]) -> bool:
    """Whether a way passes code that measures the program: whoever mends it looks at the program first."""
    return any(measures(step.path) for flow in way for step in flow.steps)


def says_little(way: tuple[Flow, ...]) -> int:
    """Of a line of a log: 0 where it names what was said, 1 where it may, 2 and 3 likewise for debugging, 4 where it tells of trouble."""
    if not way or way[-1].role != "log" or not way[-1].steps:
        return 0
    line, written = _logged_at(way[-1])
    if _ON_TROUBLE.search(line):
        return 4
    said = 0 if _SAID.search(_HUMP.sub("_", _QUOTED.sub("", line))) else 1
    return 2 + said if _DEBUGGING.search(written) else said


def _logged_at(flow: Flow) -> tuple[str, str]:
    """The line that says what is logged, and all that says how: of a function that only hands on to a log, the line that calls it."""
    last = flow.steps[-1]
    before = next((step for step in reversed(flow.steps[:-1]) if step.path != last.path), None)
    name = flow.target.partition(":")[2].partition(" (")[0].rpartition(".")[2]
    if before is None or not _HANDS_ON.fullmatch(name):
        return last.quote, last.quote
    return before.quote, f"{name}({before.quote}"


def _brings_a_label(flow: Flow) -> bool:
    """Whether a way begins in code named for a key or number, or its first lines take one and nothing that is named for a text."""
    is_address = flow.source.startswith(("http_route:", "websocket:", "webhook:"))  # `/chat/:botId` ends in what is asked about
    if not is_address and words_of(flow.source.split(" (")[0])[-1:] in ([word] for word in _LABELS):
        return True
    begun = [step.quote for step in flow.steps[:2]]
    return any(_LABEL_OF.search(quote) for quote in begun) and not any(_TEXT_OF.search(quote) for quote in begun)
