"""The egress log: what was sent, to whom, when.

One file for each scan, one JSON object on each line, written before the bytes go out; what cannot be written down is not sent.
The body is exactly what was sent: as text, or in base64 where it is no UTF-8. Headers are left out, for the key is one of them.
Folder and file are the user's alone, for the log quotes what was scanned. Nothing here is ever deleted.
"""

from __future__ import annotations

import base64
import json
import os
import re
import secrets
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from ingest.errors import UnusableInput
from pipeline.agent.egress.refusals import NotSent


def default_folder() -> Path:
    """Where the logs are unless told otherwise: the user's data folder."""
    from platformdirs import user_data_path

    return user_data_path("threatloom", appauthor=False) / "egress"


def _now() -> datetime:
    return datetime.now(UTC)


class EgressLog:
    """The log of one scan; without a folder, none is kept."""

    def __init__(self, folder: Path | None, name: str = "", clock: Callable[[], datetime] = _now) -> None:
        """Nothing is made before `open` or the first record; `name` is that of what is scanned, and begins the file's."""
        self._folder, self._name, self._clock = folder, name, clock
        self._descriptor: int | None = None
        self._lock = threading.Lock()
        self.path: Path | None = None
        self.entries = 0

    def open(self) -> None:
        """Makes folder and file now, so that a log that cannot be kept is said before a scan, not within.

        Raises:
            UnusableInput: the log cannot be kept.
        """
        if self._folder is None or self._descriptor is not None:
            return
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._folder.chmod(0o700)
            named = re.sub(r"[^A-Za-z0-9._-]+", "-", self._name).strip("-.")[:60]
            when = self._clock().astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
            path = self._folder / "-".join(part for part in (named, when, f"{secrets.token_hex(4)}.jsonl") if part)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
            self._descriptor = os.open(path, flags, 0o600)
            self.path = path
        except OSError as failure:
            mend = f"{failure.strerror or 'make it writable'}; without its log nothing is sent"
            raise UnusableInput("the egress log cannot be written", str(self._folder), mend) from None

    def record(self, *, to: str, model: str, purpose: str, prompt: str, digest: str, body: bytes, path: str = "") -> None:
        """Writes down what is about to be sent.

        Raises:
            NotSent: it could not be written; the bytes must not go out.
        """
        if self._folder is None:
            self.entries += 1
            return
        entry: dict[str, str] = {
            "at": self._clock().astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "to": to, "path": path, "model": model, "purpose": purpose, "prompt": prompt, "digest": digest,
        }  # fmt: skip
        try:
            entry["body"] = body.decode("utf-8")
        except UnicodeDecodeError:
            entry["body_base64"] = base64.b64encode(body).decode("ascii")
        line = json.dumps(entry, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"
        with self._lock:
            try:
                self.open()
            except UnusableInput as failure:
                raise NotSent(str(failure)) from None
            assert self._descriptor is not None
            _write(self._descriptor, line)
            self.entries += 1

    def close(self) -> None:
        """Closes the file; what comes later begins another."""
        with self._lock:
            if self._descriptor is not None:
                os.close(self._descriptor)
                self._descriptor = None


def _write(descriptor: int, line: bytes) -> None:
    """The whole line, or none of it."""
    before = os.fstat(descriptor).st_size
    written = 0
    try:
        while written < len(line):
            written += os.write(descriptor, line[written:])
    except OSError as failure:
        if written:
            os.ftruncate(descriptor, before)
        raise NotSent(f"the egress log cannot be written: {failure.strerror}") from None
