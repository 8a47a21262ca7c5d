"""What is remembered of systems between scans: scans, findings with their life, decisions, coverage, events.

In a SQLite file of the user's by default, in PostgreSQL by URL.
"""

from pipeline.record.entries import (
    CoverageCount,
    Event,
    Kept,
    RecordedDecision,
    RecordedKind,
    ScanEntry,
    SystemEntry,
    TrackedFinding,
)
from pipeline.record.record import Record, open_record, system_key

__all__ = [
    "CoverageCount",
    "Event",
    "Kept",
    "Record",
    "RecordedDecision",
    "RecordedKind",
    "ScanEntry",
    "SystemEntry",
    "TrackedFinding",
    "open_record",
    "system_key",
]
