"""The files of one folder of own knowledge: which there are, their bytes, and what is no part of such a folder.

A folder has parts, each a folder of YAML files; in `threats/` each has its page beside it. Links that lead out of the folder are not
followed, special files are not opened, and number and size are bounded. What stands where nothing is read is a problem and
not silence: a folder that is misspelled would protect nobody. Files that are no YAML beside the parts (README, LICENSE) are let be.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import UnusableInput
from ingest.text import open_regular
from pipeline.system.rules.marked_yaml import MOST_BYTES, Problem, shown

PARTS = ("threats", "frameworks", "controls")
SEVERITIES = "severities.yaml"
SCHEMAS = "schemas"  # where `threats new` and `threats schema` put schemas for editors
MOST_FILES = 400


@dataclass(frozen=True, slots=True)
class OwnFile:
    """A file with its bytes; `path` is how messages name it, `below` where it stands below its folder."""

    path: str
    below: str
    data: bytes

    @property
    def stem(self) -> str:
        return self.below.rsplit("/", 1)[-1].rsplit(".", 1)[0]


@dataclass(frozen=True, slots=True)
class OwnFiles:
    """What a folder holds."""

    folder: Path
    threats: tuple[OwnFile, ...]
    pages: dict[str, OwnFile]  # by the name of the threat beside them
    frameworks: tuple[OwnFile, ...]
    controls: tuple[OwnFile, ...]
    severities: OwnFile | None
    problems: tuple[Problem, ...]

    @property
    def all(self) -> tuple[OwnFile, ...]:
        last = () if self.severities is None else (self.severities,)
        return (*self.threats, *self.pages.values(), *self.frameworks, *self.controls, *last)


def read_files(folder: Path) -> OwnFiles:
    """The files of a folder.

    Raises:
        UnusableInput: there is no such folder, or it cannot be listed.
    """
    problems: list[Problem] = []
    found: dict[str, list[OwnFile]] = {part: [] for part in (*PARTS, "")}
    try:
        if not folder.is_dir():
            raise UnusableInput("no such folder of knowledge", str(folder), "correct --knowledge or THREATLOOM_KNOWLEDGE")
        for below in _listed(folder, problems):
            if (file := _read(folder, below, problems)) is not None:
                found[below.parent.parts[0] if below.parent.parts else ""].append(file)
    except OSError as failure:
        raise UnusableInput("cannot read the folder of knowledge", str(folder), failure.strerror or "make it readable") from None
    except ValueError:
        raise UnusableInput("no path of a folder of knowledge", repr(str(folder))[:200], "correct it") from None
    if not any(found.values()) and not problems:
        problems.append(Problem(str(folder), 1, 1, "nothing to read in this folder", f"it may hold {_parts()}"))
    threats = [file for file in found["threats"] if file.below.endswith(".yaml")]
    pages = {file.stem: file for file in found["threats"] if file.below.endswith(".md")}
    for name in sorted(pages.keys() - {file.stem for file in threats}):
        problems.append(Problem(pages[name].path, 1, 1, "a page without its threat", f"write {name}.yaml beside it"))
    return OwnFiles(
        folder, tuple(threats), pages, tuple(found["frameworks"]), tuple(found["controls"]), next(iter(found[""]), None), tuple(problems)
    )


def _listed(folder: Path, problems: list[Problem]) -> Iterator[Path]:
    """What is read, in the order of names, as paths below the folder."""
    count = 0
    for entry in sorted(folder.iterdir()):
        inside = entry.is_dir()
        if entry.name.startswith(".") or entry.name == SCHEMAS:
            continue
        if inside and entry.name not in PARTS:
            problems.append(Problem(str(entry), 1, 1, "no part of a folder of knowledge", f"it may hold {_parts()}; remove or rename this"))
            continue
        for file in sorted(entry.iterdir()) if inside else (entry,):
            below = file.relative_to(folder)
            if file.name.startswith(".") or (not inside and file.suffix not in (".yaml", ".yml")):
                continue
            if not _is_wanted(below):
                told = f"{SEVERITIES} stands at the top, all else in {', '.join(PARTS)} with the ending .yaml"
                problems.append(Problem(str(file), 1, 1, "is not read here", f"{told}; pages end in .md and stand in threats"))
                continue
            count += 1
            if count > MOST_FILES:
                problems.append(Problem(str(folder), 1, 1, f"more than {MOST_FILES} files", "divide it into several folders"))
                return
            yield below


def _is_wanted(below: Path) -> bool:
    if len(below.parts) == 1:
        return below.name == SEVERITIES
    return below.suffix == ".yaml" or (below.parts[0] == "threats" and below.suffix == ".md")


def _read(folder: Path, below: Path, problems: list[Problem]) -> OwnFile | None:
    location = folder / below
    try:
        real = location.resolve()
        if not real.is_relative_to(folder.resolve()):
            problems.append(Problem(str(location), 1, 1, "a link that leads out of the folder", "put the file itself here"))
            return None
        with open_regular(real) as stream:
            data = stream.read(MOST_BYTES + 1)
    except (OSError, RuntimeError) as failure:
        said = getattr(failure, "strerror", None) or str(failure)
        problems.append(Problem(str(location), 1, 1, f"cannot be read: {shown(said)}", "make it a readable file"))
        return None
    if len(data) > MOST_BYTES:
        problems.append(Problem(str(location), 1, 1, f"larger than {MOST_BYTES // 1024} KB", "split it"))
        return None
    return OwnFile(str(location), below.as_posix(), data)


def _parts() -> str:
    return ", ".join(f"{part}/" for part in PARTS) + f" and {SEVERITIES}"
