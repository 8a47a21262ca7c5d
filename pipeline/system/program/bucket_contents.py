"""What a program puts into buckets: model files and training data, told by the keys it writes them under.

Takes an assembly whose code is linked and the name of a bucket, gives what is kept there. A bucket is known by its name and by the variable
that names it, wherever both are read together (`env("BUCKET", default="voice")`); one that no code names holds nothing that is known here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.program.arguments import argument_node
from pipeline.system.program.walking import passed_for, walk

_WRITES = frozenset({"put_object", "upload_file", "upload_fileobj", "upload_from_filename", "upload_blob"})
_KEYS = {"put_object": "Key|object_name|1", "upload_file": "Key|2", "upload_fileobj": "Key|2"}
_BUCKETS = "Bucket|bucket_name|bucket"
_MODELS = re.compile(
    r"(?<![a-z])(?:mlflow|models?|weights|checkpoints?)(?![a-z])|\.(?:pkl|pickle|joblib|pth?|ckpt|onnx|safetensors|h5|keras|gguf|tflite)(?![\w.])",
    re.IGNORECASE,
)
_DATA = re.compile(r"(?<![a-z])(?:train(?:ing)?|datasets?|features?|embeddings?|recordings?|feedback|labels?)(?![a-z])", re.IGNORECASE)
_NO_NAME = re.compile(r"[\s/]")
_MOST, _MOST_CALLERS, _LONGEST = 120, 12, 80


def contents_of(assembly: Assembly, bucket: str) -> tuple[str, ...]:
    """What the code keeps in a bucket, as far as keys say."""
    if not bucket or "$" in bucket:
        return ()
    written = list(_written(assembly))
    names = {bucket}
    for _ in range(2):  # the variable that one process reads the name from is read by another without its default
        names |= {name for near, _keys in written for name in near if not names.isdisjoint(near)}
        names |= {name for near in _read_together(assembly) for name in near if not names.isdisjoint(near)}
    keys = [key for near, found in written if not names.isdisjoint(near) for key in found]
    return tuple(what for what, pattern in (("model files", _MODELS), ("training data", _DATA)) if any(pattern.search(key) for key in keys))


def _written(assembly: Assembly) -> Iterator[tuple[frozenset[str], tuple[str, ...]]]:
    """Of each call that writes an object: what its bucket may be called, and the texts its key is made of."""
    program = assembly.program
    for file, facts in enumerate(program.files):
        if facts.purpose != "product":
            continue
        for identity, value in enumerate(facts.values):
            last = facts.values[value.inputs[0]].text.rsplit(".", 1)[-1] if value.kind == "call" else ""
            if last not in _WRITES:
                continue
            call = (file, identity)
            bucket = argument_node(program, call, _BUCKETS + ("|1" if last in ("upload_file", "upload_fileobj") else "|0"))
            key = argument_node(program, call, _KEYS.get(last, "Key|0"))
            if bucket is not None and key is not None:
                yield frozenset(text for text in _texts(assembly, bucket) if not _NO_NAME.search(text)), tuple(_texts(assembly, key))


def _read_together(assembly: Assembly) -> Iterator[frozenset[str]]:
    """Names and defaults of variables that are read in one call: `getenv("BUCKET", "voice")`."""
    for facts in assembly.program.files:
        for value in facts.values:
            if value.kind == "call" and 2 < len(value.inputs) < 6:
                texts = {facts.values[given].text for given in value.inputs[1:] if facts.values[given].constant_type == "string"}
                if any("bucket" in text.lower() for text in texts) and len(texts) > 1:
                    yield frozenset(texts)


def _texts(assembly: Assembly, node: Node) -> Iterator[str]:
    """The written parts of a value, wherever it comes from."""
    program = assembly.program

    def onward(current: Node) -> list[Node]:
        value = program.value(current)
        if value.kind == "parameter":
            return [*passed_for(program, current, _MOST_CALLERS), *program.step_back(current)]
        found = [origin for origin in program.origins(current) if origin != current]
        if value.kind in ("format", "operation", "choice", "guarded", "collection"):
            found += [(current[0], given) for given in value.inputs]
        elif value.kind == "call" and not program.targets(current):
            found += [(current[0], given) for given in value.inputs[1:]]
        return found + program.step_back(current)

    for current in walk(node, onward, _MOST, nearest_first=True):
        value = program.value(current)
        written = value.kind == "constant" and value.constant_type == "string"
        if value.text and len(value.text) <= _LONGEST and (written or (value.kind == "index" and not value.text.isdigit())):
            yield value.text  # also `os.environ["BUCKET"]`
