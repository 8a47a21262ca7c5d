"""What the catalog says of the threats that findings are of: it goes along with the scan, so that reports need nothing else."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.findings.model import Finding, KnownThreat
from pipeline.threats.catalog import Catalog


def known_threats(findings: Iterable[Finding], catalog: Catalog) -> tuple[KnownThreat, ...]:
    """One for each slug that the catalog has, by slug; what a model called by a name of its own has none."""
    known = {threat.slug: threat for threat in catalog.threats}
    return tuple(
        KnownThreat(
            slug=threat.slug, title=threat.title, summary=threat.summary, how_we_look=threat.how_we_look,
            not_a_threat_when=threat.not_a_threat_when, references=threat.references,
        )
        for slug in sorted({finding.threat for finding in findings})
        if (threat := known.get(slug)) is not None
    )  # fmt: skip
