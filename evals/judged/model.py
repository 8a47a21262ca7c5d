"""The form of a judged package: `NAME.yaml` in this folder.

`half` is a finding whose place is right and whose statement is only partly so; it counts as wrong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field, ValidationError, field_validator, model_validator

from evals.yaml_file import read_yaml
from pipeline.system.model import Frozen, Severity

FOLDER = Path(__file__).parent
Verdict = Literal["right", "wrong", "generic", "duplicate", "half"]
Sentence = Annotated[str, Field(min_length=10, max_length=600)]
# Relative, with forward slashes: what was scanned lies elsewhere on every machine.
Place = Annotated[str, Field(pattern=r"^[^/\\~:\n]([^:\n][^\n]*)?:[0-9]+$", description="`path/in/package.py:123`")]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]


Read = Literal["unmet", "in sight"]


class UnusableJudgement(Exception):
    """A file of judged findings that cannot be read; the text says which one and why."""


class JudgedFinding(Frozen):
    fingerprint: str = Field(pattern=r"^[0-9a-f]{16}$", description="The id of the finding in the scan.")
    threat: Slug
    severity: Severity = Field(description="As the scan said it, right or not.")
    rated: Severity | None = Field(
        default=None, description="By a reader who was not shown the scan's, from the definitions in docs/risk.md."
    )
    place: Place = Field(description="Where it was reported.")
    verdict: Verdict
    reason: Sentence = Field(description="One sentence of ours; nothing of the package is quoted.")
    read: Read | None = Field(
        default=None, description="Of a finding that came up later, in a package that was unmet when it was first read: `in sight`."
    )
    mitigated: bool = Field(default=False, description="Of a wrong one: whether a control that is in place prevents it.")


class Missed(Frozen):
    """What a reader found in the code and the scan did not say."""

    threat: Slug | None = Field(default=None, description="The threat that should have been reported; None: the catalog has none.")
    severity: Severity
    place: Place
    reason: Sentence


class JudgedPackage(Frozen):
    package: str = Field(min_length=1)
    source: str = Field(pattern=r"^(github:[^/\s]+/[^/@\s]+@[0-9a-f]{7,40}|(pypi:\S+==|npm:\S+@|nuget:\S+@|maven:\S+:)\S+)$")
    language: str = Field(pattern=r"^[a-z#+]+(, [a-z#+]+)*$", description="In lower case; of several the main one first.")
    lines: int = Field(ge=1)
    judged_at: str = Field(pattern=r"^[0-9a-f]{7,40}$", description="Commit of threatloom whose scan was judged.")
    read: Read = Field(
        default="in sight",
        description="`unmet`: no rule had met it, and its reader wrote none. `in sight`: read by those who mended rules with it at hand.",
    )
    findings: tuple[JudgedFinding, ...] = ()
    missed: tuple[Missed, ...] = ()

    @field_validator("package", "judged_at", mode="before")
    @classmethod
    def _text(cls, value: object) -> object:
        return str(value) if isinstance(value, int) else value  # YAML reads a commit of digits alone as a number

    @model_validator(mode="after")
    def _judged_once(self) -> JudgedPackage:
        twice = [one for one, times in Counter(finding.fingerprint for finding in self.findings).items() if times > 1]
        if twice:
            raise ValueError(f"judged more than once: {', '.join(twice)}")
        return self


def read_package(file: Path) -> JudgedPackage:
    """The judged findings of one file.

    Raises:
        UnusableJudgement: it is no such file, or a finding in it has no verdict yet.
    """
    try:
        given = read_yaml(file)
        return JudgedPackage.model_validate(given)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as failure:
        raise UnusableJudgement(f"{file}: {failure}") from None
    except ValidationError as failure:
        raise UnusableJudgement(f"{file}: {'; '.join(_told(failure, given))}") from None


def read_packages(place: Path = FOLDER) -> dict[str, JudgedPackage]:
    """The judged packages of a file or a folder, by file name without suffix, in its order.

    Raises:
        UnusableJudgement: one of them cannot be read.
    """
    files = sorted(place.glob("*.yaml")) if place.is_dir() else [place]
    return {file.stem: read_package(file) for file in files}


def _told(failure: ValidationError, given: Any) -> Iterator[str]:  # Any: whatever the YAML holds
    """Each fault with its finding, which is what someone who fills in a draft looks for."""
    for error in failure.errors(include_url=False):
        where = error["loc"]
        name = ".".join(str(part) for part in where)
        if len(where) > 1 and where[0] == "findings" and isinstance(where[1], int) and isinstance(given["findings"][where[1]], dict):
            name = f"finding {given['findings'][where[1]].get('fingerprint', where[1])}, {'.'.join(str(part) for part in where[2:])}"
        yield f"{name}: {error['msg']}"
