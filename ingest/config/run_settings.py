"""How an editor starts a program: variables of JetBrains' run configurations (`.run/*.run.xml`), of which some are secrets in clear.

Takes the text, gives one `environment` setting per variable that is a secret; never the value. What is started, and how, is not read.
"""

from __future__ import annotations

import re
from html import unescape

from ingest.config.packages import secret_variable
from ingest.facts import Setting
from ingest.source import Place
from ingest.text import split_lines

_LINES = 5000
_VARIABLE = re.compile(r"<env\s+name=\"([A-Za-z_]\w{0,100})\"\s+value=\"([^\"]{1,2000})\"")


def read_run_settings(text: str, path: str) -> tuple[Setting, ...]:
    """Secrets in the order of the file."""
    given = [
        (found[1], unescape(found[2]), Place(path, number, number))
        for number, line in enumerate(split_lines(text)[:_LINES], 1)
        for found in _VARIABLE.finditer(line)
    ]
    beside = {name: value for name, value, _place in given}
    secrets = (secret_variable(name, value, place, beside=beside) for name, value, place in given)
    return tuple(secret for secret in secrets if secret is not None)
