"""Scans for the server: each in a process of its own, which is ended when the one who asked for it gives up.

Takes a folder, gives its scan with what changed before it. The process is the command line's `threatloom scan`, so that settings, record
and cache are the same; a model is not asked, whatever the environment names.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import UnusableInput
from pipeline.chat import Conversation
from pipeline.findings.comparing import Change
from pipeline.findings.model import Scan
from pipeline.interfaces.talking import Ground, ground_of
from pipeline.reports.escape import visible

Report = Callable[[float, str], Awaitable[None]]
_REVISION = re.compile(r"[A-Za-z0-9_][\w./@{}^~-]{0,120}")
_TOLD_EACH_S = 1.0
_LONGEST_S = 900.0
_MOST_ERROR = 300
_KEPT = 4  # folders whose scans are held


@dataclass(frozen=True, slots=True)
class Held:
    """A scan that can be asked about."""

    scan: Scan
    earlier: tuple[Change, ...] | None
    earlier_name: str
    talk: Conversation


class Scans:
    """The scans of this server, the last few of them held."""

    def __init__(self, record: str | None, environment: Mapping[str, str], closing: ExitStack) -> None:
        self._record, self._closing = record, closing
        self._environment = {name: value for name, value in environment.items() if not name.startswith("THREATLOOM_LLM")}
        self._held: dict[Path, Held] = {}
        self._locks: dict[Path, asyncio.Lock] = {}

    def held(self, folder: Path) -> Held | None:
        return self._held.get(folder)

    async def of(self, folder: Path, report: Report, *, anew: bool = False) -> Held:
        """The scan of a folder: the one that is held, else a new one.

        Raises:
            UnusableInput: the folder cannot be scanned.
        """
        async with self._locks.setdefault(folder, asyncio.Lock()):
            if not anew and (held := self._held.get(folder)) is not None:
                return held
            scan = await self._scanned(folder, report)
            held = await asyncio.to_thread(self._talking, folder, scan)
            self._held.pop(folder, None)
            self._held[folder] = held
            while len(self._held) > _KEPT:
                self._held.pop(next(iter(self._held)))
            return held

    async def against(self, folder: Path, revision: str, report: Report) -> Scan:
        """A scan of a folder with the status of each finding against an earlier revision of git.

        Raises:
            UnusableInput: the folder cannot be scanned, or there is no such revision.
        """
        if not _REVISION.fullmatch(revision) or ".." in revision:
            raise UnusableInput("since is no revision", visible(revision)[:80], "name a commit, a tag or a branch, such as HEAD~1 or main")
        return await self._scanned(folder, report, "--baseline", revision, "--no-record")

    def _talking(self, folder: Path, scan: Scan) -> Held:
        """The scan with its decisions, what changed since the one before, and a conversation about it."""
        from pipeline.interfaces.cli.index import index_settings
        from pipeline.interfaces.cli.remembering import OFF
        from pipeline.interfaces.editions import taxonomies_in_force
        from pipeline.record import open_record

        record = None if self._record == OFF else lambda: open_record(self._record)
        warn = _quiet
        ground: Ground = self._closing.enter_context(
            ground_of(folder, lambda: scan, record, lambda: index_settings(folder, {}), warn, recorded=False)
        )
        talk = Conversation(
            ground.scan, earlier=ground.earlier, earlier_name=ground.earlier_name, search=ground.search, taxonomies=taxonomies_in_force()
        )
        return Held(ground.scan, ground.earlier, ground.earlier_name, talk)

    async def _scanned(self, folder: Path, report: Report, *more: str) -> Scan:
        with tempfile.TemporaryDirectory(prefix="threatloom-") as beside:
            file = Path(beside) / "scan.json"
            named = ["--record", self._record] if self._record and self._record != "off" else ["--no-record"] if self._record else []
            given = more or named
            command = [sys.executable, _program(), "scan", str(folder), "--format", f"json={file}", "--quiet", *given]
            said = await _run(command, beside, self._environment, report)
            if not file.is_file():
                raise UnusableInput("the folder could not be scanned", _error_of(said), "mend that, then ask again")
            return await asyncio.to_thread(lambda: Scan.model_validate(json.loads(file.read_bytes())))


async def _run(command: list[str], folder: str, environment: Mapping[str, str], report: Report) -> str:
    """What the process says on stderr. Whoever stops waiting for it ends it, with all that it started."""
    process = await asyncio.create_subprocess_exec(
        *command, cwd=folder, env=dict(environment), stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    reading = asyncio.create_task(process.communicate())
    started = time.monotonic()
    try:
        while not reading.done():
            await asyncio.wait({reading}, timeout=_TOLD_EACH_S)
            spent = time.monotonic() - started
            if spent > _LONGEST_S:
                raise UnusableInput(f"the scan took longer than {_LONGEST_S:.0f} s", "the folder", "name a smaller folder")
            await report(spent, f"scanning, {spent:.0f} s")
        _, errors = reading.result()
        return errors.decode("utf-8", "replace")
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            with suppress(asyncio.CancelledError):
                await asyncio.shield(process.wait())
            reading.cancel()


def _program() -> str:
    import threatloom

    return threatloom.__file__


def _error_of(said: str) -> str:
    lines = [line.removeprefix("threatloom: error: ") for line in said.splitlines() if line.startswith("threatloom: error")]
    return (lines[0] if lines else "the scan ended without a result")[:_MOST_ERROR]


def _quiet(text: str) -> None:
    """Warnings have no reader here: what the record does not know is simply not said."""
