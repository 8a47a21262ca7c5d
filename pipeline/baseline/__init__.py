"""Two scans of one system held against each other: a scan and its baseline, or the two sides of a difference.

A side is named as people name it: a scan's JSON file, a revision of git, a scan of the record, or the files as they lie there.
"""

from pipeline.baseline.against import Compared, compared, difference_of_sides, scan_against
from pipeline.baseline.remembered import decided_scan, keep_scan
from pipeline.baseline.sides import Side, side_of, work_tree

__all__ = ["Compared", "Side", "compared", "decided_scan", "difference_of_sides", "keep_scan", "scan_against", "side_of", "work_tree"]
