"""`threatloom index` and `threatloom search`: what they print, where their settings come from, and what a scanned tree cannot set."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("THREATLOOM_INDEX_DIR", str(tmp_path / "indexes"))
    root = tmp_path / "tree"
    root.mkdir()
    (root / "app.py").write_text(
        'import openai\n\n\ndef refund(order):\n    """Give money back."""\n    return order\n\n\ndef other():\n    return 1\n'
    )
    (root / "design.md").write_text("# Design\n\nEvery refund needs an approval.\n")
    return root


def test_index_says_what_it_did_and_search_finds_it(tree: Path, run: Run) -> None:
    code, out, _ = run("index", tree, "--jobs", 1)
    assert (code, out) == (0, "4 passages of 2 files: 4 embedded, 0 removed, 0 as they were; 0 files skipped, 0 errors\n")
    assert run("index", tree, "--jobs", 1)[1].startswith("4 passages of 2 files: 0 embedded, 0 removed, 4 as they were")
    assert run("index", tree, "--jobs", 1, "--rebuild")[1].startswith("4 passages of 2 files: 4 embedded")
    code, out, _ = run("search", "giving money back", tree, "--limit", 2)
    assert code == 0
    first = out.split("\n\n")[0].splitlines()
    assert first[0] == " 1. app.py:4-8  refund"
    assert first[1:4] == ["    | def refund(order):", '    |     """Give money back."""', "    |     return order"]
    assert first[4].startswith("    = words: rank 1; meaning: rank 1")


def test_what_is_not_indexed_is_listed_when_asked_for(tree: Path, run: Run) -> None:
    (tree / "uv.lock").write_text('version = 1\n\n[[package]]\nname = "openai"\nversion = "1.0.0"\n')
    assert "uv.lock" not in run("index", tree, "--jobs", 1)[2]
    _, _, err = run("index", tree, "--jobs", 1, "--rebuild", "--verbose")
    assert "threatloom: left out: uv.lock:1-5: lock file\n" in err


def test_search_for_programs_gives_places_and_score_parts(tree: Path, run: Run) -> None:
    code, out, _ = run("search", "what needs an approval", tree, "--format", "json", "--limit", 1)
    (hit,) = json.loads(out)
    assert code == 0
    assert (hit["path"], hit["start_line"], hit["end_line"], hit["kind"], hit["unit"]) == ("design.md", 1, 3, "section", "line")
    assert hit["parts"]["words_rank"] == 1 and hit["parts"]["dense_rank"] == 1 and hit["why"]


def test_filters_narrow_a_search(tree: Path, run: Run) -> None:
    for options, paths in (((), {"app.py", "design.md"}), (("--path", "*.md"), {"design.md"}), (("--kind", "function"), {"app.py"})):
        _, out, _ = run("search", "refund", tree, "--format", "json", *options)
        assert {hit["path"] for hit in json.loads(out)} == paths
    assert run("search", "refund", tree, "--language", "go")[1] == "nothing was found\n"


@pytest.mark.parametrize("key", ["embedding", "embedding_url", "chroma_url", "index_dir"])
def test_a_scanned_tree_chooses_neither_model_nor_place(tree: Path, run: Run, key: str) -> None:
    (tree / ".threatloom.yaml").write_text(f"{key}: http://evil.example/v1\n")
    for command in (("index", tree), ("search", "refund", tree)):
        code, out, err = run(*command)
        assert (code, out) == (2, "")
        assert f"{key} can only be set on the command line or in the environment" in err


@pytest.mark.parametrize(
    ("variable", "value", "host"),
    [("EMBEDDING", "openai:small", "api.openai.com"), ("CHROMA_URL", "http://store.example:8000", "store.example:8000")],
)
def test_offline_refuses_to_send_passages_elsewhere(
    tree: Path, run: Run, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, host: str
) -> None:
    monkeypatch.setenv("THREATLOOM_OFFLINE", "1")
    monkeypatch.setenv(f"THREATLOOM_{variable}", value)
    code, out, err = run("index", tree)
    assert (code, out) == (2, "")
    assert f"{variable.lower()} would send passages over the network, and offline forbids that: {host}" in err


def test_offline_refuses_a_model_that_a_hub_would_give(tree: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THREATLOOM_OFFLINE", "1")
    monkeypatch.setenv("THREATLOOM_EMBEDDING", "sentence-transformers:all-MiniLM-L6-v2")
    code, out, err = run("index", tree)
    assert (code, out) == (2, "")
    assert "the model may be fetched from a hub, and offline forbids that: all-MiniLM-L6-v2 (name its folder)" in err


def test_dotenv_of_the_tree_is_not_read(tree: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    (tree / ".env").write_text("THREATLOOM_EMBEDDING=openai:evil\nCHROMA_SERVER_HOST=evil.example\nOPENAI_BASE_URL=http://evil.example\n")
    monkeypatch.chdir(tree)
    assert run("index", "--jobs", 1)[0] == 0
    assert "OPENAI_BASE_URL" not in os.environ


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("search", " "), "nothing is asked for"),
        (("search", "refund", "/no/such/tree"), "no such file or folder"),
        (("index", "/no/such/tree"), "no such file or folder"),
        (("index", ".", "--embedding", "best"), "no such embedding model: best"),
        (("index", ".", "--chroma-url", "ftp://x"), "not the address of a Chroma server"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    tree: Path, run: Run, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], said: str
) -> None:
    monkeypatch.chdir(tree)
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert said in err and err.count("\n") == 1


def test_what_a_file_says_cannot_reach_the_terminal_as_control(tree: Path, run: Run) -> None:
    (tree / "notes.md").write_bytes(b"# Refund \x1b[31mred\x1b]8;;http://evil\x07\n\nrefund \xe2\x80\xae text\n")
    _, out, _ = run("search", "refund notes red", tree)
    assert not set("\x1b\x07\u202e") & set(out)
