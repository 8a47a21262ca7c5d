"""Model files out of text, so that a threat's page can show them: a pickle by its opcodes, a graph by its operations.

Each language of a fence has a builder; `line_of` says which line of the text an entry of the finished file was made of. Nothing
that is built here is ever loaded.
"""

from __future__ import annotations

import io
import json
import re
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.ingest.model_files.building import assembled, gguf_model, onnx_model, saved_model, torch_zip


def _gguf(text: str) -> bytes:
    """A model whose chat template is the text."""
    with tempfile.TemporaryDirectory() as folder:
        return gguf_model(Path(folder) / "model.gguf", text)


def _keras(text: str) -> bytes:
    """An archive whose configuration is the text."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("metadata.json", '{"keras_version": "3.9.0"}')
        archive.writestr("config.json", text)
    return made.getvalue()


def _onnx(text: str) -> bytes:
    """A graph with weights at the location that the text gives."""
    return onnx_model(text.strip())


BUILDERS: Mapping[str, Callable[[str], bytes]] = {
    "pickle": assembled,
    "torch": lambda text: torch_zip(assembled(text)),
    "polyglot": lambda text: assembled(text) + torch_zip(),  # the same with an archive of tensors behind it
    "gguf": _gguf,
    "keras": _keras,
    "onnx": _onnx,
    "tokenizer": lambda text: json.dumps({"chat_template": text}).encode(),
    "savedmodel": lambda text: saved_model(*text.split()),
}


def line_of(language: str, text: str, where: str, quote: str) -> int:
    """The line of the text that an entry was made of; the first for the file as a whole."""
    lines = text.splitlines()
    if language in ("pickle", "torch", "polyglot"):
        at = re.search(r"byte (\d+)$", where)
        starts = [len(assembled("\n".join(lines[:number]))) for number in range(len(lines))]
        return starts.index(int(at[1])) + 1 if at else 1
    if language in ("gguf", "tokenizer"):
        line = re.search(r"line (\d+)", where)
        return int(line[1]) if line else 0
    wanted = {"onnx": quote.removeprefix("location: "), "savedmodel": quote.removeprefix("op: "), "keras": f'"{where.rsplit(" ", 1)[-1]}"'}
    return next((number for number, line in enumerate(lines, 1) if wanted[language] in line), 0)
