"""Jobs of a cluster that train: what they learn from, and what they write.

Takes `workload` settings of pods that run once or by a schedule, gives a training job where their words speak of training, the data
sets and models that their arguments name, and flows between them. Whose words the data are is told by the names of the place it lies in:
feedback, ratings and conversations come from users. That people look at records first, or that names are masked, is told by the names
as well. What the program does is not known.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from ingest.facts import ConfigFacts, Setting
from ingest.source import Place
from pipeline.system.assembly import Assembly
from pipeline.system.model import AttributeValue, Evidence, Flow, Label
from pipeline.system.program.naming import placed_name
from pipeline.system.rules.images import stands_apart
from pipeline.system.rules.words import load_words, mentions

_JOBS = frozenset(
    {"Job", "CronJob", "PyTorchJob", "TFJob", "MPIJob", "RayJob", "TrainJob", "Workflow", "CronWorkflow", "WorkflowTemplate", "JobSet"}
)
_TRAINS = re.compile(
    r"(?<![a-z])(?:retrain|(?:re)?training|trainer)(?![a-z])|fine-?_?tun|(?<![a-z])(?:sft|dpo|rlhf|grpo|qlora|lora)(?![a-z])", re.IGNORECASE
)
_TRAIN = re.compile(r"(?<![a-z])(?:train|tune)(?![a-z])", re.IGNORECASE)  # which may run on rails, or be listened to
_OF_A_MODEL = re.compile(
    r"models?(?![a-z])|epochs?|checkpoint|weights|learning-?_?rate|datasets?|batch-?_?size|torch|tensorflow", re.IGNORECASE
)
_TUNES = re.compile(r"fine-?_?tun|(?<![a-z])(?:sft|dpo|rlhf|grpo|qlora|lora|adapters?)(?![a-z])", re.IGNORECASE)
_PLACE = re.compile(
    r"(?:s3|gs|gcs|abfss?|wasbs?|az|hf|minio|file|postgres(?:ql)?|mysql|mongodb|rediss?|kafka|amqps?)://\S+"
    r"|(?:\.{0,2}/)?[\w.-]+(?:/[\w.-]+)+/?|[\w-]+\.(?:jsonl?|csv|parquet|arrow)"
)
_OPTION_IN = re.compile(r"train|data|input|source|corpus|records|feedback|prefer|from|bucket|prefix|table|topic", re.IGNORECASE)
_OPTION_OUT = re.compile(r"out(?:put)?|save|target|dest|publish|push|upload|export|adapter|checkpoint", re.IGNORECASE)
_SELECTS = re.compile(r"positive|negative|prefer|chosen|label|signal|reward|votes?|ratings?", re.IGNORECASE)
_BY_USERS = (
    "feedback", "thumbs", "rating", "ratings", "conversation", "conversations", "chat", "chats", "transcript", "transcripts", "prompts",
    "messages", "tickets", "corrections", "upvotes", "likes",
)  # fmt: skip
_REVIEWED = ("reviewed", "approved", "curated", "labelled", "labeled", "signed", "moderated", "vetted", "approval", "sign-off", "signoff")
_MASKED = ("masked", "redacted", "anonymised", "anonymized", "pseudonymised", "pseudonymized", "scrubbed", "deidentified", "synthetic")
_RECORDED = re.compile(r"manifest|lineage|mlflow|wandb|provenance|model-?card|data-?version|dvc|sha256|slsa|attest", re.IGNORECASE)
_HELD_OUT = re.compile(r"hold-?out|eval(?:uation)?-?(?:set|gate|min|threshold)|min-(?:score|accuracy)|gate", re.IGNORECASE)


def add_cluster_training(assembly: Assembly, files: Sequence[ConfigFacts]) -> None:
    """The training jobs of all clusters."""
    for file in files:
        for setting in file.settings:
            if setting.kind == "workload" and setting.attributes.get("resource") in _JOBS and setting.attributes.get("init") is not True:
                _job(assembly, file, setting)


def _job(assembly: Assembly, file: ConfigFacts, setting: Setting) -> None:
    a = setting.attributes
    image, command = str(a.get("image") or ""), str(a.get("command") or "")
    named = f"{setting.name} {image} {command}"
    if stands_apart(image) or not _is_training(f"{setting.name} {image.rsplit('/', 1)[-1]} {' '.join(_words(command)[:4])}", named):
        return
    stands, place = assembly.cite_place(setting.place), assembly.cite_place(_told_at(file, setting))
    attributes: dict[str, AttributeValue] = {"library": "container"}
    if _TUNES.search(named):
        attributes["fine_tuning"] = True
    reads, writes = _named_places(_words(command))
    data = " ".join((*reads, *_switches(_words(command))))
    private = mentions([data], load_words().personal)
    if private:
        attributes["sensitive"] = True
    name = placed_name(str(a.get("workload") or setting.name), file.path)
    job = assembly.drafts.put("training_job", name, None, attributes, stands, None, file.purpose)
    if place is not None and place not in assembly.draft(job).evidence:
        assembly.draft(job).evidence.append(place)
    for path in reads:
        source = assembly.drafts.put("dataset", path, None, {"source": "file"}, place, None, file.purpose)
        by_users = mentions([data], _BY_USERS)
        _flow(assembly, source, job, ("user_feedback", "dataset_records") if by_users else ("dataset_records",), "training_data", place)
        assembly.relate(job, "trained_on", source, place)
    for path in writes:
        model = assembly.drafts.put("model_file", path, None, {"source": "file"}, place, None, file.purpose)
        assembly.relate(job, "produces", model, place)
    _controls(assembly, job, command, place)


def _told_at(file: ConfigFacts, setting: Setting) -> Place:
    """Where a container is told what to do; else where it stands."""
    lines = setting.attributes.get("command_lines")
    return Place(file.path, int(lines[0]), int(lines[1])) if isinstance(lines, tuple) else setting.place


def _is_training(called: str, named: str) -> bool:
    return _TRAINS.search(called) is not None or (_TRAIN.search(called) is not None and _OF_A_MODEL.search(named) is not None)


def _controls(assembly: Assembly, job: str, command: str, place: Evidence | None) -> None:
    if mentions([command], _REVIEWED):
        assembly.control("review_before_use", job, place, "by the names of its arguments")
    if mentions([command], _MASKED):
        assembly.control("redaction", job, place, "by the names of its arguments")
    if _RECORDED.search(command):
        assembly.control("model_lineage", job, place, "by the names of its arguments")
    if _HELD_OUT.search(command):
        assembly.control("evaluation_gate", job, place, "by the names of its arguments")


def _words(command: str) -> list[str]:
    try:
        return [part for word in shlex.split(command) for part in (word.split() if " " in word else [word])]
    except ValueError:
        return command.split()


def _switches(words: Sequence[str]) -> Iterator[str]:
    """Options and values that say which records are taken: `--prefer=thumbs-up`, `--positive thumbs_up`."""
    for word, following in zip_longest(words, words[1:], fillvalue=""):
        name, given, _ = word.partition("=")
        if word.startswith("--") and not _OPTION_OUT.search(name):
            yield word.lstrip("-")
            if not given and _SELECTS.search(name) and not following.startswith("-"):
                yield following


def _named_places(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """The places that are read and that are written, by the options that name them."""
    reads: list[str] = []
    writes: list[str] = []
    option = ""
    for word in words:
        name, given, value = word.partition("=")
        if name.startswith("-") and not given:
            option = name
            continue
        key, place = (name, value) if name.startswith("-") else (option, word)
        option = ""
        if not key or not _PLACE.fullmatch(place):
            continue
        if _OPTION_OUT.search(key):
            writes.append(place)
        elif _OPTION_IN.search(key):
            reads.append(place)
    return list(dict.fromkeys(reads))[:8], list(dict.fromkeys(writes))[:8]


def _flow(assembly: Assembly, source: str, target: str, labels: tuple[Label, ...], role: str, place: Evidence | None) -> None:
    flow = Flow.model_validate(
        {"id": f"{source}->{target}:{role}", "source": source, "target": target, "carries": labels, "role": role,
         "steps": (place,) if place is not None else (), "stated_by": "configuration"}
    )  # fmt: skip
    assembly.flow(flow)
