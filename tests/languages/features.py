"""Pages of features of languages read as test cases: what of a feature is found in which language.

A page is `<group>/<feature>.md`: a title, a sentence, and a part per language (`## Python`) with one small system whose
lines are marked as on the paired pages of threats. A part with `todo` marks says after `Not yet:` what is missed; a part without
files says after `Does not exist:` why the language has no such thing. A further language is a further part.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from tests.threats.pages import Case, read_cases

FOLDER = Path(__file__).parent
GROUPS = {"names": "Names", "flows": "Flows", "inside": "Languages inside languages"}
LANGUAGES = ("Python", "TypeScript", "JavaScript", "Java", "Kotlin", "Go", "C#", "Dockerfile", "Workflow")
_PART = re.compile(r"^## (.+)$", re.MULTILINE)
_MISSED = ("todo", "todo-ok")


@dataclass(frozen=True)
class Part:
    """One feature in one language."""

    language: str
    case: Case | None  # None where the language has no such thing
    missed: str  # what is not found yet
    absent: str  # why the language has no such thing

    @property
    def state(self) -> str:
        """`works`, `partly`, `not yet` or `does not exist`."""
        if self.case is None:
            return "does not exist"
        marks = [mark.expectation for mark in self.case.marks]
        if not any(mark in _MISSED for mark in marks):
            return "works"
        return "partly" if "threat" in marks else "not yet"


@dataclass(frozen=True)
class Feature:
    """One page."""

    path: Path
    title: str
    about: str
    parts: tuple[Part, ...]


def read_feature(path: Path) -> Feature:
    """What one page says."""
    page = path.read_text("utf-8")
    head, *rest = _PART.split(page)
    title, _, about = head.strip().partition("\n")
    cases = {case.section: case for case in read_cases("", page)}
    parts = tuple(
        Part(language, cases.get(language), _after("Not yet", text), _after("Does not exist", text))
        for language, text in zip(rest[::2], rest[1::2], strict=True)
    )
    return Feature(path, title.removeprefix("# "), " ".join(about.split()), parts)


def features(group: str) -> list[Feature]:
    """The features of a group, by title."""
    return sorted((read_feature(path) for path in (FOLDER / group).glob("*.md")), key=lambda feature: feature.title)


def _after(word: str, text: str) -> str:
    """The sentence that follows a word at the beginning of a line."""
    found = re.search(rf"^{word}: (.+)$", text, re.MULTILINE)
    return found[1].strip() if found else ""
