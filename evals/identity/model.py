"""The form of `PACKAGE.yaml` in this folder: pairs of releases, and what was read of the findings that changed between them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import Field, ValidationError, model_validator

from evals.judged.model import Place, Sentence, Slug
from evals.yaml_file import read_yaml
from pipeline.system.model import Frozen

FOLDER = Path(__file__).parent
Id = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
What = Literal["lost", "new", "matched"]
Verdict = Literal[
    "right",      # lost or new: the code changed so that the threat went or came; matched: it is the same finding
    "identity",   # it is one finding under two ids, or two under one
    "detection",  # the code did the same before and after, and the scan saw it in one of them only
]  # fmt: skip
VERDICTS: tuple[Verdict, ...] = ("right", "identity", "detection")


class UnusablePairs(Exception):
    """A file of pairs that cannot be read; the text says which one and why."""


class ChangedFinding(Frozen):
    what: What
    id: Id = Field(description="Of a lost or matched one, in the scan of the earlier release.")
    now: Id | None = Field(default=None, description="Of a matched one, in the scan of the later release.")
    threat: Slug
    place: Place = Field(description="The first place that decides, in the release whose id is given.")
    verdict: Verdict
    reason: Sentence

    @model_validator(mode="after")
    def _matched_has_two(self) -> ChangedFinding:
        if (self.what == "matched") != (self.now is not None):
            raise ValueError("`now` is given of a matched one, and of no other")
        return self


class Pair(Frozen):
    before: str = Field(min_length=1)
    after: str = Field(min_length=1)
    findings: tuple[int, int] = Field(description="In the scan of the earlier and of the later release.")
    same: int = Field(ge=0, description="Findings that have the same id in both.")
    changed: tuple[ChangedFinding, ...] = ()

    @model_validator(mode="after")
    def _adds_up(self) -> Pair:
        lost, new, matched = (self.of(what) for what in ("lost", "new", "matched"))
        if self.findings != (self.same + len(matched) + len(lost), self.same + len(matched) + len(new)):
            raise ValueError("same, matched, lost and new do not add up to the findings")
        return self

    def of(self, what: str) -> tuple[ChangedFinding, ...]:
        return tuple(one for one in self.changed if one.what == what)


class Package(Frozen):
    package: str = Field(min_length=1)
    source: str = Field(pattern=r"^(pypi|npm|github):\S+$")
    scanned_at: str = Field(pattern=r"^[0-9a-f]{7,40}$", description="Commit of threatloom that scanned both.")
    pairs: Annotated[tuple[Pair, ...], Field(min_length=1)]


def read_pairs(folder: Path = FOLDER) -> tuple[Package, ...]:
    """All packages, by name.

    Raises:
        UnusablePairs: a file cannot be read.
    """
    return tuple(_read(file) for file in sorted(folder.glob("*.yaml")))


def _read(file: Path) -> Package:
    try:
        return Package.model_validate(read_yaml(file))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValidationError) as failure:
        raise UnusablePairs(f"{file}: {failure}") from None


def counted(changed: Iterable[ChangedFinding]) -> dict[Verdict, int]:
    given = [one.verdict for one in changed]
    return {verdict: given.count(verdict) for verdict in VERDICTS}
