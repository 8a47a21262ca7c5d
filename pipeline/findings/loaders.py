"""Loads of models that are mended at once: those of one file, of one library in one service, and those of one model registry.

Takes matches of threats that are mended by file. What one service loads of its own by one library, its server, its jobs and its scripts,
changes to another form of file in one go; what notebooks load is one study, which changes apart from the service unless it is a file that
the service loads too, or a method that stands in both; what is fetched is by itself. A registry is one service: who may write to it
decides what all its readers load, the server, the job that compares versions and the script that shows them. The group is named for the
file that is part of the program, not for one that measures it, is run by hand or is a notebook: this place is told first.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable
from dataclasses import replace
from pathlib import PurePosixPath

from ingest.purpose import is_run_by_hand, measures
from pipeline.findings.grouping import Groups
from pipeline.system.model import System
from pipeline.threats.engine import Match

_KINDS = frozenset({"model_file", "model_registry"})
_REGISTRIES = frozenset({"mlflow"})  # where a program reads what another one registered; a hub of others is named by its repository
_FILE = re.compile(r"\.?[\w.-]+(?:/[\w.-]+)+")  # a name without a folder may be another file wherever it is opened
_METHOD = re.compile(r"[A-Z]\w*\.\w+ \(")
_TRAINS = frozenset({"train", "training", "trainer", "trainers", "evaluate"})


def services_in(system: System) -> frozenset[str]:
    """Folders that are installed or built as one: they hold a manifest of packages or a container file."""
    declared = [place.path for package in system.packages for place in package.evidence]
    built = [place.path for element in system.elements if element.kind == "container" for place in element.evidence]
    return frozenset(str(PurePosixPath(path).parent) for path in (*declared, *built))


def loaders_joined(matches: Iterable[Match], services: Collection[str]) -> list[Match]:
    """Matches, each load with the group of all that are mended with it."""
    found = list(matches)
    joined, keys, paths = Groups(), dict[int, str](), dict[str, set[str]]()
    for number, match in enumerate(found):
        if match.threat.group_by == "file" and not match.group and match.element.kind in _KINDS:
            keys[number] = f"{match.threat.slug} {number:06}"
            paths[keys[number]] = {match.evidence[0].path} if match.evidence else set()
            joined.join([keys[number], *(f"{match.threat.slug} {path}" for path in paths[keys[number]])])
            library = match.element.attributes.get("library")
            elsewhere = "://" in match.element.name  # fetched: whoever serves it decides, which another form of file does not mend
            if library and match.element.attributes.get("executes_code_on_load") is True and not elsewhere:
                within = sorted(_service(path, services) for path in paths[keys[number]] if not path.endswith(".ipynb"))
                joined.join([keys[number], *(f"{match.threat.slug} {library} in {folder}" for folder in within)])
                studied = sorted(_service(path, services) for path in paths[keys[number]] if path.endswith(".ipynb"))
                if match.element.attributes.get("source") != "hub" and not match.ways:
                    joined.join([keys[number], *(f"{match.threat.slug} notebooks in {folder}" for folder in studied)])
                if same := _named(match):
                    joined.join([keys[number], *(f"{match.threat.slug} {library} {same} in {folder}" for folder in (*within, *studied))])
            if match.element.kind == "model_registry" and library in _REGISTRIES:
                joined.join([keys[number], f"{match.threat.slug} registry of {library}"])
    together: dict[str, set[str]] = {}
    for key in keys.values():
        together.setdefault(joined.name(key), set()).update(paths[key])
    first = {name: min(files, key=shown_first) for name, files in together.items() if files}
    return [
        replace(match, group=f"file:{first[name]}") if number in keys and (name := joined.name(keys[number])) in first else match
        for number, match in enumerate(found)
    ]


def _named(match: Match) -> str:
    """The file that is loaded, below the folder that code runs in, or the method that loads it: in a notebook it is the one of the code."""
    name = match.element.name.partition(" in ")[0]
    return posixpath.normpath(name) if _FILE.fullmatch(name) else name if _METHOD.match(name) else ""


def _service(path: str, services: Collection[str]) -> str:
    """The nearest folder above a file that is a service; the tree itself where none is."""
    return next((str(folder) for folder in PurePosixPath(path).parents if str(folder) in services), ".")


def shown_first(path: str) -> tuple[int, bool, str]:
    """By what a file is for: of the program, of its training, run by hand, a notebook."""
    return measures(path) + 2 * is_run_by_hand(path) + 4 * path.endswith(".ipynb"), _is_of_training(path), path


def is_of_training(match: Match) -> bool:
    """Whether a model is loaded to train or compare it: told of after what answers with it."""
    return match.element.kind in _KINDS and all(_is_of_training(evidence.path) for evidence in match.evidence)


def _is_of_training(path: str) -> bool:
    return not _TRAINS.isdisjoint(path.lower().removesuffix(".py").split("/"))
