"""Resources of a cloud as an index: what each says, and to which others it refers.

Takes `resource` settings (Terraform, CloudFormation, Bicep), gives `Resource` values. A reference is looked up among the resources of its
own folder (a module, a template), and a variable becomes its default, or its local value, where that is a text. What callers of a module
give is known of Bicep alone, where all of them say the same; what functions would compute is not.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from ingest.facts import ConfigFacts, Setting
from ingest.source import Place, parts_of
from pipeline.system.deployment.bicep_conditions import is_false
from pipeline.system.deployment.counted_out import Conditions
from pipeline.system.deployment.deployment import folder_of
from pipeline.system.deployment.said_values import said_values

_REFERENCE = re.compile(r"\$\{([^{}]{1,400})\}")
_NAME = re.compile(r"(?:data\.|module\.|var\.|local\.)?[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)?")
_COUNTED = re.compile(r"\.\d+(?=\.|$)")
_STATEMENT = re.compile(r"(?:^|\.)[Ss]tatement(?:\.\d+)?\.")
_INSIDE = re.compile(r"\b(?:var|local)\.\w+")
_ARM, _BICEP = "microsoft.", (".bicep", ".bicepparam", ".parameters.json")
_MOST_HOPS, _MOST_CALLERS = 3, 40


@dataclass(frozen=True, slots=True)
class Line:
    """One value: `versioning.status=Enabled` with its place."""

    path: str  # without the numbers of blocks and items
    text: str
    place: Place
    statement: str = ""  # of a policy, that it belongs to
    inside: str = ""  # the path counted from there
    block: str = ""  # the path of the block it stands in, with numbers

    def __str__(self) -> str:
        return f"{self.path}={self.text}"


@dataclass(frozen=True)
class Resource:
    file: ConfigFacts
    setting: Setting
    index: Resources = field(repr=False, compare=False)

    @property
    def address(self) -> str:
        return self.setting.name

    @property
    def type(self) -> str:
        said = str(self.setting.attributes.get("type") or "")
        return said.lower() if said.removeprefix("data.").lower().startswith(_ARM) else said  # types of ARM know no case

    @property
    def key(self) -> tuple[str, str]:
        return self.index.scope(self.file), self.address

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """What the resource says, with variables filled in, and with the policies written elsewhere that it takes over."""
        own = list(self._own())
        documents = [
            other for line in own for other in self.index.referred(self, line.text) if other.type.startswith("data.aws_iam_policy_d")
        ]
        return (*own, *(line for document in documents if document is not self for line in document._own()))

    def _own(self) -> Iterator[Line]:
        for value in said_values(self.file, self.setting):
            statement = _STATEMENT.search(value.path)
            inside = (value.path[: statement.end()], _COUNTED.sub("", value.path[statement.end() :])) if statement else ("", "")
            yield Line(
                _COUNTED.sub("", value.path), self.index.filled(self, value.text), value.place, *inside, value.path.rpartition(".")[0]
            )

    @cached_property
    def refers(self) -> tuple[Resource, ...]:
        """The resources it names."""
        return tuple({other.key: other for line in self.lines for other in self.index.referred(self, line.text)}.values())

    def text(self, *paths: str) -> str:
        """The value of the first of these that is there."""
        for wanted in paths:
            for line in self.lines:
                if line.path == wanted:
                    return line.text
        return ""

    def at(self, pattern: str) -> Line | None:
        """The first line that fits."""
        compiled = re.compile(pattern, re.IGNORECASE)
        return next((line for line in self.lines if compiled.fullmatch(str(line))), None)

    def together(self, patterns: Sequence[str]) -> Line | None:
        """The first line of a statement in which each of these fits a line; one that begins with `!` may not fit any."""
        for statement in dict.fromkeys(line.statement for line in self.lines if line.statement):
            said = [(f"{line.inside}={line.text}", line) for line in self.lines if line.statement == statement]
            fits = [next((line for text, line in said if re.fullmatch(p.removeprefix("!"), text)), None) for p in patterns]
            if all((found is None) == p.startswith("!") for found, p in zip(fits, patterns, strict=True)):
                return next((line for line in fits if line is not None), None)
        return None


class Resources:
    """All resources of a tree, each in its folder or template."""

    def __init__(self, files: Sequence[ConfigFacts]) -> None:
        conditions = Conditions(files)
        self.all = tuple(
            Resource(file, s, self)
            for file in files for s in file.settings
            if s.kind == "resource" and not conditions.leaves_out(file, s)
        )  # fmt: skip
        self._by_key = {resource.key: resource for resource in reversed(self.all)}
        self._locals = {
            (self.scope(resource.file), path): text
            for resource in self.all if resource.type == "locals"
            for path, _, text in (value.partition("=") for value in _raw(resource))
        }  # fmt: skip
        self._called_from: dict[str, list[Resource]] = {}
        self._in_file: dict[str, list[Resource]] = {}
        self._told: dict[tuple[str, str], str | None] = {}
        self._unmade: dict[tuple[str, str], bool] = {}
        for resource in self.all:
            if resource.file.path.endswith(_BICEP):
                self._in_file.setdefault(resource.file.path, []).append(resource)
                if (called := _called(resource)) is not None:
                    self._called_from.setdefault(called, []).append(resource)
        self.all = tuple(resource for resource in self.all if not self._is_left_out(resource))
        self._referring: dict[tuple[str, str], list[Resource]] = {}
        for resource in self.all:
            for other in resource.refers:
                self._referring.setdefault(other.key, []).append(resource)

    def scope(self, file: ConfigFacts) -> str:
        """Where names mean the same: the folder of a Terraform module, or one template."""
        return folder_of(file.path) if file.path.endswith((".tf", ".tofu")) else file.path

    def given(self, resource: Resource, text: str) -> Iterator[Line]:
        """What files of values, in the folder of a resource or below it, give the one variable that a text is."""
        match = re.fullmatch(r"\$\{\s*(var\.[\w-]+)\s*\}", text)
        folder = self.scope(resource.file)
        for other in self._variables:
            below = folder_of(other.file.path) == folder or other.file.path.startswith(f"{folder}/") or not folder
            if match is not None and other.address == match[1] and below:
                yield from other.lines

    @cached_property
    def _variables(self) -> tuple[Resource, ...]:
        return tuple(resource for resource in self.all if resource.type == "variable" and ".tfvars" in resource.file.path)

    def callers(self, resource: Resource) -> Sequence[Resource]:
        """The modules by which the file of a resource is called."""
        return self._called_from.get(resource.file.path, ())

    def called(self, module: Resource) -> Sequence[Resource]:
        """What the file holds that a module calls."""
        called = _called(module)
        return self._in_file.get(called, ()) if called is not None else ()

    def _is_left_out(self, resource: Resource) -> bool:
        """Whether a condition says that a resource is not made, or that none of the modules is by which its file is called."""
        if not resource.file.path.endswith(".bicep"):
            return False
        known = self._unmade.get(resource.key)
        if known is None:
            self._unmade[resource.key] = False  # of files that call each other
            condition = next((value[3:] for value in _raw(resource) if value.startswith("if=")), None)
            calls = self.callers(resource)[:_MOST_CALLERS]
            known = condition is not None and is_false(condition, lambda name: self._default(resource, name))
            known = known or (bool(calls) and all(self._is_left_out(call) for call in calls))
            self._unmade[resource.key] = known
        return known

    def _given_by_callers(self, path: str, name: str, default: str | None) -> str | None:
        """What a parameter of a Bicep file is: its default where nobody calls the file, else what all who call it say."""
        key = (path, name)
        if key not in self._told:
            self._told[key] = None  # of files that call each other
            calls = [call for call in self._called_from.get(path, ()) if not self._is_left_out(call)]
            said = {self._passed(call, name, default) for call in calls[: _MOST_CALLERS + 1]} if calls else {default}
            told = said.pop() if len(said) == 1 and len(calls) <= _MOST_CALLERS else None
            self._told[key] = told if told is not None and (not calls or "${" not in told) else None
        return self._told[key]

    def _passed(self, call: Resource, name: str, default: str | None) -> str | None:
        values = [value.partition("=") for value in _raw(call)]
        given = [text for path, _, text in values if path == f"params.{name}"]
        if any(path == "params" or path.startswith(f"params.{name}.") for path, _, _ in values) or len(given) > 1:
            return None  # given by a spread, or more than a text
        return self.filled(call, given[0], 1) if given else default

    def find(self, near: Resource, address: str) -> Resource | None:
        return self._by_key.get((self.scope(near.file), address))

    def referring(self, resource: Resource) -> Sequence[Resource]:
        """The resources that name this one."""
        return self._referring.get(resource.key, ())

    def referred(self, resource: Resource, text: str) -> Iterator[Resource]:
        """The resources that a text names."""
        for match in _REFERENCE.finditer(text):
            for name in _NAME.findall(match[1])[:20]:
                parts = name.split(".")
                for address in (name, ".".join(parts[:2]), parts[0]):
                    found = self.find(resource, address)
                    if found is not None and found.type not in ("variable", "locals") and found is not resource:
                        yield found
                        break

    def filled(self, resource: Resource, text: str, hops: int = 0) -> str:
        """A text with its variables replaced by their defaults, where a default is a text."""
        if "${" not in text or hops > _MOST_HOPS:
            return text

        def given(match: re.Match[str]) -> str:
            name = match[1].strip()
            value = self._default(resource, name)
            if value is None and resource.file.path.endswith(".bicep"):
                return _INSIDE.sub(lambda inside: self._quoted(resource, inside[0]), match[0])
            return match[0] if value is None else self.filled(resource, value, hops + 1)

        return _REFERENCE.sub(given, text)

    def _quoted(self, resource: Resource, name: str) -> str:
        """What stands for a name in an expression: a text as such, where it is one."""
        value = self._default(resource, name)
        return name if value is None or re.search(r"[${}']", value) else f"'{value}'"

    def _default(self, resource: Resource, name: str) -> str | None:
        kind, _, rest = name.partition(".")
        if kind == "local":
            return self._locals.get((self.scope(resource.file), rest))
        variable = self.find(resource, name if kind == "var" else f"var.{name}")
        if variable is None or variable.type != "variable":
            return None
        said = [text for path, _, text in (value.partition("=") for value in _raw(variable)) if path.startswith("default")]
        default = said[0] if len(said) == 1 and said[0] not in ("null", "") else None
        return self._given_by_callers(resource.file.path, rest, default) if resource.file.path.endswith(".bicep") else default


def _raw(resource: Resource) -> tuple[str, ...]:
    return parts_of(resource.setting.attributes.get("values"))


def _called(resource: Resource) -> str | None:
    """The file of this tree that a module of Bicep calls, or that a file of values belongs to."""
    if resource.type != "module" or resource.setting.attributes.get("format") != "bicep":
        return None
    source = next((value[7:] for value in _raw(resource) if value.startswith("source=")), "")
    if not source.endswith(".bicep") or ":" in source or source.startswith("/"):
        return None
    return posixpath.normpath(posixpath.join(folder_of(resource.file.path), source))
