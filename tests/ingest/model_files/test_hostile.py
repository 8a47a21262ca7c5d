"""Model files that want to be loaded, to fill the memory, or to last for ever: each is listed, nothing runs."""

from __future__ import annotations

import io
import json
import pickle
import resource
import struct
import sys
import time
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from ingest import list_sources
from ingest.facts import ModelFacts
from ingest.model_files import listed_lines, read_model_file
from ingest.source import ReadError, Skip, Source
from tests.ingest.model_files.building import CALLS_SYSTEM, TENSOR, assembled, torch_zip
from tests.ingest.model_files.formats import ROWS, Row
from tests.ingest.model_files.test_formats import read, source

FIVE_GB = 5 * 1024**3
SECONDS = 2.0
KEPT = TypeAdapter(ModelFacts)


def outcome(folder: Path, name: str, data: bytes) -> ModelFacts | Skip | ReadError:
    begun = time.perf_counter()
    found = read_model_file(source(folder, name, data))
    assert time.perf_counter() - begun < 10 * SECONDS  # a bound, not a measure: the machine may be busy
    if isinstance(found, ModelFacts):  # what cannot be kept would end the scan
        assert KEPT.validate_json(KEPT.dump_json(found)) == found
    return found


# Nothing runs


def test_a_module_that_a_file_names_is_not_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lurking_module.py").write_text("raise SystemExit('imported')")
    monkeypatch.syspath_prepend(str(tmp_path))
    facts = read(tmp_path, "a.pkl", assembled("PROTO 2\nGLOBAL lurking_module run\nEMPTY_TUPLE\nREDUCE\nSTOP"))
    assert "lurking_module" not in sys.modules
    assert "lurking_module.run" in {part.name for part in facts.parts}


def test_no_reader_unpickles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("unpickled")

    made = [source(tmp_path, row.name, row.make(tmp_path)) for row in ROWS]
    for name in ("load", "loads", "Unpickler", "_Unpickler"):
        monkeypatch.setattr(pickle, name, refuse)
    monkeypatch.setattr("numpy.load", refuse)
    assert {type(read_model_file(one)) for one in made} == {ModelFacts}


@pytest.mark.parametrize("data", [
    b"\x80\x02c\xff\xfe\nna\xc3me\n)R.", b"\x80\x02cos\nsystem\nX\x03\x00\x00\x00\xed\xa0\x80\x85R.", b"\x80\x02U\x02\xff\xfeU\x01a\x93)R.",
])  # fmt: skip
def test_names_that_are_no_text_can_be_kept_and_shown(data: bytes, tmp_path: Path) -> None:
    assert isinstance(outcome(tmp_path, "m.pkl", data), ModelFacts)
    assert all(line.isprintable() for line in listed_lines(source(tmp_path, "m.pkl", data)))


def test_half_a_surrogate_in_a_template_can_be_kept(tmp_path: Path) -> None:
    assert isinstance(outcome(tmp_path, "tokenizer_config.json", b'{"chat_template": "a\\ud800b"}'), ModelFacts)


# Size


@pytest.mark.parametrize(
    "head", [b"GGUF\x03\0\0\0" + bytes(16), CALLS_SYSTEM, struct.pack("<Q", 2) + b"{}", b"PK\x03\x04", b"\x89HDF\r\n\x1a\n", b""]
)
def test_five_gigabytes_are_listed_at_once(head: bytes, tmp_path: Path) -> None:
    for name in ("m.gguf", "m.safetensors", "m.pkl", "m.pt", "m.onnx", "saved_model.pb", "m.h5"):
        with (tmp_path / name).open("wb") as file:
            file.write(head)
            file.truncate(FIVE_GB)
    begun = time.perf_counter()
    listed = list_sources(tmp_path).sources
    outcomes = [read_model_file(one) for one in listed]
    assert len(outcomes) == 7
    assert time.perf_counter() - begun < 7 * SECONDS
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 4_000_000  # kB, of the whole test run


def test_a_zip_bomb_is_unpacked_no_further_than_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.model_files.archives.MAX_UNPACKED", 1_000_000)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", b"\x80\x02" + b"(" * 50_000_000)
    facts = read(tmp_path, "bomb.pt", made.getvalue())
    assert facts.notes == ("archive/data.pkl read in part: unpacks to more than 1000000 bytes: the rest was not looked at",)


