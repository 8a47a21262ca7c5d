"""Many systems: a fleet file, one task that scans one system, executors that run it, and the landscape of all of them.

`fleet_file` gives orders, an executor turns each into an outcome and keeps scans in the record, `landscape` computes what the record
says of the fleet, `rendering` writes that down. A system that fails costs its own line and no other.
"""

from __future__ import annotations

from pipeline.fleet.executors import Executor, LocalExecutor
from pipeline.fleet.order import GitSource, Limits, Outcome, OutcomeKind, ScanOrder, Workplace
from pipeline.fleet.task import scan_system

__all__ = ["Executor", "GitSource", "Limits", "LocalExecutor", "Outcome", "OutcomeKind", "ScanOrder", "Workplace", "scan_system"]
