"""The list `suppress` of a settings file: which findings are accepted or dismissed, and why.

Takes what YAML or TOML says under the key, gives suppressions. What cannot be used ends the run with a line that names its place: a
decision that is misread would close the wrong finding, or none. A path alone would silence everything there and is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

import yaml

from ingest.errors import UnusableInput
from ingest.exclusion import is_cheap
from pipeline.findings.model import Decision, Suppression
from pipeline.findings.spoken import FINDING_ID, KINDS, SLUG, day_of
from pipeline.reports.escape import shorten, visible

KEYS = ("threat", "finding", "path", "kind", "reason", "until", "by")
MOST = 1000
_LONGEST = 500  # characters of one value
_FORM = "write a list of entries with threat or finding, reason, and where wanted path, kind, until, by"


class Entry(NamedTuple):
    """One entry as it is written; every key with its line."""

    line: int
    values: Mapping[str, tuple[str, int]]


def suppressions_in(entries: Iterator[Entry], path: str) -> tuple[Suppression, ...]:
    """What the entries decide.

    Raises:
        UnusableInput: one of them cannot be used.
    """
    found: list[Suppression] = []
    for entry in entries:
        if len(found) >= MOST:
            raise UnusableInput(f"more than {MOST} suppressions", visible(f"{path}:{entry.line}"), "name threats with a path instead")
        found.append(_suppression(entry, path))
    return tuple(found)


def _suppression(entry: Entry, path: str) -> Suppression:
    def refuse(what: str, mend: str, line: int = entry.line) -> UnusableInput:
        return UnusableInput(what, visible(f"{path}:{line}"), mend)

    for key, (value, line) in entry.values.items():
        if key not in KEYS:
            raise refuse(f"{shorten(visible(key), 60)} is nothing a suppression has", f"it may have {', '.join(KEYS)}", line)
        if not value.strip() or len(value) > _LONGEST:
            raise refuse(
                f"{key} of a suppression is {'empty' if not value.strip() else 'too long'}", "write it, or leave the key out", line
            )
    said = {key: value.strip() for key, (value, _line) in entry.values.items()}
    lines = {key: line for key, (_value, line) in entry.values.items()}
    if "threat" not in said and "finding" not in said:
        what = "a suppression names neither a threat nor a finding"
        raise refuse(what, "name one: a path alone would silence everything there; to leave files out, use exclude")
    if "threat" in said and not SLUG.fullmatch(said["threat"]):
        raise refuse(f"{shorten(visible(said['threat']), 60)} is no slug of a threat", "`threatloom threats` lists them", lines["threat"])
    if "finding" in said and not FINDING_ID.fullmatch(said["finding"]):
        what = f"{shorten(visible(said['finding']), 60)} is no id of a finding"
        raise refuse(what, "it has 16 hexadecimal digits, as the JSON report says", lines["finding"])
    if "reason" not in said:
        raise refuse("a suppression gives no reason", "say under reason why the finding is accepted or dismissed")
    kind = KINDS.get(said.get("kind", "accept"))
    if kind is None:
        raise refuse(f"kind is {shorten(visible(said['kind']), 60)}", "it must be accept or dismiss", lines["kind"])
    if "until" in said and day_of(said["until"]) is None:
        raise refuse(f"until is {shorten(visible(said['until']), 60)}", "it must be a day, as 2026-12-31", lines["until"])
    if "path" in said and not is_cheap(said["path"]):
        raise refuse("path of a suppression is too complex", "write several entries with at most 3 stars", lines["path"])
    if said.get("path", "").startswith("!"):
        raise refuse("path of a suppression begins with !", "name the files it is about", lines["path"])
    decision = Decision(
        kind=kind, reason=said["reason"], by=said.get("by", ""), until=said.get("until", ""), where=f"{Path(path).name}:{entry.line}"
    )
    return Suppression(decision=decision, threat=said.get("threat", ""), finding=said.get("finding", ""), path=said.get("path", ""))


def listed_in_yaml(node: yaml.Node, path: str) -> Iterator[Entry]:
    """The entries, from the nodes: no tag, no anchor and no nesting can make this large or run anything."""
    if not isinstance(node, yaml.SequenceNode):
        raise UnusableInput("suppress is no list", visible(f"{path}:{node.start_mark.line + 1}"), _FORM)
    for item in node.value:
        line = item.start_mark.line + 1
        if not isinstance(item, yaml.MappingNode):
            raise UnusableInput("an entry of suppress is no mapping", visible(f"{path}:{line}"), _FORM)
        values: dict[str, tuple[str, int]] = {}
        for key, value in item.value:
            where = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode) or not isinstance(value, yaml.ScalarNode):
                raise UnusableInput("a value of a suppression is no text", visible(f"{path}:{where}"), _FORM)
            if key.value in values:
                raise UnusableInput(
                    f"a suppression says {shorten(visible(key.value), 60)} twice", visible(f"{path}:{where}"), "say it once"
                )
            values[str(key.value)] = (str(value.value), where)
        yield Entry(line, values)


def listed_in_toml(value: object, text: str, path: str) -> Iterator[Entry]:
    """The entries; TOML's parser gives no places: each has the line of its header, or that of the whole list."""
    headers = [text.count("\n", 0, match.start()) + 1 for match in re.finditer(r"^[ \t]*\[\[tool\.threatloom\.suppress\]\]", text, re.M)]
    whole = re.search(r"^[ \t]*(?:tool\.threatloom\.)?suppress[ \t]*=", text, re.M)
    line = text.count("\n", 0, whole.start()) + 1 if whole else 1
    if not isinstance(value, list):
        raise UnusableInput("suppress is no list", visible(f"{path}:{line}"), _FORM)
    for number, item in enumerate(value):
        here = headers[number] if number < len(headers) else line
        if not isinstance(item, dict):
            raise UnusableInput("an entry of suppress is no table", visible(f"{path}:{here}"), _FORM)
        odd = next((key for key, said in item.items() if not isinstance(said, str | date) or isinstance(said, datetime)), None)
        if odd is not None:
            raise UnusableInput(f"{shorten(visible(odd), 60)} of a suppression is no text", visible(f"{path}:{here}"), _FORM)
        yield Entry(here, {key: (said.isoformat() if isinstance(said, date) else str(said), here) for key, said in item.items()})
