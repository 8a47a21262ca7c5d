"""What is sent is written down first, readable by the user alone."""

from __future__ import annotations

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.errors import UnusableInput
from pipeline.agent.egress import EgressLog, NotSent, default_folder

_ABOUT = {
    "to": "api.example.net",
    "path": "/v1/chat/completions",
    "model": "m",
    "purpose": "analyse http_route:/chat",
    "prompt": "analyse-element@4",
    "digest": "0123456789abcdef",
}


def entries(log: EgressLog) -> list[dict[str, str]]:
    assert log.path is not None
    return [json.loads(line) for line in log.path.read_bytes().splitlines()]


def test_an_entry_says_what_was_sent_to_whom_and_when(tmp_path: Path) -> None:
    log = EgressLog(tmp_path / "egress", "support/assistant", clock=lambda: datetime(2031, 2, 3, 4, 5, 6, 7000, UTC))
    body = '{"content": "Zoë\\n\u2028 \U0001f600"}'.encode()

    log.record(**_ABOUT, body=body)

    (entry,) = entries(log)
    assert entry == {**_ABOUT, "at": "2031-02-03T04:05:06.007Z", "body": body.decode()}
    assert log.path is not None and log.path.name.startswith("support-assistant-20310203T040506Z-")


def test_folder_and_file_are_the_users_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "egress"
    folder.mkdir(parents=True, mode=0o777)
    log = EgressLog(folder)
    log.record(**_ABOUT, body=b"{}")

    assert log.path is not None
    assert stat.S_IMODE(log.path.stat().st_mode) == 0o600 and stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_bytes_that_are_no_text_are_kept_byte_for_byte(tmp_path: Path) -> None:
    import base64

    log = EgressLog(tmp_path)
    log.record(**_ABOUT, body=b"\xff\x00\xfe")

    assert base64.b64decode(entries(log)[0]["body_base64"]) == b"\xff\x00\xfe"


def test_each_scan_has_a_file_and_many_calls_at_once_a_line_each(tmp_path: Path) -> None:
    log, other = EgressLog(tmp_path), EgressLog(tmp_path)
    other.open()
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda number: log.record(**_ABOUT, body=str(number).encode() * 5000), range(200)))

    assert sorted(entry["body"] for entry in entries(log)) == sorted(str(number) * 5000 for number in range(200))
    assert entries(other) == [] and len(list(tmp_path.iterdir())) == 2


def test_a_log_that_cannot_be_kept_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    log = EgressLog(tmp_path / "file" / "egress")

    with pytest.raises(UnusableInput, match="the egress log cannot be written"):
        log.open()
    with pytest.raises(NotSent, match="the egress log cannot be written"):
        log.record(**_ABOUT, body=b"{}")
    assert log.entries == 0


def test_a_full_disk_leaves_whole_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    log = EgressLog(tmp_path)
    log.record(**_ABOUT, body=b"first")
    write = os.write

    def full(descriptor: int, data: bytes) -> int:
        if len(data) > 50:
            return write(descriptor, data[:50])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(NotSent, match="No space left"):
        log.record(**_ABOUT, body=b"x" * 500)
    monkeypatch.undo()
    log.record(**_ABOUT, body=b"third")

    assert [entry["body"] for entry in entries(log)] == ["first", "third"]


def test_without_a_folder_nothing_is_kept() -> None:
    log = EgressLog(None)
    log.open()
    log.record(**_ABOUT, body=b"{}")

    assert log.path is None and log.entries == 1


def test_logs_are_in_the_data_folder() -> None:
    assert default_folder().parts[-2:] == ("threatloom", "egress")
