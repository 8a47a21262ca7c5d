"""The fleet file: which systems there are, whose they are, how much they matter. Takes YAML, gives a fleet, or one line on what is wrong.

Relative paths start at the file. What is said at `defaults` holds for each system that does not say it itself; `paths` names folders by a
glob, each of which is a system called after its folder. The file is written by whoever runs the night and may still be careless: it is
plain data of bounded size, a repository has a scheme of a short list and no credentials, and nothing in it can become an option of a
program.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import yaml
from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, ValidationError, model_validator

from ingest.errors import UnusableInput
from pipeline.fleet.order import Criticality, GitSource, Limits, ScanOrder
from pipeline.reports.escape import json_text, shorten, visible
from pipeline.system.model import Frozen, Severity

MOST_BYTES = 2 * 1024 * 1024
MOST_SYSTEMS = 5000
SCHEMES = ("https", "ssh", "file")
_REVISION = re.compile(r"[\w][\w./+@~^-]*")
_HOST = re.compile(r"[A-Za-z0-9\[][A-Za-z0-9.:_\]-]*")


def _plain(text: str) -> str:
    if visible(text) != text:
        raise ValueError("holds characters that cannot be seen")
    return text


def _no_option(text: str) -> str:
    if text.startswith("-"):
        raise ValueError("begins with a dash")
    return _plain(text)


def _repository(text: str) -> str:
    """A repository's address or path that means one thing to git, and tells no secret."""
    _no_option(text)
    if "::" in text:
        raise ValueError(f"names a transport of its own; a repository is a path, or a URL of {', '.join(SCHEMES)}")
    if "://" not in text:
        if re.match(r"[\w.-]+@?[\w.-]*:(?!\\)", text):
            raise ValueError("has no scheme; write ssh://git@HOST/PATH")
        return text
    parts = urlsplit(text)
    if parts.scheme not in SCHEMES:
        raise ValueError(f"is no URL of {', '.join(SCHEMES)}")
    if parts.password is not None or (parts.scheme == "https" and parts.username is not None):
        raise ValueError("holds credentials; give them in THREATLOOM_GIT_TOKENS, as HOST=TOKEN")
    if parts.scheme != "file" and _HOST.fullmatch(parts.netloc.rpartition("@")[2]) is None:
        raise ValueError("names no host")
    if parts.username is not None and re.fullmatch(r"[A-Za-z0-9._][A-Za-z0-9._-]*", parts.username) is None:
        raise ValueError("names no user that ssh would take for one")
    if parts.query or parts.fragment:
        raise ValueError("has more than scheme, host and path; name a branch with `rev`, a folder with `folder`")
    if not parts.path.strip("/") or parts.path.startswith("/-"):
        raise ValueError("names no repository")
    return text


def _revision(text: str) -> str:
    if _REVISION.fullmatch(text) is None or ".." in text or "@{" in text or len(text) > 200:
        raise ValueError("is no name of a branch, tag or commit")
    return text


def _folder(text: str) -> str:
    parts = [part for part in text.split("/") if part not in ("", ".")]
    if ".." in parts or text.startswith("/") or "\\" in text:
        raise ValueError("leads out of the repository")
    return "/".join(parts)


Plain = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True), AfterValidator(_plain)]
PathText = Annotated[str, StringConstraints(min_length=1, max_length=4096), AfterValidator(_plain)]
Pattern = Annotated[str, StringConstraints(min_length=1, max_length=1000), AfterValidator(_plain)]
_Some = BeforeValidator(lambda value: (value,) if isinstance(value, str) else value)  # one may stand without a list


class Described(Frozen):
    """What can be said of one system, or of all by `defaults`."""

    owner: Plain | Literal[""] = Field(default="", description="Who answers for it: a team, a person, a mailbox.")
    tags: Annotated[tuple[Plain, ...], _Some] = Field(default=(), description="Words to find it by.")
    criticality: Criticality | None = Field(default=None, description="How bad it is for the organisation when something happens to it.")
    docs: Annotated[tuple[PathText, ...], _Some] = Field(
        default=(), description="Design documents or folders of them, relative to this file."
    )
    exclude: Annotated[tuple[Pattern, ...], _Some] = Field(default=(), description="Globs of what is not read, as in .gitignore.")
    limits: Limits | None = Field(default=None, description="What its scan may take.")


