"""A line per tool call, in the system log, which forwards it."""

from __future__ import annotations

import json
import logging
import logging.handlers
from pathlib import Path
from typing import Any

_log = logging.getLogger("sidecar.audit")
_log.setLevel(logging.INFO)
_log.propagate = False
if Path("/dev/log").exists():
    _log.addHandler(logging.handlers.SysLogHandler("/dev/log", facility=logging.handlers.SysLogHandler.LOG_AUTHPRIV))
else:
    _log.addHandler(logging.NullHandler())


def record(session: str, person: str, tool: str, arguments: dict[str, Any], by: str | None, outcome: str) -> None:
    line = {"session": session, "person": person, "tool": tool, "arguments": arguments, "confirmed_by": by, "outcome": outcome[:200]}
    _log.info("sidecar %s", json.dumps(line, ensure_ascii=True)[:8000])
