"""An index on disk: only what changed is embedded, what is gone is removed, and nothing is lost to crashes, neighbours or other models."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ingest.errors import UnusableInput
from ingest.index import BrokenIndex, Chunk, FileEntry, IndexPlace, IndexReader, Retold, Update, Written, changes, marks_known, write
from ingest.index.catalogue import FILE, opened
from ingest.index.words import words

ROOT = Path(__file__).resolve().parents[3]


@dataclass
class Hashed:
    """Stands in for a model: a vector per text, and what it was asked for."""

    identity: str = "hashed:1"
    dimension: int = 8
    windowed: bool = False
    asked: list[str] = field(default_factory=list)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked += texts
        rows = [np.frombuffer(hashlib.sha256(text.encode()).digest()[: self.dimension], np.uint8) for text in texts]
        found = np.asarray(rows, np.float32) + 1
        return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), np.float32)


def chunk(path: str, name: str, text: str = "", line: int = 1, roles: str = "", elements: tuple[str, ...] = ()) -> Chunk:
    text = text or f"def {name}(): return '{name}'"
    id_ = hashlib.sha256(f"{path}{name}{text}".encode()).hexdigest()[:32]
    return Chunk(id_, path, line, line, None, "function", "python", "product", name, (), text, "", id_, elements, roles)


@pytest.fixture
def place(tmp_path: Path) -> IndexPlace:
    return IndexPlace(tmp_path / "index", patience_s=5)


def stored(place: IndexPlace, model: Hashed, files: dict[str, list[Chunk]], mark: str = "1", retold: tuple[Retold, ...] = ()) -> Written:
    """Brings files into the index as a caller does; each file's mark is the hash of its chunks."""
    marks = {path: f"{mark}:{[(one.id, one.start_line) for one in chunks]}" for path, chunks in files.items()}
    lacking = changes(place, model, marks)
    update = Update(
        lacking.generation,
        tuple(FileEntry(path, marks[path]) for path in lacking.changed),
        tuple(one for path in lacking.changed for one in files[path]),
        lacking.removed,
        retold,
    )
    written = write(place, model, update)
    assert written is not None
    return written


@pytest.fixture
def reader(place: IndexPlace) -> Iterator[IndexReader]:
    opened_reader = IndexReader(place, Hashed())
    yield opened_reader
    opened_reader.close()


def found(reader: IndexReader, word: str) -> list[str]:
    """Symbols of the chunks that hold a word, and are alive."""
    form = next(words(word))
    with reader.session() as session:
        postings = session.postings([form])
        rows = postings[form].rows.tolist() if postings else []
        alive = [one.row for one in session.listed if one.row in rows]
        return sorted(one.symbol for one in session.chunks(alive).values())


def test_only_what_changed_is_embedded_and_what_is_gone_is_removed(place: IndexPlace, reader: IndexReader) -> None:
    model = Hashed()
    files = {"a.py": [chunk("a.py", "first"), chunk("a.py", "second", line=3)], "b.py": [chunk("b.py", "third")]}
    assert stored(place, model, files) == Written(3, 3, 0)
    model.asked.clear()
    files["a.py"] = [chunk("a.py", "first"), chunk("a.py", "second", "def second(): return 'other'", line=4)]
    assert stored(place, model, files) == Written(3, 1, 1)
    assert model.asked == ["a.py second\ndef second(): return 'other'"]
    assert stored(place, model, {"a.py": files["a.py"]}) == Written(2, 0, 1)
    assert (found(reader, "third"), found(reader, "second")) == ([], ["second"])


def test_moved_lines_are_told_without_embedding(place: IndexPlace, reader: IndexReader) -> None:
    model = Hashed()
    stored(place, model, {"a.py": [chunk("a.py", "first")]})
    model.asked.clear()
    assert stored(place, model, {"a.py": [chunk("a.py", "first", line=40)]}) == Written(1, 0, 0)
    assert model.asked == []
    with reader.session() as session:
        assert [(one.start_line, one.end_line) for one in session.listed] == [(40, 40)]


def test_a_role_learnt_later_is_found_by_its_words(place: IndexPlace, reader: IndexReader) -> None:
    model, only = Hashed(), chunk("a.py", "first")
    stored(place, model, {"a.py": [only]})
    assert found(reader, "agent") == []
    model.asked.clear()
    stored(place, model, {"a.py": [only]}, retold=(Retold(only.id, ("agent:first",), "agent first"),))
    assert found(reader, "agent") == ["first"]
    assert model.asked == []
    with reader.session() as session:
        assert session.listed[0].elements == ("agent:first",)


