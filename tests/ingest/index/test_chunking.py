"""Files into chunks: by symbol, by section, by setting; every line somewhere, and ids that edits elsewhere do not change."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest import read_source
from ingest.index import Chunk, Chunked, chunk_source
from ingest.index.chunk import MOST_OF_A_LINE
from ingest.index.cutting import Size, cut
from ingest.reading import lines_of
from ingest.source import ReadError, Skip, Source, SourceKind

SAMPLES = Path(__file__).resolve().parents[3] / "evals" / "systems"


def chunked(folder: Path, name: str, kind: SourceKind, text: str | bytes, size: Size | None = None) -> Chunked:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    source = Source(name, file, kind, "product", file.stat().st_size)
    facts = read_source(source)
    assert not isinstance(facts, Skip | ReadError), facts
    found = chunk_source(source, facts, size)
    assert_all_lines(source, found)
    return found


def assert_all_lines(source: Source, found: Chunked) -> None:
    """Every line lies in a chunk or is listed, and what is listed without being blank says why."""
    for page, text in lines_of(source).items():
        spans = [(chunk.start_line, chunk.end_line) for chunk in found.chunks if chunk.page == page]
        spans += [(left.lines.start, left.lines.end) for left in found.left_out if left.lines.page == page]
        covered = {number for start, end in spans for number in range(start, end + 1)}
        assert covered == set(range(1, len(text) + 1)), source.path


def told(found: Chunked) -> list[tuple[int, int, str, str]]:
    return [(chunk.start_line, chunk.end_line, chunk.kind, chunk.symbol) for chunk in found.chunks]


def by_symbol(found: Chunked) -> dict[str, Chunk]:
    return {chunk.symbol: chunk for chunk in found.chunks}


PYTHON = '''"""What it is for."""
import openai

LIMIT = 3

# Why this is so.
@cache
def ask(question):
    def inner():
        return question
    return inner()


class Small:
    limit: int = 3

    def half(self):
        return self.limit / 2


class Large:
    """Holds much."""

    field: int = 1

    def first(self):
{body}
        return self.field

    # On the second.
    def second(self):
        return 2

    after: int = 9


main()
'''


def test_code_is_cut_by_symbol(tmp_path: Path) -> None:
    body = "\n".join(f"        self.field = call({n})" for n in range(45))
    found = chunked(tmp_path, "app.py", "python", PYTHON.replace("{body}", body))
    assert told(found) == [
        (1, 5, "module", ""),
        (6, 13, "function", "ask"),
        (14, 20, "class", "Small"),
        (21, 25, "class", "Large"),
        (26, 73, "method", "Large.first"),
        (74, 76, "method", "Large.second"),
        (77, 81, "class", "Large"),
    ]
    assert by_symbol(found)["ask"].text.startswith("# Why this is so.\n@cache\ndef ask(question):")
    assert {chunk.language for chunk in found.chunks} == {"python"}


def test_a_long_function_is_cut_between_statements_with_some_lines_in_both(tmp_path: Path) -> None:
    calls = "\n".join(f"    call(\n        {n},\n        other={n},\n    )" for n in range(40))
    found = chunked(tmp_path, "app.py", "python", f"def long():\n{calls}\n")
    assert len(found.chunks) > 2
    for before, after in pairwise(found.chunks):
        assert before.text.endswith("    )")
        assert before.start_line < after.start_line <= before.end_line + 1
        assert after.start_line > before.end_line - 4
    assert {chunk.symbol for chunk in found.chunks} == {"long"}


@pytest.mark.parametrize(
    ("name", "kind", "text", "symbols"),
    [
        ("a.ts", "typescript", "import OpenAI from 'openai'\nexport function ask(q: string) {\n  return q\n}\nexport class A {\n  b() {}\n}\n", {"", "ask", "A"}),
        ("a.go", "go", 'package a\n\nimport "fmt"\n\n// Ask asks.\nfunc Ask(q string) string {\n\treturn fmt.Sprint(q)\n}\n', {"", "Ask"}),
        ("A.java", "java", "package a;\nclass A {\n  // What b does.\n  int b() { return 1; }\n}\n", {"", "A"}),
        ("A.kt", "kotlin", "package a\n\n// What ask does.\nfun ask(): Int = 1\n\nclass A {\n  fun b(): Int = 1\n}\n", {"", "ask", "A"}),
        ("A.cs", "csharp", "namespace N;\nclass A {\n  int B() { return 1; }\n}\n", {"", "A"}),
    ],
)  # fmt: skip
def test_each_language_is_cut_by_symbol(tmp_path: Path, name: str, kind: SourceKind, text: str, symbols: set[str]) -> None:
    found = chunked(tmp_path, name, kind, text)
    assert {symbol.rsplit(".", 1)[-1] for symbol in by_symbol(found)} == symbols


def test_documents_are_cut_by_section(tmp_path: Path) -> None:
    text = "Before.\n\n# One\n\n## Two\n\nFirst paragraph.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n## Three\n\n- item\n"
    found = chunked(tmp_path, "design.md", "markdown", text)
    assert [(chunk.start_line, chunk.end_line, chunk.section) for chunk in found.chunks] == [
        (1, 2, ()),
        (3, 12, ("One", "Two")),
        (13, 15, ("One", "Three")),
    ]


def test_configuration_names_the_settings_of_each_chunk(tmp_path: Path) -> None:
    text = "services:\n" + "".join(f"  part{n}:\n    image: image{n}:1\n    ports: ['80:80']\n    user: root\n" for n in range(30))
    found = chunked(tmp_path, "compose.yaml", "compose", text)
    assert len(found.chunks) > 2
    assert found.chunks[0].section[0] == "service part0"
    assert any("service part29" in chunk.section for chunk in found.chunks)
    assert {chunk.kind for chunk in found.chunks} == {"settings"}


def test_a_lock_file_is_listed_and_not_cut(tmp_path: Path) -> None:
    found = chunked(tmp_path, "uv.lock", "lockfile", 'version = 1\n\n[[package]]\nname = "openai"\nversion = "1.0.0"\n')
    assert found.chunks == ()
    assert [(left.lines.start, left.lines.end, left.reason) for left in found.left_out] == [(1, 5, "lock file")]


def test_notebooks_are_cut_by_cell(tmp_path: Path) -> None:
    cells = [{"cell_type": "code", "metadata": {}, "outputs": [], "source": ["import openai\n", f"x = {n}"]} for n in range(3)]
    notebook = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    found = chunked(tmp_path, "a.ipynb", "notebook", notebook)
    assert [(chunk.page, chunk.start_line, chunk.end_line, chunk.kind) for chunk in found.chunks] == [
        (1, 1, 2, "cell"), (2, 1, 2, "cell"), (3, 1, 2, "cell"),
    ]  # fmt: skip


def test_secrets_are_masked_before_anything_is_kept(tmp_path: Path) -> None:
    secret = "sk-proj-" + "a8Fk29Lq0ZxCvB71nM4pR6tY" * 2
    found = chunked(tmp_path, "app.py", "python", f'import openai\nclient = openai.OpenAI(api_key="{secret}")\n')
    (only,) = found.chunks
    assert secret not in repr(only) and "api_key=" in only.text
    assert secret[12:] not in repr(only)


def test_hostile_lines_are_bounded_and_harmless(tmp_path: Path) -> None:
    found = chunked(
        tmp_path, "app.py", "python", b"x = 1\n" + b"y = '" + b"a" * 300_000 + b"'\n\x00\x07\x1b[31mz = 3\n" + b"\xff\xfe\n" * 20
    )
    assert sum(len(chunk.text) for chunk in found.chunks) < 3 * MOST_OF_A_LINE
    assert not set("\x00\x07\x1b") & set("".join(chunk.text for chunk in found.chunks))


def test_the_same_lines_twice_have_two_ids(tmp_path: Path) -> None:
    found = chunked(tmp_path, "app.py", "python", "def same():\n    return 1\n\n\nother = 2\n\n\ndef same():\n    return 1\n")
    same = [chunk for chunk in found.chunks if chunk.symbol == "same"]
    assert [chunk.text for chunk in same] == ["def same():\n    return 1"] * 2 or len(same) == 2
    assert len({chunk.id for chunk in found.chunks}) == len(found.chunks)


def test_an_edit_elsewhere_leaves_ids_as_they_are(tmp_path: Path) -> None:
    before = by_symbol(chunked(tmp_path, "app.py", "python", PYTHON.replace("{body}", "        pass")))
    edited = (
        PYTHON.replace("LIMIT = 3", "LIMIT = 3\nOTHER = 4\n").replace("self.limit / 2", "self.limit / 3").replace("{body}", "        pass")
    )
    after = by_symbol(chunked(tmp_path, "app.py", "python", edited))
    assert before["ask"].id == after["ask"].id and before["ask"].start_line == after["ask"].start_line - 2
    assert before["Large"].id == after["Large"].id
    assert before["Small"].id != after["Small"].id


_LINES = st.lists(
    st.one_of(
        st.sampled_from(
            ["def f():", "    return 1", "class A:", "    x: int = 1", "    def m(self):", "        pass", "", "# note", "@d", "x = (", ")", '"""', "if x:", "\t", "}"]
        ),
        st.text(alphabet=st.characters(blacklist_categories=["Cs"], blacklist_characters="\r\n\0"), max_size=40),  # NUL makes a file binary,
    ),
    max_size=120,
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lines=_LINES,
    named=st.sampled_from([("a.py", "python"), ("a.md", "markdown"), ("a.ts", "typescript"), ("a.go", "go"), ("a.txt", "text")]),
)
def test_every_line_is_somewhere_and_the_same_text_gives_the_same_chunks(
    tmp_path: Path, lines: list[str], named: tuple[str, SourceKind]
) -> None:
    first = chunked(tmp_path, *named, "\n".join(lines), Size(12, 300, 2))
    assert first == chunked(tmp_path, *named, "\n".join(lines), Size(12, 300, 2))
    assert len({chunk.id for chunk in first.chunks}) == len(first.chunks)


@given(
    text=st.lists(st.text(alphabet=" ab()", max_size=30), min_size=1, max_size=200),
    size=st.builds(Size, st.integers(1, 20), st.integers(1, 300), st.integers(0, 5)),
)
def test_runs_cover_what_they_were_cut_from_and_go_forward(text: list[str], size: Size) -> None:
    runs = cut(text, 1, len(text), size)
    assert runs[0][0] == 1 and runs[-1][1] == len(text)
    for (start, end), (following, later) in pairwise(runs):
        assert start < following <= end + 1 and end < later
        assert end - following < max(size.overlap, 1)
    assert all(end - start < size.lines for start, end in runs)


@pytest.mark.parametrize("system", sorted(path.name for path in SAMPLES.iterdir() if path.is_dir()))
def test_all_files_of_the_samples_are_covered(system: str) -> None:
    from ingest import list_sources

    for source in list_sources(SAMPLES / system).sources:
        facts = read_source(source)
        assert not isinstance(facts, Skip | ReadError)
        assert_all_lines(source, chunk_source(source, facts))
