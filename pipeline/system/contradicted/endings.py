"""What ends the life of data: expiry given to a store, settings named for retention, jobs that purge, rules of a cloud.

Takes an assembly and the settings of configuration files, gives each place with the time after which data is gone, the sorts of data that
the words around it tell of (`knowledge/kept.yaml`) and the thing that its own name keeps. Left out: numbers that are not written down, and
jobs of a database.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ingest.code.program import Node
from ingest.facts import ConfigFacts, Setting
from ingest.source import Place
from pipeline.system.assembly import Assembly
from pipeline.system.contradicted.quantities import spans
from pipeline.system.contradicted.subjects import subject_of_name
from pipeline.system.contradicted.written_endings import ENDS, in_settings, in_statements, unit_of
from pipeline.system.model import Evidence, Frozen, Label
from pipeline.system.rules.knowledge_file import KNOWLEDGE, read_knowledge
from pipeline.system.rules.words import words_of

_FILE = KNOWLEDGE / "kept.yaml"
_SECONDS = frozenset(
    {"ttl", "ex", "expire", "expires_in", "expiration", "ttl_seconds", "expireAfterSeconds", "expire_after_seconds", "default_ttl"}
)
_DAYS = frozenset({"retention_days", "retention_in_days", "retentionDays", "keep_days", "expire_days", "expireAfterDays"})
_BY_POSITION = frozenset({"setex", "expire", "setEx"})
_ENDS = re.compile(r"purge|clean|delete|expir|retention|prune|retain|remove_old|archive", re.IGNORECASE)
_UNITS: dict[str, float] = {
    "days": 86_400, "day": 86_400, "hours": 3600, "hour": 3600, "minutes": 60, "seconds": 1, "secs": 1, "weeks": 604_800,
}  # fmt: skip
_NOW = {"Date.now": 0.001, "time.time": 1.0}  # what one unit of the clock is in seconds
_PATHS = re.compile(
    r"(?:retention_in_days|retention_days|expiration\.days|expiration\.0\.days|expirationindays|retentionindays|retentiondays)$",
    re.IGNORECASE,
)


# Where the number stands among what a call is given that reads or declares a setting.
_DEFAULTS = {"default": 0, "int": 0, "float": 0, "Number": 0, "parseInt": 0, "getenv": 1, "get": 1, "getEnv": 1, "Field": 0}


class Kept(Frozen):
    """What `knowledge/kept.yaml` says."""

    sorts: dict[str, tuple[str, ...]]
    carries: dict[str, tuple[Label, ...]]


_LARGEST = 10**12
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Ending:
    """A place that ends the life of data: after how many seconds, and the words around it."""

    seconds: float
    sorts: frozenset[str]
    evidence: Evidence
    subject: frozenset[str] = frozenset()  # what its own name keeps, also where no list has it
    runs: bool = True  # it stands in no sample and not for development alone


@lru_cache(maxsize=1)
def load_kept() -> Kept:
    return read_knowledge(_FILE, Kept)


def sorts_of(*names: str) -> frozenset[str]:
    """The sorts of data that names tell of."""
    words = {word for name in names for word in words_of(name)}
    return frozenset(sort for sort, listed in load_kept().sorts.items() if words & set(listed))


def endings_of(assembly: Assembly, config: Sequence[ConfigFacts]) -> list[Ending]:
    """Everything in the tree that ends the life of data."""
    return [*_in_code(assembly), *_in_config(assembly, config), *_written(assembly)]


def _written(assembly: Assembly) -> Iterator[Ending]:
    for written in (*in_settings(assembly), *in_statements(assembly)):
        evidence = assembly.cite_place(written.place, "sink")
        if evidence is not None:
            yield Ending(written.seconds, sorts_of(written.name), evidence, subject_of_name(written.name), written.runs)


def _in_code(assembly: Assembly) -> Iterator[Ending]:
    program = assembly.program
    for file, facts in enumerate(program.files):
        if facts.purpose != "product":
            continue
        for identity, value in enumerate(facts.values):
            if value.kind == "call":
                yield from _called(assembly, (file, identity))
            elif value.kind == "operation" and value.text == "-" and len(value.inputs) == 2:
                yield from _cut_off(assembly, (file, identity))
            elif value.kind == "collection":  # `z.object({RETENTION_DAYS: z.coerce.number().default(90)})`
                for label, given in zip(value.labels, value.inputs, strict=False):
                    if label and ENDS.search(label) and program.value((file, given)).kind == "call":
                        yield from _named(assembly, label, (file, given))
        for name, values in facts.variables.items():
            if ENDS.search(name) and len(values) == 1:
                yield from _named(assembly, name, (file, values[0]))
        for cls in facts.classes:
            for name, _annotation, default, _line in cls.fields:
                if ENDS.search(name) and default is not None:
                    yield from _named(assembly, name, (file, default))


def _called(assembly: Assembly, call: Node) -> Iterator[Ending]:
    """`client.set(key, text, ex=3600)`, `client.expire(key, 3600)`, `timedelta(days=30)` in what deletes."""
    program, value = assembly.program, assembly.program.value(call)
    callee = program.value((call[0], value.inputs[0])).text.rpartition(".")[2]
    given = list(zip(value.labels, value.inputs[len(value.inputs) - len(value.labels) :], strict=True))
    named, positional = [pair for pair in given if pair[0]], [node for label, node in given if not label]
    found: list[tuple[int, float]] = []
    found += [(node, 1) for label, node in named if label in _SECONDS] + [(node, 86_400) for label, node in named if label in _DAYS]
    if callee in _BY_POSITION and len(positional) > 1:
        found.append((positional[1], 1))
    around = _around(assembly, call)
    if callee == "timedelta" and any(map(_ENDS.search, around)):
        found += [(node, _UNITS[label]) for label, node in named if label in _UNITS]
    yield from _told(assembly, call, [node for label, node in named if label == "retention"], around)
    for node, unit in found:
        number = _number(assembly, (call[0], node))
        evidence = assembly.cite(call, "sink") if number else None
        if evidence is not None:
            yield Ending(number * unit, sorts_of(*around, evidence.quote), evidence)


def _told(assembly: Assembly, call: Node, given: Sequence[int], around: Sequence[str]) -> Iterator[Ending]:
    """`logger.add("chat.log", retention="30 days")`."""
    for node in given:
        text = assembly.program.constant((call[0], node))
        said = spans(text) if isinstance(text, str) else []
        evidence = assembly.cite(call, "sink") if len(said) == 1 else None
        if evidence is not None:
            yield Ending(said[0], sorts_of(*around, evidence.quote), evidence)


def _cut_off(assembly: Assembly, node: Node) -> Iterator[Ending]:
    """`Date.now() - 30 * DAY` in a function that deletes: what is older goes."""
    program, value = assembly.program, assembly.program.value(node)
    now = program.value((node[0], value.inputs[0]))
    names = program.callee_names((node[0], value.inputs[0])) if now.kind == "call" else ()
    unit = next((seconds for name, seconds in _NOW.items() if any(given == name or given.endswith(f".{name}") for given in names)), None)
    around = _around(assembly, node)
    number = _number(assembly, (node[0], value.inputs[1])) if unit is not None and any(map(_ENDS.search, around)) else 0
    evidence = assembly.cite(node, "sink") if number else None
    if unit is not None and evidence is not None:
        yield Ending(number * unit, sorts_of(*around, evidence.quote), evidence)


def _around(assembly: Assembly, node: Node) -> tuple[str, str]:
    """The names of the function and the file that a value stands in."""
    return assembly.symbol(node).rpartition(".")[2], assembly.program.files[node[0]].path.rpartition("/")[2]


def _named(assembly: Assembly, name: str, node: Node) -> Iterator[Ending]:
    """`CHAT_RETENTION_DAYS = 365`: the unit stands in the name."""
    unit = unit_of(name)
    number = _number(assembly, node) if unit is not None else 0
    evidence = assembly.cite(node, "sink") if number else None
    if unit is not None and evidence is not None:
        yield Ending(number * unit, sorts_of(name, evidence.path.rpartition("/")[2]), evidence, subject_of_name(name))


def _number(assembly: Assembly, node: Node, depth: int = 0) -> float:
    """A number that is written down, also as a product or as what a setting is where nobody says otherwise; 0 where it is none."""
    value = assembly.program.value(node)
    if value.kind == "call" and depth < 6:
        name, given = assembly.program.value((node[0], value.inputs[0])).text.rpartition(".")[2], value.inputs[1:]
        position = _DEFAULTS.get(name, -1)
        return _number(assembly, (node[0], given[position]), depth + 1) if 0 <= position < len(given) else 0
    if value.kind == "operation" and value.text == "*" and depth < 6:
        found = 1.0
        for inner in value.inputs:
            found *= _number(assembly, (node[0], inner), depth + 1)
        return found
    if value.kind in ("name", "attribute") and depth < 6:
        origins = [origin for origin in assembly.program.origins(node) if origin != node]
        if len(origins) == 1:
            return _number(assembly, origins[0], depth + 1)
    constant = assembly.program.constant(node)
    if isinstance(constant, str) and constant.isdecimal() and len(constant) <= _DIGITS and depth:
        return float(constant)
    return float(constant) if isinstance(constant, int | float) and not isinstance(constant, bool) and 0 < constant < _LARGEST else 0


def _in_config(assembly: Assembly, config: Sequence[ConfigFacts]) -> Iterator[Ending]:
    """Retention of log groups, buckets and workspaces in descriptions of clouds."""
    for facts in config:
        for setting in facts.settings if facts.purpose == "product" else ():
            if setting.kind == "resource":
                yield from _of_resource(assembly, setting)


def _of_resource(assembly: Assembly, setting: Setting) -> Iterator[Ending]:
    values, lines = setting.attributes.get("values"), setting.attributes.get("value_lines")
    pairs = [pair.partition("=") for pair in values] if isinstance(values, tuple) else []
    names = [text for path, _, text in pairs if path in ("name", "bucket")]
    for at, (path, _, text) in enumerate(pairs):
        if not _PATHS.search(path) or not text.isdecimal() or len(text) > _DIGITS or not int(text):
            continue
        told = lines[at] if isinstance(lines, tuple) and at < len(lines) else ""
        line = int(told) if told.isdecimal() else setting.place.start_line
        evidence = assembly.cite_place(Place(setting.place.path, line, line), "sink")
        if evidence is not None:
            yield Ending(int(text) * 86_400, sorts_of(setting.name, *names), evidence)