def test_a_packed_bomb_is_unpacked_no_further_than_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.model_files.pickles.MAX_UNPACKED", 1_000_000)
    facts = read(tmp_path, "bomb.joblib", zlib.compress(b"\x80\x02N" + b"0" * 50_000_000))
    assert "unpacks to more than 1000000 bytes" in facts.notes[0]


def test_a_zip_that_says_it_has_a_huge_directory_is_not_read(tmp_path: Path) -> None:
    data = bytearray(torch_zip())
    at = data.rfind(b"PK\x05\x06")
    data[at + 12 : at + 16] = struct.pack("<I", 2_000_000_000)
    found = outcome(tmp_path, "m.pt", bytes(data))
    assert isinstance(found, ReadError)
    assert "2000000000 bytes" in found.error


@pytest.mark.parametrize("count", [2**63, 2**40, 10_000_000])
def test_lengths_that_a_gguf_header_makes_up_are_not_believed(count: int, tmp_path: Path) -> None:
    key = struct.pack("<Q", 1) + b"k"
    for inner in (8, 9, 4):  # texts, arrays, numbers
        data = b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + key + struct.pack("<IIQ", 9, inner, count) + bytes(64)
        assert read(tmp_path, "m.gguf", data).notes


def test_a_protocol_buffer_with_a_length_behind_its_end_is_read_in_part(tmp_path: Path) -> None:
    whole = next(row for row in ROWS if row.title == "ONNX").make(tmp_path)
    facts = read(tmp_path, "m.onnx", whole + b"\x3a\xff\xff\xff\xff\x0f")
    assert any("longer than its message" in note for note in facts.notes)
    assert any(part.kind == "file" for part in facts.parts)


# Depth


@pytest.mark.parametrize("data", [
    b"\x80\x04" + b"(" * 100_000 + b"t" * 100_000 + b".",
    b"\x80\x02]" + b"\x85" * 100_000 + b".",
    b"\x80\x02" + b"}X\x01\x00\x00\x00a" * 100_000 + b"s" * 99_999 + b".",
    b"\x80\x02" + b"cbuiltins\ngetattr\n" * 100_000 + b"R" * 99_999 + b".",
])  # fmt: skip
def test_a_pickle_nested_a_hundred_thousand_deep_is_listed(data: bytes, tmp_path: Path) -> None:
    assert isinstance(outcome(tmp_path, "deep.pkl", data), ModelFacts)


def test_pickles_inside_pickles_are_followed_a_few_levels_only(tmp_path: Path) -> None:
    inner = CALLS_SYSTEM
    for _ in range(8):
        inner = (
            assembled("PROTO 2\nGLOBAL torch.storage _load_from_bytes")
            + b"U"
            + bytes([len(inner)])
            + inner
            + assembled("TUPLE1\nREDUCE\nSTOP")
        )
        if len(inner) > 200:
            break
    facts = read(tmp_path, "m.pkl", inner)
    assert "torch.storage._load_from_bytes" in {part.name for part in facts.parts}
    assert facts.notes or "os.system" in {part.name for part in facts.parts}


def test_json_nested_too_deeply_is_said(tmp_path: Path) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("config.json", "[" * 200_000)
        archive.writestr("metadata.json", "{}")
    assert any("config.json: not examined" in note for note in read(tmp_path, "m.keras", made.getvalue()).notes)
    assert isinstance(outcome(tmp_path, "tokenizer_config.json", b"[" * 200_000), Skip)


def test_a_template_nested_too_deeply_is_searched_as_text() -> None:
    from pipeline.system.prompts.chat_templates import told_by

    told = told_by("{{ " + "(" * 20_000 + "\n'__globals__'")
    assert told.problem
    assert told.reaching == ((2, "__globals__"),)


# What a file pretends to be


def test_a_pickle_that_is_a_zip_as_well_is_read_as_both(tmp_path: Path) -> None:
    facts = read(tmp_path, "m.pt", CALLS_SYSTEM + torch_zip(TENSOR))
    names = {part.name for part in facts.parts}
    assert {"os.system", "torch._utils._rebuild_tensor_v2"} <= names
    assert facts.attributes["polyglot"] is True


def test_a_pickle_behind_another_is_read(tmp_path: Path) -> None:
    facts = read(tmp_path, "m.pkl", assembled("PROTO 2\nNONE\nSTOP") + CALLS_SYSTEM)
    assert "os.system" in {part.name for part in facts.parts}


