"""Reports: one function each from a scan to text.

Every module here has `render(scan: Scan) -> str` and computes nothing of its own; `FORMATS` names them all.
A module is imported when its report is asked for, so that the command line starts fast.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.findings.model import Scan

__all__ = ["FORMATS", "Format", "format_named"]


@dataclass(frozen=True, slots=True)
class Format:
    """A report: its name on the command line, which is its module's but for the dash, and what it is for."""

    name: str
    purpose: str

    def render(self, scan: Scan) -> str:
        render: Callable[[Scan], str] = import_module(f"pipeline.reports.{self.name.replace('-', '_')}").render
        return render(scan)


FORMATS = (
    Format("table", "for people, on a terminal"),
    Format("json", "everything, for programs; its JSON Schema ships with the package"),
    Format("sarif", "for code-scanning services (SARIF 2.1.0)"),
    Format("sarif-github", "the same for GitHub, which reads no suppressions: open findings alone"),
    Format("markdown", "a summary for a job or a pull request"),
    Format("pr-comment", "what a change adds and resolves against a baseline, for its pull request"),
    Format("code-quality", "open findings for GitLab's merge requests"),
    Format("html", "one file to read and to hand on, with diagram and matrix"),
    Format("cyclonedx", "the AI bill of materials (CycloneDX 1.6)"),
    Format("mermaid", "the data-flow diagram with its trust boundaries"),
)


def format_named(name: str) -> Format | None:
    return next((known for known in FORMATS if known.name == name), None)
