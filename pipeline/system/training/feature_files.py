"""What a training learns from where its columns stand in a settings file, and not in code: `categorical_columns: [gender, age]`.

Takes the assembly and what configuration lists as columns, marks the training jobs of the same project (`learns_about`)
where two columns describe a person, with the lines. A project is the folder that holds the settings, or the one above a folder for them;
trees of several projects keep theirs apart. That a column is dropped again in code is not seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from ingest.facts import ConfigFacts, Setting
from ingest.purpose import NOT_PRODUCT
from pipeline.system.assembly import Assembly
from pipeline.system.elements.model_surroundings import are_of_people
from pipeline.system.model import DESCRIBED_HERE
from pipeline.system.rules.words import load_words

_FOLDERS = frozenset({"conf", "config", "configs", "configuration", "params", "parameters", "settings", "hydra", "experiments", "base"})
_SHOWN = 4


def mark_feature_files(assembly: Assembly, files: Sequence[ConfigFacts]) -> None:
    """Marks training jobs whose settings name columns about people."""
    described = [(_project(file.path), found) for file in files if file.purpose not in NOT_PRODUCT and (found := _of_people(file))]
    if not described:
        return
    for _identity, draft in sorted(assembly.drafts.by_id.items()):
        if draft.kind != "training_job" or draft.attributes.get("fine_tuning") is True:
            continue
        paths = {evidence.path for evidence in draft.evidence}
        near = [(project, found) for project, found in described if any(f"/{path}".startswith(f"/{project}") for path in paths)]
        if not near:
            continue
        nearest = max(near, key=lambda one: len(one[0]))[1]
        draft.attributes["learns_about"] = "people"
        for column in nearest[:_SHOWN]:
            evidence = assembly.cite_place(column.place, "step", DESCRIBED_HERE)
            draft.show(evidence, 12)


def _of_people(file: ConfigFacts) -> list[Setting]:
    """The columns that describe people, where there are two of them or more."""
    words = load_words().demographic
    columns = [setting for setting in file.settings if setting.kind == "feature_column"]
    if not are_of_people([column.name.replace(" ", "_") for column in columns], words):
        return []
    return [column for column in columns if _is_one(column.name, words)]


def _is_one(name: str, words: tuple[str, ...]) -> bool:
    other = "age" if "age" not in name.lower() else "gender"
    return are_of_people([name.replace(" ", "_"), other], words)


def _project(path: str) -> str:
    """The folder whose programs a settings file is for, with a slash behind it; nothing for the whole tree."""
    folder = PurePosixPath(path).parent
    while folder.name.lower() in _FOLDERS:
        folder = folder.parent
    return "" if str(folder) in (".", "") else f"{folder}/"
