"""Pages of HTML that are programs: a script of their own asks the server and writes markup.

Takes a path and the bytes of a file, says whether it is read as the code of its scripts. The pages of a documentation ask nobody.
"""

from __future__ import annotations

import re

from ingest.purpose import purpose_of

SUFFIXES = (".html", ".htm")
LONGEST = 300_000  # bytes: more was put together by a program
# What a script of a page asks the server it came from, and that it writes markup.
ASKS = re.compile(
    rb"(?:\b(?:fetch|useFetch|useLazyFetch|EventSource|WebSocket|axios(?:\.\w{1,10})?|\$\.(?:ajax|get|post|getJSON))|\$fetch(?:\.\w{1,10})?)"
    rb"(?:<[^()\n]{1,80}>)?\(\s*(?:\{\s*url:\s*)?(?:[\w.$]{1,60}\s*\+\s*)?"
    rb"[\"'`](?:\$\{[^{}\"'`\n]{1,60}\}|https?://(?:localhost|127\.0\.0\.1)(?::\d{1,5})?)?(/[\w/.-]{2,100})"
)
MARKUP = re.compile(rb"\.(?:innerHTML|outerHTML|srcdoc)\s*\+?=|\.insertAdjacentHTML\(|\bv-html=|\{@html\s|\bdocument\.write(?:ln)?\(")
_INLINE = re.compile(rb"<script\b(?![^<>]{0,400}\bsrc\s*=)[^<>]{0,400}>", re.IGNORECASE)
_NOT_A_PROGRAM = frozenset({"documentation", "generated", "vendored"})


def is_page(path: str) -> bool:
    return path.lower().endswith(SUFFIXES)


def is_program(path: str, data: bytes) -> bool:
    """Whether a page is read as the code of its scripts."""
    if not is_page(path) or len(data) > LONGEST or _INLINE.search(data) is None:
        return False
    return ASKS.search(data) is not None and MARKUP.search(data) is not None and purpose_of(as_script(path), data) not in _NOT_A_PROGRAM


def as_script(path: str) -> str:
    """The name that a page would have as a script: prose is for reading, a program for running."""
    return f"{path.rpartition('.')[0]}.js"
