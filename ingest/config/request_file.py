"""Files of requests that an editor sends (.http, .rest): which headers, variables and addresses hold a secret in clear.

Takes the text, gives one `environment` setting per secret, named for the host that the request goes to; never the value. Bodies are
searched for keys of a known format alone; values that an editor fills in (`{{token}}`) are none.
"""

from __future__ import annotations

import re

from ingest.config.packages import environment, secret_variable
from ingest.facts import Setting
from ingest.secrets import find_secrets, is_placeholder
from ingest.source import Place
from ingest.text import split_lines

_LINES = 5000
_LONGEST = 4000
_REQUEST = re.compile(r"\s*(?:(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)\s+)?(?:https?|wss?)://([\w.-]{1,253})", re.IGNORECASE)
_HEADER = re.compile(r"\s*([A-Za-z][\w-]{1,60})\s*:\s*(\S.*?)\s*$")
_VARIABLE = re.compile(r"\s*@([A-Za-z_]\w{0,60})\s*=\s*(\S.*?)\s*$")
_SCHEME = re.compile(r"(?:Bearer|Basic|Token|ApiKey|Key)\s+", re.IGNORECASE)
_MADE = re.compile(r"(?=[^\s]*\d)(?=[^\s]*[A-Za-z])[\w.~+/=-]{20,1000}")  # by a program: letters and digits, and no blank


def read_request_file(text: str, path: str) -> tuple[Setting, ...]:
    """Secrets in the order of the file."""
    found: list[Setting] = []
    host = ""
    for number, line in enumerate(split_lines(text)[:_LINES], 1):
        line, place = line[:_LONGEST], Place(path, number, number)
        if line.lstrip().startswith(("#", "//")):
            continue
        if (request := _REQUEST.match(line)) is not None:
            host = request[1]
        one = _assigned(line, place, host)
        if one is None and find_secrets(line):
            one = environment(f"{host} key".strip(), "", place, secret=find_secrets(line)[0].detector, has_value=True)
        found += [one] if one is not None else []
    return tuple(found)


def _assigned(line: str, place: Place, host: str) -> Setting | None:
    variable = _VARIABLE.match(line)
    if variable is not None:
        return secret_variable(variable[1], variable[2].strip("\"'"), place, beside={})
    header = _HEADER.match(line)
    if header is None or header[2].startswith("//"):
        return None
    name, value = f"{host} {header[1]}".strip(), _SCHEME.sub("", header[2], count=1).strip("`\"'")
    if header[1].lower() in ("authorization", "proxy-authorization"):
        made = _MADE.fullmatch(value) is not None and not is_placeholder(value)
        return environment(name, value, place, secret="Secret Keyword") if made else None
    return secret_variable(header[1], value, place, beside={})