def test_a_call_before_a_pickle_breaks_off_counts(tmp_path: Path) -> None:
    facts = read(tmp_path, "m.pkl", CALLS_SYSTEM[:-1] + b"\xff\xff")
    assert "os.system" in {part.name for part in facts.parts}
    assert "no opcode" in facts.notes[0]


def test_a_part_whose_name_leads_out_of_the_archive_is_written_nowhere(tmp_path: Path) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("../../escaped/data.pkl", TENSOR)
    inside = tmp_path / "tree"
    inside.mkdir()
    assert read(inside, "m.pt", made.getvalue()).format == "torch"
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["m.pt", "tree"]


@pytest.mark.parametrize(
    ("name", "data"),
    [("m.pkl", b"a,b\n1,2\n"), ("m.bin", b"\x7fELF" + bytes(100)), ("m.pth", b"import os"), ("m.h5", b""), ("m.onnx", b"onnx")],
)
def test_content_of_another_kind_is_passed_over_with_the_reason(name: str, data: bytes, tmp_path: Path) -> None:
    found = outcome(tmp_path, name, data)
    assert isinstance(found, Skip)
    assert "not examined" in found.reason


def test_a_bin_file_that_is_no_model_is_counted_like_any_other(tmp_path: Path) -> None:
    (tmp_path / "firmware.bin").write_bytes(b"\x7fELF" + bytes(100))
    (tmp_path / "pytorch_model.bin").write_bytes(torch_zip())
    found = list_sources(tmp_path)
    assert [one.path for one in found.sources] == ["pytorch_model.bin"]
    assert sum(skip.count for skip in found.skipped) == 1


def test_a_file_that_ends_the_process_of_its_library_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dying = tmp_path / "dying.py"
    dying.write_text("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n")
    monkeypatch.setattr("ingest.model_files.hdf5._PROGRAM", dying)
    facts = read(tmp_path, "m.h5", b"\x89HDF\r\n\x1a\n" + bytes(100))
    assert (facts.format, facts.notes) == ("hdf5", ("not examined: HDF5 that the library cannot read",))


# Any bytes


@pytest.mark.parametrize("row", ROWS, ids=[row.title.replace(" ", "_") for row in ROWS])
def test_a_truncated_file_ends_in_facts_a_skip_or_an_error(row: Row, tmp_path: Path) -> None:
    data = row.make(tmp_path)
    steps = 4 if row.format == "keras" and row.name.endswith(".h5") else 40  # that library runs in a process of its own
    for length in sorted({*range(min(len(data), steps + 20)), *range(60, len(data), max(1, len(data) // steps))}):
        assert not isinstance(found := outcome(tmp_path, row.name, data[:length]), ReadError) or "reader failed" not in found.error, found


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(ROWS), st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 255)), max_size=12))
def test_changed_bytes_end_in_facts_a_skip_or_an_error(tmp_path: Path, row: Row, changes: list[tuple[int, int]]) -> None:
    data = bytearray(row.make(tmp_path))
    for at, value in changes:
        data[at % len(data)] = value
    found = outcome(tmp_path, row.name, bytes(data))
    assert not isinstance(found, ReadError) or "reader failed" not in found.error, found


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([row.name for row in ROWS]), st.binary(max_size=300))
def test_any_bytes_end_in_facts_a_skip_or_an_error(tmp_path: Path, name: str, data: bytes) -> None:
    found = outcome(tmp_path, name, data)
    assert not isinstance(found, ReadError) or "reader failed" not in found.error, found


def test_a_file_that_is_gone_is_an_error(tmp_path: Path) -> None:
    found = read_model_file(Source("gone.pkl", tmp_path / "gone.pkl", "model_file", "product", 1))
    assert found == ReadError("gone.pkl", "cannot be read: no such file or directory")


def test_texts_of_a_file_are_shown_on_one_line_with_what_does_not_show_spelt_out(tmp_path: Path) -> None:
    header = json.dumps({"__metadata__": {"format": "pt\u202e\x1b[2J\nevil"}}).encode()
    data = struct.pack("<Q", len(header)) + header
    assert listed_lines(source(tmp_path, "m.safetensors", data))[1] == "format: pt\\u202e\\x1b[2J\\nevil"
