"""`python -m benchmarks.retrieval`: how fast an index is made, changed and asked, and how large it is.

Run by the product's own interpreter. Takes a folder of code (by default the product's own), lays it out again and again, each copy
with words of its own, until there are as many passages as asked for; indexes that tree as a user would, changes one file, and
asks questions. What it compares with, in the same run: every vector compared one by one with numpy, and bm25s, which scores all
passages anew when one of them changes.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import TypeVar

from ingest import list_sources, read_source
from ingest.index import Embedder, IndexReader, chunk_source, make_embedder
from ingest.index.words import words
from ingest.source import ReadError, Skip
from pipeline.retrieval import IndexSettings, Query, Retriever, index_tree
from pipeline.retrieval.indexing import index_place

_ROOT = Path(__file__).resolve().parents[1]
_SEED = 11
_QUESTIONS = (
    "how are secrets masked before they are stored", "who may call this route without signing in", "what if a file cannot be read",
    "where is the model's reply executed", "which settings can a scanned repository not change", "limit on the size of a document",
    "getUserName", "how is a flow followed across functions", "read_source", "what protects the vector store", "arguments of a call",
    "where does the data of the upload go", "timeout of a request", "sorted tuple of findings", "regular expression of a password",
    "tests of the command line", "cache key of kept results", "names imported from another module", "page of a PDF", "tool approval",
)  # fmt: skip
Figures = dict[str, float]
T = TypeVar("T")


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.retrieval", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--chunks", type=int, default=50_000, help="passages to index (default: 50000)")
    parser.add_argument("--source", type=Path, action="append", help="folder of code to copy; repeatable (default: the product's own)")
    parser.add_argument("--jobs", type=int, default=None, help="processes that read files (default: one per processor)")
    parser.add_argument("--output", type=Path, help="file for the figures as JSON")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="retrieval-bench-") as folder:
        figures = measured(Path(folder), options.source or [_ROOT / "ingest", _ROOT / "pipeline"], options.chunks, options.jobs)
    print(table(figures))
    if options.output is not None:
        options.output.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0


def measured(folder: Path, sources: Sequence[Path], wanted: int, jobs: int | None) -> Figures:
    """All figures of one tree; nothing outside of `folder` is written."""
    tree = folder / "tree"
    lay_out(tree, sources, wanted)
    settings = IndexSettings(jobs=jobs, folder=folder / "index")
    embedder = make_embedder(settings.embedding)
    report, seconds = timed(lambda: index_tree(tree, None, settings, embedder=embedder))
    figures: Figures = {"files": report.files, "chunks": report.chunks, "index_s": seconds, "chunks_per_s": report.chunks / seconds}
    figures["mb_per_1000_chunks"] = size_of(folder / "index") / 1e6 / report.chunks * 1000
    _, figures["nothing_changed_s"] = timed(lambda: index_tree(tree, None, settings, embedder=embedder))
    figures["one_file_s"] = median(one_file_changed(tree, settings, embedder, turn) for turn in range(5))
    figures.update(asked(tree, settings))
    return {**figures, **compared(tree, settings, figures)}


def lay_out(tree: Path, sources: Sequence[Path], wanted: int) -> None:
    """Copies of code until they give about as many passages as wanted, each file with a line of words of its own."""
    draw = random.Random(_SEED)
    files = {file: passages_of(file) for source in sources for file in sorted(source.rglob("*.py"))}
    passages = copy = 0
    while passages < wanted:
        for file, held in files.items():
            target = tree / f"part{copy}" / file.relative_to(_ROOT if file.is_relative_to(_ROOT) else file.anchor)
            target.parent.mkdir(parents=True, exist_ok=True)
            noise = " ".join(f"w{draw.randrange(200_000)}" for _ in range(12))
            own = f"\n\ndef own_{copy}():\n    return '{noise}'\n"
            target.write_text(file.read_text(encoding="utf-8", errors="replace") + own, encoding="utf-8")
            passages += held + 1
            if passages >= wanted:
                break
        copy += 1


def passages_of(file: Path) -> int:
    source = list_sources(file).sources[0]
    facts = read_source(source)
    return 0 if isinstance(facts, Skip | ReadError) else len(chunk_source(source, facts).chunks)


def one_file_changed(tree: Path, settings: IndexSettings, embedder: Embedder, turn: int) -> float:
    """Seconds to bring the index up to date after one function of one file became another."""
    file = sorted(tree.rglob("*.py"))[turn * 7]
    file.write_text(file.read_text(encoding="utf-8") + f"\n\ndef changed_{turn}():\n    return 'changed {turn}'\n", encoding="utf-8")
    time.sleep(1.1)  # what changed a moment ago is looked at twice; nobody waits for that here
    report, seconds = timed(lambda: index_tree(tree, None, settings, embedder=embedder))
    assert 1 <= report.embedded <= 3, report.embedded
    return seconds


def asked(tree: Path, settings: IndexSettings) -> Figures:
    """Seconds per question, each asked five times; the first one pays for opening the index."""
    with Retriever(tree, None, settings) as retriever:
        _, first = timed(lambda: retriever.search(_QUESTIONS[0]))
        times = sorted(timed(partial(retriever.search, Query(question)))[1] for _ in range(5) for question in _QUESTIONS)
    return {"first_question_s": first, "question_p50_s": median(times), "question_p95_s": times[len(times) * 95 // 100]}


def compared(tree: Path, settings: IndexSettings, figures: Figures) -> Figures:
    """The same work done plainly: all vectors compared one by one, and all words scored anew by bm25s."""
    import bm25s
    import numpy as np

    reader = IndexReader(index_place(tree, settings), make_embedder(settings.embedding))
    with reader.session() as session:
        ids = [one.id for one in session.listed]
        vectors = np.stack([row for start in range(0, len(ids), 5_000) for row in session.vectors_of(ids[start : start + 5_000]).values()])
        rows = [one.row for one in session.listed]
        texts = [chunk.text for start in range(0, len(rows), 500) for chunk in session.chunks(rows[start : start + 500]).values()]
        question = reader.embedder.embed([_QUESTIONS[0]])[0]
        plain = median(timed(lambda: np.argsort(-(vectors @ question))[:100])[1] for _ in range(20))
        nearest = median(timed(lambda: session.nearest(question, 100))[1] for _ in range(20))
    reader.close()
    vocabulary: dict[str, int] = {}
    tokens = [[vocabulary.setdefault(word, len(vocabulary)) for word in words(text)] for text in texts]
    scorer = bm25s.BM25()
    _, rebuilt = timed(lambda: scorer.index((tokens, vocabulary), show_progress=False))
    return {
        "nearest_s": nearest, "all_vectors_s": plain, "bm25s_anew_s": rebuilt, "update_against_bm25s": figures["one_file_s"] / rebuilt,
        "nearest_against_all": nearest / plain,
    }  # fmt: skip


def timed(do: Callable[[], T]) -> tuple[T, float]:
    started = time.perf_counter()
    return do(), time.perf_counter() - started


def size_of(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def table(figures: Mapping[str, float]) -> str:
    """The figures for people, with the targets."""
    rows = (
        ("passages", f"{figures['chunks']:,.0f} of {figures['files']:,.0f} files", ""),
        ("indexed from nothing", f"{figures['index_s']:.1f} s, {figures['chunks_per_s']:.0f} passages/s", ""),
        ("nothing changed", f"{figures['nothing_changed_s']:.2f} s", ""),
        ("one file changed", f"{figures['one_file_s']:.2f} s, {figures['update_against_bm25s']:.2f} x bm25s anew", "under 1 s"),
        ("question, median", f"{figures['question_p50_s'] * 1000:.0f} ms", ""),
        ("question, 95th percentile", f"{figures['question_p95_s'] * 1000:.0f} ms", "under 50 ms"),
        ("first question", f"{figures['first_question_s'] * 1000:.0f} ms", ""),
        ("100 nearest vectors", f"{figures['nearest_s'] * 1000:.1f} ms, {figures['nearest_against_all']:.2f} x comparing all", ""),
        ("on disk", f"{figures['mb_per_1000_chunks']:.1f} MB per 1,000 passages", ""),
    )
    return "\n".join(f"{name:<26} {figure:<44} {target}".rstrip() for name, figure, target in rows)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
