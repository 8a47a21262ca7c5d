"""What other tools report, as findings that the matcher takes: of every class, at the place they name.

SARIF and CycloneDX are what most of them write, and what any other tool may be compared by. A finding of a tool that knows no STRIDE serves
labels of any class, which is generous: it is asked for the place alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Literal

from evals.peers.cyclonedx import components, read_bom, vulnerabilities
from evals.peers.places import Told, inside
from pipeline.findings.model import Finding
from pipeline.system.model import Evidence, Stride

ALL_CLASSES: tuple[Stride, ...] = (
    "spoofing",
    "tampering",
    "repudiation",
    "information_disclosure",
    "denial_of_service",
    "elevation_of_privilege",
)


Form = Literal["sarif", "cyclonedx", "cyclonedx-components", "detect-secrets", "modelscan"]


class UnreadableReport(Exception):
    """A report that is not what its format says; the message is one line."""


def form_of(text: str) -> tuple[Form, ...]:
    """How a report that bears no name of its form may be read: CycloneDX says what is wrong, and beside that what there is."""
    start = text.lstrip()[:4000]
    return ("cyclonedx", "cyclonedx-components") if start[:1] == "<" or '"bomFormat"' in text else ("sarif",)


def findings_in(text: str, form: Form, system: Path, tool: str) -> tuple[Finding, ...]:
    """The findings of a report, those without a place in the system left out, the same place and rule once.

    Raises `UnreadableReport`.
    """
    try:
        places = sorted(set(_FORMS[form](text, system)))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as problem:
        raise UnreadableReport(f"{tool}: its {form} report cannot be read: {type(problem).__name__}: {problem}") from problem
    return tuple(_finding(tool, *place) for place in places)


def _sarif(text: str, system: Path) -> Iterator[Told]:
    for run in json.loads(text)["runs"]:
        for result in run.get("results") or ():
            if result.get("suppressions"):
                continue
            for location in result.get("locations") or ():
                physical = location.get("physicalLocation", {})
                path = inside(physical.get("artifactLocation", {}).get("uri", ""), system)
                region = physical.get("region", {})
                first = int(region.get("startLine", 1))
                if path:
                    rule = str(result.get("ruleId") or result.get("rule", {}).get("id", "?"))
                    yield Told(path, first, int(region.get("endLine", first)), rule)


def _detect_secrets(text: str, system: Path) -> Iterator[Told]:
    for named, secrets in json.loads(text)["results"].items():
        path = inside(named, system)
        for secret in secrets:
            if path:
                yield Told(path, int(secret["line_number"]), int(secret["line_number"]), str(secret["type"]))


def _modelscan(text: str, system: Path) -> Iterator[Told]:
    for issue in json.loads(text)["issues"]:
        path = inside(str(issue["source"]).partition(":")[0], system)
        if path:
            yield Told(path, 1, 1, str(issue.get("operator") or issue.get("description", "?")))


_FORMS: Mapping[Form, Callable[[str, Path], Iterator[Told]]] = {
    "sarif": _sarif,
    "cyclonedx": lambda text, system: vulnerabilities(read_bom(text), system),
    "cyclonedx-components": lambda text, system: components(read_bom(text), system),
    "detect-secrets": _detect_secrets,
    "modelscan": _modelscan,
}


def _finding(tool: str, path: str, first: int, last: int, rule: str) -> Finding:
    identity = hashlib.sha256(f"{tool}\0{rule}\0{path}\0{first}\0{last}".encode()).hexdigest()[:16]
    return Finding(
        id=identity,
        threat=f"custom/{tool}",
        title=rule,
        description="",
        stride=ALL_CLASSES,
        severity="info",
        likelihood=1,
        impact=1,
        confidence="low",
        element=path,
        evidence=(Evidence(path=path, start_line=max(first, 1), end_line=max(last, first, 1), quote="", role="sink"),),
    )