class FleetSystem(Described):
    """One system."""

    name: Plain = Field(description="What it is called; unique in the file.")
    path: PathText | None = Field(default=None, description="Its folder, relative to this file. Either this or `git`.")
    git: Annotated[str, StringConstraints(min_length=1, max_length=4096), AfterValidator(_repository)] | None = Field(
        default=None, description="Its repository: an https, ssh or file URL without credentials, or the path of a local one."
    )
    rev: Annotated[str, AfterValidator(_revision)] | None = Field(
        default=None, description="Branch, tag or commit of `git`; what it points to on that night is scanned. Default: HEAD."
    )
    folder: Annotated[str, AfterValidator(_folder)] = Field(default="", description="Folder of the repository that is the system.")
    key: Plain | None = Field(
        default=None,
        description="What its history hangs on. Default: its folder, or its repository; say it where those change and the system does not.",
    )

    @model_validator(mode="after")
    def _one_source(self) -> FleetSystem:
        if (self.path is None) == (self.git is None):
            raise ValueError("says both `path` and `git`" if self.path else "says neither `path` nor `git`")
        if self.git is None and (self.rev or self.folder):
            raise ValueError("says `rev` or `folder` without `git`")
        return self


class Deadlines(Frozen):
    """Days an open finding may have, by severity; an older one is overdue."""

    critical: Annotated[int, Field(ge=0)] | None = 7
    high: Annotated[int, Field(ge=0)] | None = 30
    medium: Annotated[int, Field(ge=0)] | None = 90
    low: Annotated[int, Field(ge=0)] | None = None

    def of(self, severity: Severity) -> int | None:
        """Days; None where there is no such line."""
        return {"critical": self.critical, "high": self.high, "medium": self.medium, "low": self.low}.get(severity)


class FleetFile(Frozen):
    """A fleet file as it is written."""

    name: Plain | None = Field(default=None, description="What the fleet is called. Default: the name of the file.")
    defaults: Described = Described()
    paths: Annotated[tuple[Pattern, ...], _Some] = Field(
        default=(), description="Globs of folders; each folder is a system called after it."
    )
    systems: tuple[FleetSystem, ...] = ()
    knowledge: Annotated[tuple[PathText, ...], _Some] = Field(
        default=(), description="Folders of own threats, frameworks, controls and severities."
    )
    deadlines: Deadlines = Deadlines()


@dataclass(frozen=True, slots=True)
class Member:
    """A system of a fleet, with what the defaults say of it."""

    name: str
    key: str
    source: str | GitSource
    docs: tuple[str, ...]
    exclude: tuple[str, ...]
    owner: str
    tags: tuple[str, ...]
    criticality: Criticality | Literal[""]
    limits: Limits


@dataclass(frozen=True, slots=True)
class Fleet:
    name: str
    members: tuple[Member, ...]  # by name
    knowledge: tuple[str, ...]
    deadlines: Deadlines

    def orders(self, run: str, at: datetime) -> tuple[ScanOrder, ...]:
        """One for each system; those that matter most come first, so that a night that ends early has seen them."""
        ranked = sorted(self.members, key=lambda member: ("critical", "high", "medium", "", "low").index(member.criticality))
        return tuple(
            ScanOrder(
                run=run, fleet=self.name, name=one.name, key=one.key, source=one.source, docs=one.docs, exclude=one.exclude,
                knowledge=self.knowledge, owner=one.owner, tags=one.tags, criticality=one.criticality, at=at, limits=one.limits,
            )
            for one in ranked
        )  # fmt: skip


def read_fleet(file: Path) -> Fleet:
    """The fleet that a file describes.

    Raises:
        UnusableInput: one line that names what is wrong, and the line of the file.
    """
    text = _read(file)
    value, lines = _composed(text, file)
    try:
        written = FleetFile.model_validate(value)
    except ValidationError as failure:
        raise _refused(failure, file, lines) from None
    return _resolved(written, file, lines)


