"""Files of common suffixes are threat models or drawings by their heads alone; all others stay what they were."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ingest.recognition import kind_by_head
from ingest.source import Skip
from ingest.sources import list_paths, list_sources
from tests.ingest.documents.diagram_formats import DRAWIO_MODEL, FORMATS, OPEN_THREAT_MODEL


@pytest.mark.parametrize(
    ("path", "head", "kind"),
    [
        ("a.json", b'{"otmVersion": "0.2.0", "project": {}}', "open_threat_model"),
        ("a.yml", b"# model\notmVersion: 0.2.0\n", "open_threat_model"),
        ("a.json", b'{"$schema": "http://json-schema.org/draft-07/schema#", "properties": {"otmVersion": {}}}', None),
        ("a.yaml", b"description: the otmVersion: field\n", None),
        ("a.json", b'{"summary": {"title": "x"}, "detail": {"diagrams": []}}', "threat_dragon"),
        ("a.json", b'{"summary": "x", "detail": "y"}', None),
        ("a.json", b'{"schema": 1, "applicationInfo": {}}', "threat_composer"),
        ("a.json", b'{"schema": 1, "rows": []}', None),
        ("a.json", b'{"bomFormat": "CycloneDX", "components": [{"type": "library"}]}', None),
        ("a.json", b'{"bomFormat": "CycloneDX", "components": [{"type": "threat-model"}]}', "tm_bom"),
        ("a.json", b'{"scope": {"title": "x"}, "trust_zones": []}', "tm_library"),
        ("a.json", b'{"scope": "x", "trust_zones": []}', None),
        ("a.xml", b'<?xml version="1.0"?>\n<mxfile host="x">', "drawio"),
        ("a.xml", b"<project><mxfile/></project>", None),
        ("a.svg", b'<svg width="1" content="&lt;mxfile&gt;">', "drawio"),
        ("a.svg", b"<svg><text>&lt;mxfile</text></svg>", None),
        ("core/src/main/resources/search.yml", b"# search\nspring:\n  ai:\n    model: x\n", "spring_settings"),
        ("core/src/main/resources/search.yml", b"seasons:\n  spring:\n    months: 3\n", None),
        ("deploy/search.yml", b"spring:\n  ai:\n    model: x\n", None),
        ("a.json", b"\xff\xfe\x00", None),
        ("a.json", b"", None),
        ("a.txt", b'{"otmVersion": "0.2.0"}', None),
    ],
)
def test_a_head_tells_what_a_file_is(path: str, head: bytes, kind: str | None) -> None:
    assert kind_by_head(path, head) == kind


def test_files_that_are_none_of_these_stay_what_they_were(tmp_path: Path) -> None:
    (tmp_path / "data.json").write_text(json.dumps({"rows": list(range(1_000))}))
    (tmp_path / "deploy.yaml").write_text("kind: Deployment\n")
    (tmp_path / "build.xml").write_text("<project/>\n")
    (tmp_path / "logo.svg").write_text("<svg/>\n")
    (tmp_path / "model.json").write_text(next(given.example for given in FORMATS if given.name == "OWASP Threat Dragon 2"))  # type: ignore[arg-type]  # text
    found = list_sources(tmp_path)
    assert [source.path for source in found.sources] == ["model.json"]
    assert {skip.path: skip.reason for skip in found.skipped} == {
        f"*.{suffix}": f"no reader yet for .{suffix} files" for suffix in ("json", "svg", "xml", "yaml")
    }


def test_a_model_behind_a_link_is_not_opened(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "model.yaml").write_text(OPEN_THREAT_MODEL)
    root = tmp_path / "root"
    root.mkdir()
    (root / "a.py").write_text("import openai\n")
    (root / "folder").symlink_to(outside)
    (root / "model.yaml").symlink_to(outside / "model.yaml")
    found = list_sources(root)
    assert [source.path for source in found.sources] == ["a.py"]
    assert not [skip for skip in found.skipped if isinstance(skip, Skip) and "otm" in skip.reason]


def test_a_single_file_and_given_documents_are_told_by_their_heads_too(tmp_path: Path) -> None:
    (tmp_path / "shop.xml").write_text(DRAWIO_MODEL)
    assert [source.kind for source in list_sources(tmp_path / "shop.xml").sources] == ["drawio"]


def test_diagrams_among_tests_are_data(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "sample.drawio").write_text(DRAWIO_MODEL)
    found = list_sources(tmp_path)
    assert found.sources == ()
    assert "a document among tests, examples or data" in found.skipped[0].reason


def test_a_listing_does_not_vouch_for_a_file_that_is_told_by_its_head(tmp_path: Path) -> None:
    (tmp_path / "model.json").write_text("{}")
    assert list_paths(tmp_path).names() is None
    (tmp_path / "model.json").rename(tmp_path / "model.dat")
    assert list_paths(tmp_path).names() is not None


def test_a_picture_that_carries_its_drawing_is_no_binary_file(tmp_path: Path) -> None:
    (tmp_path / "shop.drawio.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\0")
    (tmp_path / "template.dot").write_bytes(b"\xd0\xcf\x11\xe0\0\0\0\0")
    found = list_sources(tmp_path)
    assert [(source.path, source.kind) for source in found.sources] == [("shop.drawio.png", "drawio")]
    assert [(skip.path, skip.reason) for skip in found.skipped] == [("template.dot", "binary content")]


def test_texts_of_a_crew_are_told_by_their_words(tmp_path: Path) -> None:
    (tmp_path / "agents.yaml").write_text("scout:\n  role: Scout\n  goal: Find sources\n  backstory: >\n    You were a librarian.\n")
    (tmp_path / "tasks.yaml").write_text("find:\n  description: Find sources\n  expected_output: A list\n  agent: scout\n")
    (tmp_path / "roles.yaml").write_text("scout:\n  role: reader\n  goal: none\n")
    found = {source.path: source.kind for source in list_sources(tmp_path).sources}
    assert found["agents.yaml"] == found["tasks.yaml"] == "prompt_file"
    assert found.get("roles.yaml") != "prompt_file"
