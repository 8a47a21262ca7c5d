"""Answers that say that there is none: what was looked for, what is called alike, and what may hold it and was not examined."""

from __future__ import annotations

from pipeline.chat.model import Answer
from pipeline.chat.questions import Asked
from pipeline.chat.view import View
from pipeline.chat.wording import called, listed
from pipeline.reports.wording import plural, skipped_count

_ASKABLE = (
    "what are the top risks?", "who can reach ...?", "what protects ...?", "which promises are broken?", "how do I fix ...?",
    "what was not examined?",
)  # fmt: skip


def none_of_it(asked: Asked, view: View) -> Answer:
    """A question that is understood, about something that is not there."""
    near = [called(view.elements[one]) for one in asked.near if one in view.elements]
    hint = f"; called alike: {listed(near, 4)}" if near else ""
    return Answer(
        question=asked.question, intent=asked.intent,
        not_answered=f"not in what was examined: nothing called “{asked.unknown}” was found{hint}{_missed(view)}",
        follow_ups=tuple(f"what do you know about {view.elements[one].name}?" for one in asked.near[:3] if one in view.elements),
    )  # fmt: skip


def not_understood(asked: Asked, view: View) -> Answer:
    """A question of no kind that is known."""
    return Answer(
        question=asked.question, intent="",
        not_answered=f"not in what was examined, as far as the question was understood{_missed(view)}",
        follow_ups=_ASKABLE,
    )  # fmt: skip


def _missed(view: View) -> str:
    """What was left out of the scan, where it may be."""
    scan = view.scan
    parts = [plural(skipped_count(scan), "file") + " skipped"] if scan.skipped else []
    parts += [plural(len(scan.errors), "error")] if scan.errors else []
    return f"; it may stand in what was left out ({', '.join(parts)})" if parts else ""
