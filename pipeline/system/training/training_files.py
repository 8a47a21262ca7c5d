"""Training that is described in files: stages of DVC and MLflow, and the data and models under their control.

Takes `ml_stage` and `ml_data` settings, adds the lineage to the training jobs of the code that a stage runs, a training job where no code
of it was read, the data it reads and the models it writes. What a stage is for is told by its words: one that only prepares data trains
nothing.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence

from ingest.facts import ConfigFacts, Setting
from ingest.source import parts_of
from pipeline.system.assembly import Assembly
from pipeline.system.deployment.deployment import folder_of
from pipeline.system.model import AttributeValue

_TRAINS = re.compile(r"(?<![a-z])(?:re)?train(?:ing|er)?(?![a-z])|fine-?_?tun|(?<![a-z])fit(?![a-z])", re.IGNORECASE)
_MODEL = re.compile(r"\.(?:pkl|pickle|joblib|pt|pth|ckpt|h5|keras|onnx|safetensors|gguf|bin|model)$|(?:^|/)models?(?:/|$)", re.IGNORECASE)
_SCRIPT = re.compile(r"[\w./-]+\.(?:py|ipynb)\b")


def add_training_files(assembly: Assembly, files: Sequence[ConfigFacts]) -> None:
    """Lineage, jobs, data and models."""
    for file in files:
        for setting in file.settings:
            if setting.kind == "ml_stage":
                _stage(assembly, file, setting)
            elif setting.kind == "ml_data" and setting.attributes.get("pinned"):
                _tracked(assembly, file, setting)


def _stage(assembly: Assembly, file: ConfigFacts, stage: Setting) -> None:
    command = str(stage.attributes.get("command") or "")
    writes, reads = parts_of(stage.attributes.get("writes")), parts_of(stage.attributes.get("reads"))
    models = [path for path in writes if _MODEL.search(path)]
    if not (models or _TRAINS.search(f"{stage.name} {command}")):
        return
    place = assembly.cite_place(stage.place)
    jobs = list(_jobs(assembly, file, command))
    if not jobs:
        attributes: dict[str, AttributeValue] = {"library": str(stage.attributes.get("tool"))}
        name = f"{stage.name} ({file.path})"
        jobs = [assembly.drafts.put("training_job", name, None, attributes, place, None, file.purpose)]
    for job in jobs:
        if writes:  # what goes in and what comes out is written down, and their hashes in the lock beside it
            assembly.control("model_lineage", job, place, "the stage ties the model to its code and data")
        for path in models:
            model = assembly.drafts.put("model_file", path, None, {"source": "file", "local_path": True}, place, None, file.purpose)
            assembly.relate(job, "produces", model, place)
        for path in reads:
            if _MODEL.search(path):
                model = assembly.drafts.put("model_file", path, None, {"source": "file", "local_path": True}, place, None, file.purpose)
                assembly.relate(job, "loads", model, place)
            elif not path.endswith((".py", ".ipynb", ".yaml", ".yml")) and not _holds_code(assembly, file, path):
                data = _known(assembly, file, path) or assembly.drafts.put(
                    "dataset", path, None, {"source": "file", "local_path": True}, place, None, file.purpose
                )
                assembly.relate(job, "trained_on", data, place)


def _known(assembly: Assembly, file: ConfigFacts, path: str) -> str | None:
    """What the code is known to keep at a path."""
    inside = posixpath.normpath(posixpath.join(folder_of(file.path), path))
    return next((name for kind in ("dataset", "model_file") if (name := f"{kind}:{inside}") in assembly.drafts.by_id), None)


def _holds_code(assembly: Assembly, file: ConfigFacts, path: str) -> bool:
    """Whether a folder that a stage depends on holds the code it runs."""
    folder = posixpath.normpath(posixpath.join(folder_of(file.path), path)) + "/"
    return any(facts.path.startswith(folder) for facts in assembly.program.files)


def _jobs(assembly: Assembly, file: ConfigFacts, command: str) -> Iterator[str]:
    """The training jobs of the code that a command runs."""
    paths = {posixpath.normpath(posixpath.join(folder_of(file.path), name)) for name in _SCRIPT.findall(command[:5000])}
    for identity, draft in assembly.drafts.by_id.items():
        if draft.kind == "training_job" and any(evidence.path in paths for evidence in draft.evidence):
            yield identity


def _tracked(assembly: Assembly, file: ConfigFacts, data: Setting) -> None:
    """A file whose hash is under version control: data that is known to be what it was."""
    path = posixpath.normpath(posixpath.join(folder_of(file.path), data.name))
    place = assembly.cite_place(data.place)
    for identity, draft in assembly.drafts.by_id.items():
        if draft.kind in ("dataset", "model_file") and draft.name in (path, data.name):
            assembly.control("hash_check", identity, place)
