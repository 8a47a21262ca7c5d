"""Units of systemd (`*.service`): what a machine starts by itself, as whom, and with which variables.

Takes the text, gives the `command` settings of its `Exec` lines, with the variables that hold for them, and an `environment` setting per
variable. Drop-in files, files of variables and specifiers (`%h`) are not followed.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from ingest.config.commands import command_settings
from ingest.config.continued_lines import continued
from ingest.config.packages import environment
from ingest.facts import Setting
from ingest.source import Place
from ingest.text import split_lines

_LINES = 2000
_ASSIGNMENT = re.compile(r"[ \t]*(Exec(?:Start|StartPre|StartPost)|Environment)[ \t]*=[ \t]*(.*)")
_VARIABLE = re.compile(r"([A-Za-z_]\w{0,100})=(.*)", re.DOTALL)
_PREFIX = "@-:+!|"  # what may stand before a program


def read_systemd(text: str, path: str) -> tuple[Setting, ...]:
    """Variables and commands of a unit."""
    variables: list[tuple[str, str, Place]] = []
    commands: list[tuple[str, Place]] = []
    for first, last, line in continued(split_lines(text)[:_LINES], comments=("#", ";")):
        match = _ASSIGNMENT.fullmatch(line)
        place = Place(path, first, last)
        if match is not None and match[1] == "Environment":
            variables += [(*pair, place) for pair in _pairs(match[2])]
        elif match is not None:
            commands.append((match[2].lstrip(_PREFIX), place))
    beside = {name: value for name, value, _place in variables}
    given = " ".join(f"{name}={shlex.quote(value)}" for name, value in beside.items())
    found: list[Setting] = [environment(name, value, place, beside=beside) for name, value, place in variables]
    for command, place in commands:
        found += command_settings(f"{given} {command}", place, "systemd", lines=False)
    return tuple(found)


def _pairs(given: str) -> Iterator[tuple[str, str]]:
    try:
        words = shlex.split(given[:20_000])
    except ValueError:
        words = given[:20_000].split()
    for word in words:
        match = _VARIABLE.fullmatch(word)
        if match is not None:
            yield match[1], match[2]
