"""The benchmarks: a pinned corpus, refused bytes, trees of Python only, ratios and verdicts, and figures that are those of the session."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

from benchmarks.changes import changed, chosen
from benchmarks.comparison import Ratio, Relation, Result, against_raw, divide, judge, lines_per_second, results
from benchmarks.corpus import Corpus, Package, fetch_archive, lay_out, read_corpus
from benchmarks.errors import Unusable
from benchmarks.plot import plot
from benchmarks.report import BEGIN, END, in_words, render, with_figures
from benchmarks.runs import Kind, Measurements, Outcome, Run, read_measurements

ROOT = Path(__file__).resolve().parents[1]


def a_run(size: str, kind: Kind, wall_s: float, outcome: Outcome = "done", peak_mb: float = 100.0) -> Run:
    return Run(size, kind, wall_s, wall_s, peak_mb, peak_mb + 10, 1, outcome, walls_s=(wall_s,))


def a_session(*runs: Run) -> Measurements:
    lines = {"10k": 10_000, "100k": 100_000, "1m": 1_000_000}
    trees = {size: {"files": 1, "lines": lines[size], "bytes": 1, "ai_lines": 1} for size in lines if any(run.size == size for run in runs)}
    return Measurements("2026-01-02 03:04 UTC", {"cores used": "2 of 2"}, {"bandit": "1"}, "0" * 64, 60.0, trees, runs)


def an_archive(members: dict[str, bytes], link: str = "") -> bytes:
    body = io.BytesIO()
    with tarfile.open(fileobj=body, mode="w:gz") as opened:
        for name, text in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text)
            opened.addfile(entry, io.BytesIO(text))
        if link:
            entry = tarfile.TarInfo(link)
            entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"
            opened.addfile(entry)
    return body.getvalue()


def a_package(body: bytes, name: str = "sample", group: str = "ai") -> Package:
    return Package(name, "1.0", f"{name}-1.0.tar.gz", hashlib.sha256(body).hexdigest(), "ai" if group == "ai" else "ordinary", "10k", 2)


class Index:
    """A package index with one file, which counts what it is asked for."""

    def __init__(self, file: str, body: bytes) -> None:
        self.file, self.body = file, body
        self.asked: list[str] = []

    def __call__(self, address: str, media_type: str) -> bytes:
        self.asked.append(address)
        if address == "https://index.example/simple/sample/":
            assert media_type == "application/vnd.pypi.simple.v1+json"
            return json.dumps({"files": [{"filename": self.file, "url": "https://files.example/sample"}]}).encode()
        return self.body


def test_the_corpus_is_a_million_lines_half_of_them_ai_code_and_every_package_is_pinned() -> None:
    corpus = read_corpus()
    assert corpus.sizes == ("10k", "30k", "100k", "300k", "1m")
    for size, least, most in (
        ("10k", 8_000, 12_000),
        ("30k", 25_000, 35_000),
        ("100k", 90_000, 110_000),
        ("300k", 270_000, 330_000),
        ("1m", 950_000, 1_050_000),
    ):
        packages = corpus.of_size(size)
        lines = sum(package.lines for package in packages)
        assert least <= lines <= most, size
        assert 0.4 <= sum(package.lines for package in packages if package.group == "ai") / lines <= 0.6, size
    assert (
        len({package.file for package in corpus.packages}) == len({package.sha256 for package in corpus.packages}) == len(corpus.packages)
    )


def test_a_larger_tree_holds_the_packages_of_the_smaller_ones() -> None:
    corpus = read_corpus()
    trees = [set(corpus.of_size(size)) for size in corpus.sizes]
    assert all(small < large for small, large in pairwise(trees))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sha256", "abc"),
        ("file", "../sample-1.0.tar.gz"),
        ("file", "sample-1.0-py3-none-any.whl"),
        ("group", "other"),
        ("from", "7k"),
        ("lines", "many"),
    ],
)
def test_a_package_that_is_not_pinned_in_full_is_refused(tmp_path: Path, field: str, value: str) -> None:
    entry = {"name": "sample", "version": "1.0", "file": "sample-1.0.tar.gz", "sha256": "0" * 64, "group": "ai", "from": "10k", "lines": 2}
    path = tmp_path / "corpus.yaml"
    path.write_text(yaml.safe_dump({"sizes": ["10k"], "packages": [entry]}), "utf-8")
    assert isinstance(read_corpus(path), Corpus)
    path.write_text(yaml.safe_dump({"sizes": ["10k"], "packages": [{**entry, field: value}]}), "utf-8")
    with pytest.raises(Unusable):
        read_corpus(path)


def test_an_archive_with_another_hash_is_refused_and_not_kept(tmp_path: Path) -> None:
    package = a_package(b"what was pinned")
    with pytest.raises(Unusable, match=r"sample-1\.0\.tar\.gz has the SHA-256"):
        fetch_archive(package, tmp_path, "https://index.example/simple", Index(package.file, b"something else"))
    assert not list(tmp_path.iterdir())


def test_an_archive_is_fetched_once_and_again_where_the_kept_one_was_touched(tmp_path: Path) -> None:
    body = an_archive({"sample-1.0/a.py": b"a = 1\n"})
    package, index = a_package(body), Index("sample-1.0.tar.gz", body)
    kept = fetch_archive(package, tmp_path, "https://index.example/simple/", index)
    assert kept.read_bytes() == body
    assert fetch_archive(package, tmp_path, "https://index.example/simple/", index) == kept
    assert len(index.asked) == 2
    kept.write_bytes(b"touched")
    assert fetch_archive(package, tmp_path, "https://index.example/simple/", index).read_bytes() == body


def test_a_tree_holds_the_python_files_and_neither_links_nor_anything_outside(tmp_path: Path) -> None:
    body = an_archive(
        {"sample-1.0/a.py": b"a = 1\nb = 2\n", "sample-1.0/data.bin": b"\0", "sample-1.0/README.md": b"#\n"}, link="sample-1.0/link.py"
    )
    other = an_archive({"other-1.0/c.py": b"c = 3\n"})
    archives = {}
    for name, group, content in (("sample", "ai", body), ("other", "ordinary", other)):
        (tmp_path / name).write_bytes(content)
        archives[a_package(content, name, group)] = tmp_path / name
    tree = lay_out("10k", archives, tmp_path / "trees")
    left = tree.folder / "left-behind.py"
    left.write_text("x = 1\n", "utf-8")
    again = lay_out("10k", archives, tmp_path / "trees")
    assert again == tree
    assert sorted(path.relative_to(tree.folder).as_posix() for path in tree.folder.rglob("*") if not path.is_dir()) == [
        "other/other-1.0/c.py",
        "sample/sample-1.0/a.py",
    ]
    assert (tree.files, tree.lines, tree.bytes, tree.ai_lines) == (2, 3, 18, 2)


def test_an_archive_cannot_write_outside_its_folder(tmp_path: Path) -> None:
    body = an_archive({"../../outside.py": b"x = 1\n"})
    (tmp_path / "sample").write_bytes(body)
    with pytest.raises(tarfile.FilterError):
        lay_out("10k", {a_package(body): tmp_path / "sample"}, tmp_path / "trees")
    assert not list(tmp_path.rglob("outside.py"))


def test_changed_files_are_put_back_even_if_the_run_fails(tmp_path: Path) -> None:
    text = "x = 1\n" * 60
    for number in range(10):
        (tmp_path / f"{number}.py").write_text(text, "utf-8")
    (tmp_path / "short.py").write_text("x = 1\n", "utf-8")
    assert [path.name for path in chosen(tmp_path, 1)] == ["5.py"]
    assert [path.name for path in chosen(tmp_path, 5)] == ["1.py", "3.py", "5.py", "7.py", "9.py"]
    assert len(chosen(tmp_path, 20)) == 10
    with pytest.raises(KeyError), changed(tmp_path, 5):
        assert sum(path.read_text("utf-8") != text for path in tmp_path.glob("?.py")) == 5
        raise KeyError
    assert all(path.read_text("utf-8") == text for path in tmp_path.glob("?.py"))


def test_ratios_are_those_of_the_wall_times() -> None:
    session = a_session(a_run("100k", "raw", 0.5), a_run("100k", "cold", 2.0))
    raw, cold = session.runs
    assert divide(cold, raw) == against_raw(session, cold) == Ratio(4.0)
    assert lines_per_second(session, cold) == 50_000
    assert lines_per_second(session, raw) == 200_000


def test_a_run_that_did_not_end_bounds_a_ratio_and_a_failed_one_gives_none() -> None:
    ten, stopped, failed = a_run("1m", "cold", 10.0), a_run("1m", "semgrep", 60.0, "out of time"), a_run("1m", "bandit", 1.0, "failed")
    assert divide(stopped, ten) == Ratio(6.0, "at least")
    assert divide(ten, stopped) == Ratio(10 / 60, "at most")
    assert divide(stopped, stopped) is None
    assert divide(failed, ten) is divide(ten, failed) is None
    assert lines_per_second(a_session(stopped), stopped) is None


@pytest.mark.parametrize(
    ("measured", "relation", "limit", "verdict"),
    [
        (Ratio(1.0), "at most", 1.0, "met"),
        (Ratio(1.01), "at most", 1.0, "missed"),
        (Ratio(0.03), "under", 0.03, "missed"),
        (Ratio(0.029), "under", 0.03, "met"),
        (Ratio(5.0), "at least", 5.0, "met"),
        (Ratio(4.9), "at least", 5.0, "missed"),
        (Ratio(6.0, "at least"), "at least", 5.0, "met"),
        (Ratio(4.0, "at least"), "at least", 5.0, "not decided"),
        (Ratio(2.0, "at least"), "at most", 1.0, "missed"),
        (Ratio(0.5, "at least"), "at most", 1.0, "not decided"),
        (Ratio(0.5, "at most"), "at most", 1.0, "met"),
        (Ratio(2.0, "at most"), "at most", 1.0, "not decided"),
        (Ratio(4.0, "at most"), "at least", 5.0, "missed"),
        (Ratio(6.0, "at most"), "at least", 5.0, "not decided"),
        (None, "at most", 1.0, "not decided"),
    ],
)
def test_a_target_is_met_or_missed_only_where_that_is_known(measured: Ratio | None, relation: Relation, limit: float, verdict: str) -> None:
    assert judge(measured, relation, limit) == verdict


def test_the_targets_are_judged_from_one_session() -> None:
    session = a_session(
        a_run("10k", "cold", 1.0, peak_mb=299.0),
        a_run("100k", "cold", 2.0),
        a_run("1m", "raw", 4.0),
        a_run("1m", "cold", 24.0, peak_mb=1200.0),
        a_run("1m", "same", 0.6),
        a_run("1m", "twenty", 2.4),
        a_run("1m", "semgrep", 60.0, "out of time"),
        a_run("1m", "bandit", 96.0),
    )
    assert [(one.target, in_words(one)) for one in results(session)] == [
        ("cold, against the raw parse", "missed by a factor of 6"),
        ("semgrep, against cold", "not decided: a run did not end"),
        ("bandit, against cold", "missed by a factor of 2"),
        ("nothing changed, against cold", "met"),
        ("20 files changed, against cold", "missed by a factor of 1.25"),
        ("cold, time per line at 1M against 100k", "missed by a factor of 1.04"),
        ("cold, peak memory of all processes at 1m", "missed by a factor of 1.5"),
        ("cold, peak memory of all processes at 10k", "met"),
    ]


def test_what_was_not_measured_is_left_out_and_a_smaller_tree_is_named() -> None:
    found = results(a_session(a_run("10k", "raw", 1.0), a_run("10k", "cold", 0.5)))
    assert [one.target for one in found] == ["cold, against the raw parse", "cold, peak memory of all processes at 10k"]
    assert in_words(found[0]) == "met (at 10k; the target speaks of 1m)"
    bound = Result("t", "1m", Ratio(3.0, "at least"), "x", "at most", 1.5, "missed", True)
    assert in_words(bound) == "missed by a factor of 2 or more"


def test_a_session_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    session = a_session(a_run("10k", "raw", 1.0), a_run("10k", "cold", 0.5, "out of time"))
    path = tmp_path / "results.json"
    path.write_text(session.to_json(), "utf-8")
    assert read_measurements(path) == session
    path.write_text(session.to_json().replace('"schema": 1', '"schema": 0'), "utf-8")
    with pytest.raises(ValueError, match="another version"):
        read_measurements(path)


def test_the_plot_is_an_svg_with_a_named_line_per_run_and_hollow_points_for_runs_that_did_not_end() -> None:
    session = a_session(
        a_run("10k", "raw", 0.1),
        a_run("100k", "raw", 1.0),
        a_run("10k", "cold", 60.0, "out of time"),
        a_run("10k", "bandit", 1.0, "failed"),
    )
    root = ElementTree.fromstring(plot(session))
    name = "{http://www.w3.org/2000/svg}"
    assert len(root.findall(f"{name}polyline")) == 2
    assert [circle.get("fill") for circle in root.findall(f"{name}circle")].count("#ffffff") == 1
    texts = [element.text for element in root.iter(f"{name}text")]
    assert "raw parse, one thread" in texts
    assert "bandit" not in texts


def test_a_session_that_was_written_and_read_says_the_same(tmp_path: Path) -> None:
    session = a_session(a_run("10k", "raw", 1.0), a_run("30k", "raw", 2.0), a_run("100k", "raw", 3.0), a_run("100k", "cold", 30.0))
    file = tmp_path / "results.json"
    file.write_text(session.to_json(), "utf-8")
    assert render(read_measurements(file)) == render(session)


def test_the_page_shows_the_figures_of_the_published_session() -> None:
    page = (ROOT / "docs" / "benchmarks.md").read_text("utf-8")
    shown = page.partition(BEGIN)[2].partition(END)[0]
    published = ROOT / "benchmarks" / "results.json"
    assert (render(read_measurements(published)) in shown) if published.exists() else shown.strip() == "No session has been published yet."
    assert with_figures(page, "new").count("new\n\n" + END) == 1
    with pytest.raises(ValueError, match="marks"):
        with_figures("a page without marks", "new")


def test_the_rules_to_compare_with_are_local_and_many() -> None:
    rules = yaml.safe_load((ROOT / "benchmarks" / "semgrep-rules.yaml").read_text("utf-8"))["rules"]
    names = [rule["id"] for rule in rules]
    assert len(names) == len(set(names)) >= 40
    assert all(rule["languages"] == ["python"] and rule["message"] for rule in rules)


def test_what_the_benchmarks_need_is_pinned_with_hashes() -> None:
    entries = (ROOT / "benchmarks" / "requirements.lock").read_text("utf-8").split("\n")
    names = [line.split("==")[0] for line in entries if line and not line.startswith((" ", "#"))]
    wanted = [line.split("#")[0].strip() for line in (ROOT / "benchmarks" / "requirements.in").read_text("utf-8").splitlines()]
    assert {name for name in wanted if name} <= set(names)
    assert sum("--hash=sha256:" in line for line in entries) >= len(names)
    assert all(
        index + 1 < len(entries) and "--hash=sha256:" in entries[index + 1]
        for index, line in enumerate(entries)
        if "==" in line and not line.startswith(" ")
    )
