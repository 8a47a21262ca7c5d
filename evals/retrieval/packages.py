"""Public packages that questions are asked about: brought by pip as wheels, checked by hash, unpacked and never run."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

from evals.labels import SYSTEMS
from evals.packages.bringing import NotBrought, checked
from evals.retrieval.questions import Package, QuestionSet


def root_of(questions: QuestionSet, cache: Path) -> Path:
    """The folder of a system, brought there if need be.

    Raises:
        NotBrought: the index does not have it, or other bytes.
    """
    if questions.package is None:
        return SYSTEMS / (questions.sample or "")
    folder = cache / f"{questions.package.name}-{questions.package.version}"
    if not (folder / ".complete").exists():
        _unpack(_wheel(questions.package, cache), folder)
    return folder / "tree"


def _wheel(package: Package, cache: Path) -> Path:
    file = cache / package.file
    if not file.exists():
        cache.mkdir(parents=True, exist_ok=True)
        wanted = f"{package.name}=={package.version}"
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--dest", str(cache), wanted]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        if run.returncode or not file.exists():
            raise NotBrought(f"{wanted}: {run.stderr.strip()[-300:] or 'another file came'}")
    return checked(file, package.sha256)


def _unpack(wheel: Path, folder: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "tree")  # the hash was checked: these are the bytes that were read
    (folder / ".complete").touch()
