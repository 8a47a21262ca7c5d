"""What other tools report, as findings that the matcher takes: of every class, at the place they name.

SARIF is what most of them write, and what any other tool may be compared by. A finding of a tool that knows no STRIDE serves labels of
any class, which is generous: it is asked for the place alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

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


class UnreadableReport(Exception):
    """A report that is not what its format says; the message is one line."""


def findings_in(text: str, form: str, system: Path, tool: str) -> tuple[Finding, ...]:
    """The findings of a report, those without a place in the system left out, the same place and rule once.

    Raises `UnreadableReport`.
    """
    try:
        places = sorted(set(_FORMS[form](json.loads(text), system)))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as problem:
        raise UnreadableReport(f"{tool}: its {form} report cannot be read: {type(problem).__name__}: {problem}") from problem
    return tuple(_finding(tool, *place) for place in places)


def _sarif(report: Mapping[str, Any], system: Path) -> Iterator[tuple[str, int, int, str]]:
    for run in report["runs"]:
        for result in run.get("results") or ():
            if result.get("suppressions"):
                continue
            for location in result.get("locations") or ():
                physical = location.get("physicalLocation", {})
                path = _inside(physical.get("artifactLocation", {}).get("uri", ""), system)
                region = physical.get("region", {})
                first = int(region.get("startLine", 1))
                if path:
                    yield path, first, int(region.get("endLine", first)), str(result.get("ruleId") or result.get("rule", {}).get("id", "?"))


def _detect_secrets(report: Mapping[str, Any], system: Path) -> Iterator[tuple[str, int, int, str]]:
    for path, secrets in report["results"].items():
        inside = _inside(path, system)
        for secret in secrets:
            if inside:
                yield inside, int(secret["line_number"]), int(secret["line_number"]), str(secret["type"])


def _modelscan(report: Mapping[str, Any], system: Path) -> Iterator[tuple[str, int, int, str]]:
    for issue in report["issues"]:
        path = _inside(str(issue["source"]).partition(":")[0], system)
        if path:
            yield path, 1, 1, str(issue.get("operator") or issue.get("description", "?"))


_FORMS: Mapping[str, Callable[[Mapping[str, Any], Path], Iterator[tuple[str, int, int, str]]]] = {
    "sarif": _sarif,
    "detect-secrets": _detect_secrets,
    "modelscan": _modelscan,
}


def _inside(uri: str, system: Path) -> str | None:
    """The path within the system: tools name it in full, from some folder above, or from the system's own folder."""
    parts = Path(unquote(urlparse(uri).path if "://" in uri else uri)).parts
    if ".." in parts:
        return None
    if system.name in parts:
        parts = parts[parts.index(system.name) + 1 :]
    relative = Path(*parts)
    return relative.as_posix() if parts and not relative.is_absolute() and (system / relative).is_file() else None


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
