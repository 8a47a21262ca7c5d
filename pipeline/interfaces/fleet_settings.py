"""Addresses of the fleet's services, as the environment or a file says them; no scanned tree can.

`THREATLOOM_BROKER` and `THREATLOOM_RECORD` are URLs and may hold passwords, `THREATLOOM_GIT_TOKENS` holds tokens. Where the variable is not
set, `..._FILE` names a file that holds the value and nothing else: containers get their secrets as files.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import UnusableInput
from pipeline.reports.escape import visible

if TYPE_CHECKING:
    from pipeline.fleet import Workplace

MOST_BYTES = 4096


def said(name: str, given: str | None, environment: Mapping[str, str]) -> str | None:
    """What the command line, a variable or the file of a variable says; None where none does."""
    if given or environment.get(name):
        return given or environment[name]
    file = environment.get(f"{name}_FILE")
    if not file:
        return None
    try:
        with Path(file).open(encoding="utf-8") as opened:
            text = opened.read(MOST_BYTES + 1).strip()
    except (OSError, UnicodeDecodeError) as problem:
        why = problem.strerror if isinstance(problem, OSError) else "it is no text"
        raise UnusableInput("the file cannot be read", visible(file), f"correct {name}_FILE: {why}") from None
    if not text or len(text) > MOST_BYTES or len(text.split()) != 1:
        raise UnusableInput(f"the file that {name}_FILE names must hold one line without blanks", visible(file), "correct it")
    return text


def broker_address(given: str | None, environment: Mapping[str, str]) -> str:
    address = said("THREATLOOM_BROKER", given, environment)
    if address is None:
        raise UnusableInput("no broker is named", "THREATLOOM_BROKER is not set", "set it to the URL of Redis: redis://HOST:6379/0")
    return address


def record_address(given: str | None, environment: Mapping[str, str]) -> str | None:
    """None: the user's own record."""
    return said("THREATLOOM_RECORD", given, environment)


def workplace(record: str | None, environment: Mapping[str, str], *, cached: bool = True, processes: int = 1) -> Workplace:
    """What this machine scans with."""
    from platformdirs import user_cache_path

    from pipeline.fleet import Workplace

    cache = user_cache_path("threatloom", appauthor=False) if cached else None
    tokens = _tokens(said("THREATLOOM_GIT_TOKENS", None, environment) or "")
    return Workplace(
        record_address(record, environment), cache, processes, tokens, environment.get("SSH_AUTH_SOCK"), "pipeline.interfaces.fleet_child"
    )


def _tokens(text: str) -> dict[str, str]:
    """`HOST=TOKEN`, separated by commas."""
    pairs = (part.strip().partition("=") for part in text.split(",") if part.strip())
    return {host.strip().lower(): token.strip() for host, _, token in pairs if host.strip() and token.strip()}
