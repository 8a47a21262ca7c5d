"""Loads of models that are mended at once: those of one file, and those of one model registry.

Takes matches of threats that are mended by file. A registry is one service: who may write to it decides what all its readers load, the
server, the job that compares versions and the script that shows them. The group is named for the file that is part of the program, not
for one that measures it, is run by hand or is a notebook, so that this is the place that is told first.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ingest.purpose import is_run_by_hand, measures
from pipeline.findings.grouping import Groups
from pipeline.threats.engine import Match

_KINDS = frozenset({"model_file", "model_registry"})
_REGISTRIES = frozenset({"mlflow"})  # where a program reads what another one registered; a hub of others is named by its repository
_TRAINS = frozenset({"train", "training", "trainer", "trainers", "evaluate"})


def loaders_joined(matches: Iterable[Match]) -> list[Match]:
    """Matches, each load with the group of all that are mended with it."""
    found = list(matches)
    joined, keys, paths = Groups(), dict[int, str](), dict[str, set[str]]()
    for number, match in enumerate(found):
        if match.threat.group_by == "file" and not match.group and match.element.kind in _KINDS:
            keys[number] = f"{match.threat.slug} {number:06}"
            paths[keys[number]] = {match.evidence[0].path} if match.evidence else set()
            joined.join([keys[number], *(f"{match.threat.slug} {path}" for path in paths[keys[number]])])
            library = match.element.attributes.get("library")
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


def shown_first(path: str) -> tuple[int, bool, str]:
    """By what a file is for: of the program, of its training, run by hand, a notebook."""
    return measures(path) + 2 * is_run_by_hand(path) + 4 * path.endswith(".ipynb"), _is_of_training(path), path


def is_of_training(match: Match) -> bool:
    """Whether a model is loaded to train or compare it: told of after what answers with it."""
    return match.element.kind in _KINDS and all(_is_of_training(evidence.path) for evidence in match.evidence)


def _is_of_training(path: str) -> bool:
    return not _TRAINS.isdisjoint(path.lower().removesuffix(".py").split("/"))
