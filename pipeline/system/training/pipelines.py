"""Training pipelines whose stages hand each other files: what one stage fetches is what a later one learns from.

Takes the assembly and the stages that configuration names (`ml_stage`), gives a flow from what the script of a stage fetches to
the training job in the script of a stage that reads its output, where the stage speaks of feedback: corrections, ratings, overrides.
What other stages fetch is left to the code, for a pipeline's file does not say whose data it is. A stage is known by the Python file
or module that its command runs; training in a module that the script only imports is found where the script calls it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from ingest.facts import ConfigFacts, Setting
from ingest.source import Place, parts_of
from pipeline.system.assembly import Assembly
from pipeline.system.deployment.deployment import folder_of
from pipeline.system.model import Evidence, Flow
from pipeline.system.rules.words import mentions

_RUNS = re.compile(r"\bpython[\d.]{0,5}\s+(?:-[uOB]\s+)?(?:-m\s+(?P<module>[A-Za-z_][\w.]{0,200})|(?P<path>[\w./-]{1,200}\.py)\b)")
_FEEDBACK = ("feedback", "correction", "corrections", "corrected", "override", "overrides", "rating", "ratings", "thumbs")
_FETCHED = ("web_content", "external_service", "data_store", "file_store")


def add_pipelines(assembly: Assembly, files: Sequence[ConfigFacts]) -> None:
    for file in files:
        stages = [setting for setting in file.settings if setting.kind == "ml_stage"]
        for first in stages:
            written = parts_of(first.attributes.get("writes"))
            if not mentions([first.name, *written], _FEEDBACK):
                continue
            for later in stages:
                if later is not first and not set(written).isdisjoint(parts_of(later.attributes.get("reads"))):
                    _join(assembly, file, first, later)


def _join(assembly: Assembly, file: ConfigFacts, first: Setting, later: Setting) -> None:
    here, there = (_script(assembly, folder_of(file.path), stage) for stage in (first, later))
    if here is None or there is None:
        return
    for source, fetched in _within(assembly, here, _FETCHED):
        for job, trained in _within(assembly, there, ("training_job",)):
            named = [assembly.cite_place(Place(file.path, stage.place.start_line, stage.place.start_line)) for stage in (first, later)]
            steps = (
                fetched.model_copy(update={"role": "source"}),
                *(e for e in named if e is not None),
                trained.model_copy(update={"role": "sink"}),
            )
            flow = Flow(
                id=f"{source}->{job}:{first.name}", source=source, target=job, carries=("user_feedback",), role="training_data",
                steps=steps, stated_by="configuration",
            )  # fmt: skip
            assembly.flow(flow)


def _within(assembly: Assembly, path: str, kinds: tuple[str, ...]) -> Iterator[tuple[str, Evidence]]:
    """Elements of these kinds that stand in a file, with where."""
    for identity, draft in sorted(assembly.drafts.by_id.items()):
        evidence = next((e for e in draft.evidence if e.path == path), None)
        if draft.kind in kinds and evidence is not None and draft.attributes.get("artifact") != "model":
            yield identity, evidence


def _script(assembly: Assembly, folder: str, stage: Setting) -> str | None:
    """The file that a stage runs."""
    match = _RUNS.search(str(stage.attributes.get("command") or ""))
    if match is None:
        return None
    paths = [facts.path for facts in assembly.program.files]
    if match["path"] is not None:
        wanted = str(PurePosixPath(folder) / match["path"])
        return wanted if wanted in paths else None
    ending = "/" + match["module"].replace(".", "/") + ".py"
    return next((path for path in sorted(paths) if f"/{path}".endswith(ending)), None)
