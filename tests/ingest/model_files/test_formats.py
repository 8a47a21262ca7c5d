"""Every format of the table is read as the table says."""

from __future__ import annotations

import hashlib
import pickle
from pathlib import Path

import pytest

from ingest.facts import ModelFacts
from ingest.model_files import listed_lines, read_model_file
from ingest.source import Source
from tests.ingest.model_files.formats import ROWS, Row


def read(folder: Path, name: str, data: bytes) -> ModelFacts:
    facts = read_model_file(source(folder, name, data))
    assert isinstance(facts, ModelFacts), facts
    return facts


def source(folder: Path, name: str, data: bytes) -> Source:
    (folder / name).write_bytes(data)
    return Source(name, folder / name, "model_file", "product", len(data))


@pytest.mark.parametrize("row", ROWS, ids=[row.title.replace(" ", "_") for row in ROWS])
def test_a_format_is_read_as_the_table_says(row: Row, tmp_path: Path) -> None:
    data = row.make(tmp_path)
    facts = read(tmp_path, row.name, data)
    assert pickle.loads(pickle.dumps(facts)) == facts, "facts are handed from one process to another"
    assert facts.format == row.format
    for kind, name, where in row.parts:
        assert [part for part in facts.parts if (part.kind, part.name) == (kind, name) and part.place.where.startswith(where)], facts.parts
    assert {name: facts.attributes.get(name) for name, _value in row.attributes} == dict(row.attributes)
    if row.format != "pointer":
        assert facts.attributes["sha256"] == hashlib.sha256(data).hexdigest()
        assert facts.attributes["size"] == len(data)
        assert facts.notes == ()


@pytest.mark.parametrize("row", ROWS, ids=[row.title.replace(" ", "_") for row in ROWS])
def test_evidence_of_an_entry_is_found_again_in_the_bytes(row: Row, tmp_path: Path) -> None:
    made = source(tmp_path, row.name, row.make(tmp_path))
    facts = read_model_file(made)
    assert isinstance(facts, ModelFacts)
    lines = listed_lines(made)
    assert [part.place.start_line for part in facts.parts] == list(range(1, len(lines) + 1))
    assert all(lines) and not any("\n" in line for line in lines)


def test_a_byte_that_an_entry_names_is_the_opcode(tmp_path: Path) -> None:
    data = next(row for row in ROWS if row.title == "joblib").make(tmp_path)
    call = next(part for part in read(tmp_path, "model.joblib", data).parts if part.name == "os.system" and part.kind == "call")
    at = int(call.place.where.removeprefix("byte "))
    assert data[at : at + 1] == b"R"
    assert call.text == "REDUCE os.system('id')"


def test_a_name_that_promises_another_format_is_said(tmp_path: Path) -> None:
    from tests.ingest.model_files.building import CALLS_SYSTEM, torch_zip

    assert read(tmp_path, "model.safetensors", CALLS_SYSTEM).attributes["promises"] == ".safetensors"
    assert read(tmp_path, "model.onnx", torch_zip()).attributes["promises"] == ".onnx"
    assert "promises" not in read(tmp_path, "model.ckpt", torch_zip()).attributes
