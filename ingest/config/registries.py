"""Where package managers fetch from: .npmrc, pip.conf and pip.ini. Takes the text, gives package indexes and the credentials in clear.

A registry that is bound to a scope (`@acme:registry`) answers for that scope alone and is no extra one. Other configuration files of a
machine are not read.
"""

from __future__ import annotations

import re

from ingest.config.packages import secret_variable, setting
from ingest.facts import Setting
from ingest.source import Place
from ingest.text import split_lines

_LINES = 5000
_ASSIGNMENT = re.compile(r"\s*([^\s=\[#;][^=]{0,300}?)\s*[=:]\s*(.*?)\s*$")


def read_npmrc(text: str, path: str) -> tuple[Setting, ...]:
    """One setting per registry, in the order of the file."""
    found: list[Setting] = []
    for number, line in enumerate(split_lines(text)[:_LINES], 1):
        key, separator, value = line.strip().partition("=")
        key, value, place = key.strip(), value.strip().strip("\"'"), Place(path, number, number)
        if not separator or key.startswith((";", "#")):
            continue
        if key == "registry" or key.endswith(":registry"):
            scope = key.removesuffix(":registry") if key != "registry" else None
            found.append(
                setting("package_index", value, place, ecosystem="npm", extra=False, trusted_host=value.startswith("http:"), scope=scope)
            )
        elif key.rsplit(":", 1)[-1] in ("_authToken", "_auth", "_password"):
            secret = secret_variable(f"npm{key.rsplit(':', 1)[-1]}_token", value, place, beside={})
            found += [secret] if secret is not None else []
    return tuple(found)


def read_pip_config(text: str, path: str) -> tuple[Setting, ...]:
    """One setting per index; a value may go on over indented lines."""
    found: list[Setting] = []
    key = ""
    for number, line in enumerate(split_lines(text)[:_LINES], 1):
        continued = line[:1] in (" ", "\t") and "=" not in line.split("://")[0]
        match = None if continued else _ASSIGNMENT.match(line[:2000])
        if match is not None:
            key = match[1].strip().lower().replace("_", "-")
        elif not continued:
            key = ""
        value = match[2] if match is not None else line.strip()
        for url in value.split() if key in ("index-url", "extra-index-url", "trusted-host", "find-links") else ():
            place = Place(path, number, number)
            found.append(
                setting("package_index", url, place, extra=key in ("extra-index-url", "find-links"), trusted_host=key == "trusted-host")
            )
    return tuple(found)