def test_marks_are_known_for_as_long_as_the_readers_are_the_same(place: IndexPlace) -> None:
    assert marks_known(place) == {} and not place.folder.exists()
    stored(place, Hashed(), {"a.py": [chunk("a.py", "one")]})
    assert list(marks_known(place)) == ["a.py"]
    with opened(place.folder) as catalogue:
        catalogue.store.execute("UPDATE about SET value = 'of another edition' WHERE key = 'readers'")
        catalogue.store.commit()
    assert marks_known(place) == {}
    (place.folder / FILE).write_bytes(b"rubbish" * 1000)
    assert marks_known(place) == {}


def test_another_model_makes_the_index_anew(place: IndexPlace) -> None:
    files = {"a.py": [chunk("a.py", "first")]}
    stored(place, Hashed(), files)
    for other in (Hashed("hashed:2"), Hashed("hashed:2", 16)):
        assert stored(place, other, files) == Written(1, 1, 0)
        assert len(other.asked) == 1
    with pytest.raises(BrokenIndex), IndexReader(place, Hashed()).session():
        pass


@pytest.mark.parametrize("damage", ["catalogue", "empty", "foreign", "vectors", "no vectors", "settings of a row"])
def test_a_broken_index_is_made_anew(place: IndexPlace, damage: str) -> None:
    files = {"a.py": [chunk("a.py", "first")], "b.py": [chunk("b.py", "second")]}
    stored(place, Hashed(), files)
    if damage == "catalogue":
        (place.folder / FILE).write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    elif damage == "empty":
        (place.folder / FILE).write_bytes(b"")
    elif damage == "foreign":
        (place.folder / FILE).unlink()
        other = sqlite3.connect(place.folder / FILE)
        other.execute("CREATE TABLE about (key TEXT, value TEXT)")
        other.commit()
        other.close()
    elif damage == "settings of a row":
        broken = sqlite3.connect(place.folder / FILE)
        broken.execute("UPDATE chunks SET elements = '{' WHERE path = 'a.py'")
        broken.commit()
        broken.close()
    elif damage == "vectors":
        next(place.folder.glob("*/chroma.sqlite3")).write_bytes(b"not a database at all" * 100)
    else:
        shutil.rmtree(next(place.folder.glob("*/chroma.sqlite3")).parent)
    files["b.py"] = [chunk("b.py", "third")]
    assert stored(place, Hashed(), files).chunks == 2
    reader = IndexReader(place, Hashed())
    assert (found(reader, "first"), found(reader, "second"), found(reader, "third")) == (["first"], [], ["third"])
    with reader.session() as session:
        best = session.nearest(Hashed().embed(["b.py third\ndef third(): return 'third'"])[0], 2)
    assert best[0].id == files["b.py"][0].id and best[0].similarity > 0.999
    reader.close()


CRASHING = """
    import os, signal, sys
    from pathlib import Path
    sys.path.insert(0, {root!r})
    from ingest.index import writing
    from tests.ingest.index.test_store import Hashed, IndexPlace, chunk, stored

    place = IndexPlace(Path({folder!r}), patience_s=5)
    files = {{f"{{n}}.py": [chunk(f"{{n}}.py", f"name{{n}}")] for n in range({number})}}
    before, after = writing.VectorStore.put, writing.Catalogue.end_writing
    writing._EMBEDDED_AT_ONCE = 10
    turns = 0

    def put(self, *arguments):
        global turns
        before(self, *arguments)
        turns += 1
        if {where!r} == "vectors" and turns == 2:
            os.kill(os.getpid(), signal.SIGKILL)

    def end(self):
        os.kill(os.getpid(), signal.SIGKILL)

    writing.VectorStore.put = put
    if {where!r} == "catalogue":
        writing.Catalogue.end_writing = end
    stored(place, Hashed(), files)
"""


@pytest.mark.parametrize(("where", "embedded"), [("vectors", 20), ("catalogue", 40)])
@pytest.mark.parametrize("already", [0, 15])
def test_a_process_killed_while_writing_leaves_an_index_that_is_finished_later(
    place: IndexPlace, where: str, embedded: int, already: int
) -> None:
    files = {f"{n}.py": [chunk(f"{n}.py", f"name{n}")] for n in range(40)}
    if already:
        stored(place, Hashed(), {path: files[path] for path in list(files)[:already]})
    code = textwrap.dedent(CRASHING).format(root=str(ROOT), folder=str(place.folder), number=40, where=where)
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, timeout=120, check=False)
    assert run.returncode == -signal.SIGKILL, run.stderr.decode()
    with opened(place.folder) as catalogue:
        assert catalogue.about().ready is False
    with pytest.raises(BrokenIndex), IndexReader(place, Hashed()).session():
        pass
    model = Hashed()
    written = stored(place, model, files)
    assert written.chunks == 40
    assert len(model.asked) == max(0, 40 - (already + embedded if where == "vectors" else 40))
    reader = IndexReader(place, Hashed())
    assert found(reader, "name39") == ["name39"]
    with reader.session() as session:
        assert session.nearest(Hashed().embed(["39.py name39\ndef name39(): return 'name39'"])[0], 1)[0].id == files["39.py"][0].id
    reader.close()


