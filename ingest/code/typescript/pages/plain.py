"""Pages of HTML as the code of their own scripts, which share one scope and run in the order in which they stand.

What a template engine fills in is a value that nobody knows (`{{ user.name }}`), what it decides is left out (`{% if %}`). Scripts in files
of their own are read there; handlers in attributes are not read.
"""

from __future__ import annotations

import re

from ingest.code.typescript.pages.tags import Raw, tokens
from ingest.code.typescript.pages.writing import Writer

_PROGRAMS = frozenset({"", "module", "text/javascript", "application/javascript", "text/babel", "text/jsx"})
_FILLED = re.compile(r"\{\{[^{}\n]{0,300}\}\}|\[\[\$\{[^{}\n]{0,300}\}\]\]")
_DECIDED = re.compile(r"\{%[^%\n]{0,300}%\}|/\*\[[+-]/?|/?[+-]\]\*/")


def write_page(writer: Writer) -> None:
    """Writes the scripts that stand in a page."""
    for token in tokens(writer.source, 0, len(writer.source), ""):
        if not isinstance(token, Raw) or token.tag.name.lower() != "script" or token.tag.get("src") is not None:
            continue
        if (token.tag.get("type") or "").strip().lower() in _PROGRAMS:
            writer.put(token.at, _DECIDED.sub("", _FILLED.sub("0", token.text)))
