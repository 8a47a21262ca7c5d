"""What is said of a name that is not there: never the name itself, which may be anything, but what there is instead."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from difflib import get_close_matches
from itertools import islice

from pipeline.agent.tools.answer import Answer, fitting
from pipeline.agent.tools.bench import Bench
from pipeline.agent.tools.characters import plain

_OFFERED, _NAME = 5, 300  # names that are offered; characters of a name that are looked at
_COMPARED = 1000  # ids that are compared letter by letter, which takes long
_PLACE = re.compile(r"( p\d{1,9})?(:\d{1,9}(-\d{1,9})?)?$")  # behind a path, as rows have it


def unknown_path(bench: Bench, name: str) -> Answer:
    """Files of the scan that are called the same in another folder, or by other letters."""
    wanted = _PLACE.sub("", name[-_NAME:].replace("\\", "/")).rstrip("/").rpartition("/")[2].lower()
    same = [path for path in bench.pages.paths if wanted and path.rpartition("/")[2].lower() == wanted]
    return _offered("No such file in this scan; list_folder shows those there are.", same)


def unknown_element(bench: Bench, name: str) -> Answer:
    """Elements whose ids are like it or hold it."""
    ids = list(bench.elements)
    wanted = name[:_NAME].lower().partition(":")[2] or name[:_NAME].lower()
    found = [one for one in ids if wanted in one.lower()]
    if not found:
        found = get_close_matches(name[:_NAME], [one for one in ids if len(one) < _NAME][:_COMPARED], _OFFERED)
    return _offered("No such element; list_elements shows those there are.", found)


def kinds_there_are(bench: Bench) -> str:
    """`agent 1, tool 4`: kinds are words of ours."""
    return ", ".join(f"{kind} {count}" for kind, count in sorted(Counter(one.kind for one in bench.elements.values()).items()))


def _offered(said: str, names: Iterable[str]) -> Answer:
    found = list(islice((plain(name) for name in names), _OFFERED))
    return Answer(f"{said} Perhaps:" if found else said, "\n".join(fitting(found)))
