"""The command line: exit codes, where output goes, and errors of one line."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.errors import UnusableInput
from pipeline.retrieval import IndexSettings, index_tree
from tests import factories as make
from tests.interfaces.conftest import Stub

Run = Callable[..., tuple[int, str, str]]


def one_line(err: str) -> bool:
    return err.startswith("threatloom: ") and err.count("\n") == 1 and "Traceback" not in err


def test_a_scan_shows_the_table_and_ends_incomplete_where_a_file_failed(run: Run, stub: Stub, tmp_path: Path) -> None:
    code, out, err = run("scan", tmp_path)
    assert code == 3
    assert "model-output-executed" in out and "\x1b" not in out
    assert (
        err.startswith("threatloom: .threatloom.yaml:7: `dismiss unbounded-upload in src/api/**` closes nothing") and err.count("\n") == 1
    )


def test_a_clean_scan_ends_with_0(run: Run, stub: Stub, tmp_path: Path) -> None:
    stub.result = make.scan()
    assert run("scan", tmp_path)[0] == 0


@pytest.mark.parametrize(("bar", "code"), [("critical", 0), ("high", 1), ("low", 1), ("never", 0)])
def test_fail_on_compares_with_the_worst_open_finding(run: Run, stub: Stub, tmp_path: Path, bar: str, code: int) -> None:
    stub.result = make.scan((make.finding(severity="high"), make.finding("old", severity="critical", status="accepted")))
    assert run("scan", tmp_path, "--fail-on", bar)[0] == code


@pytest.mark.parametrize(
    "arguments",
    [
        ["scan", "no/such/path"],
        ["scan", ".", "--format", "yaml"],
        ["scan", ".", "--format", "json="],
        ["scan", ".", "--format", "json", "--format", "sarif"],
        ["scan", ".", "--format", "json=a", "--format", "sarif=./a"],
        ["scan", ".", "--format", "json=no/such/folder/a"],
        ["scan", ".", "--format", "json=sub"],
        ["scan", ".", "--fail-on", "terrible"],
        ["scan", ".", "--jobs", "0"],
        ["scan", ".", "--docs", "missing.docx"],
        ["scan", ".", "--config", "missing.yaml"],
        ["scan", ".", "--bogus"],
        ["bogus"],
        ["threats", "--stride", "kindness"],
    ],
)
def test_wrong_usage_is_one_line_and_2(run: Run, stub: Stub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path)
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert one_line(err), err
    assert not stub.calls


def test_unusable_input_is_one_line_without_control_characters(run: Run, stub: Stub, tmp_path: Path) -> None:
    stub.raises = UnusableInput("nothing to read", "a\x1b[2J\nb", "give another folder")
    code, out, err = run("scan", tmp_path)
    assert (code, out) == (2, "")
    assert one_line(err) and "\x1b" not in err and "give another folder" in err


def test_an_interrupt_ends_with_130_and_leaves_no_file(run: Run, stub: Stub, tmp_path: Path) -> None:
    stub.raises = KeyboardInterrupt()
    code, _, err = run("scan", tmp_path, "--format", f"json={tmp_path / 'scan.json'}")
    assert code == 130 and one_line(err.lstrip("\n"))
    assert not list(tmp_path.iterdir())


def test_a_bug_keeps_its_traceback(run: Run, stub: Stub, tmp_path: Path) -> None:
    stub.raises = ZeroDivisionError()
    with pytest.raises(ZeroDivisionError):
        run("scan", tmp_path)


def test_several_formats_go_to_their_files_and_one_to_stdout(run: Run, stub: Stub, tmp_path: Path) -> None:
    formats = [f"--format={name}={tmp_path / name}" for name in ("sarif", "markdown", "html", "mermaid", "table")]
    code, out, err = run("scan", tmp_path, *formats, "--format", "json")
    assert code == 3
    assert json.loads(out)["schema_version"] == "1.0"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["html", "markdown", "mermaid", "sarif", "table"]
    assert err.count("threatloom: wrote ") == 5


def test_a_report_that_fails_leaves_the_old_file_whole(run: Run, stub: Stub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipeline.reports import html

    def broken(_: object) -> str:
        raise ZeroDivisionError

    old = tmp_path / "scan.json"
    old.write_text("old")
    monkeypatch.setattr(html, "render", broken)
    with pytest.raises(ZeroDivisionError):
        run("scan", tmp_path, f"--format=json={old}", f"--format=html={tmp_path / 'h'}")
    assert old.read_text() == "old" and len(list(tmp_path.iterdir())) == 1


def test_a_new_file_has_the_usual_permissions(run: Run, stub: Stub, tmp_path: Path) -> None:
    mask = os.umask(0o022)
    try:
        run("scan", tmp_path, f"--format=json={tmp_path / 'a'}")
    finally:
        os.umask(mask)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o644


def test_quiet_says_nothing_and_still_writes(run: Run, stub: Stub, tmp_path: Path) -> None:
    assert run("scan", tmp_path, "--quiet")[1:] == ("", "")
    assert run("scan", tmp_path, "--quiet", f"--format=json={tmp_path / 'a'}")[1:] == ("", "")
    assert (tmp_path / "a").exists()


def test_the_pipeline_is_given_what_the_command_line_said(run: Run, stub: Stub, tmp_path: Path) -> None:
    (tmp_path / "d.md").write_text("# d")
    run("scan", tmp_path, "--docs", tmp_path / "d.md", "--exclude", "a/**", "--exclude", "b", "--jobs", 2)
    path, settings = stub.calls[0]
    assert (path, settings.docs, settings.exclude, settings.jobs) == (tmp_path, (tmp_path / "d.md",), ("a/**", "b"), 2)


def test_explain_shows_the_threat_and_its_page(run: Run, catalog: None) -> None:
    code, out, _ = run("explain", "indirect-prompt-injection")
    assert code == 0
    for part in (
        "Title of indirect-prompt-injection",
        "We look closely.",
        "Do the right thing.",
        "See it done rightly.",
        "CWE-94",
        "exec(reply)",
    ):
        assert part in out


def test_explain_suggests_what_looks_alike(run: Run, catalog: None) -> None:
    code, _, err = run("explain", "indirect-promt-injection")
    assert code == 2 and one_line(err) and "did you mean indirect-prompt-injection" in err


@pytest.mark.parametrize("said", ["tampering", "T", "Tampering"])
def test_threats_of_one_class(run: Run, catalog: None, said: str) -> None:
    code, out, _ = run("threats", "--stride", said)
    assert code == 0 and "indirect-prompt-injection" in out and "unbounded-consumption" not in out


def test_threats_as_json(run: Run, catalog: None) -> None:
    assert [threat["slug"] for threat in json.loads(run("threats", "--format", "json")[1])] == [
        "indirect-prompt-injection", "unbounded-consumption",
    ]  # fmt: skip


def test_doctor_names_what_is_there_and_never_shows_a_key(run: Run, catalog: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")
    code, out, _ = run("doctor")
    assert code == 0, out
    assert "OPENAI_API_KEY is set" in out and "sk-very-secret" not in out
    assert "python-pptx 1." in out and "sentence and verb rules" in out
    assert "2 threats" in out and "The offline scan can work." in out


def test_doctor_says_which_model_embeds_and_how_the_index_of_this_folder_is(
    run: Run, catalog: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "app.py").write_text("import openai\n\n\ndef refund(order):\n    return order\n")
    monkeypatch.chdir(tree)
    monkeypatch.setenv("THREATLOOM_INDEX_DIR", str(tmp_path / "indexes"))
    code, out, _ = run("doctor")
    assert code == 0 and "wordllama:l2_supercat:256:" in out and "256 dimensions, offline" in out
    assert "none yet" in out and not (tmp_path / "indexes").exists()
    index_tree(tree, None, IndexSettings(folder=tmp_path / "indexes", jobs=1))
    _, out, _ = run("doctor")
    assert "2 passages of 1 files by wordllama:l2_supercat:256:" in out and "another model" not in out
    monkeypatch.setenv("THREATLOOM_EMBEDDING", "openai:text-embedding-3-small")
    _, out, _ = run("doctor")
    assert "openai:text-embedding-3-small, not tried here" in out and "of another model than the one in use" in out
    next((tmp_path / "indexes").rglob("catalogue.db")).write_bytes(b"rubbish" * 1000)
    code, out, _ = run("doctor")
    assert code == 0 and "make it anew: threatloom index --rebuild" in out


def test_doctor_says_what_reads_pictures_and_where_they_would_go(
    run: Run, catalog: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "off: pictures are listed as not examined (--ocr needs tesseract or a vision model)" in run("doctor")[1]
    monkeypatch.setenv("THREATLOOM_OCR", "tesseract")
    code, out, _ = run("doctor")
    assert code == 0 and "tesseract is not installed" in out and "apt install tesseract-ocr" in out
    monkeypatch.setenv("THREATLOOM_OCR", "vision:eyes")
    monkeypatch.setenv("THREATLOOM_OCR_URL", "https://key@models.example/v1")
    assert "eyes at models.example, and pictures are sent there; not tried here" in run("doctor")[1]
    monkeypatch.setenv("THREATLOOM_OCR_URL", "http://127.0.0.1:11434/v1")
    assert "eyes at 127.0.0.1:11434, which is this machine; not tried here" in run("doctor")[1]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--ocr", "eyes"], "no such reader of pictures"), (["--ocr", "vision:eyes"], "no key for the vision model"),
        (["--ocr", "vision:eyes", "--ocr-url", "https://models.example", "--offline"], "--offline forbids that: models.example"),
    ],
)  # fmt: skip
def test_a_reader_of_pictures_that_cannot_be_had_ends_before_anything_is_read(
    run: Run, stub: Stub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    for name in ("OPENAI_API_KEY", "THREATLOOM_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    code, out, err = run("scan", tmp_path, *arguments)
    assert (code, out) == (2, "") and one_line(err) and said in err
    assert not stub.calls


def test_doctor_fails_only_where_the_offline_job_cannot_work(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "pipeline.threats.catalog", None)
    code, out, _ = run("doctor")
    assert code == 1 and "cannot work: knowledge" in out


def test_the_bill_of_materials_is_cyclonedx_where_nobody_looks_on(run: Run, stub: Stub, tmp_path: Path) -> None:
    stub.result = make.scan()
    code, out, err = run("bom", tmp_path)
    assert (code, err) == (0, "")
    assert json.loads(out)["bomFormat"] == "CycloneDX"


def test_the_bill_of_materials_is_written_to_a_file_in_the_form_that_is_asked_for(run: Run, stub: Stub, tmp_path: Path) -> None:
    stub.result = make.scan()
    assert run("bom", tmp_path, "-q", "-o", tmp_path / "bom.md", "--format", "markdown")[:2] == (0, "")
    assert (tmp_path / "bom.md").read_text().startswith("# Bill of materials of ")


def test_the_bill_of_an_incomplete_scan_is_written_and_ends_with_3(run: Run, stub: Stub, tmp_path: Path) -> None:
    code, out, _err = run("bom", tmp_path, "--format", "table")
    assert code == 3
    assert out.startswith("bill of materials of ")


@pytest.mark.parametrize("arguments", [["bom", "no/such/path"], ["bom", ".", "--format", "html"], ["bom", ".", "-o", "no/such/folder/a"]])
def test_wrong_usage_of_the_bill_is_one_line_and_2(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = run(*arguments)
    assert (code, out, one_line(err)) == (2, "", True)
