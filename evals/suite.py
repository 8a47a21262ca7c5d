"""A suite: a folder of labelled systems, and beside them what was judged by readers, measured before, and set as bars.

Takes a folder; gives the systems in it, all or those that patterns name. Without a folder it is the one that lies beside this file in a
source tree; an installed product has none, since its systems are vulnerable on purpose.
"""

from __future__ import annotations

import fnmatch
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import TypeAdapter, ValidationError

from evals.judged.model import JudgedFinding
from evals.labels import FILE, SYSTEMS, Labels, Split, read_labels
from evals.yaml_file import read_yaml
from ingest.errors import UnusableInput

ADJUDICATED, RESULTS, HISTORY, BARS = "adjudicated.yaml", "results.json", "history.json", "bars.yaml"
_VERDICTS = TypeAdapter(dict[str, tuple[JudgedFinding, ...]])


def results_of(model: str | None) -> str:
    """Name of the file that keeps the result with a model; those of rules alone have one of their own."""
    if model is None:
        return RESULTS
    named = re.sub(r"[^a-z0-9.]+", "-", model.lower()).strip("-.")
    return f"results-{named or 'model'}.json"


@dataclass(frozen=True, slots=True)
class Reference:
    """One labelled system."""

    name: str
    path: Path
    labels: Labels
    adjudicated: tuple[JudgedFinding, ...] = ()


@dataclass(frozen=True, slots=True)
class Suite:
    folder: Path
    systems: tuple[Reference, ...]

    def chosen(self, patterns: Sequence[str] = (), split: Split | None = None) -> tuple[Reference, ...]:
        """Systems that a pattern names, of a split where one is given.

        Raises:
            UnusableInput: a pattern names none, or none is left.
        """
        for pattern in patterns:
            if not any(_names(pattern, system.name) for system in self.systems):
                known = ", ".join(system.name for system in self.systems)
                raise UnusableInput("no such system", pattern, f"one of {known}")
        named = [one for one in self.systems if not patterns or any(_names(pattern, one.name) for pattern in patterns)]
        left = tuple(one for one in named if split is None or one.labels.split == split)
        if not left:
            raise UnusableInput("no system is left", f"of split {split}", "name others, or leave out --split")
        return left

    def twin(self, system: Reference) -> Reference | None:
        """Of a hardened system the vulnerable one it was made of."""
        if system.labels.kind != "hardened":
            return None
        family = (one for one in self.systems if one.labels.family == system.labels.family and one.labels.kind == "vulnerable")
        return next(family, None)


def read_suite(folder: Path | None = None) -> Suite:
    """The suite of a folder.

    Raises:
        UnusableInput: there is none, or something of it cannot be used.
    """
    if folder is None and not SYSTEMS.is_dir():
        mend = f"give a folder of labelled systems: --systems DIR, each DIR/NAME with a {FILE}; or run from a checkout of the source"
        raise UnusableInput("no reference systems", "they do not ship with the package", mend)
    folder = folder or SYSTEMS
    if not folder.is_dir():
        raise UnusableInput("no such folder", str(folder), "give the folder that holds the labelled systems")
    paths = sorted(path for path in folder.iterdir() if (path / FILE).is_file())
    if not paths:
        raise UnusableInput("no labelled system", str(folder), f"a system is a folder in it with a {FILE}")
    verdicts = _adjudicated(folder / ADJUDICATED)
    if unknown := sorted(set(verdicts) - {path.name for path in paths}):
        raise UnusableInput("judged findings of systems that are not there", str(folder / ADJUDICATED), ", ".join(unknown))
    suite = Suite(folder, tuple(Reference(path.name, path, read_labels(path), verdicts.get(path.name, ())) for path in paths))
    _check_families(suite)
    return suite


def digest_of(systems: Iterable[Reference]) -> str:
    """What the labels of these systems are, as a short hash: scores of different ones are not drawn on one line."""
    whole = hashlib.sha256()
    for one in sorted(systems, key=lambda system: system.name):
        whole.update(f"{one.name}\0{one.labels.model_dump_json(exclude={'history'})}\0".encode())
    return whole.hexdigest()[:12]


def _names(pattern: str, name: str) -> bool:
    return fnmatch.fnmatchcase(name, pattern.rstrip("/").rpartition("/")[2])


def _adjudicated(file: Path) -> dict[str, tuple[JudgedFinding, ...]]:
    if not file.exists():
        return {}
    try:
        return _VERDICTS.validate_python(read_yaml(file) or {})
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as failure:
        raise UnusableInput("judged findings cannot be read", str(file), " ".join(str(failure).split())[:300]) from None
    except ValidationError as failure:
        first = failure.errors(include_url=False)[0]
        raise UnusableInput("judged findings cannot be used", str(file), f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None


def _check_families(suite: Suite) -> None:
    """A family lies in one split: what is learned from a system is learned of its twin."""
    of_family: dict[str, Split] = {}
    for one in suite.systems:
        if of_family.setdefault(one.labels.family, one.labels.split) != one.labels.split:
            raise UnusableInput("a family in both splits", one.labels.family, "give its systems one split in labels.yaml")
