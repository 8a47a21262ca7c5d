"""A scan where something reads pictures: what it says of them, what rests on them, and who may turn it on."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.errors import UnusableInput
from ingest.pictures.reader import NotRead
from pipeline.findings.model import Scan
from pipeline.interfaces.pictures import picture_reader
from pipeline.interfaces.settings import load_settings
from pipeline.reports import html, markdown, table
from pipeline.scan import ScanSettings, scan
from tests.ingest.pictures.making import PROMISE, Scripted, packed, picture, scanned_pdf

CODE = '''\
import openai
from langchain.tools import tool


@tool
def refund(order: str, amount: float) -> str:
    """Refund an order."""
    return payments.refund(order, amount)
'''
PAGE = picture(PROMISE)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "shop"
    for name, data in {
        "agent.py": CODE.encode(),
        "docs/design.pdf": scanned_pdf(PAGE),
        "docs/whiteboard.png": packed(PAGE),
        "docs/logo.png": packed(PAGE),
        "data/cat.jpg": packed(PAGE, "JPEG"),
        "tests/scan.png": packed(PAGE),
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    return root


def scanned(root: Path, reader: Scripted | None, cache: Path | None = None, docs: tuple[Path, ...] = ()) -> Scan:
    return scan(root, ScanSettings(docs=docs, pictures=reader, cache=cache, jobs=1))


def skips(result: Scan) -> dict[str, str]:
    return {skip.path: skip.reason for skip in result.skipped}


def test_without_a_reader_pictures_are_listed_as_not_examined(tree: Path) -> None:
    result = scanned(tree, None)
    assert skips(result) == {
        "*.png": "pictures were not examined: no OCR is set up",
        "*.jpg": "pictures were not examined: no OCR is set up",
        "docs/design.pdf": "no text layer on its 1 pages; OCR is not set up",
    }
    assert (result.pictures, result.system.claims) == ((), ())


def test_a_promise_in_a_picture_is_held_against_the_code_with_less_confidence(tree: Path) -> None:
    result = scanned(tree, Scripted())
    (finding,) = [finding for finding in result.findings if finding.threat == "promised-control-missing"]
    cited = [(one.path, one.where, one.unit, one.page, one.quote) for one in finding.evidence if one.role == "claim"]
    assert cited == [
        ("docs/design.pdf", "page 1 (read by OCR)", "transcript", 1, PROMISE),
        ("docs/whiteboard.png", "read by OCR", "transcript", None, PROMISE),
    ]
    assert "confidence lowered: a place that it rests on was read out of a picture" in finding.risk_reasons
    (tree / "docs/design.md").write_text(f"# Design\n\n{PROMISE}\n")
    (written,) = [f for f in scanned(tree, None).findings if f.threat == "promised-control-missing"]
    assert ("high", "medium", "low").index(written.confidence) < ("high", "medium", "low").index(finding.confidence)


def test_the_reports_say_the_place_and_who_read_it(tree: Path) -> None:
    result = scanned(tree, Scripted())
    for text in (markdown.render(result), html.render(result), table.render(result)):
        assert "2 pictures read by scripted 1, on this machine" in text
    assert "docs/design.pdf, page 1 (read by OCR)" in html.render(result)


def test_the_reports_say_where_pictures_were_sent(tree: Path) -> None:
    result = scanned(tree, Scripted(sent_to="models.example"))
    assert {(one.path, one.sent_to) for one in result.pictures} == {
        ("docs/design.pdf", "models.example"), ("docs/whiteboard.png", "models.example")
    }  # fmt: skip
    for text in (markdown.render(result), html.render(result), table.render(result)):
        assert "2 pictures sent to models.example and read there by scripted 1" in text


def test_only_what_may_describe_the_system_is_looked_at(tree: Path) -> None:
    reader = Scripted()
    result = scanned(tree, reader)
    assert {one.path for one in result.pictures} == {"docs/design.pdf", "docs/whiteboard.png"}
    assert skips(result) == {
        "*.png": "pictures were not examined: not told by their names to describe the system (--docs reads them)",
        "*.jpg": "pictures were not examined: not told by their names to describe the system (--docs reads them)",
        "tests/scan.png": "a document among tests, examples or data: no description of the system (--docs reads it)",
    }


def test_a_picture_that_is_given_as_a_document_is_read_whatever_its_name(tree: Path, tmp_path: Path) -> None:
    drawn = tmp_path / "IMG_0001.jpg"
    drawn.write_bytes(packed(PAGE, "JPEG"))
    assert "docs/IMG_0001.jpg" in {one.path for one in scanned(tree, Scripted(), docs=(drawn,)).pictures}
    with pytest.raises(UnusableInput, match="not a document that is read"):
        scanned(tree, None, docs=(drawn,))


def test_pictures_beside_documents_elsewhere_are_listed_too(tree: Path, tmp_path: Path) -> None:
    papers = tmp_path / "papers"
    papers.mkdir()
    (papers / "plan.md").write_text("# Plan\n")
    (papers / "plan.png").write_bytes(packed(PAGE))
    assert skips(scanned(tree, None, docs=(papers,)))["docs/*.png"] == "pictures were not examined: no OCR is set up"


def test_a_picture_is_read_once_while_it_and_its_reader_stay_the_same(tree: Path, tmp_path: Path) -> None:
    cache, first = tmp_path / "cache", Scripted()
    before = scanned(tree, first, cache)
    (tree / "agent.py").write_text(CODE + "\n")  # another tree: the result is made anew, of facts that are known
    second = Scripted()
    after = scanned(tree, second, cache)
    assert (len(first.seen), len(second.seen)) == (1, 0)  # one picture, in two documents
    assert after.pictures == before.pictures
    other = Scripted(said=("Nothing is promised.",), identity="scripted 2")
    assert {one.reader for one in scanned(tree, other, cache).pictures} == {"scripted 2"}
    assert scanned(tree, None, cache).pictures == ()
    (tree / "docs/whiteboard.png").write_bytes(packed(picture("Another drawing.")))
    third = Scripted()
    scanned(tree, third, cache)
    assert len(third.seen) == 1


def test_what_could_not_be_read_is_an_error_and_is_tried_again(tree: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    failing = scanned(tree, Scripted(said=NotRead("out of order")), cache)
    assert {(error.path, error.error) for error in failing.errors} == {
        ("docs/design.pdf", "page 1: out of order"), ("docs/whiteboard.png", "picture: out of order")
    }  # fmt: skip
    assert len(scanned(tree, Scripted(), cache).pictures) == 2


def test_the_scanned_tree_can_neither_turn_it_on_nor_say_where_pictures_go(tree: Path) -> None:
    for key, value in {"ocr": "vision:m", "ocr_url": "http://evil.example/v1", "offline": "false"}.items():
        (tree / ".threatloom.yaml").write_text(f"{key}: {value}\n")
        with pytest.raises(UnusableInput, match=f"{key} can only be set on the command line or in the environment"):
            load_settings(tree, {}, {})
    (tree / ".threatloom.yaml").unlink()
    (tree / "pyproject.toml").write_text('[tool.threatloom]\nocr = "tesseract"\n')
    with pytest.raises(UnusableInput, match="ocr can only be set"):
        load_settings(tree, {}, {})


def test_the_user_turns_it_on_and_the_key_comes_from_the_environment_alone(tree: Path) -> None:
    environment = {"THREATLOOM_OCR": "vision:eyes", "THREATLOOM_OCR_URL": "https://models.example/v1", "OPENAI_API_KEY": "k"}
    assert picture_reader(load_settings(tree, {}, {}), tree, {}) is None
    reader = picture_reader(load_settings(tree, {}, environment), tree, environment)
    assert reader is not None and reader.sent_to == "models.example"
    with pytest.raises(UnusableInput, match="--offline forbids"):
        picture_reader(load_settings(tree, {"offline": True}, environment), tree, environment)
    with pytest.raises(UnusableInput, match="--offline forbids"):
        picture_reader(load_settings(tree, {}, {**environment, "THREATLOOM_OFFLINE": "1"}), tree, environment)
