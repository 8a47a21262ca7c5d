"""Files of commands: shell scripts, Makefiles and Procfiles.

Takes the text, gives the `command` settings in it, each with its line. Of a Makefile the recipes are read, with the variables that
it sets itself filled in; included files, conditions and functions (`$(shell ...)`) are not followed. See `commands` for the rest.
"""

from __future__ import annotations

import re

from ingest.config.commands import command_settings
from ingest.config.continued_lines import continued
from ingest.facts import Setting
from ingest.source import Place
from ingest.text import split_lines

_LINES = 5000
_VARIABLE = re.compile(r"(?:export[ \t]+)?([A-Za-z_]\w*)[ \t]*(?:\?|::?|:::)?=[ \t]*(.*)")
_USED = re.compile(r"\$\(([A-Za-z_]\w*)\)|\$\{([A-Za-z_]\w*)\}")
_PROCESS = re.compile(r"[A-Za-z][\w-]*:[ \t]*(\S.*)")


def read_shell_script(text: str, path: str) -> tuple[Setting, ...]:
    """Commands in the order of the file."""
    return tuple(command_settings(text, Place(path, 1, max(1, len(split_lines(text)))), "shell"))


def read_makefile(text: str, path: str) -> tuple[Setting, ...]:
    """Commands of all recipes, in their order."""
    known: dict[str, str] = {}
    found: list[Setting] = []
    for first, last, line in continued(split_lines(text)[:_LINES]):
        assigned = _VARIABLE.fullmatch(line) if not line.startswith("\t") else None
        if assigned is not None:
            known[assigned[1]] = _with(assigned[2].strip(), known)[:500]
        elif line.startswith("\t"):
            script = _with(line.strip().lstrip("@-+ "), known).replace("$$", "$")
            found += command_settings(script, Place(path, first, last), "make", lines=False)
    return tuple(found)


def read_procfile(text: str, path: str) -> tuple[Setting, ...]:
    """The command of each process."""
    found: list[Setting] = []
    for number, line in enumerate(split_lines(text)[:_LINES], 1):
        process = _PROCESS.fullmatch(line.strip())
        if process is not None:
            found += command_settings(process[1], Place(path, number, number), "procfile")
    return tuple(found)


def _with(text: str, known: dict[str, str]) -> str:
    return _USED.sub(lambda match: known.get(match[1] or match[2], match[0]), text)[:20_000]