TURNS = """
    import sys
    from pathlib import Path
    sys.path.insert(0, {root!r})
    from ingest.index import lock
    from tests.ingest.index.test_store import *

    place = IndexPlace(Path({folder!r}), patience_s=60)
    model = Hashed()
    for turn in range(3):
        name = "{who}.py"
        while True:
            with lock.held(place.lock, 60):
                marks = {{}}
                try:
                    with opened(place.folder) as catalogue:
                        marks = catalogue.marks()
                except Exception:
                    pass
            marks[name] = str(turn)
            lacking = changes(place, model, marks)
            chunks = tuple(chunk(name, f"{who}{{turn}}x{{n}}") for n in range(5))
            if write(place, model, Update(lacking.generation, (FileEntry(name, str(turn)),), chunks, ())) is not None:
                break
"""


def test_two_processes_that_write_at_once_do_not_spoil_the_index(place: IndexPlace) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(TURNS).format(root=str(ROOT), folder=str(place.folder), who=who)],
            cwd=ROOT,
            stderr=subprocess.PIPE,
        )
        for who in ("left", "right")
    ]
    for process in processes:
        _, said = process.communicate(timeout=180)
        assert process.returncode == 0, said.decode()
    reader = IndexReader(place, Hashed())
    with reader.session() as session:
        symbols = sorted(one.symbol for one in session.chunks([one.row for one in session.listed]).values())
        near = session.nearest(Hashed().embed(["left.py left2x3\ndef left2x3(): return 'left2x3'"])[0], 50)
    assert symbols == sorted(f"{who}2x{n}" for who in ("left", "right") for n in range(5))
    assert len(near) == 10 and near[0].similarity > 0.999
    reader.close()


def test_who_waits_too_long_is_told_by_whom_the_index_is_held(place: IndexPlace) -> None:
    waiting = IndexPlace(place.folder, patience_s=0.2)
    code = f"import sys,time; sys.path.insert(0, {str(ROOT)!r})\nfrom pathlib import Path\nfrom ingest.index.lock import held\n"
    code += f"with held(Path({str(place.lock)!r}), 1):\n    print('held', flush=True)\n    time.sleep(60)\n"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None and holder.stdout.readline() == b"held\n"
        started = time.monotonic()
        with pytest.raises(UnusableInput, match=f"the index is in use by process {holder.pid}"):
            changes(waiting, Hashed(), {})
        assert time.monotonic() - started < 5
        os.kill(holder.pid, signal.SIGKILL)  # the lock ends with the process
        holder.wait()
    assert changes(waiting, Hashed(), {}).changed == ()


def test_a_reader_sees_what_another_process_wrote_after_it_was_opened(place: IndexPlace, reader: IndexReader) -> None:
    stored(place, Hashed(), {"a.py": [chunk("a.py", "first")]})
    assert found(reader, "first") == ["first"]
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r})\nfrom tests.ingest.index.test_store import *\n"
    code += f"stored(IndexPlace(Path({str(place.folder)!r})), Hashed(), {{'b.py': [chunk('b.py', 'second')]}})\n"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=120)
    assert (found(reader, "first"), found(reader, "second")) == ([], ["second"])
    with reader.session() as session:
        near = session.nearest(Hashed().embed(["b.py second\ndef second(): return 'second'"])[0], 5)
    assert [round(one.similarity, 3) for one in near] == [1.0]


def test_many_small_changes_keep_the_words_right(place: IndexPlace, reader: IndexReader) -> None:
    model = Hashed()
    files = {f"{n}.py": [chunk(f"{n}.py", f"name{n}", f"shared word{n}")] for n in range(4)}
    for turn in range(25):
        files["0.py"] = [chunk("0.py", "changing", f"shared later{turn}")]
        stored(place, model, files)
    assert found(reader, "shared") == ["changing", "name1", "name2", "name3"]
    assert (found(reader, "later24"), found(reader, "later23"), found(reader, "later0")) == (["changing"], [], [])
