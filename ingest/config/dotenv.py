""".env files: which variables are given a value, which of the values are secrets. Values are never kept."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping

from dotenv.parser import parse_stream

from ingest.config.nodes import BadConfig
from ingest.config.packages import environment
from ingest.default_passwords import PASSWORD_NAME, is_default_password
from ingest.facts import Setting
from ingest.secrets import says_development
from ingest.source import Place
from ingest.text import split_lines

_BYTES = 256_000
_LINE = 20_000
_TEMPLATE = re.compile(r"(?:^|[._-])(?:example|sample|template|tmpl|tpl|dist)(?:[._-]|$)", re.IGNORECASE)
_OF_VARIABLES = re.compile(r"(?:^|[._-])(?:dot)?env(?:[._-]|$)", re.IGNORECASE)
_WIDE = re.compile(r"[^\S\r\n]{65,}")  # the parser is quadratic in runs of blanks


def read_dotenv(text: str, path: str) -> tuple[Setting, ...]:
    """One setting per variable, in the order of the file; lines that are no assignment are passed over, as applications do."""
    lines = split_lines(text)
    if len(text) > _BYTES or any(len(line) > _LINE for line in lines):
        raise BadConfig(f"longer than {_BYTES} characters, or a line longer than {_LINE}")
    bindings = list(parse_stream(io.StringIO(_WIDE.sub(" ", "\n".join(lines)))))
    beside = {binding.key: binding.value or "" for binding in bindings if binding.key}
    template = _TEMPLATE.search(path.rsplit("/", 1)[-1]) is not None
    found = []
    for binding in bindings:
        if binding.key is None or binding.error:
            continue
        written = binding.original.string
        blank = written[: len(written) - len(written.lstrip())].count("\n")
        start = binding.original.line + blank
        place = Place(path, start, max(start, start + written.strip().count("\n")))
        default = _is_known(binding.key, binding.value or "", beside) or None
        found.append(environment(binding.key, binding.value, place, beside=beside, template=template, default=default))
    return tuple(found)


def _is_known(name: str, value: str, beside: Mapping[str, str]) -> bool:
    """Whether a password is one that everybody tries, or says itself that it is there to start with: who copies a sample starts with it."""
    return is_default_password(name, value, beside, guessed=True) or (PASSWORD_NAME.search(name) is not None and says_development(value))


def is_template(path: str) -> bool:
    """Whether a file of variables is one that people copy and fill in: `.env.example`, `env_template`."""
    name = path.rsplit("/", 1)[-1]
    return _OF_VARIABLES.search(name) is not None and _TEMPLATE.search(name) is not None