def fleet_schema() -> str:
    """The JSON Schema of a fleet file."""
    said: dict[str, Any] = FleetFile.model_json_schema(mode="validation")  # Any: a schema is JSON of every shape
    return json_text({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": "Generated from pipeline/fleet/fleet_file.py by `make docs`; do not edit.",
        **said,
        "title": "threatloom fleet",
    })  # fmt: skip


def _read(file: Path) -> str:
    try:
        if not file.is_file():
            raise UnusableInput("no such fleet file", visible(str(file)), "give the path of a fleet.yaml")
        if file.stat().st_size > MOST_BYTES:
            raise UnusableInput(f"the fleet file is larger than {MOST_BYTES // 1024} KB", visible(str(file)), "shorten it, or use `paths`")
        return file.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        raise UnusableInput("the fleet file cannot be read", visible(str(file)), "make it readable UTF-8 text") from None


_Lines = Mapping[tuple[str | int, ...], int]


def _composed(text: str, file: Path) -> tuple[object, _Lines]:
    """What a file says, read from its nodes: no tag and no alias can make it large or build anything. And the line of each part."""
    lines: dict[tuple[str | int, ...], int] = {}

    def plain(node: yaml.Node, where: tuple[str | int, ...], depth: int = 0) -> object:
        lines[where] = node.start_mark.line + 1
        if depth > 8:
            raise UnusableInput("the fleet file is nested too deeply", visible(f"{file}:{lines[where]}"), "see docs/landscape.md")
        if isinstance(node, yaml.MappingNode):
            said: dict[str, object] = {}
            for key, value in node.value:
                name = str(key.value) if isinstance(key, yaml.ScalarNode) else "?"
                if name in said:
                    at = visible(f"{file}:{key.start_mark.line + 1}")
                    raise UnusableInput(f"{shorten(visible(name), 60)} is said twice", at, "remove one of the two")
                said[name] = plain(value, (*where, name), depth + 1)
                lines[*where, name] = key.start_mark.line + 1
            return said
        if isinstance(node, yaml.SequenceNode):
            return tuple(plain(value, (*where, number), depth + 1) for number, value in enumerate(node.value))
        return None if node.tag == "tag:yaml.org,2002:null" else str(node.value)

    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent):
                at = visible(f"{file}:{event.start_mark.line + 1}" if event.start_mark else str(file))
                raise UnusableInput("the fleet file refers to another part of itself", at, "write it out, or use `defaults`")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError) as failure:
        mark = getattr(failure, "problem_mark", None)
        where = f"{file}:{mark.line + 1}" if mark else str(file)
        raise UnusableInput("the fleet file is not YAML", visible(where), "correct the line") from None
    if not isinstance(node, yaml.MappingNode):
        raise UnusableInput("the fleet file names no systems", visible(f"{file}:1"), "write `systems:` with a `name` and a `path` for each")
    return plain(node, ()), lines


def _refused(failure: ValidationError, file: Path, lines: _Lines) -> UnusableInput:
    first: Any = failure.errors()[0]  # pydantic's own dictionary of an error
    place = tuple(part for part in first["loc"] if isinstance(part, (str, int)))
    while place and place not in lines:
        place = place[:-1]
    where = visible(f"{file}:{lines.get(place, 1)}")
    name = _called(first["loc"])
    message = str(first["msg"]).removeprefix("Value error, ").rstrip(".")
    if first["type"] == "extra_forbidden":
        return UnusableInput(f"{name} is nothing a fleet file says", where, "see docs/landscape.md for what can be said")
    if first["type"] == "missing":
        return UnusableInput(f"{name} is missing", where, "add it")
    if first["type"] == "value_error":
        return UnusableInput(f"{name} {message}", where, "correct it")
    return UnusableInput(f"{name} cannot be used, {message[:1].lower()}{message[1:]}", where, "correct it")


def _called(place: tuple[str | int, ...]) -> str:
    words = ""
    for part in place:
        words += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if words else str(part)
    return shorten(visible(words or "the fleet file"), 80)


