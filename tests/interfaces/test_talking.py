"""What a conversation is about: the record's last scan while it is still that of the files, decisions, and what changed before it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.errors import UnusableInput
from pipeline.findings.model import Scan
from pipeline.interfaces.talking import ground_of
from pipeline.record import Record, open_record, system_key
from tests.reports.sample import SCAN

AT = datetime(2026, 1, 2, tzinfo=UTC)


def no_scan() -> Scan:
    raise AssertionError("it was scanned")


def test_a_fresh_scan_has_the_records_decisions_and_what_changed(tmp_path: Path) -> None:
    url = str(tmp_path / "record.sqlite")
    older = SCAN.model_copy(update={"findings": SCAN.findings[1:], "started_at": "2026-01-01T00:00:00Z"})
    with open_record(url) as record:
        record.keep(system_key(tmp_path), older, at=AT)
        record.decide(system_key(tmp_path), SCAN.findings[1].id, "accepted", reason="known", by="me", at=AT)
    with ground_of(tmp_path, lambda: SCAN, lambda: open_record(url), None, pytest.fail) as ground:
        status = {finding.id: finding.status for finding in ground.scan.findings}
        assert status[SCAN.findings[1].id] == "accepted"
        assert ground.earlier is not None and [one.finding.id for one in ground.earlier if one.kind == "new"] == [SCAN.findings[0].id]
        assert ground.earlier_name.startswith("scan 1 of 2026-01-02")


def test_a_record_that_cannot_be_used_costs_a_warning(tmp_path: Path) -> None:
    said: list[str] = []

    def broken() -> Record:
        raise UnusableInput("the record is broken", "there", "mend it")

    with ground_of(tmp_path, lambda: SCAN, broken, None, said.append) as ground:
        assert ground.scan == SCAN and ground.earlier is None
    assert said and "the record is broken" in said[0]


def test_a_tree_without_a_revision_is_always_scanned(tmp_path: Path) -> None:
    url = str(tmp_path / "record.sqlite")
    with open_record(url) as record:
        record.keep(system_key(tmp_path), SCAN.model_copy(update={"target": SCAN.target.model_copy(update={"revision": None})}), at=AT)
    with pytest.raises(AssertionError, match="it was scanned"), ground_of(tmp_path, no_scan, lambda: open_record(url), None, pytest.fail):
        pass
