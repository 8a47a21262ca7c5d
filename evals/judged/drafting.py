"""A draft of a judged package from its scan: everything filled in but the verdicts and their reasons."""

from __future__ import annotations

from pathlib import PurePosixPath

from evals.judged.comparing import place_of
from pipeline.findings.model import SEVERITIES, Scan

LANGUAGES = {
    ".py": "python", ".ipynb": "python", ".ts": "typescript", ".tsx": "typescript", ".js": "javascript", ".jsx": "javascript",
    ".go": "go", ".cs": "csharp", ".java": "java",
}  # fmt: skip


def draft(scan: Scan, name: str, source: str, judged_at: str) -> str:
    """YAML with empty verdicts, the most severe finding first; what it quotes of the package is paths and lines."""
    import json

    lines = [
        f"package: {json.dumps(name)}",
        f"source: {json.dumps(source)}",
        f"language: {language_of(scan)}  # the main one; correct it if need be",
        f"lines: {scan.summary.lines}",
        f'judged_at: "{judged_at}"',
        "findings:" if scan.findings else "findings: []",
    ]
    for finding in sorted(scan.findings, key=lambda one: (SEVERITIES.index(one.severity), one.threat, place_of(one))):
        lines += [
            f'  - fingerprint: "{finding.id}"',
            f"    threat: {finding.threat}",
            f"    severity: {finding.severity}",
            f"    place: {json.dumps(place_of(finding), ensure_ascii=False)}",
            "    verdict:  # right | wrong | generic | duplicate | half",
            "    reason:",
        ]
    return "\n".join(lines) + "\n"


def language_of(scan: Scan) -> str:
    """The language most of the cited files are written in, which is only a first guess."""
    counted: dict[str, int] = {}
    for finding in scan.findings:
        for evidence in finding.evidence:
            if language := LANGUAGES.get(PurePosixPath(evidence.path).suffix):
                counted[language] = counted.get(language, 0) + 1
    return max(counted, key=lambda language: (counted[language], language), default="python")
