"""Systems in repositories: fetched bare, within bounds and by no other way than the one named, scanned from git's objects."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ingest.errors import UnusableInput
from pipeline.findings.model import Scan
from pipeline.fleet import child, repositories
from pipeline.fleet.order import GitSource, Limits, ScanOrder, Workplace
from pipeline.fleet.repositories import revision_of
from pipeline.interfaces.fleet_child import settings_of
from pipeline.record import open_record

NOON = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
APP = "from openai import OpenAI\nclient = OpenAI()\n\ndef ask(q):\n    return client.responses.create(model='gpt-4o', input=q)\n"


def git(at: Path, *arguments: str) -> str:
    given = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    for who in ("AUTHOR", "COMMITTER"):
        given |= {f"GIT_{who}_NAME": "dana", f"GIT_{who}_EMAIL": "dana@example.com", f"GIT_{who}_DATE": "2026-01-01T00:00:00Z"}
    return subprocess.run(["git", *arguments], cwd=at, env=given, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def upstream(tmp_path: Path) -> Path:
    """A repository of two commits, with a hook, a filter and a submodule that want to run something."""
    folder = tmp_path / "upstream"
    (folder / "server").mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main")
    (folder / "server" / "app.py").write_text(APP)
    (folder / "server" / ".threatloom.yaml").write_text('exclude: ["*.csv"]\n')
    (folder / ".gitattributes").write_text("*.py filter=evil\n")
    (folder / ".gitmodules").write_text(f'[submodule "x"]\n\tpath = x\n\turl = ext::sh -c "touch {tmp_path}/ran"\n')
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "one")
    git(folder, "tag", "v1")
    (folder / "server" / "more.py").write_text("x = 1\n")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "two")
    hook = folder / ".git" / "hooks" / "post-checkout"
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    hook.chmod(hook.stat().st_mode | stat.S_IXUSR)
    git(folder, "config", "filter.evil.smudge", f"touch {tmp_path}/ran")
    return folder


@pytest.fixture
def over_ssh(tmp_path: Path, upstream: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[GitSource]:
    """The same repository by a URL, served by the real upload-pack behind what stands for ssh."""
    program = tmp_path / "ssh.sh"
    program.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\nfor last; do :; done\nexec sh -c "$last"\n')
    program.chmod(0o700)
    monkeypatch.setattr(repositories, "_SSH", str(program))
    yield GitSource(repository=f"ssh://git@git.example.com{upstream}/.git", rev="main", folder="server")
    assert not (tmp_path / "ran").exists()


def order(source: GitSource) -> ScanOrder:
    return ScanOrder(run="r", fleet="acme", name="desk", key="k", source=source, at=NOON)


def scanned(source: GitSource, place: Workplace) -> Scan:
    wanted = order(source)
    with revision_of(source, place, wanted.limits) as (folder, rev):
        return child.scanned(wanted, place, NOON, folder, rev, settings_of(folder, rev, wanted))


def test_a_remote_system_is_scanned_from_objects(tmp_path: Path, over_ssh: GitSource) -> None:
    place = Workplace(cache=tmp_path / "cache")
    result = scanned(over_ssh, place)
    assert (result.target.name, result.target.revision) == ("desk", git(tmp_path / "upstream", "rev-parse", "main"))
    assert "app.py" in result.examined
    (bare,) = (tmp_path / "cache" / "repositories").glob("*.git")
    assert (bare / "shallow").is_file() and not (bare / "hooks").exists()
    assert git(bare, "rev-list", "--count", "--all") == "1"


def test_what_is_renamed_between_two_nights_stays_the_same(tmp_path: Path, upstream: Path, over_ssh: GitSource) -> None:
    place = Workplace(str(tmp_path / "record.sqlite"), tmp_path / "cache")
    first = child.carried_out(order(over_ssh), place, lambda: NOON, settings_of)
    git(upstream, "mv", "server/app.py", "server/application.py")
    git(upstream, "commit", "-q", "-m", "three")
    later = order(over_ssh).model_copy(update={"run": "r2"})
    second = child.carried_out(later, place, lambda: NOON + timedelta(days=1), settings_of)
    assert (first.kind, second.kind) == ("kept", "kept"), (first, second)
    with open_record(place.record) as record:
        newest, oldest = record.scans("k")
        assert newest.revision != oldest.revision
        assert not [event for event in record.events("k", newest.at) if event.became in ("new", "fixed")]


def test_tags_commits_and_short_names_are_found(tmp_path: Path, upstream: Path, over_ssh: GitSource) -> None:
    first = git(upstream, "rev-parse", "v1")
    place = Workplace(cache=tmp_path / "cache")
    for rev in ("v1", first, first[:10], "HEAD"):
        with revision_of(over_ssh.model_copy(update={"rev": rev}), place, Limits()) as (folder, named):
            commit = git(folder.parent, "rev-parse", f"{named}^{{commit}}")
            assert (commit == first) == (rev != "HEAD")
    with revision_of(over_ssh, Workplace(), Limits()) as (folder, _):  # nothing is kept
        gone = folder.parent
        assert gone.exists()
    assert not gone.exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"rev": "nowhere"}, "no such revision"),
        ({"repository": "ssh://git@git.example.com/nowhere.git"}, "cannot be fetched"),
        ({"repository": "http://git.example.com/a.git"}, "no address of a repository"),
        ({"repository": "ext::sh -c id"}, "no such repository"),
        ({"repository": "file://elsewhere/a"}, "no other host"),
    ],
)  # fmt: skip
def test_what_cannot_be_fetched_is_one_line(tmp_path: Path, over_ssh: GitSource, change: dict[str, str], words: str) -> None:
    outcome = child.carried_out(
        order(over_ssh.model_copy(update=change)), Workplace(str(tmp_path / "r.sqlite"), tmp_path / "cache"), lambda: NOON, settings_of
    )
    assert outcome.kind == "failed" and words in outcome.reason and "\n" not in outcome.reason


def test_a_repository_that_is_too_large_is_left(tmp_path: Path, upstream: Path, over_ssh: GitSource) -> None:
    (upstream / "noise").write_bytes(os.urandom(3_000_000))
    git(upstream, "add", ".")
    git(upstream, "commit", "-q", "-m", "noise")
    with pytest.raises(UnusableInput, match="larger than its limit of 1 MB"), revision_of(over_ssh, Workplace(), Limits(clone_mb=1)):
        pass


def test_a_local_repository_is_read_where_it_lies(tmp_path: Path, upstream: Path) -> None:
    before = {file: file.stat().st_mtime_ns for file in upstream.rglob("*") if file.is_file()}
    for repository in (str(upstream), f"file://{upstream}"):
        result = scanned(GitSource(repository=repository, rev="v1", folder="server"), Workplace())
        assert "app.py" in result.examined and "more.py" not in result.examined
    assert before == {file: file.stat().st_mtime_ns for file in upstream.rglob("*") if file.is_file()}
    assert not (tmp_path / "ran").exists()


def test_a_link_does_not_lead_out(tmp_path: Path, upstream: Path) -> None:
    (upstream / "out").symlink_to(tmp_path)
    with (
        pytest.raises(UnusableInput, match="leads out"),
        revision_of(GitSource(repository=str(upstream), folder="out"), Workplace(), Limits()),
    ):
        pass


def test_a_revision_says_its_own_settings(upstream: Path) -> None:
    (upstream / "server" / ".threatloom.yaml").write_text('exclude: ["*.other"]\n')  # not committed
    source = GitSource(repository=str(upstream), rev="v1", folder="server")
    assert settings_of(upstream / "server", "v1", order(source)).exclude == ("*.csv",)
    assert settings_of(upstream / "server", None, order(source)).exclude == ("*.other",)


def test_a_token_is_for_its_host_and_in_no_argument(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[list[str], dict[str, str]]] = []

    def run(line: list[str], **given: object) -> subprocess.CompletedProcess[bytes]:
        asked.append((line, given["env"]))  # type: ignore[arg-type]
        return subprocess.CompletedProcess(
            line, 128, None, b"remote: hunter2\nfatal: unable to access 'https://git.example.com/a.git/': hunter2 \x1b[31m\n"
        )

    monkeypatch.setattr("pipeline.fleet.repositories.subprocess.run", run)
    for host, words in (("git.example.com", "***"), ("other.example.com", "hunter2")):
        (tmp_path / host).mkdir()
        (tmp_path / host / "repositories").mkdir()
        with pytest.raises(UnusableInput) as failure:
            repositories._Fetching(
                tmp_path / host, GitSource(repository=f"https://{host}/a.git"), Workplace(tokens={"git.example.com": "hunter2"}), Limits()
            ).fetched()
        assert words in str(failure.value) and "\x1b" not in str(failure.value)
    (mine, mine_env), (_, other_env) = asked[0], asked[-1]
    assert not any("hunter2" in part or "Basic" in part for part in mine)
    assert any("Authorization: Basic" in value for value in mine_env.values())
    assert mine_env["GIT_ALLOW_PROTOCOL"] == "https" and "http.followRedirects" in mine_env.values()
    assert not any("Authorization" in value for value in other_env.values())
