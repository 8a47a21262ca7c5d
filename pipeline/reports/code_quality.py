"""Open findings as GitLab's code-quality report, which merge requests show beside the changed lines.

Format: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format. It knows five severities and no reasons; findings
that were closed are left out, as GitLab itself tells what is new by comparing reports.
"""

from __future__ import annotations

from pipeline.findings.model import Finding, Scan
from pipeline.reports.escape import Json, json_text, shorten, visible
from pipeline.reports.wording import headline, open_findings, sentence
from pipeline.system.model import Severity

_SEVERITIES: dict[Severity, str] = {"critical": "blocker", "high": "critical", "medium": "major", "low": "minor", "info": "info"}


def render(scan: Scan) -> str:
    return json_text([_entry(finding) for finding in open_findings(scan)])


def _entry(finding: Finding) -> Json:
    place = headline(finding)
    in_lines = place.unit == "line" and place.page is None
    return {
        "description": shorten(visible(f"{sentence(finding)} ({finding.threat})"), 500),
        "check_name": shorten(visible(finding.threat), 255),
        "fingerprint": visible(finding.id),
        "severity": _SEVERITIES[finding.severity],
        "location": {
            "path": visible(place.path),
            "lines": {"begin": place.start_line if in_lines else 1, "end": place.end_line if in_lines else 1},
        },
    }
