"""Model files: what is read of each format, proven by the rows of `tests/ingest/model_files/formats.py`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from ingest.facts import ModelFacts
from ingest.model_files import read_model_file
from ingest.source import Source
from tests.formats.declaring import Format, Group, Proof
from tests.ingest.model_files.formats import ROWS, Row

_Found = Callable[[ModelFacts], object]
_THINGS: Mapping[str, _Found] = {
    "names that are looked up and called on load": lambda facts: [part for part in facts.parts if part.kind in ("import", "call")],
    "code that travels inside": lambda facts: [part for part in facts.parts if part.kind in ("layer", "code")],
    "operations of the graph": lambda facts: [part for part in facts.parts if part.kind == "operation"],
    "files that it names": lambda facts: [part for part in facts.parts if part.kind == "file"],
    "chat templates, line by line": lambda facts: [part for part in facts.parts if part.kind == "template"],
    "architecture": lambda facts: facts.attributes.get("architecture"),
    "licence": lambda facts: facts.attributes.get("licence"),
    "how many tensors or layers": lambda facts: facts.attributes.get("tensors") or facts.attributes.get("layers"),
    "size and hash": lambda facts: facts.attributes.get("size") and facts.attributes.get("sha256"),
}
_ALL = ("size and hash",)
_NAMES = ("names that are looked up and called on load", *_ALL)
# Column, the rows it stands for (by how their titles begin), what is read.
_COLUMNS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("pickle", "pickle, protocol", _NAMES),
    ("joblib", "joblib", _NAMES),
    ("torch archive", "torch archive", (*_NAMES, "how many tensors or layers")),
    ("TorchScript", "TorchScript", (*_NAMES, "code that travels inside")),
    ("torch, legacy", "torch, legacy", _NAMES),
    ("numpy", "numpy", _NAMES),
    ("Keras", "Keras", (*_ALL, "code that travels inside", "architecture", "how many tensors or layers")),
    ("SavedModel", "TensorFlow SavedModel", (*_ALL, "operations of the graph", "files that it names")),
    ("ONNX", "ONNX", (*_ALL, "operations of the graph", "files that it names", "how many tensors or layers")),
    ("GGUF", "GGUF", (*_ALL, "chat templates, line by line", "architecture", "licence", "how many tensors or layers")),
    ("safetensors", "safetensors", (*_ALL, "licence", "how many tensors or layers")),
    ("tokenizer_config.json", "tokenizer configuration", (*_ALL, "chat templates, line by line", "architecture")),
    ("Git LFS pointer", "Git LFS pointer", _ALL),
)


def _proof(rows: tuple[Row, ...], thing: str) -> Proof:
    """Whether a thing is found in a file of each row."""

    def proof(folder: Path) -> bool:
        return bool(rows) and all(_THINGS[thing](_read(folder, row)) for row in rows)

    return proof


def _read(folder: Path, row: Row) -> ModelFacts:
    data = row.make(folder)
    (folder / row.name).write_bytes(data)
    facts = read_model_file(Source(row.name, folder / row.name, "model_file", "product", len(data)))
    assert isinstance(facts, ModelFacts), facts
    return facts


def _column(name: str, title: str, things: tuple[str, ...]) -> Format:
    rows = tuple(row for row in ROWS if row.title.startswith(title))
    suffixes = tuple(dict.fromkeys(suffix for row in rows for suffix in row.suffixes.split() if "." in suffix))
    return Format(name, suffixes, {thing: _proof(rows, thing) for thing in things})


GROUP = Group(
    "Model files",
    "Told by what the bytes are, whatever the name says; a name that promises another format is a finding. Nothing is loaded, and weights are passed over.",
    tuple(_THINGS),
    tuple(_column(*column) for column in _COLUMNS),
)
