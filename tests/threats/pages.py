"""Cases of paired pages, run as the product runs them, with builders for binary files that only tests have."""

from __future__ import annotations

from pipeline.paired_pages import Binary, CaseRun, run_case
from pipeline.scan import ScanSettings
from pipeline.threats.pages import Case, Mark, read_cases
from tests.ingest.model_files.fences import BUILDERS, line_of

__all__ = ["BINARY", "Case", "Mark", "read_cases", "run"]

BINARY = Binary(BUILDERS, line_of)


def run(case: Case) -> CaseRun:
    return run_case(case, ScanSettings(jobs=1), BINARY)
