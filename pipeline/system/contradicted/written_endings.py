"""What ends the life of data in lines of configuration and in statements of SQL: `closed-claim-months: 60` below `retention:`, `DELETE FROM
events WHERE at < now() - interval '30 days'`.

Takes an assembly, gives a name, a span of time and the place of each. A name counts where it, or the key it stands below, says that data is
kept or goes, and where it bears its unit. What is said in samples and for development says nothing of what runs, and is marked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.source import Place
from pipeline.system.assembly import Assembly
from pipeline.system.rules.words import words_of

UNITS: dict[str, float] = {
    "years": 31_557_600, "year": 31_557_600, "months": 2_629_800, "month": 2_629_800, "weeks": 604_800, "week": 604_800, "days": 86_400,
    "day": 86_400, "hours": 3600, "hour": 3600, "minutes": 60, "minute": 60, "seconds": 1, "secs": 1,
}  # fmt: skip
ENDS = re.compile(
    r"retention|retain|_ttl|ttl_|expir|max_age|(?:^|[_.-])keep_for|(?:^|[_.-])keep[_-](?:\w+[_-]){0,3}(?:days|weeks|months|years)"
    r"|\w[_-]keep[_-](?:days|weeks|months|years)",
    re.IGNORECASE,
)
"""Names of what says how long something is kept."""
_CONFIGURES = re.compile(r"\.(?:ya?ml|properties|toml|ini|cfg|conf|json)$|(?:^|/)\.?env(?:\.[\w.-]+)?$|\.env$", re.IGNORECASE)
_VALUE = r"[\"']?(\d{1,6})[\"']?\s*,?\s*(?:#.*)?$"
_LINE = re.compile(rf"^(\s*)(?:- |export )?[\"']?([A-Za-z][\w.-]{{2,80}})[\"']?\s*[:=]\s*{_VALUE}")
_NAMED = re.compile(r"^\s*- name:\s*[\"']?(\w{3,80})[\"']?\s*$")
_GIVEN = re.compile(rf"^\s*value:\s*{_VALUE}")
_PARENT = re.compile(r"^(\s*)([A-Za-z][\w.-]{2,80}):\s*(?:#.*)?$")
_NOT_RUN = re.compile(
    r"(?:^|[/._-])(?:dev|develop|development|local|test|tests|sample|samples|example|examples|template|dist)(?:[/._-]|$)", re.IGNORECASE
)
_DELETES = re.compile(
    r"\bdelete\s+from\s+[\"`\[]?(?:\w+[\"`\]]?\.)?[\"`\[]?(\w+)\b.{0,300}?(?:\binterval\s+'(\d{1,5}) (\w+)'|'-(\d{1,5}) (\w+)')",
    re.IGNORECASE | re.DOTALL,
)
_MOST_ABOVE = 40  # lines that are looked at for the key that a value stands below


@dataclass(frozen=True, slots=True)
class Written:
    """A span of time under a name, and where it stands."""

    name: str
    seconds: float
    place: Place
    runs: bool = True  # not in a sample or for development alone


def unit_of(name: str) -> float | None:
    """How many seconds the unit has that a name bears."""
    words = words_of(name)
    return next((seconds for word, seconds in UNITS.items() if word in words), None)


def in_settings(assembly: Assembly) -> Iterator[Written]:
    """What files of settings say."""
    for path, number, found in assembly.book.lines_that(_LINE):
        unit = unit_of(found[2]) if _CONFIGURES.search(path) else None
        if unit is None or not int(found[3]):
            continue
        name = found[2] if ENDS.search(found[2]) else _below(assembly.book.lines_of(path)[None], number, len(found[1]), found[2])
        if name is not None:
            yield Written(name, int(found[3]) * unit, Place(path, number, number), _NOT_RUN.search(path) is None)
    for path, number, found in assembly.book.lines_that(_NAMED):
        unit = unit_of(found[1]) if _CONFIGURES.search(path) and ENDS.search(found[1]) else None
        lines = assembly.book.lines_of(path)[None] if unit is not None else ()
        given = _GIVEN.match(lines[number]) if unit is not None and number < len(lines) else None
        if unit is not None and given is not None and int(given[1]):
            yield Written(found[1], int(given[1]) * unit, Place(path, number, number + 1), _NOT_RUN.search(path) is None)


def _below(lines: Sequence[str], number: int, indent: int, name: str) -> str | None:
    """The name with the key it stands below, where that says that data ends."""
    for above in reversed(lines[max(0, number - 1 - _MOST_ABOVE) : number - 1]):
        parent = _PARENT.match(above)
        if parent is not None and len(parent[1]) < indent:
            return f"{parent[2]}.{name}" if ENDS.search(parent[2]) else None
    return None


def in_statements(assembly: Assembly) -> Iterator[Written]:
    """Statements of SQL that delete what is older than they say."""
    for file, facts in enumerate(assembly.program.files):
        for identity, value in enumerate(facts.values) if facts.purpose == "product" else ():
            if value.kind != "constant" or value.constant_type != "string":
                continue
            match = _DELETES.search(value.text[:2_000])
            unit = UNITS.get((match[3] or match[5]).lower()) if match is not None else None
            evidence = assembly.cite((file, identity), "sink") if unit is not None else None
            if match is not None and unit is not None and evidence is not None:
                yield Written(match[1], int(match[2] or match[4]) * unit, Place(evidence.path, evidence.start_line, evidence.end_line))
