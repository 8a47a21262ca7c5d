"""A scan against its baseline: what is new, what is fixed, and that nothing broken is taken for a baseline."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest import read_source
from ingest.errors import UnusableInput
from ingest.source import Source
from pipeline.baseline import compared, difference_of_sides, scan_against, side_of, work_tree
from pipeline.findings.model import Scan
from pipeline.progress import Silent
from pipeline.reports.json import render
from pipeline.scan import ScanSettings, scan
from tests.repositories import ASK, HEAD, RUN, Repository, everything, repository, two_branches

WANTED = ScanSettings(jobs=1)


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return two_branches(tmp_path / "r")


def told(scan: Scan) -> set[tuple[str, str]]:
    return {(finding.status, finding.threat) for finding in scan.findings}


def plain(scan: Scan) -> Scan:
    return scan.model_copy(update={"started_at": "", "duration_s": 0.0})


def test_what_a_branch_brings_is_new_and_what_was_there_is_open_though_its_file_has_another_name(repo: Repository) -> None:
    before = everything(repo.root)
    found = scan_against("main", repo.root, WANTED)
    assert ("new", "model-output-in-shell") in told(found.scan)
    assert {status for status, threat in told(found.scan) if threat == "unbounded-consumption"} == {"open"}
    assert found.scan.summary.new == sum(status == "new" for status, _ in told(found.scan)) and found.scan.baseline is not None
    assert (found.scan.baseline.given, found.scan.baseline.name) == ("revision", "main")
    assert everything(repo.root) == before


def test_the_way_back_fixes_it(repo: Repository) -> None:
    repo.git("checkout", "-q", "main")
    found = scan_against("feature", repo.root, WANTED).scan
    assert ("fixed", "model-output-in-shell") in told(found) and found.summary.fixed > 0
    assert not any(status == "new" for status, _ in told(found))


def test_what_is_not_committed_counts_as_well(repo: Repository) -> None:
    repo.git("checkout", "-q", "main")
    (repo.root / "app.py").rename(repo.root / "moved.py")
    repo.write({"moved.py": HEAD + ASK + RUN})
    found = scan_against("HEAD", repo.root, WANTED).scan
    assert ("new", "model-output-in-shell") in told(found) and ("open", "unbounded-consumption") in told(found)
    assert not any(status == "fixed" for status, _ in told(found))


def test_a_revision_is_scanned_as_its_work_tree_would_be(repo: Repository, tmp_path: Path) -> None:
    from dataclasses import replace

    here = scan(repo.root, WANTED)
    assert plain(scan(repo.root, replace(WANTED, rev="HEAD"))) == plain(here)
    assert scan(repo.root, replace(WANTED, rev="main")).target.revision == repo.git("rev-parse", "main")
    kept = replace(WANTED, cache=tmp_path / "cache")
    assert plain(scan(repo.root, kept)) == plain(here) == plain(scan(repo.root, replace(kept, rev="feature")))


def test_only_changed_files_are_read_again_for_another_revision(repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    repo.commit({"more.py": HEAD + ASK.replace("/ask", "/more")})
    kept, read = replace(WANTED, cache=tmp_path / "cache"), list[str]()

    def reading(source: Source, *, pictures: bool = False) -> object:
        read.append(source.path)
        return read_source(source, pictures=pictures)

    monkeypatch.setattr("pipeline.reading.read_source", reading)
    scan(repo.root, replace(kept, rev="HEAD"))
    assert sorted(read) == ["README.md", "more.py", "web.py"]
    read.clear()
    scan(repo.root, replace(kept, rev="HEAD~1"))
    assert read == []  # it is smaller by one file; the rest is known
    scan(repo.root, replace(kept, rev="main"))
    assert read == ["app.py"]


def test_a_scans_file_is_a_baseline(repo: Repository, tmp_path: Path) -> None:
    repo.git("checkout", "-q", "main")
    file = tmp_path / "main.json"
    file.write_text(render(scan(repo.root, WANTED)))
    repo.git("checkout", "-q", "feature")
    by_file, by_revision = scan_against(str(file), repo.root, WANTED), scan_against("main", repo.root, WANTED)
    assert told(by_file.scan) == told(by_revision.scan) and by_file.changes == by_revision.changes
    assert by_file.scan.baseline is not None and by_file.scan.baseline.given == "file"


def broken(said: dict[str, object], how: str) -> bytes:
    whole = json.dumps(said).encode()
    return {
        "truncated": whole[: len(whole) // 2], "empty": b"", "binary": b"\x00\xff" * 50, "a list": b"[]", "another": b'{"a": 1}',
        "sarif": b'{"version": "2.1.0", "runs": []}', "deep": b"[" * 100_000, "schema": json.dumps({**said, "schema_version": "9.0"}).encode(),
        "extra": json.dumps({**said, "surprise": 1}).encode(), "no findings": json.dumps({**said, "findings": [{}]}).encode(),
        "null": json.dumps({**said, "system": None}).encode(), "number": b"1e999", "schema of any kind": json.dumps({**said, "schema_version": {"a": []}}).encode(),
    }[how]  # fmt: skip


@pytest.mark.parametrize(
    "how",
    ["truncated", "empty", "binary", "a list", "another", "sarif", "deep", "schema", "extra", "no findings", "null", "number", "schema of any kind"],
)  # fmt: skip
def test_a_broken_file_is_never_a_baseline(repo: Repository, tmp_path: Path, how: str) -> None:
    said = json.loads(render(scan(repo.root, WANTED)))
    file = tmp_path / "old.json"
    file.write_bytes(broken(said, how))
    with pytest.raises(UnusableInput) as failure:
        scan_against(str(file), repo.root, WANTED)
    assert len(str(failure.value)) < 500 and str(file) in str(failure.value)


@pytest.mark.parametrize(
    "name", ["nosuch.json", "file:web.py", "nosuch", "rev:nosuch", "-x", "--help", "record:last", "record:0", "record:x", "", "r.sarif"]
)
def test_what_names_nothing_is_never_a_baseline(repo: Repository, name: str) -> None:
    with pytest.raises(UnusableInput):
        scan_against(name, repo.root, WANTED)


def test_a_file_of_the_tree_that_is_called_like_a_branch_is_no_baseline(repo: Repository) -> None:
    repo.write({"main": render(scan(repo.root, WANTED))})
    found = scan_against("main", repo.root, WANTED).scan
    assert ("new", "model-output-in-shell") in told(found) and found.baseline is not None and found.baseline.given == "revision"


def test_a_baseline_of_another_system_is_an_error_and_another_name_a_note(repo: Repository, tmp_path: Path) -> None:
    other = repository(tmp_path / "other", {"bot.py": HEAD + ASK})
    file = tmp_path / "other.json"
    file.write_text(render(scan(other.root, WANTED)))
    with pytest.raises(UnusableInput, match="no file of this baseline"):
        scan_against(str(file), repo.root, WANTED)
    same = scan(repo.root, WANTED)
    file.write_text(render(same.model_copy(update={"target": same.target.model_copy(update={"name": "elsewhere"})})))
    assert any("elsewhere" in note for note in scan_against(str(file), repo.root, WANTED).notes)


def test_a_file_that_is_left_out_this_time_fixes_nothing(repo: Repository) -> None:
    from dataclasses import replace

    old = side_of("HEAD", repo.root, WANTED, Silent())
    fewer = replace(WANTED, exclude=("web.py",))
    found = compared(repo.root, old, work_tree(repo.root, fewer, Silent()), fewer)
    assert {status for status, _ in told(found.scan)} == {"unknown"}
    assert all("left out" in finding.status_reason for finding in found.scan.findings)


def test_scans_of_the_record_are_baselines_of_their_folder_alone(repo: Repository, tmp_path: Path) -> None:
    from pipeline.record import open_record, system_key

    with open_record(str(tmp_path / "record.sqlite")) as record:
        repo.git("checkout", "-q", "main")
        kept = record.keep(system_key(repo.root), scan(repo.root, WANTED), at=datetime(2026, 1, 2, tzinfo=UTC))
        repo.git("checkout", "-q", "feature")
    lend = lambda: open_record(str(tmp_path / "record.sqlite"))  # noqa: E731
    for name in ("record:last", f"record:{kept.scan_id}"):
        found = scan_against(name, repo.root, WANTED, record=lend).scan
        assert ("new", "model-output-in-shell") in told(found) and found.baseline is not None and found.baseline.given == "record"
    with pytest.raises(UnusableInput, match="no such scan of this folder"):
        scan_against("record:99", repo.root, WANTED, record=lend)
    with pytest.raises(UnusableInput, match="no scan of this folder"):
        scan_against("record:last", tmp_path, WANTED, record=lend)


def test_a_model_is_not_paid_for_the_baseline_and_what_it_sees_in_old_lines_is_not_new(repo: Repository) -> None:
    old = side_of("main", repo.root, WANTED, Silent())
    new = work_tree(repo.root, WANTED, Silent())
    seen = [finding.model_copy(update={"source": "llm", "id": f"llm-{finding.id}"}) for finding in new.scan.findings]
    from dataclasses import replace

    repo.git("mv", "web.py", "app.py")  # so that the old lines are those of a file of this name
    new = replace(new, scan=new.scan.model_copy(update={"findings": tuple(
        finding.model_copy(update={"evidence": tuple(place.model_copy(update={"path": "app.py"}) for place in finding.evidence)}) for finding in seen
    )}))  # fmt: skip
    found = {finding.threat: finding.status for finding in compared(repo.root, old, new, WANTED).scan.findings if finding.source == "llm"}
    assert found["unauthenticated-inference-endpoint"] == "open" and found["model-output-in-shell"] == "new"


def test_two_sides_differ_by_a_story_and_by_findings(repo: Repository) -> None:
    difference, _ = difference_of_sides("main", ".", repo.root, WANTED)
    assert [change.finding.threat for change in difference.changes if change.kind == "new"].count("model-output-in-shell") == 1
    texts = [line.text for line in difference.story.lines]
    assert any("shell command" in text for text in texts) and any(text.startswith("New HTTP route POST /run") for text in texts)
    assert not any("POST /ask" in text for text in texts)  # its file has another name, and that is no news
    back, _ = difference_of_sides("feature", "main", repo.root, WANTED)
    assert back.counts["new"] == 0 and back.counts["fixed"] == difference.counts["new"]
    assert any(line.kind == "entry_removed" and line.tone == "better" and line.gone for line in back.story.lines)
    same, _ = difference_of_sides("HEAD", ".", repo.root, WANTED)
    assert same.changes == () and same.story.lines == ()


def test_the_same_from_python(repo: Repository, tmp_path: Path) -> None:
    import threatloom

    assert ("new", "model-output-in-shell") in told(threatloom.scan(repo.root, baseline="main", jobs=1))
    file = tmp_path / "old"  # a path is a file, however it is called
    file.write_text(render(threatloom.scan(repo.root, rev="main", jobs=1)))
    assert ("new", "model-output-in-shell") in told(threatloom.scan(repo.root, baseline=file, jobs=1))
    with pytest.raises(UnusableInput):
        threatloom.scan(repo.root, baseline="old", jobs=1)


def test_where_there_is_no_record_it_is_no_baseline(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    import threatloom

    monkeypatch.setenv("THREATLOOM_RECORD", "off")
    with pytest.raises(UnusableInput, match="the record is not used here"):
        threatloom.scan(repo.root, baseline="record:last", jobs=1)
