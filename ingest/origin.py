"""Where a repository says it came from: the address of its remote `origin`, without credentials.

Takes a folder, gives an address that may be shown to anyone, or None. The file is read as text, bounded; git is not asked, nothing
is included or resolved, and nothing goes over the network. A path of this machine is no address.
"""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote, urlsplit

_BYTES = 64 * 1024
_SECTION = re.compile(r"^\s*\[\s*remote\s+\"origin\"\s*\](.*?)(?=^\s*\[|\Z)", re.MULTILINE | re.DOTALL)
_URL = re.compile(r"^\s*url\s*=\s*(\S+)\s*$", re.MULTILINE)
_SCP = re.compile(r"(?:[^@/\s:]+@)?(?P<host>[A-Za-z0-9][A-Za-z0-9.-]+):(?P<path>[\w.~][^\s:]*)")


def origin_of(path: Path) -> str | None:
    """The address of the repository a folder lies in."""
    folder = path.resolve()
    for place in (folder, *folder.parents):
        if (git := place / ".git").exists():
            return _address(git / "config")
    return None


def _address(config: Path) -> str | None:
    try:
        if config.is_symlink() or not config.is_file():
            return None
        with config.open("rb") as handle:
            text = handle.read(_BYTES).decode("utf-8", "replace")
    except OSError:
        return None
    section = _SECTION.search(text)
    said = _URL.search(section[1]) if section else None
    return plain_address(said[1]) if said else None


def plain_address(url: str) -> str | None:
    """An address without user, password, query and fragment; None where it is no address of another machine."""
    if "://" not in url:
        match = _SCP.fullmatch(url)
        return f"ssh://{match['host'].lower()}/{quote(match['path'])}" if match else None
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in ("https", "http", "ssh", "git") or not host or not re.fullmatch(r"[A-Za-z0-9.:-]+", host):
        return None
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}{f':{port}' if port else ''}{quote(parts.path, safe='/%')}"
