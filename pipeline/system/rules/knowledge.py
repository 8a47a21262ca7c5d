"""Framework files, loaded and indexed: from a qualified name to the rules that know it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Generic, TypeVar

from pipeline.system.model import ControlKind, OwnControl
from pipeline.system.rules.framework import CallRule, ClassRule, DecoratorRule, Framework, PolicyRule
from pipeline.system.rules.knowledge_file import KNOWLEDGE, read_knowledge
from pipeline.system.rules.own_control import OwnControlFile
from pipeline.system.rules.promises import Promise

Rule = TypeVar("Rule")
FRAMEWORKS = KNOWLEDGE / "frameworks"


@dataclass(frozen=True, slots=True)
class Known(Generic[Rule]):
    """A rule and the framework it stands in."""

    rule: Rule
    framework: str


class NameTable(Generic[Rule]):
    """Rules by qualified name; names may hold `*`."""

    def __init__(self, entries: Iterable[tuple[str, Known[Rule]]]) -> None:
        self._exact: dict[str, list[Known[Rule]]] = {}
        self._by_last: dict[str, list[tuple[re.Pattern[str], Known[Rule]]]] = {}
        self._open: list[tuple[re.Pattern[str], Known[Rule]]] = []
        self._found: dict[str, list[Known[Rule]]] = {}
        for name, known in entries:
            if "*" not in name:
                self._exact.setdefault(name, []).append(known)
                continue
            pattern = re.compile(".+".join(re.escape(part) for part in name.split("*")) + r"\Z")
            last = name.rsplit(".", 1)[-1]
            if "*" in last:
                self._open.append((pattern, known))
            else:
                self._by_last.setdefault(last, []).append((pattern, known))

    def find(self, name: str) -> list[Known[Rule]]:
        """All rules for a name; exact ones win over patterns."""
        exact = self._exact.get(name) or self._found.get(name)
        if exact is None:
            exact = self._found[name] = self._matching(name)
        return exact

    def _matching(self, name: str) -> list[Known[Rule]]:
        found = [known for pattern, known in self._by_last.get(name.rsplit(".", 1)[-1], ()) if pattern.match(name)]
        return found or [known for pattern, known in self._open if pattern.match(name)]


class FrameworkIndex:
    """What all framework files together know, and the controls that own knowledge adds."""

    def __init__(self, frameworks: Iterable[Framework], controls: Mapping[OwnControl, OwnControlFile] | None = None) -> None:
        self._counted: dict[ControlKind, tuple[ControlKind, ...]] = {kind: said.counts_as for kind, said in (controls or {}).items()}
        self.own_promises: dict[ControlKind, Promise] = {
            kind: promise for kind, said in (controls or {}).items() if (promise := said.promise(kind)) is not None
        }
        self.frameworks = tuple(sorted(frameworks, key=lambda framework: framework.name))
        self.calls = NameTable[CallRule](
            (name, Known(rule, framework.name)) for framework in self.frameworks for rule in framework.calls for name in rule.call
        )
        self.reads = NameTable[CallRule](
            (name, Known(rule, framework.name)) for framework in self.frameworks for rule in framework.calls for name in rule.read
        )
        self.read_names = frozenset(
            name.rsplit(".", 1)[-1] for framework in self.frameworks for rule in framework.calls for name in rule.read
        )
        self.described = tuple(Known(rule, one.name) for one in self.frameworks for rule in one.decorators if rule.described_by)
        self.decorators = NameTable[DecoratorRule](
            (name, Known(rule, framework.name)) for framework in self.frameworks for rule in framework.decorators for name in rule.decorator
        )
        self.registrations = NameTable[DecoratorRule](
            (name, Known(rule, framework.name)) for framework in self.frameworks for rule in framework.decorators for name in rule.registers
        )
        handing = (framework for framework in self.frameworks if any(rule.receives for rule in framework.decorators))
        self.handing_packages = frozenset(package for framework in handing for package in framework.packages)
        self.exports = tuple(
            (re.compile(rule.files or "."), Known(rule, framework.name))
            for framework in self.frameworks for rule in framework.decorators if rule.exports
        )  # fmt: skip
        self.taking = tuple(
            (re.compile(rule.files or "."), tuple(re.compile(name) for name in rule.takes), Known(rule, framework.name))
            for framework in self.frameworks for rule in framework.decorators if rule.takes and not rule.exports
        )  # fmt: skip
        self.classes = NameTable[ClassRule](
            (name, Known(rule, framework.name)) for framework in self.frameworks for rule in framework.classes for name in rule.base
        )
        self._class_policies = NameTable[PolicyRule](
            (name, Known(rule, framework.name)) for framework in self.frameworks for rule in framework.policies for name in rule.base
        )
        self._function_policies = NameTable[PolicyRule](
            (name, Known(rule, framework.name)) for framework in self.frameworks for rule in framework.policies for name in rule.decorator
        )
        self._types = NameTable[str](
            (name, Known(given, framework.name)) for framework in self.frameworks for name, given in framework.types.items()
        )
        self._canonical: dict[str, str] = {}
        self._aliases = {alias: name for framework in self.frameworks for alias, name in framework.aliases.items()}

    def extended(
        self, frameworks: Iterable[Framework], replaced: Iterable[str], controls: Mapping[OwnControl, OwnControlFile]
    ) -> FrameworkIndex:
        """With frameworks beside these or, where they are named, in their place."""
        gone = set(replaced)
        kept = (framework for framework in self.frameworks if framework.name not in gone)
        return FrameworkIndex((*kept, *frameworks), controls)

    def counted_as(self, kind: ControlKind) -> tuple[ControlKind, ...]:
        """A control, and the shipped ones that it is too."""
        return kind, *self._counted.get(kind, ())

    def canonical(self, name: str) -> str:
        """The name used in the framework files, where the code uses another import path."""
        found = self._canonical.get(name)
        if found is None:
            found = self._canonical[name] = self._without_aliases(name)
        return found

    def _without_aliases(self, name: str) -> str:
        parts = name.split(".")
        for cut in range(len(parts), 0, -1):
            prefix = ".".join(parts[:cut])
            if prefix in self._aliases:
                return ".".join([self._aliases[prefix], *parts[cut:]])
        return name

    def returned_type(self, name: str) -> str | None:
        """The type a call gives back, `receiver` for fluent calls, None where nothing is known."""
        canonical = self.canonical(name)
        found = self._types.find(canonical)
        if found:
            return found[0].rule
        for known in self.calls.find(canonical):
            if known.rule.returns_type is not None:
                return known.rule.returns_type
        return None

    def handed_to(self, name: str) -> list[Known[DecoratorRule]]:
        """Rules of calls that take functions and say what these will receive."""
        return [known for known in self.registrations.find(self.canonical(name)) if known.rule.receives]

    def offered_by(self, path: str, directives: Iterable[str]) -> list[Known[DecoratorRule]]:
        """Rules of functions that a file offers to a framework by its place and their names."""
        said = set(directives)
        return [
            known for pattern, known in self.exports
            if pattern.search(path) and (known.rule.directive is None or known.rule.directive in said)
        ]  # fmt: skip

    def offered_within(self, path: str) -> list[Known[DecoratorRule]]:
        """Rules of functions that offer themselves by a string at their own head."""
        return [known for pattern, known in self.exports if known.rule.directive is not None and pattern.search(path)]

    def for_call(self, names: Iterable[str]) -> list[Known[CallRule]]:
        return self._for(self.calls, names)

    def for_read(self, names: Iterable[str]) -> list[Known[CallRule]]:
        return self._for(self.reads, names)

    def policies_of_class(self, bases: Iterable[str]) -> list[PolicyRule]:
        """What classes with these bases say of their callers."""
        return [known.rule for known in self._for(self._class_policies, bases)]

    def policies_of_function(self, names: Iterable[str]) -> list[PolicyRule]:
        """What functions that are made views by a decorator of these names say of their callers."""
        return [known.rule for known in self._for(self._function_policies, names)]

    def _for(self, table: NameTable[Rule], names: Iterable[str]) -> list[Known[Rule]]:
        found: list[Known[Rule]] = []
        for name in names:
            for known in table.find(self.canonical(name)):
                if known not in found:
                    found.append(known)
        return found


def read_framework(path: Path) -> Framework:
    """One framework file.

    Raises:
        KnowledgeError: it is not valid; the message says where.
    """
    return read_knowledge(path, Framework)


@lru_cache(maxsize=4)
def load_frameworks(folder: Path = FRAMEWORKS) -> FrameworkIndex:
    """All framework files of a folder."""
    return FrameworkIndex(read_framework(path) for path in sorted(folder.glob("*.yaml")))
