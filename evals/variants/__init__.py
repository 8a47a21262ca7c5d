"""Variants of a system that mean the same, made by program, and how stable the findings of a scan are over them.

`variants(system, into, seed)` writes them as folders, `measure(systems)` scans originals and variants and says what differs,
`repeat(system, runs)` scans the same tree again in fresh processes. `python -m evals.variants` runs alone.
"""

from __future__ import annotations

from evals.variants.making import variants
from evals.variants.measuring import compare, measure, repeat
from evals.variants.model import KEEPS_FINGERPRINTS, KINDS, Changed, Difference, Kind, Outcome, Repeat, Report, Unmade, Variant

__all__ = [
    "KEEPS_FINGERPRINTS", "KINDS", "Changed", "Difference", "Kind", "Outcome", "Repeat", "Report", "Unmade", "Variant",
    "compare", "measure", "repeat", "variants",
]  # fmt: skip
