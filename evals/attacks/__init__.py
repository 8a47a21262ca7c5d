"""Attacks on the analyst: planted texts that tell whoever reads a system to hide, invent, re-rate or give away, and what they do to a scan.

`plant(system, into, seed)` writes attacked systems as folders, `measure(systems)` scans them and their twins with harmless words, and
reports. `python -m evals.attacks` runs alone.
"""

from __future__ import annotations

from evals.attacks.carriers import CARRIERS, Carrier
from evals.attacks.measuring import DETECTING, measure
from evals.attacks.model import Attack, Cell, Effect, Goal, Phrasing, Plant, Report, Share
from evals.attacks.phrasings import harmless, phrasings
from evals.attacks.planting import plant

__all__ = [
    "CARRIERS", "DETECTING", "Attack", "Carrier", "Cell", "Effect", "Goal", "Phrasing", "Plant", "Report", "Share",
    "harmless", "measure", "phrasings", "plant",
]  # fmt: skip
