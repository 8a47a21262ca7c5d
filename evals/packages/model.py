"""The form of a labelled package: `NAME.yaml` in this folder, which is the labels of a system and the archive they were read from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from evals.labels import Labels
from evals.suite import ADJUDICATED
from evals.yaml_file import read_yaml

FOLDER = Path(__file__).parent


class Source(BaseModel):
    """A source archive of a public index: brought when wanted, never kept in the tree."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    registry: Literal["pypi", "npm"]
    name: str
    version: str
    file: str = Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*\.(tar\.gz|tgz)$", description="The sdist, or the tarball as `npm pack` names it."
    )
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class PackageLabels(Labels):
    """Labels of a package. Paths are relative to the one folder that its archive holds."""

    source: Source


def read_packages(folder: Path = FOLDER) -> tuple[PackageLabels, ...]:
    """The labels of all packages, by name."""
    files = sorted(file for file in folder.glob("*.yaml") if file.name != ADJUDICATED)
    return tuple(PackageLabels.model_validate(read_yaml(file)) for file in files)


def faults(labels: PackageLabels, root: Path) -> Iterator[str]:
    """What labels say of the brought package that is not so: files that it does not have, lines beyond the end of a file."""
    places = [(one.id, file.path, file.lines) for one in labels.expected for file in one.files]
    places += [(f"trap {number}", trap.file, trap.lines) for number, trap in enumerate(labels.must_not, 1)]
    for label, path, lines in places:
        if not (root / path).is_file():
            yield f"{labels.system}, {label}: no file {path}"
        elif lines is not None:
            first, _, last = lines.partition("-")
            length = (root / path).read_bytes().count(b"\n") + 1
            if not 1 <= int(first) <= int(last or first) <= length:
                yield f"{labels.system}, {label}: {path} has {length} lines, not {lines}"
