"""Threat models that people made: whether what they state is found from the design that stands in the same file.

OWASP Threat Dragon, the OWASP threat model library, CycloneDX threat models, Open Threat Model and AWS Threat Composer hold a design and
the threats its authors saw in it. A stated threat neither makes nor closes a finding, so that one scan gives both sides. The measure is
coarse: a threat counts as found when a finding has its class, and, where its authors say what it is about, is about the same element.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import get_args

from pydantic import Field

import threatloom
from evals.yardsticks.atlas import UnusableFile
from pipeline.findings.model import Finding, Scan
from pipeline.system.model import Claim, Frozen, Stride

_LETTERS = {name[0]: name for name in get_args(Stride)}
_WORDS = {name.replace("_", " ").partition(" of ")[2] or name.replace("_", " "): name for name in get_args(Stride)}


class ModelFigures(Frozen):
    """One threat model."""

    file: str
    elements: int
    stated: int
    judged: int = Field(description="Stated threats with a class that STRIDE knows; the others cannot be judged.")
    by_class: int = Field(description="Of these, the class is reported somewhere in the system.")
    placed: int = Field(description="Of the judged, those that say which element they are about.")
    by_element: int = Field(description="Of the placed, the class is reported at that element.")
    findings: int


def measure(path: Path) -> ModelFigures:
    """One file, scanned alone. Raises `UnusableFile` where it holds no stated threat."""
    if not path.is_file():
        raise UnusableFile(f"{path}: no such file")
    with tempfile.TemporaryDirectory() as place:
        shutil.copyfile(path, Path(place) / path.name)
        scan = threatloom.scan(place)
    stated = [claim for claim in scan.system.claims if claim.kind == "threat"]
    if not stated:
        raise UnusableFile(f"{path}: no threat is stated in it; Threat Dragon, Threat Composer, OTM and CycloneDX models can be measured")
    return figures(path.name, stated, scan)


def figures(name: str, stated: Iterable[Claim], scan: Scan) -> ModelFigures:
    """The stated threats of a scan beside its findings."""
    claims = tuple(stated)
    judged = [(claim, classes) for claim in claims if (classes := classes_of(claim.category))]
    placed = [(claim, classes) for claim, classes in judged if claim.about]
    return ModelFigures(
        file=name,
        elements=len(scan.system.elements),
        stated=len(claims),
        judged=len(judged),
        by_class=sum(any(classes & set(finding.stride) for finding in scan.findings) for _claim, classes in judged),
        placed=len(placed),
        by_element=sum(
            any(classes & set(finding.stride) and _at(claim, finding) for finding in scan.findings) for claim, classes in placed
        ),
        findings=len(scan.findings),
    )


def classes_of(category: str) -> frozenset[str]:
    """The STRIDE classes a category names, as a word ("Information disclosure"), as letters ("S, T"), or none."""
    said = category.lower().replace("_", " ").replace("-", " ")
    letters = [part for part in said.replace(",", " ").split() if len(part) == 1]
    if letters:
        return frozenset(_LETTERS[letter] for letter in letters if letter in _LETTERS)
    return frozenset(name for word, name in _WORDS.items() if word in said)


def _at(claim: Claim, finding: Finding) -> bool:
    return finding.element in claim.about or bool(set(claim.about) & set(finding.attack_path))
