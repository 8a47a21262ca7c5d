"""Folders of own knowledge, read into one value: checked against what ships and against each other.

An entry that has the name of a known one must say `replaces:`; the later of two folders may replace what the earlier one says. All
problems of all folders are gathered before the first is told.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from pipeline.system.model import OwnControl
from pipeline.system.rules.framework import Framework
from pipeline.system.rules.knowledge import FRAMEWORKS
from pipeline.system.rules.knowledge_file import KnowledgeError, checked
from pipeline.system.rules.marked_yaml import Marked, Problem, Unreadable, read_marked, shown
from pipeline.system.rules.own_control import OwnControlFile
from pipeline.system.rules.wrong_fields import instead_of
from pipeline.threats.own.files import OwnFile, OwnFiles, read_files
from pipeline.threats.own.schema import SLUG, Adjustment, OwnFrameworkFile, OwnThreatFile, SeveritiesFile
from pipeline.threats.own.words import dead_words, given_by
from pipeline.threats.pages import UnusablePage, read_cases
from pipeline.threats.schema import Threat
from pipeline.threats.taxonomy import Taxonomies

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class OwnFolder:
    """What one folder adds, by name."""

    name: str
    digest: str
    threats: dict[str, str] = field(default_factory=dict)  # slug -> what it replaces
    frameworks: tuple[str, ...] = ()
    controls: tuple[OwnControl, ...] = ()
    adjustments: dict[str, Adjustment] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OwnKnowledge:
    """What all folders add to what ships."""

    folders: tuple[OwnFolder, ...] = ()
    threats: tuple[Threat, ...] = ()
    pages: dict[str, OwnFile] = field(default_factory=dict)
    replaced: frozenset[str] = frozenset()  # slugs that are no longer the shipped threats'
    frameworks: tuple[Framework, ...] = ()
    replaced_frameworks: frozenset[str] = frozenset()
    controls: dict[OwnControl, OwnControlFile] = field(default_factory=dict)

    @property
    def digests(self) -> tuple[str, ...]:
        """What a result depends on of it: every byte of every folder, in their order."""
        return tuple(part for folder in self.folders for part in (folder.name, folder.digest))

    def folder_of(self, slug: str) -> str:
        """The folder that a threat comes from; empty for a shipped one."""
        return next((folder.name for folder in reversed(self.folders) if slug in folder.threats), "")

    def adjustments(self) -> Iterator[tuple[str, str, Adjustment]]:
        """Folder, slug and what it sets, in the order of both."""
        for folder in self.folders:
            for slug, adjustment in sorted(folder.adjustments.items()):
                yield folder.name, slug, adjustment


NOTHING = OwnKnowledge()


def read_own_knowledge(folders: Sequence[Path], shipped: Sequence[Threat], taxonomies: Taxonomies) -> OwnKnowledge:
    """What the folders add to the shipped threats.

    Raises:
        UnusableInput: a folder cannot be read.
        KnowledgeError: something in one cannot be used; every problem has its place.
    """
    reading = _Reading({threat.slug: threat for threat in shipped}, taxonomies)
    for files in map(read_files, folders):
        reading.add(files)
    if reading.problems:
        raise KnowledgeError(reading.problems)
    return reading.result()


@dataclass
class _Reading:
    """What is gathered while folders are read, one after another."""

    known: dict[str, Threat]
    taxonomies: Taxonomies
    problems: list[Problem] = field(default_factory=list)
    folders: list[OwnFolder] = field(default_factory=list)
    threats: dict[str, Threat] = field(default_factory=dict)
    pages: dict[str, OwnFile] = field(default_factory=dict)
    replaced: set[str] = field(default_factory=set)
    frameworks: dict[str, Framework] = field(default_factory=dict)
    replaced_frameworks: set[str] = field(default_factory=set)
    controls: dict[OwnControl, OwnControlFile] = field(default_factory=dict)
    adjusted: dict[str, str] = field(default_factory=dict)  # slug -> the folder that set something

    def result(self) -> OwnKnowledge:
        threats = tuple(self.threats[slug] for slug in sorted(self.threats))
        frameworks = tuple(self.frameworks[name] for name in sorted(self.frameworks))
        return OwnKnowledge(
            tuple(self.folders),
            threats,
            self.pages,
            frozenset(self.replaced),
            frameworks,
            frozenset(self.replaced_frameworks),
            self.controls,
        )

    def add(self, files: OwnFiles) -> None:
        self.problems += files.problems
        controls = [(file, control) for file in files.controls if (control := self._control(file)) is not None]
        frameworks = [name for file in files.frameworks if (name := self._framework(file)) is not None]
        self._all_recognised(controls)
        threats = [threat for file in files.threats if (threat := self._threat(file)) is not None]
        self._name_threats(threats)
        for slug, page in files.pages.items():
            self._page(slug, page)
        digest = hashlib.sha256()
        for file in files.all:
            for part in (file.below.encode(), file.data):
                digest.update(len(part).to_bytes(8, "big") + part)
        self.folders.append(
            OwnFolder(
                files.folder.resolve().name, digest.hexdigest(), {read.slug: read.replaces for _marked, read in threats},
                tuple(sorted(frameworks)), tuple(sorted(_kind_of(file) for file, _read in controls)), self._severities(files),
            )
        )  # fmt: skip

    # One file

    def _marked(self, file: OwnFile) -> Marked | None:
        try:
            return read_marked(file.path, file.data)
        except Unreadable as failure:
            self.problems += failure.problems
            return None

    def _valid(self, marked: Marked, model: type[Model], named: Callable[[dict[str, object]], object] | None = None) -> Model | None:
        value = named(marked.value) if named is not None and isinstance(marked.value, dict) else marked.value
        try:
            return checked(marked, model, value)
        except KnowledgeError as failure:
            self.problems += failure.problems
            return None

    # Controls and frameworks

    def _control(self, file: OwnFile) -> OwnControlFile | None:
        marked = self._marked(file)
        read = self._valid(marked, OwnControlFile) if marked is not None else None
        if marked is None or read is None or not self._named_well(marked, file):
            return None
        kind = _kind_of(file)
        if kind in self.controls:
            self.problems.append(marked.problem((), f"the control {kind} is defined in an earlier folder", "use that one, or rename this"))
            return None
        self.controls[kind] = read
        return read

    def _framework(self, file: OwnFile) -> str | None:
        marked = self._marked(file)
        read = self._valid(marked, OwnFrameworkFile) if marked is not None else None
        if marked is None or read is None:
            return None
        shipped = {path.stem for path in FRAMEWORKS.glob("*.yaml")}
        names = shipped | self.frameworks.keys()
        if read.replaces and read.replaces not in names:
            what = f"there is no framework `{shown(read.replaces)}` to replace"
            self.problems.append(marked.problem(("replaces",), what, instead_of(read.replaces, sorted(names))))
        if read.name in names and read.replaces != read.name:
            what = f"there is a framework `{read.name}` already"
            self.problems.append(marked.problem(("name",), what, f"choose another name, or say `replaces: {read.name}`"))
        self.problems += _framework_problems(marked, read, frozenset(self.controls))
        if read.replaces:
            self.frameworks.pop(read.replaces, None)
            self.replaced_frameworks.add(read.replaces)
        self.frameworks[read.name] = read.framework()
        return read.name

    def _all_recognised(self, controls: Sequence[tuple[OwnFile, OwnControlFile]]) -> None:
        """A control that no rule gives would never be seen, and a threat about its lack would always hold."""
        seen = {control for framework in self.frameworks.values() for control in _controls_of(framework)}
        for file, _read in controls:
            kind = _kind_of(file)
            if kind not in seen:
                mend = f"say `control: {kind}` in a rule of frameworks/*.yaml"
                self.problems.append(Problem(file.path, 1, 1, f"nothing recognises the control {kind}", mend))

    # Threats

    def _threat(self, file: OwnFile) -> tuple[Marked, OwnThreatFile] | None:
        marked = self._marked(file)
        if marked is None or not self._named_well(marked, file):
            return None
        read = self._valid(marked, OwnThreatFile, lambda said: {**said, "slug": said.get("slug", file.stem)})
        if read is None:
            return None
        if read.slug != file.stem:
            self.problems.append(marked.problem(("slug",), f"the slug `{shown(read.slug)}` is not the name of the file", "leave it out"))
            return None
        self.problems += dead_words(marked, given_by(self.frameworks.values(), self.controls), self.taxonomies)
        return marked, read

    def _named_well(self, marked: Marked, file: OwnFile) -> bool:
        if re.fullmatch(SLUG, file.stem):
            return True
        what = f"the name of the file, `{shown(file.stem)}`, is no slug"
        self.problems.append(marked.problem((), what, "small letters, digits and single hyphens"))
        return False

    def _name_threats(self, threats: Sequence[tuple[Marked, OwnThreatFile]]) -> None:
        """Threats of one folder join those known before it; a name that is taken needs `replaces:`."""
        before = dict(self.known)
        names = {name: slug for slug, threat in before.items() for name in (slug, *threat.aliases)}
        for marked, read in threats:
            if read.replaces and read.replaces not in before:
                what = f"there is no threat `{shown(read.replaces)}` to replace"
                self.problems.append(marked.problem(("replaces",), what, instead_of(read.replaces, sorted(before))))
                continue
            gone = {read.replaces, *before[read.replaces].aliases} if read.replaces else set()
            for name in (read.slug, *read.aliases):
                if name in names and name not in gone and names[name] != read.replaces:
                    mend = f"choose another name, or say `replaces: {names[name]}`"
                    at = () if name == read.slug else ("aliases",)
                    self.problems.append(marked.problem(at, f"there is a threat `{name}` already", mend))
            if read.replaces in self.adjusted and read.replaces != read.slug:
                what = f"the severity of `{read.replaces}` is set in {self.adjusted[read.replaces]}, and would hold for nothing"
                self.problems.append(marked.problem(("replaces",), what, f"set that of `{read.slug}` in its own folder"))
            if read.replaces:
                self.known.pop(read.replaces, None)
                self.threats.pop(read.replaces, None)
                self.pages.pop(read.replaces, None)
                self.replaced.add(read.replaces)
            names.update(dict.fromkeys((read.slug, *read.aliases), read.slug))
            self.known[read.slug] = self.threats[read.slug] = read.threat()

    def _page(self, slug: str, page: OwnFile) -> None:
        try:
            read_cases(slug, page.data.decode("utf-8"))
        except UnicodeDecodeError as failure:
            line = page.data[: failure.start].count(b"\n") + 1
            self.problems.append(Problem(page.path, line, 1, "no UTF-8", "save the file as UTF-8"))
        except UnusablePage as failure:
            self.problems.append(Problem(page.path, failure.line, 1, failure.what, failure.mend))
        self.pages[slug] = page

    # Severities

    def _severities(self, files: OwnFiles) -> dict[str, Adjustment]:
        marked = self._marked(files.severities) if files.severities is not None else None
        read = self._valid(marked, SeveritiesFile) if marked is not None else None
        if marked is None or read is None:
            return {}
        for slug in read.severities:
            at = ("severities", slug)
            if slug not in self.known:
                former = next((known.slug for known in self.known.values() if slug in known.aliases), None)
                mend = f"it is called {former} now" if former else instead_of(slug, sorted(self.known))
                self.problems.append(marked.problem(at, f"no such threat: `{shown(slug)}`", mend, key=True))
            elif slug in self.adjusted:
                mend = "say it in one of them"
                self.problems.append(marked.problem(at, f"`{slug}` is set in {self.adjusted[slug]} already", mend, key=True))
            self.adjusted.setdefault(slug, files.folder.resolve().name)
        return dict(read.severities)


def _kind_of(file: OwnFile) -> OwnControl:
    return OwnControl(f"own/{file.stem}")


def _controls_of(framework: Framework) -> Iterator[str]:
    for rule in (*framework.calls, *framework.decorators):
        yield from (control for _place, control in _named_controls((), rule))


def _framework_problems(marked: Marked, read: Framework, controls: frozenset[OwnControl]) -> Iterator[Problem]:
    """Controls that are not defined, names that no code can bear, and rules that say nothing."""
    for part in ("calls", "decorators", "classes"):
        for number, rule in enumerate(getattr(read, part)):
            at = (part, number)
            fields = ("call", "read", "decorator", "registers", "base")
            for name in fields:
                for position, written in enumerate(getattr(rule, name, ())):
                    if not _may_be_called(written):
                        what = f"no code can bear the name `{shown(written)}`"
                        yield marked.problem((*at, name, position), what, "write the full name, such as package.module.Class.method")
            if not rule.model_fields_set - {*fields, "protects", "function_argument"}:
                yield marked.problem(at, "a rule that says nothing of what it names", "say kind, control, sinks, result or another")
            for place, control in _named_controls(at, rule):
                if control.startswith("own/") and control not in controls:
                    mend = instead_of(control, sorted(controls)) if controls else f"write controls/{control[4:]}.yaml"
                    yield marked.problem(place, f"no such control: `{shown(control)}`", mend)


def _named_controls(at: tuple[int | str, ...], rule: BaseModel) -> Iterator[tuple[tuple[int | str, ...], str]]:
    if (control := getattr(rule, "control", None)) is not None:
        yield (*at, "control"), control
    for number, flag in enumerate(getattr(rule, "flags", ())):
        if flag.control is not None:
            yield (*at, "flags", number, "control"), flag.control


def _may_be_called(name: str) -> bool:
    return bool(name.strip("*. ")) and not any(character.isspace() for character in name)
