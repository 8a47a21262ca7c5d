"""A file that did not change is not read again; a changed one, and anything broken or foreign in the store, is."""

from __future__ import annotations

import sqlite3
import stat
from pathlib import Path

import pytest

from ingest import kept_facts, list_sources, read_source
from ingest.facts import CodeFacts, ConfigFacts, DocumentFacts, Facts, ModelFacts, TextFacts
from ingest.kept_facts import KeptFacts
from ingest.source import ReadError, Skip, Source

FILES = {
    "app.py": "import os\n\n\nclass A:\n    x: int = 3\n\n    def run(self, *parts, key=None):\n        if key == 'é\\0':\n            return [f'{p}' for p in parts]\n"
    "        raise ValueError(b'x', 1.5, True, None, ...)\n",
    "web.ts": "export const f = async ({ a, ...rest }: T) => { for (const x of a) { await g(x?.y ?? rest); } };\n",
    "README.md": "# Title\n\nEvery call needs approval.\n\n```mermaid\nflowchart LR\n  a[User] --> b[(Store)]\n```\n",
    "Dockerfile": "FROM python:3.11\nUSER root\nEXPOSE 80\nCMD [\"python\", \"app.py\"]\n",
    "requirements.txt": "openai>=2\nflask==3.0.0\n",
    "prompts/answer.yaml": "system: You answer.\nuser: '{question}'\n",
    "tokenizer_config.json": '{"chat_template": "{{ messages }}"}',
}  # fmt: skip


@pytest.fixture
def sources(tmp_path: Path) -> list[Source]:
    tree = tmp_path / "tree"
    tree.mkdir()
    for name, text in FILES.items():
        (tree / name).parent.mkdir(exist_ok=True)
        (tree / name).write_text(text, "utf-8")
    return list(list_sources(tree).sources)


def read(sources: list[Source]) -> list[tuple[Source, Facts]]:
    found: list[tuple[Source, Facts]] = []
    for source in sources:
        facts = read_source(source)
        assert not isinstance(facts, Skip | ReadError)
        found.append((source, facts))
    return found


def test_facts_of_every_kind_come_back_as_they_were(sources: list[Source], tmp_path: Path) -> None:
    fresh = read(sources)
    assert {type(facts) for _source, facts in fresh} == {CodeFacts, DocumentFacts, ConfigFacts, TextFacts, ModelFacts}
    KeptFacts(tmp_path / "kept").keep(fresh)
    assert KeptFacts(tmp_path / "kept").known(sources) == {source.path: facts for source, facts in fresh}


def test_a_changed_a_moved_and_a_missing_file_are_not_known(sources: list[Source], tmp_path: Path) -> None:
    kept = KeptFacts(tmp_path / "kept")
    kept.keep(read(sources))
    (tmp_path / "tree" / "app.py").write_text(FILES["app.py"] + "#\n", "utf-8")
    (tmp_path / "tree" / "README.md").rename(tmp_path / "tree" / "OTHER.md")
    (tmp_path / "tree" / "Dockerfile").unlink()
    assert set(kept.known(sources)) == {"web.ts", "requirements.txt", "prompts/answer.yaml", "tokenizer_config.json"}
    assert set(kept.known(list_sources(tmp_path / "tree").sources)) == {
        "web.ts",
        "requirements.txt",
        "prompts/answer.yaml",
        "tokenizer_config.json",
    }


def test_a_file_that_changed_while_it_was_read_is_not_kept(sources: list[Source], tmp_path: Path) -> None:
    kept = KeptFacts(tmp_path / "kept")
    assert kept.known(sources) == {}
    fresh = read(sources)
    (tmp_path / "tree" / "app.py").write_text("x = 1\n", "utf-8")
    kept.keep(fresh)
    assert set(kept.known(sources)) == set(FILES) - {"app.py"}


def test_facts_of_another_edition_are_not_known(sources: list[Source], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = KeptFacts(tmp_path / "kept")
    kept.keep(read(sources))
    monkeypatch.setattr(kept_facts, "_edition", lambda: b"another")
    assert kept.known(sources) == {}


@pytest.mark.parametrize(
    "broken", [b"", b"not a database at all, but long enough to be looked at\n" * 40, b"SQLite format 3\0" + b"\xff" * 4000]
)
def test_a_broken_store_is_made_anew(sources: list[Source], tmp_path: Path, broken: bytes) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "facts.db").write_bytes(broken)
    kept, fresh = KeptFacts(tmp_path / "kept"), read(sources)
    assert kept.known(sources) == {}
    kept.keep(fresh)
    kept.keep(fresh)
    assert len(kept.known(sources)) == len(fresh)


@pytest.mark.parametrize(
    "data", [b"", b"code    ", b"pickle  " + b"\0" * 80, "flip", "swap"],
)  # fmt: skip
def test_a_broken_or_foreign_entry_is_not_used(sources: list[Source], tmp_path: Path, data: bytes | str) -> None:
    kept = KeptFacts(tmp_path / "kept")
    kept.keep(read(sources))
    with sqlite3.connect(tmp_path / "kept" / "facts.db") as store:
        rows = store.execute("SELECT key, data FROM facts ORDER BY key").fetchall()
        for (key, own), (_other, another) in zip(rows, rows[1:] + rows[:1], strict=True):
            put = another if data == "swap" else own[:-1] + bytes([own[-1] ^ 1]) if data == "flip" else data
            store.execute("UPDATE facts SET data = ? WHERE key = ?", (put, key))
    assert kept.known(sources) == {}


def test_only_the_user_can_read_the_store(sources: list[Source], tmp_path: Path) -> None:
    KeptFacts(tmp_path / "kept").keep(read(sources))
    assert stat.S_IMODE((tmp_path / "kept").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "kept" / "facts.db").stat().st_mode) == 0o600


def test_the_longest_unused_go_first(sources: list[Source], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept, fresh = KeptFacts(tmp_path / "kept"), read(sources)
    kept.keep(fresh[:2])
    with sqlite3.connect(tmp_path / "kept" / "facts.db") as store:
        store.execute("UPDATE facts SET used = 1")
        monkeypatch.setattr(kept_facts, "MAX_BYTES", sum(len(kept_facts._packed(facts)) for _source, facts in fresh[2:]))
    kept.keep(fresh[2:])
    assert set(kept.known(sources)) == {source.path for source, _facts in fresh[2:]}


def test_a_folder_that_cannot_be_had_and_a_link_in_its_place_keep_nothing(sources: list[Source], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", "utf-8")
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / "facts.db").symlink_to(tmp_path / "file")
    for folder in (tmp_path / "file", tmp_path / "linked", None):
        kept = KeptFacts(folder)
        kept.keep(read(sources))
        assert kept.known(sources) == {}
    assert (tmp_path / "file").read_text("utf-8") == "in the way"
