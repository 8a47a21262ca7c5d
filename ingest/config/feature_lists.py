"""Columns that a training learns from, listed in a settings file: `categorical_columns: [gender, contract]`.

Takes the text of a YAML file, gives a `feature_column` per entry of a list whose key speaks of features or columns. Lists of what is
dropped, of keys and of targets are left out, and so are lists of objects and files that describe workloads. Which program reads the
file is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.config.packages import setting
from ingest.facts import Setting
from ingest.source import Place

_KEY = re.compile(r"^(?P<indent>\s*)(?:-\s+)?[\"']?(?P<key>[A-Za-z][\w-]{0,60})[\"']?\s*:\s*(?P<rest>\[[^\]\n]{0,2000}\]?)?\s*(?:#.*)?$")
_ITEM = re.compile(r"^(?P<indent>\s*)-\s+[\"']?(?P<name>[A-Za-z][\w .-]{0,60}?)[\"']?\s*(?:#.*)?$")
_LISTS = re.compile(r"(?i)(?:^|[_-])(?:features?|columns?|cols|categoricals?|numericals?|numerics?|predictors?)(?:[_-]|$)")
_OTHERS = re.compile(
    r"(?i)(?:^|[_-])(?:drop|dropped|exclude|excluded|ignore|ignored|remove|removed|id|ids|key|keys|target|targets|label|labels|flags?|toggles?)(?:[_-]|$)"
)
_MANIFEST = re.compile(r"^apiVersion\s*:", re.MULTILINE)
_MOST = 500


def read_feature_lists(text: str, path: str) -> tuple[Setting, ...]:
    """Settings in the order of the file."""
    if _MANIFEST.search(text) or not re.search(_LISTS.pattern, text.replace(":", "_"), re.IGNORECASE):
        return ()
    return tuple(
        setting("feature_column", name, Place(path, line, line), list=key)
        for (name, key, line), _ in zip(_columns(text), range(_MOST), strict=False)
    )


def _columns(text: str) -> Iterator[tuple[str, str, int]]:
    key, indent = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        item = _ITEM.match(line)
        if item is not None and key and len(item["indent"]) >= indent:
            yield item["name"].strip(), key, number
            continue
        opened, key = _KEY.match(line), ""
        if opened is None or not _LISTS.search(opened["key"]) or _OTHERS.search(opened["key"]):
            continue
        if opened["rest"] is None:
            key, indent = opened["key"], len(opened["indent"])
        else:
            names = (part.strip().strip("\"'") for part in opened["rest"].strip("[]").split(","))
            yield from ((name, opened["key"], number) for name in names if re.fullmatch(r"[A-Za-z][\w .-]{0,60}", name))
