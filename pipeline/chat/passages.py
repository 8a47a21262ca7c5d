"""Answers out of passages: where no kind of question fits, the lines of the files that say it, or nothing.

Takes a question and a search over the scanned files; gives an answer of cited lines where these account for most of what the question
asks, else None. Nothing is put into other words: a statement is what the lines say, and where they stand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from ingest.index.words import words
from pipeline.chat.citing import of_hit
from pipeline.chat.model import Answer, Statement
from pipeline.chat.questions import Asked
from pipeline.reports.escape import shorten
from pipeline.retrieval import Hit
from pipeline.retrieval.thesaurus import load_thesaurus

Search = Callable[[str], Sequence[Hit]]
_LOOKED_AT = 8  # hits
_WINDOW = 2  # lines around the best one
_ENOUGH = 0.62  # of the telling words of the question, in a few lines
# What else a line has to say to answer a question of a kind, and with how much of its words it then does.
_HAS_TO_SAY = {
    "retention": (
        re.compile(
            r"(?:\d+|one|two|three|four|five|six|seven|ten|twelve) (?:hour|day|week|month|year)|for ?ever|indefinite|delet|erase",
            re.I,
        ),
        0.3,
    ),
}
_SEARCHED = {"retention": "{question} kept for days, months or years, deleted after; retention"}
_RELATED = 0.4
_LEAST = 2  # words that stand there as they were asked
_MOST, _CLOSE = 2, 0.1
_MOST_SHOWN = 320
_PROSE = frozenset({"markdown", "html", "docx", "odt", "pdf", "pptx", "text", "rst", "rtf", "eml", "xlsx", "asciidoc"})
_SAID_ANYWAY = frozenset(
    words("can could would should possible thing stuff really ever also any other happen want need say tell know long many much")
) | {"how"}


def said_in(asked: Asked, search: Search | None, instead: Answer) -> Answer | None:
    """What passages say; None where they do not say enough."""
    if search is None:
        return None
    wanted = [word for word in dict.fromkeys(words(asked.plain)) if word not in _SAID_ANYWAY]
    if not wanted or (len(wanted) < _LEAST and asked.intent not in _HAS_TO_SAY):
        return None
    if asked.intent in _HAS_TO_SAY and asked.phrase:
        wanted = list(dict.fromkeys(words(asked.phrase))) or wanted
    pattern, enough = _HAS_TO_SAY.get(asked.intent, (None, _ENOUGH))
    found: list[tuple[float, Statement]] = []
    for hit in search(_SEARCHED.get(asked.intent, "{question}").format(question=asked.question))[:_LOOKED_AT]:
        best = _best_lines(hit, wanted, _LEAST if pattern is None else 0, pattern)
        if best is not None and best[0] >= enough:
            found.append(best)
    if not found:
        return None
    found.sort(key=lambda one: -one[0])
    chosen = [statement for score, statement in found if score >= found[0][0] - _CLOSE][:_MOST]
    return Answer(
        question=asked.question, intent=instead.intent, subject=instead.subject, statements=(*chosen, *instead.statements),
        not_answered="", follow_ups=instead.follow_ups, listed=instead.listed, origin="passages",
    )  # fmt: skip


def _best_lines(hit: Hit, wanted: Sequence[str], least: int, pattern: re.Pattern[str] | None) -> tuple[float, Statement] | None:
    """The few lines of a passage that say most of what is asked, and how much that is."""
    lines = hit.text.split("\n")
    if len(lines) > hit.end_line - hit.start_line + 1:
        return None  # the text is not line by line what stands in the file
    related = load_thesaurus()
    prose = hit.language in _PROSE
    best: tuple[float, int, int] | None = None
    for start in range(len(lines)):
        end = min(start + _WINDOW + 1, len(lines))
        said = set(words(" ".join(lines[start:end])))
        exact = sum(word in said for word in wanted)
        if exact < least or (pattern is not None and not pattern.search(" ".join(lines[start:end]))):
            continue
        share = sum(
            1.0 if word in said else _RELATED if any(other in said for other in related.get(word, ())) else 0.0 for word in wanted
        ) / len(wanted)
        share -= 0.0 if prose else 0.08  # code shares words with questions that it does not answer
        if best is None or share > best[0]:
            best = (share, start, end)
    if best is None:
        return None
    share, start, end = best
    while end - start > 1 and not lines[start].strip():
        start += 1
    while end - start > 1 and not lines[end - 1].strip():
        end -= 1
    quote = "\n".join(lines[start:end])
    first, last = hit.start_line + start, hit.start_line + end - 1
    shown = shorten(re.sub(r"\s+", " ", quote).strip(), _MOST_SHOWN)
    return share, Statement(text=f"{hit.path}:{first} says: “{shown}”", citations=(of_hit(hit, first, last, quote),))
