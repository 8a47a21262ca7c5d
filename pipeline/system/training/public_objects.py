"""Models and their data that code puts where everyone may read them: `put_object(..., ACL="public-read")`, `aws s3 cp --acl public-read`.

Takes the assembly and configuration, gives a public `file_store` per place that is so written, where the names of what is sent, or of
where it goes, end as models do or say that it is data of training. Names that are computed whole are passed over. What a bucket's own
policy allows is read in `cloud`.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence

from ingest.code.program import Node
from ingest.facts import ConfigFacts
from pipeline.system.assembly import Assembly
from pipeline.system.model import AttributeValue, Evidence
from pipeline.system.program.arguments import argument_node
from pipeline.system.program.bucket_contents import contents_of
from pipeline.system.rules.commands import option, words_of

_PUBLIC = frozenset({"public-read", "public-read-write", "publicRead", "publicReadWrite"})
_SENDS = frozenset({"put_object", "upload_file", "upload_fileobj", "copy_object", "put_object_acl", "upload", "create_multipart_upload"})
_RUNS = re.compile(r"^(?:subprocess\.(?:run|call|check_call|check_output|Popen)|os\.(?:system|popen)|.*\.BashOperator)$")
_COMMAND = re.compile(
    r"\baws\s+s3\s+(?:cp|sync|mv)\b[^\n;|&]{0,400}--acl[= ]public-read"
    r"|\bgsutil\b[^\n;|&]{0,60}\bcp\b[^\n;|&]{0,60}-a\s+public-read"
    r"|\bgsutil\b[^\n;|&]{0,60}\bacl\s+ch\b[^\n;|&]{0,60}(?:-u\s+)?AllUsers"
)
_PLACE = re.compile(r"(?:s3|gs)://[^\s\"']+")
_MODEL = re.compile(r"\.(?:pkl|pickle|joblib|pth?|ckpt|onnx|safetensors|h5|hdf5|keras|gguf|tflite|mlmodel)(?![\w.])", re.IGNORECASE)
_DATA = re.compile(
    r"(?<![a-z])(?:train(?:ing)?|dataset|features?|labels?|embeddings?|corpus|feedback)(?![a-z])[^\s\"']{0,120}\.(?:csv|tsv|parquet|jsonl?|npy|npz|arrow)"
    r"(?![\w.])", re.IGNORECASE,
)  # fmt: skip

_OPENS = frozenset({("mc", "policy", "set"), ("mc", "anonymous", "set")})
_LEVELS = frozenset({"public", "download", "upload"})
_MODELS_IN = re.compile(r"(?<![a-z])(?:mlflow|models?|weights|checkpoints?|artifacts?|registry)(?![a-z])", re.IGNORECASE)
_DATA_IN = re.compile(
    r"(?<![a-z])(?:data|datasets?|train(?:ing)?|features?|embeddings?|corpus|feedback|labels?|samples?|predictions?|drift)(?![a-z])",
    re.IGNORECASE,
)


_SENT = frozenset({"cp", "sync", "mv"})
_BACKUP = re.compile(r"(?<![a-z])(?:backups?|dump|pg_?dump|mysqldump|snapshots?)(?![a-z])|\.(?:sql|dump|bak|rdb)(?![\w])", re.IGNORECASE)
_ROOTS = ("--default-artifact-root", "--artifacts-destination")  # where MLflow keeps what it is given


def add_public_objects(assembly: Assembly, files: Sequence[ConfigFacts]) -> None:
    """What calls and commands of the tree make public."""
    for file, facts in enumerate(assembly.program.files):
        if facts.language != "python":
            continue
        for identity, value in enumerate(facts.values):
            if value.kind == "call":
                for text, place in _said(assembly, (file, identity)):
                    _put(assembly, text, assembly.cite(place, "sink"), facts.purpose)
    kept = frozenset(_artifact_buckets(files))
    for settings in files:
        for setting in settings.settings:
            if setting.kind == "command":
                _opened(assembly, words_of(setting), assembly.cite_place(setting.place, "sink"), settings.purpose, files, kept)
                _sent(assembly, words_of(setting), assembly.cite_place(setting.place, "sink"), settings.purpose)
            if setting.kind in ("run_command", "ml_stage"):
                for match in _COMMAND.finditer(str(setting.attributes.get("command") or "")[:20_000].replace("\\\n", " ")):
                    _put(assembly, match[0], assembly.cite_place(setting.place, "sink"), settings.purpose)


def _artifact_buckets(files: Sequence[ConfigFacts]) -> Iterator[str]:
    """The buckets that a registry of the tree keeps its models in: `mlflow server --default-artifact-root s3://desk/mlflow`."""
    for settings in files:
        for setting in settings.settings:
            root = option(words_of(setting), _ROOTS) if setting.kind == "command" and setting.name == "mlflow" else ""
            if root.startswith("s3://") and "$" not in root:
                yield root.removeprefix("s3://").partition("/")[0]


def _sent(assembly: Assembly, words: Sequence[str], evidence: Evidence | None, purpose: str) -> None:
    """`aws s3 cp dump.sql s3://desk/ --acl public-read` of a script: a model, data of training, or the backup of a database."""
    acl = option(words, ("--acl",))
    if words[:1] != ("aws",) or acl not in _PUBLIC or "s3" not in words or _SENT.isdisjoint(words) or evidence is None:
        return
    said = " ".join(words)
    if _BACKUP.search(said):
        attributes: dict[str, AttributeValue] = {"public": True, "provisioned": True, "holds": ("backups of a database",)}
        attributes["names"] = ("backups of a database",)
        assembly.drafts.put("file_store", f"backups of {evidence.path}", "data", attributes, evidence, None, purpose)
    else:
        _put(assembly, said, evidence, purpose)


def _opened(
    assembly: Assembly, words: Sequence[str], evidence: Evidence | None, purpose: str, files: Sequence[ConfigFacts], kept: frozenset[str]
) -> None:
    """`mc anonymous set download store/models`: a bucket of MinIO that is opened whose name, registry or writer says what is in it."""
    if tuple(words[:3]) not in _OPENS or len(words) < 5 or words[3] not in _LEVELS or evidence is None:
        return
    bucket = words[4].partition("/")[2]
    told = f"{bucket} {_kept_there(files, bucket)}"
    what = tuple(name for name, pattern in (("model files", _MODELS_IN), ("training data", _DATA_IN)) if pattern.search(told))
    if bucket.partition("/")[0] in kept and "/" not in bucket.rstrip("/"):
        what = ("model files", *(name for name in what if name != "model files"))
    what = what or contents_of(assembly, bucket)
    if what:  # one setup opens them all
        name = f"buckets of {evidence.path}"
        known = assembly.drafts.by_id.get(f"file_store:{name}")
        before = known.attributes.get("holds") if known is not None else ()
        what = tuple(sorted({*what, *(before if isinstance(before, tuple) else ())}))
        attributes: dict[str, AttributeValue] = {"public": True, "provisioned": True, "holds": what, "names": what}
        assembly.drafts.put("file_store", name, "data", attributes, evidence, None, purpose)


def _kept_there(files: Sequence[ConfigFacts], bucket: str) -> str:
    """The folders of a bucket that commands of servers are given: `--default-artifact-root s3://data/mlflow`."""
    address = re.compile(rf"s3://{re.escape(bucket)}/([\w./-]{{1,120}})") if bucket else None
    commands = (" ".join(words_of(setting)) for file in files for setting in file.settings if setting.kind == "command")
    return " ".join(match[1] for command in commands for match in address.finditer(command)) if address is not None else ""


def _said(assembly: Assembly, call: Node) -> Iterator[tuple[str, Node]]:
    """The words of a call that makes something public, and where they stand: a command, or what is sent and where to."""
    program = assembly.program
    callee = program.value((call[0], program.value(call).inputs[0]))
    last = callee.text.rsplit(".", 1)[-1]
    if last in _SENDS:
        given = [argument_node(program, call, wanted) for wanted in ("ACL", "ExtraArgs.ACL", "predefined_acl")]
        if any(node is not None and program.constant(node) in _PUBLIC for node in given):
            yield _address(assembly, call), call
    elif last == "make_public" and callee.kind == "attribute":
        for made in program.origins((call[0], callee.inputs[0])):
            if program.value(made).kind == "call":
                yield " ".join(_words(assembly, made)), call
    elif last in ("run", "call", "check_call", "check_output", "Popen", "system", "popen", "BashOperator"):
        names = [assembly.index.canonical(name) for name in program.callee_names(call)]
        if any(_RUNS.match(name) for name in names):
            command = (call[0], program.value(call).inputs[1]) if len(program.value(call).inputs) > 1 else call
            yield from ((match[0], command) for match in _COMMAND.finditer(" ".join(_words(assembly, call))))


def _address(assembly: Assembly, call: Node) -> str:
    """Where an object goes, and what is sent, as far as it is written."""
    known = []
    for wanted in ("Bucket|1", "Key|2", "Filename|0"):
        node = argument_node(assembly.program, call, wanted)
        text = assembly.program.constant(node) if node is not None else None
        known.append(text if isinstance(text, str) else "")
    bucket, key, sent = known
    return f"s3://{bucket}/{key} {sent}" if bucket and key else f"{key} {sent}"


def _words(assembly: Assembly, call: Node) -> list[str]:
    """The texts that a call is given, alone or as a list."""
    program, found = assembly.program, list[str]()
    for given in program.value(call).inputs[1:]:
        for part in program.elements((call[0], given)):
            value = program.value(part)
            parts = [program.value((part[0], i)) for i in value.inputs] if value.kind == "format" else [value]
            found.append("".join(v.text for v in parts if v.kind == "constant"))
    return found


def _put(assembly: Assembly, said: str, evidence: Evidence | None, purpose: str) -> None:
    what = [name for name, pattern in (("model files", _MODEL), ("training data", _DATA)) if pattern.search(said)]
    address = _PLACE.search(said)
    sent = next((posixpath.basename(word) for word in said.split() if _MODEL.search(word) or _DATA.search(word)), "")
    if not what or evidence is None:
        return
    assembly.drafts.put(
        "file_store", address[0] if address is not None else f"{sent} (public)", "data",
        {"public": True, "provisioned": True, "holds": tuple(what), "names": tuple(what)}, evidence, None, purpose,
    )  # fmt: skip
