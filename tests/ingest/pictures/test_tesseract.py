"""Tesseract: the real program where it is installed, and programs in its place that misbehave."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path

import pytest

from ingest.errors import UnusableInput
from ingest.facts import DocumentFacts
from ingest.pictures.reader import NotRead, Picture, make_reader, ocr_named
from ingest.pictures.tesseract import Tesseract
from tests.ingest.documents.making import source_of
from tests.ingest.pictures.making import PROMISE, packed, picture, scanned_pdf

installed = pytest.mark.skipif(shutil.which("tesseract") is None, reason="tesseract is not installed: apt install tesseract-ocr")
SHOWN = Picture(None, "", packed(picture(PROMISE)))
HEAD = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n"


def word(block: int, paragraph: int, line: int, sure: float, text: str) -> str:
    return f"5\t1\t{block}\t{paragraph}\t{line}\t1\t0\t0\t9\t9\t{sure}\t{text}\n"


def in_its_place(folder: Path, monkeypatch: pytest.MonkeyPatch, reading: str) -> Path:
    """A program of that name on the PATH that knows English, and does something else with pictures."""
    program = folder / "tesseract"
    program.write_text(
        f"#!/bin/sh\ncase $1 in\n--list-langs) echo 'List of languages (1):'; echo eng;;\n--version) echo 'tesseract 9.9';;\n*) {reading};;\nesac\n"
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return program


@installed
def test_a_scanned_page_and_a_drawing_are_read_by_the_real_program(tmp_path: Path) -> None:
    from ingest.documents import DocumentLimits, read_document
    from ingest.pictures.transcribing import Transcription

    reader = Tesseract.found("eng")
    assert reader.lines(SHOWN) == (PROMISE,)
    source = source_of(tmp_path, scanned_pdf(picture("3.2 Approvals", "", PROMISE)), "pdf")
    facts = read_document(source, DocumentLimits(), pictures=True)
    assert isinstance(facts, DocumentFacts)
    result = Transcription(reader).of(source, facts)
    assert isinstance(result, DocumentFacts)
    assert [(passage.kind, passage.text, passage.place.where) for passage in result.passages] == [
        ("title", "3.2 Approvals", "page 1 (read by OCR)"), ("paragraph", PROMISE, "page 1 (read by OCR)")
    ]  # fmt: skip


@installed
def test_a_picture_without_text_gives_no_lines() -> None:
    assert Tesseract.found("eng").lines(Picture(None, "", packed(picture()))) == ()


def test_lines_that_are_not_sure_are_noise_and_paragraphs_stand_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = (
        HEAD + word(1, 1, 1, 96, "Web") + word(1, 1, 1, 90, "browser") + word(2, 1, 1, 21, "~%fi") + word(2, 1, 2, 95, "Chat") + "broken\n"
    )
    (tmp_path / "table").write_text(table)
    in_its_place(tmp_path, monkeypatch, f"cat {tmp_path}/table")
    assert Tesseract.found("eng").lines(SHOWN) == ("Web browser", "", "Chat")


def test_it_is_given_nothing_of_the_environment_and_a_fixed_list_of_arguments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-not-for-others")
    in_its_place(tmp_path, monkeypatch, f'echo "$@" > {tmp_path}/given; env >> {tmp_path}/given')
    Tesseract.found("eng").lines(SHOWN)
    given = (tmp_path / "given").read_text()
    assert given.startswith("stdin stdout -l eng --psm 3 tsv\n")
    assert "sk-not-for-others" not in given


@pytest.mark.parametrize(
    ("reading", "said"), [("exit 1", "exit code 1"), ("exec sleep 20", "longer than 0.5 s"), ("exec head -c 9000000 /dev/zero", "failed")]
)
def test_a_program_that_misbehaves_is_stopped_and_said(reading: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    in_its_place(tmp_path, monkeypatch, reading)
    found = Tesseract.found("eng")
    with pytest.raises(NotRead, match=said):
        Tesseract(found.program, "eng", found.edition, seconds=0.5).lines(SHOWN)


def test_what_it_reads_is_told_by_edition_and_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    in_its_place(tmp_path, monkeypatch, "exit 1")
    assert Tesseract.found("eng").identity == "tesseract 9.9, eng"
    with pytest.raises(UnusableInput, match="no data for deu: ocr"):
        Tesseract.found("eng+deu")


def test_a_program_of_the_scanned_tree_is_never_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bin").mkdir()
    in_its_place(tmp_path / "bin", monkeypatch, f"touch {tmp_path}/ran")
    ocr = ocr_named("tesseract")
    assert ocr is not None
    with pytest.raises(UnusableInput, match="lies in the tree to scan"):
        make_reader(ocr, tmp_path)


def test_where_it_is_missing_the_line_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UnusableInput, match=r"not installed.*apt install tesseract-ocr"):
        Tesseract.found("eng")


@pytest.mark.parametrize(
    "name", ["", "ocr", "tesseract:", "tesseract:../eng", "tesseract:eng --user-words /etc/passwd", "vision", "vision:"]
)
def test_a_name_that_is_none_says_what_can_be_written(name: str) -> None:
    if name == "tesseract:":
        assert ocr_named(name) == ocr_named("tesseract")
        return
    with pytest.raises(UnusableInput, match="write off, tesseract"):
        ocr_named(name)
