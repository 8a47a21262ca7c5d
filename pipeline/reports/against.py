"""What reports for people say of a scan that is told against a baseline: what is new, what is fixed, what is not listed."""

from __future__ import annotations

from collections import Counter

from pipeline.findings.listing import in_order
from pipeline.findings.model import Finding, Scan
from pipeline.reports.wording import listed_findings, open_findings, plural

MOST_FIXED = 12


def against(scan: Scan) -> str:
    """What the statuses are told against, and how many there are of each; empty without a baseline."""
    if scan.baseline is None:
        return ""
    counted = Counter(finding.status for finding in scan.findings)
    named = scan.baseline.name
    revision = f" ({scan.baseline.revision[:10]})" if scan.baseline.revision and not named.startswith(scan.baseline.revision[:10]) else ""
    parts = [f"{counted['new']} new", f"{counted['reopened']} reopened", f"{counted['fixed']} fixed", f"{counted['open']} there before"]
    parts += [f"{counted['unknown']} unknown"]
    return f"against {named}{revision}: " + (", ".join(part for part in parts if not part.startswith("0 ")) or "no findings on either side")


def mark(scan: Scan, finding: Finding) -> str:
    """What is said beside a finding: its status, where that is worth a word."""
    if finding.status in ("reopened", "unknown"):
        return finding.status
    return "new" if scan.baseline is not None and finding.status == "new" else ""


def fixed(scan: Scan) -> tuple[Finding, ...]:
    """Findings of the baseline that are gone, the worst first."""
    return in_order(finding for finding in scan.findings if finding.status == "fixed")


def unlisted(scan: Scan) -> str:
    """That open findings are not listed, because only new ones were asked for; empty where all are."""
    count = len(open_findings(scan)) - len(listed_findings(scan))
    they = "is" if count == 1 else "are"
    return f"{plural(count, 'finding')} that {'was' if count == 1 else 'were'} there before {they} not listed" if count else ""
