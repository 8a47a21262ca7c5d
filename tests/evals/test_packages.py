"""Labelled packages: labels that can be scored, archives that are what they were, and hostile ones that are refused."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from evals.judged.model import FOLDER as JUDGED
from evals.packages import NotBrought, PackageLabels, bring, bringing, labelled, read_packages
from evals.packages.__main__ import main
from evals.packages.model import FOLDER, faults
from evals.retrieval.questions import read_questions
from evals.suite import ADJUDICATED, read_suite

PACKAGES = read_packages()
CLASSES = {"spoofing", "tampering", "repudiation", "information_disclosure", "denial_of_service", "elevation_of_privilege"}
PLAIN = {"tiny-1.0/app.py": b"import os\nos.system('x')\n", "tiny-1.0/docs/a.md": b"# a\n"}


def archive(files: Mapping[str, bytes], *others: tarfile.TarInfo) -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w:gz") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
        for other in others:
            tar.addfile(other)
    return held.getvalue()


def labels(content: bytes, registry: str = "pypi", **more: object) -> PackageLabels:
    place = {"path": "app.py", "lines": "2-2"}
    expected = {"id": "a", "stride": ["tampering"], "threat": "t", "files": [place], "severity": "low", "must": True, "why": "w"}
    given = {
        "version": 1, "canary": "c", "system": "tiny", "kind": "ordinary", "languages": ["python"],
        "source": {"registry": registry, "name": "tiny", "version": "1.0", "file": "tiny-1.0.tar.gz", "sha256": hashlib.sha256(content).hexdigest()},
        "expected": [expected], "must_not": [{"claim": "c", "file": "docs/a.md", "why": "w"}],
    }  # fmt: skip
    return PackageLabels.model_validate(given | more)


def index(content: bytes, asked: list[str] | None = None) -> bringing.Fetch:
    """An index that has one archive, spoken to as PyPI and as npm."""
    answers = {
        "https://pypi.org/simple/tiny/": json.dumps({"files": [{"filename": "tiny-1.0.tar.gz", "url": "https://files/tiny"}]}).encode(),
        "https://registry.npmjs.org/tiny/1.0": json.dumps({"dist": {"tarball": "https://files/tiny"}}).encode(),
        "https://files/tiny": content,
    }

    def fetch(address: str) -> bytes:
        if asked is not None:
            asked.append(address)
        return answers[address]

    return fetch


def link(name: str, target: str, kind: bytes = tarfile.SYMTYPE) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, target
    return member


@pytest.mark.parametrize("package", PACKAGES, ids=lambda one: one.system)
def test_labels_can_be_scored(package: PackageLabels) -> None:
    identities = [one.id for one in package.expected]
    assert len(set(identities)) == len(identities) >= 6
    assert sum(one.must for one in package.expected) >= 3 and len(package.must_not) >= 8
    for one in package.expected:
        assert one.stride and set(one.stride) <= CLASSES, one.id
        assert one.files and all((place.range() or (1, 1))[0] <= (place.range() or (1, 1))[1] for place in one.files), one.id
    for place in [*(place.path for one in package.expected for place in one.files), *(trap.file for trap in package.must_not)]:
        assert not place.startswith(("/", "package/")) and ".." not in place.split("/"), place


def test_there_are_enough_packages_and_none_is_asked_about_elsewhere() -> None:
    names = {one.source.name for one in PACKAGES}
    assert len(names) == len(PACKAGES) >= 6 and {one.source.registry for one in PACKAGES} == {"pypi", "npm"}
    assert {one.system for one in PACKAGES} == {file.stem for file in FOLDER.glob("*.yaml") if file.name != ADJUDICATED}
    assert not {*names, *(one.system for one in PACKAGES)} & {
        *(one.package.name for one in read_questions() if one.package),
        *(file.stem for file in JUDGED.glob("*.yaml")),
    }
    assert len({one.canary for one in PACKAGES}) == 1


@pytest.mark.parametrize("registry", ["pypi", "npm"])
def test_a_package_is_brought_once_and_never_run(registry: str, tmp_path: Path) -> None:
    content = archive(PLAIN)
    asked: list[str] = []
    root = bring(labels(content, registry), tmp_path, index(content, asked))
    assert root == tmp_path / "tiny-1.0" and sorted(str(file.relative_to(root)) for file in root.rglob("*.*")) == [
        "app.py", "docs/a.md", "labels.yaml",
    ]  # fmt: skip
    assert len(asked) == 2
    assert bring(labels(content, registry), tmp_path, index(b"", asked)) == root and len(asked) == 2
    assert sorted(file.name for file in tmp_path.iterdir()) == ["archives", "tiny-1.0"]


def test_other_bytes_are_refused_before_they_are_written(tmp_path: Path) -> None:
    wanted, other = archive(PLAIN), archive(PLAIN | {"tiny-1.0/setup.py": b"x"})
    with pytest.raises(NotBrought, match=r"^tiny: tiny-1\.0\.tar\.gz is not the file that was read"):
        bring(labels(wanted), tmp_path, index(other))
    assert not list((tmp_path / "archives").iterdir())
    (tmp_path / "archives" / "tiny-1.0.tar.gz").write_bytes(other)
    with pytest.raises(NotBrought, match="not the file that was read"):
        bring(labels(wanted), tmp_path, index(wanted))
    assert not (tmp_path / "tiny-1.0").exists()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (archive(PLAIN | {"tiny-1.0/../../out.py": b"x"}), "a path out of it"),
        (archive(PLAIN | {"/tmp/out.py": b"x"}), "a path out of it"),
        (archive(PLAIN, link("tiny-1.0/l", "/etc/passwd")), "neither a file nor a folder"),
        (archive(PLAIN, link("tiny-1.0/l", "app.py")), "neither a file nor a folder"),
        (archive(PLAIN, link("tiny-1.0/l", "tiny-1.0/app.py", tarfile.LNKTYPE)), "neither a file nor a folder"),
        (archive(PLAIN, link("tiny-1.0/d", "", tarfile.CHRTYPE)), "neither a file nor a folder"),
        (archive(PLAIN | {"other/app.py": b"x"}), "other things than one folder"),
        (archive({"app.py": b"x"}), "other things than one folder"),
        (archive({}), "other things than one folder"),
        (b"no archive at all", "cannot be unpacked"),
        (archive(PLAIN)[:-40], "cannot be unpacked"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",  # an archive holds the time it was made: no name for a test
)  # fmt: skip
def test_a_hostile_or_broken_archive_leaves_nothing(content: bytes, why: str, tmp_path: Path) -> None:
    with pytest.raises(NotBrought, match=why):
        bring(labels(content), tmp_path / "in", index(content))
    assert [file.name for file in tmp_path.rglob("*")] == ["in", "archives", "tiny-1.0.tar.gz"]


def test_an_archive_that_grows_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bringing, "_MOST_UNPACKED", 10)
    content = archive(PLAIN)
    with pytest.raises(NotBrought, match="larger than"):
        bring(labels(content), tmp_path, index(content))


@pytest.mark.parametrize("answer", [b"{}", b"[]", b"<html>", b'{"files": [{"filename": "tiny-2.0.tar.gz", "url": "https://files/tiny"}]}'])
def test_an_index_without_the_archive_is_said_so(answer: bytes, tmp_path: Path) -> None:
    with pytest.raises(NotBrought, match=r"^tiny: (pypi has no tiny-1\.0\.tar\.gz|the index answered)"):
        bring(labels(archive(PLAIN)), tmp_path, lambda address: answer)


def test_only_https_is_fetched() -> None:
    with pytest.raises(NotBrought, match="not an https address"):
        bringing.fetched("file:///etc/passwd")


def test_labels_that_do_not_fit_the_package_are_named(tmp_path: Path) -> None:
    content = archive(PLAIN)
    root = bring(labels(content), tmp_path, index(content))
    assert not list(faults(labels(content), root))
    wrong = labels(
        content, must_not=[{"claim": "c", "file": "gone.py", "why": "w"}, {"claim": "c", "file": "app.py", "lines": "3-9", "why": "w"}]
    )
    assert list(faults(wrong, root)) == ["tiny, trap 1: no file gone.py", "tiny, trap 2: app.py has 3 lines, not 3-9"]


def test_the_command_says_each_failure_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    content = archive(PLAIN)
    monkeypatch.setattr("evals.packages.__main__.read_packages", lambda: (labels(content), labels(b"", system="other")))
    monkeypatch.setattr("evals.packages.__main__.bring", lambda one, folder: bring(one, folder, index(content)))
    assert main(["bring", str(tmp_path)]) == 2
    said = capsys.readouterr()
    assert said.out == f"tiny: {tmp_path / 'tiny-1.0'}\n"
    assert said.err.startswith("other: tiny-1.0.tar.gz is not the file that was read") and said.err.count("\n") == 1


def test_what_was_brought_is_a_folder_of_labelled_systems(tmp_path: Path) -> None:
    content = archive(PLAIN)
    root = bring(labels(content), tmp_path, index(content))

    (system,) = read_suite(tmp_path).systems
    given = labels(content)
    assert (system.path, system.labels.expected, system.labels.must_not) == (root, given.expected, given.must_not)
    assert (system.labels.split, system.labels.version, system.labels.canary) == ("validation", 1, "c")


def test_labels_that_changed_come_with_the_next_call(tmp_path: Path) -> None:
    content = archive(PLAIN)
    bring(labels(content), tmp_path, index(content))
    bring(labels(content, version=2), tmp_path, index(content))

    assert read_suite(tmp_path).systems[0].labels.version == 2


def test_a_package_with_labels_of_its_own_is_refused(tmp_path: Path) -> None:
    content = archive({**PLAIN, "tiny-1.0/labels.yaml": b"expected: []\n"})
    with pytest.raises(NotBrought, match=r"holds a labels\.yaml of its own"):
        bring(labels(content), tmp_path, index(content))


def test_verdicts_are_of_packages_and_come_with_those_that_were_brought(tmp_path: Path) -> None:
    judged = yaml.safe_load((FOLDER / ADJUDICATED).read_text("utf-8"))
    names = {f"{one.system}-{one.source.version}": one for one in PACKAGES}
    assert set(judged) <= set(names)
    some = next(iter(judged))
    (tmp_path / some).mkdir()
    (tmp_path / some / "labels.yaml").write_text(bringing.written(names[some]), "utf-8")
    bringing.lay_verdicts(tmp_path)
    assert [len(one.adjudicated) for one in read_suite(tmp_path).systems] == [len(judged[some])]


def test_labelled_gives_all_or_says_what_is_missing(tmp_path: Path) -> None:
    for package in PACKAGES[1:]:
        (tmp_path / f"{package.system}-{package.source.version}").mkdir()
    with pytest.raises(NotBrought, match=f"{PACKAGES[0].system} is not in .*: bring it by python -m evals.packages bring"):
        labelled(tmp_path)
    (tmp_path / f"{PACKAGES[0].system}-{PACKAGES[0].source.version}").mkdir()
    assert [(name, given.system) for name, _root, given in labelled(tmp_path)] == [(one.system, one.system) for one in PACKAGES]