def _resolved(written: FleetFile, file: Path, lines: _Lines) -> Fleet:
    folder = file.resolve().parent
    listed = [(system, lines.get(("systems", number), 1)) for number, system in enumerate(written.systems)]
    named = {_place(folder, system.path) for system in written.systems if system.path}
    for number, glob in enumerate(written.paths):
        line = lines.get(("paths", number), lines.get(("paths",), 1))
        found = [each for each in _folders(folder, glob, file, line) if str(each) not in named]
        listed += [(FleetSystem(name=_folder_name(each, file, line), path=str(each)), line) for each in found]
        named |= {str(each) for each in found}
    if not listed:
        raise UnusableInput("the fleet file names no systems", visible(f"{file}:1"), "write `systems:` with a `name` and a `path` for each")
    if len(listed) > MOST_SYSTEMS:
        raise UnusableInput(f"the fleet file names more than {MOST_SYSTEMS} systems", visible(str(file)), "divide it")
    members: dict[str, Member] = {}
    keys: dict[str, str] = {}
    for system, line in listed:
        where = visible(f"{file}:{line}")
        if system.name in members:
            raise UnusableInput(f"two systems are called {system.name}", where, "give each a name of its own")
        member = _member(system, written.defaults, folder)
        if member.key in keys:
            raise UnusableInput(
                f"{system.name} and {keys[member.key]} are the same system", where, "remove one, or give it a `key` of its own"
            )
        members[system.name], keys[member.key] = member, system.name
    return Fleet(
        name=written.name or file.resolve().stem,
        members=tuple(sorted(members.values(), key=lambda member: member.name)),
        knowledge=tuple(_place(folder, path) for path in written.knowledge),
        deadlines=written.deadlines,
    )


def _member(system: FleetSystem, defaults: Described, folder: Path) -> Member:
    source: str | GitSource
    if system.path is not None:
        source = _place(folder, system.path)
        key = system.key or source
    else:
        assert system.git is not None
        repository = system.git if "://" in system.git else _place(folder, system.git)
        source = GitSource(repository=repository, rev=system.rev or "HEAD", folder=system.folder)
        parts = (repository, f"@{system.rev}" if system.rev else "", f"#{system.folder}" if system.folder else "")
        key = system.key or "".join(parts)
    return Member(
        name=system.name,
        key=key,
        source=source,
        docs=tuple(_place(folder, path) for path in system.docs or defaults.docs),
        exclude=(*defaults.exclude, *system.exclude),
        owner=system.owner or defaults.owner,
        tags=tuple(dict.fromkeys((*defaults.tags, *system.tags))),
        criticality=system.criticality or defaults.criticality or "",
        limits=system.limits or defaults.limits or Limits(),
    )


def _place(folder: Path, path: str) -> str:
    """Resolved, as `record.system_key` has it: a scan of the folder by hand is of the same system."""
    try:
        return str((folder / Path(path).expanduser()).resolve())
    except (OSError, RuntimeError, ValueError):
        return str(folder / path)


def _folder_name(folder: Path, file: Path, line: int) -> str:
    if visible(folder.name) != folder.name or not folder.name.strip():
        at = visible(f"{file}:{line}")
        raise UnusableInput(f"a folder is called {visible(folder.name)}, which is no name to show", at, "list it in `systems` with a name")
    return folder.name.strip()[:200]


def _folders(base: Path, glob: str, file: Path, line: int) -> Iterator[Path]:
    """Folders that a glob names, sorted; hidden ones only where it says so."""
    where = visible(f"{file}:{line}")
    place = Path(glob).expanduser()
    start, pattern = (Path(place.anchor), str(place.relative_to(place.anchor))) if place.is_absolute() else (base, glob)
    try:
        found = sorted({each.resolve() for each in start.glob(pattern) if each.is_dir() and not each.name.startswith(".")})
    except (ValueError, NotImplementedError, OSError):
        raise UnusableInput(f"{shorten(visible(glob), 80)} is no glob of folders", where, "write one such as services/*") from None
    if not found:
        raise UnusableInput(f"no folder is called {shorten(visible(glob), 80)}", where, "correct the glob, or remove it")
    yield from found
