"""The identity of a finding: the same threat at the same element is the same finding.

Line numbers, quotes and severities stay out, so that moved or reformatted code keeps its findings.
"""

from __future__ import annotations

import hashlib


def fingerprint(threat: str, group: str) -> str:
    """16 hexadecimal digits from the threat's slug and what the finding is about."""
    return hashlib.sha256(f"{threat}\n{group}".encode()).hexdigest()[:16]
