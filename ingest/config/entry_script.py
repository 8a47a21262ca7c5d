"""Scripts that containers start with: whether they go on as somebody else than root.

Takes the text of an `entrypoint.sh`, or the instruction of a container file that writes one by a here-document, gives one `run_command`
setting per line that hands on to another user, and the script's commands. Conditions around such a line are not read: where it stands at
all, it is what the script is there for.
"""

from __future__ import annotations

import re

from ingest.config.packages import setting
from ingest.config.scripts import read_shell_script
from ingest.facts import Setting
from ingest.source import Place
from ingest.text import split_lines

_LINES = 5000
_STEPS_DOWN = re.compile(
    r"\b(?:gosu|su-exec|setpriv|runuser|s6-setuidgid|chpst)[\"',]{0,3}[ \t]+(?!-{1,2}(?:version|help)\b)[\"'$\w-]"
    r"|\b(?:exec[ \t]+)su(?:do)?[ \t]+|\bsu[ \t]+(?:-[ \t]+)?[\"'$\w{}]+[ \t][^\n;|&]{0,200}-c\b"
)
_WRITES = re.compile(r"(?:>>?|\btee(?:[ \t]+-a)?)[ \t]{0,9}([^\s<>|;&]{1,300})|<<-?\S{1,70}[ \t]+([^\s<>|;&]{1,300})$")
_TO_ROOT = re.compile(r"\b(?:gosu|su-exec|s6-setuidgid|su(?:do)?)[ \t]+(?:-[ \t]+)?(?:-u[ \t]+)?(?:root|0)\b")


def steps_down(command: str) -> bool:
    """Whether a command goes on as another user than root: `exec gosu app python -m app`."""
    return _STEPS_DOWN.search(command[:20_000]) is not None and _TO_ROOT.search(command[:20_000]) is None


def steps_of_written(value: str, place: Place) -> tuple[Setting, ...]:
    """Lines that hand on to another user in a script that an instruction writes: `RUN cat > /entrypoint.sh << 'EOF'`."""
    said, _, body = value.partition("\n")
    written = _WRITES.search(said[:2000]) if body and "<<" in said else None
    name = (written[1] or written[2]).strip("\"'").rsplit("/", 1)[-1] if written is not None else ""
    lines = body.split("\n")[:_LINES] if name else []
    return tuple(
        setting("run_command", name, place, command=line.strip()[:1000], steps_down=True)
        for line in lines
        if not line.lstrip().startswith("#") and steps_down(line)
    )


def read_entry_script(text: str, path: str) -> tuple[Setting, ...]:
    """Settings in the order of the file."""
    steps = tuple(
        setting("run_command", path.rsplit("/", 1)[-1], Place(path, number, number), command=line.strip(), steps_down=True)
        for number, line in enumerate(split_lines(text)[:_LINES], 1)
        if not line.lstrip().startswith("#") and steps_down(line)
    )
    return (*steps, *read_shell_script(text, path))
