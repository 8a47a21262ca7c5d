"""Links from a report to the lines of a file where its repository is shown on the web.

Takes where the scan comes from and a place, gives Markdown: a link where the repository has an address and a revision, else the place as
code. The address is that of the clone, the path is quoted: nothing in a file can choose where a link leads.
"""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from pipeline.findings.model import Target
from pipeline.reports.escape import markdown_code, shorten

_REVISION = re.compile(r"[0-9a-f]{40,64}")
_HOST = re.compile(r"[a-z0-9.-]+(?::\d+)?")
_PATHS = {"gitlab": "{base}/-/blob/{revision}/{path}{line}", "bitbucket": "{base}/src/{revision}/{path}{line}"}
_LINES = {"bitbucket": "#lines-{number}"}


def link(target: Target, path: str, line: int | None, label: str) -> str:
    """The place, as a link where it can be one."""
    shown = markdown_code(shorten(label, 160))
    url = _address(target, path, line)
    return shown if url is None else f"[{shown}]({url})"


def _address(target: Target, path: str, line: int | None) -> str | None:
    if not target.repository or not _REVISION.fullmatch(target.revision or "") or target.dirty or not path or path.startswith("("):
        return None
    parts = urlsplit(target.repository)
    host = parts.netloc.lower()
    if parts.scheme not in ("https", "http", "ssh") or not _HOST.fullmatch(host):
        return None
    scheme, host = ("https", host.partition(":")[0]) if parts.scheme == "ssh" else (parts.scheme, host)
    base = f"{scheme}://{host}{quote(parts.path.removesuffix('.git').rstrip('/'), safe='/%')}"
    kind = next((name for name in _PATHS if name in host), "")
    at = _LINES.get(kind, "#L{number}").format(number=line) if line else ""
    where = quote(path, safe="/", errors="replace")
    return _PATHS.get(kind, "{base}/blob/{revision}/{path}{line}").format(base=base, revision=target.revision, path=where, line=at)
