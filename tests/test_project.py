"""The project around the code: layers, lock file, licence, documents, and what may stand where."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from setuptools import find_packages  # type: ignore[import-untyped]

from pipeline.interfaces.generate import generated_files

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = {".ci", "benchmarks", "docker", "docs", "evals", "ingest", "pipeline", "prompts", "tests"}
FILES = {
    "action.yml", ".pre-commit-hooks.yaml",  # GitHub and pre-commit look here and nowhere else
    ".editorconfig", ".gitattributes", ".gitignore", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile", "README.md",
    "pyproject.toml", "requirements.lock", "threatloom.py",
}  # fmt: skip
APACHE_2_SHA256 = "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30"  # the text apache.org publishes


@cache
def tracked() -> tuple[PurePosixPath, ...]:
    """What is or would be committed; skips where this is not a git work tree."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("not a git work tree")
    listed = subprocess.run([git, "ls-files", "-z", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True).stdout
    names = {PurePosixPath(name) for name in listed.decode().split("\0") if name}
    return tuple(sorted(path for path in names if (ROOT / path).is_file()))


@cache
def pyproject() -> dict[str, Any]:  # Any: TOML of mixed shapes
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_imports_follow_the_way_of_the_data() -> None:
    code = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
    run = subprocess.run([sys.executable, "-c", code, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-1000:]


def test_every_room_stands_in_the_layers() -> None:
    settings = pyproject()["tool"]["importlinter"]
    listed = {name.strip(" ()") for layer in settings["contracts"][0]["layers"] for name in layer.split("|")}
    rooms = {f"pipeline.{path.parent.name}" for path in (ROOT / "pipeline").glob("*/__init__.py")}
    assert rooms <= listed, f"no layer for {sorted(rooms - listed)}"
    packages = {name for name in ("ingest", "pipeline", "prompts", "evals") if (ROOT / name / "__init__.py").exists()}
    assert packages == set(settings["root_packages"])


def test_make_knows_every_command_the_documents_name() -> None:
    targets = set(re.findall(r"^([a-z]+):", text_of("Makefile"), re.MULTILINE))
    assert {"demo", "test", "check", "docs", "lock", "clean"} <= targets
    for name in ("README.md", "CONTRIBUTING.md"):
        named = set(re.findall(r"(?:^|`)make ([a-z]+)", text_of(name), re.MULTILINE))
        assert named, name
        assert named <= targets, f"{name} names {sorted(named - targets)}"
    assert re.search(r"^make .*\btest$", text_of(".ci/run"), re.MULTILINE)


def test_the_readme_begins_with_the_two_commands() -> None:
    commands = re.findall(r"```sh\n(.*?)```", text_of("README.md"), re.DOTALL)[0].splitlines()
    assert [line.split("#")[0].strip() for line in commands] == ["make demo", "make test"]


def test_links_of_the_documents_lead_somewhere() -> None:
    wanted = {(name, link) for name in ("README.md", "CONTRIBUTING.md") for link in re.findall(r"\]\(([^)#:]+)\)", text_of(name))}
    missing = sorted(f"{name} -> {link}" for name, link in wanted if not (ROOT / link).exists())
    assert not missing


def test_the_documented_lock_command_is_the_one_make_runs() -> None:
    def flags(text: str) -> list[str]:
        command = re.search(r"pip compile (.*?requirements\.lock)", text, re.DOTALL)
        assert command
        return command[1].replace("\\", " ").split()

    assert flags(text_of("Makefile")) == flags(text_of("CONTRIBUTING.md"))


def test_every_dependency_is_locked_with_hashes() -> None:
    lock = text_of("requirements.lock")
    entries = re.split(r"\n(?=[A-Za-z0-9])", lock.strip())
    locked: dict[str, list[str]] = {}
    for entry in entries:
        match = re.match(r"([A-Za-z0-9._-]+)==(\S+)", entry)
        assert match, entry[:80]
        assert "--hash=sha256:" in entry, f"{match[1]} has no hash"
        locked.setdefault(canonicalize_name(match[1]), []).append(match[2])
    project = pyproject()
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"], *project["build-system"]["requires"]]
    for requirement in map(Requirement, wanted):
        versions = locked.get(canonicalize_name(requirement.name), [])
        assert versions, f"{requirement.name} is not in requirements.lock: run make lock"
        assert all(requirement.specifier.contains(version) for version in versions), f"{requirement} is locked at {versions}: run make lock"


def test_every_dependency_says_why_it_is_here() -> None:
    block = re.search(r"^dependencies = \[\n(.*?)^\]", text_of("pyproject.toml"), re.DOTALL | re.MULTILINE)
    assert block
    assert not [line for line in block[1].splitlines() if not re.search(r'",\s+# \S', line)]


def test_the_changelog_has_an_unreleased_part_that_says_something() -> None:
    part = re.search(r"^## \[Unreleased\]\n(.*?)(?=^## |\Z)", text_of("CHANGELOG.md"), re.DOTALL | re.MULTILINE)
    assert part
    assert re.search(r"^- \S", part[1], re.MULTILINE)


def test_the_licence_is_the_complete_text() -> None:
    assert hashlib.sha256((ROOT / "LICENSE").read_bytes()).hexdigest() == APACHE_2_SHA256
    assert pyproject()["project"]["license"] == "Apache-2.0"


def test_generated_files_are_up_to_date() -> None:
    stale = [path.as_posix() for path, text in generated_files(ROOT).items() if not (ROOT / path).exists() or text_of(str(path)) != text]
    assert not stale, "run make docs"


def test_the_top_level_holds_the_fixed_names_only() -> None:
    folders = {path.parts[0] for path in tracked() if len(path.parts) > 1}
    files = {path.name for path in tracked() if len(path.parts) == 1}
    assert folders <= FOLDERS
    assert files <= FILES


def test_samples_stay_out_of_the_wheel() -> None:
    settings = pyproject()["tool"]["setuptools"]
    assert settings["packages"]["find"]["namespaces"] is False, "a folder of samples is no package"
    packages = set(find_packages(str(ROOT), include=settings["packages"]["find"]["include"]))
    assert {"ingest", "pipeline", "prompts", "evals", "evals.running"} <= packages
    assert not [name for name in packages if name.startswith(("evals.systems", "tests"))]
    assert settings["package-data"]["evals"] == ["reporting/templates/*"], "labels and judgements stay out too"


def test_no_file_names_the_place_it_was_made_in() -> None:
    pieces = ["/" + "work/", "sha" + "red/", ".libr" + "ary/"]  # in pieces, so that this file holds none of them
    marks = re.compile("|".join(rf"(?<![\w/.-])(?:\.\./)*{re.escape(piece)}" for piece in pieces).encode())
    named = [path.as_posix() for path in tracked() if marks.search((ROOT / path).read_bytes())]
    assert not named
