"""Charts put together: what templates leave open is filled in from the values that the chart ships.

Takes configuration facts, gives them with marks (`$(.image.tag)`) replaced, with rights and limits that stand in the values taken over, and
without the resources that are switched off by default. Only the `values.yaml` of the template's own chart is used: what an
installation overrides is not known.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ingest.config.packages import image_parts
from ingest.facts import ConfigFacts, Setting
from ingest.source import Attribute, attributes_of, parts_of
from pipeline.system.deployment.said_values import said_values

_MARK = re.compile(r"\$\((?:\.([\w.-]+)|given)\)")
_TEMPLATES = re.compile(r"^((?:.*/)?)templates/")
_OFF = frozenset({"false", "", "null", "0", "~", "no", "off", "False"})
_GIVEN = "$GIVEN"  # said by whoever installs


@dataclass(frozen=True, slots=True)
class _Values:
    """What a chart ships, by path, and where each stands."""

    path: str
    texts: Mapping[str, str]
    lines: Mapping[str, str]

    def get(self, path: str, otherwise: str = "") -> str:
        return self.texts.get(path, otherwise)

    def place(self, path: str) -> str:
        return f"{self.path}:{self.lines.get(path, '1')}"


def with_values(files: Sequence[ConfigFacts]) -> list[ConfigFacts]:
    """The same files, templates filled in."""
    values = {file.path.rsplit("values.y", 1)[0]: _values(file) for file in files if _is_chart_values(file)}
    return [_filled(file, values[match[1]]) if (match := _TEMPLATES.match(file.path)) and match[1] in values else file for file in files]


def _is_chart_values(file: ConfigFacts) -> bool:
    return file.path.rsplit("/", 1)[-1] in ("values.yaml", "values.yml") and any(s.kind == "chart_values" for s in file.settings)


def _values(file: ConfigFacts) -> _Values:
    texts: dict[str, str] = {}
    lines: dict[str, str] = {}
    for setting in file.settings:
        if setting.kind == "chart_values":
            for value in said_values(file, setting):
                texts.setdefault(value.path, value.text)
                lines.setdefault(value.path, str(value.place.start_line))
    return _Values(file.path, texts, lines)


def _filled(file: ConfigFacts, values: _Values) -> ConfigFacts:
    return replace(file, settings=tuple(_setting(s, values) for s in file.settings if _is_on(s, values)))


def _is_on(setting: Setting, values: _Values) -> bool:
    """Whether a resource is there as the chart ships; a map counts as on."""
    for condition in parts_of(setting.attributes.get("only_if")):
        path = condition.removeprefix("!")
        on = values.get(path, "") not in _OFF or any(name.startswith(f"{path}.") for name in values.texts)
        if on == condition.startswith("!"):
            return False
    return True


def _setting(setting: Setting, values: _Values) -> Setting:
    attributes: dict[str, Attribute] = {name: _said(value, values) for name, value in setting.attributes.items()}
    if setting.kind == "workload":
        attributes |= _container(setting, attributes, values)
    elif setting.kind == "exposure" and "$(" in str(setting.attributes.get("type")):
        attributes["open"] = attributes.get("type") in ("LoadBalancer", "NodePort")
    return replace(setting, name=str(_said(setting.name, values)), attributes=attributes_of(**attributes))


def _said(value: Attribute, values: _Values) -> Attribute:
    if isinstance(value, tuple):
        return tuple(str(_said(item, values)) for item in value)
    return _MARK.sub(lambda match: _value(match[1], values), value) if isinstance(value, str) else value


def _value(path: str | None, values: _Values) -> str:
    """A value, or an image that a map of values describes."""
    if path is None:
        return _GIVEN
    repository = values.get(f"{path}.repository") or values.get(f"{path}.name")
    if repository:
        registry = values.get(f"{path}.registry")
        tag = values.get(f"{path}.tag") or _GIVEN
        return f"{registry}/{repository}:{tag}" if registry else f"{repository}:{tag}"
    return values.get(path) or _GIVEN


def _container(setting: Setting, filled: Mapping[str, Attribute], values: _Values) -> dict[str, Attribute]:
    found: dict[str, Attribute] = {}
    said: list[str] = []
    image = str(filled.get("image") or "")
    if image != setting.attributes.get("image"):
        name, _tag, _digest, pin = image_parts(image)
        found |= {"image": name, "pin": pin}
        marks = [mark for mark in _MARK.findall(str(setting.attributes.get("image"))) if mark]
        if marks:  # the last says how exact the image is meant
            found["image_at"] = values.place(tag if (tag := f"{marks[-1]}.tag") in values.texts else marks[-1])
    paths = dict(pair.split("=", 1) for pair in parts_of(setting.attributes.get("value_paths")) if "=" in pair)
    own, shared = paths.get("securityContext"), paths.get("podSecurityContext")
    for path in filter(None, (shared, own)):
        user = values.get(f"{path}.runAsUser")
        if user:
            found["root"] = user == "0"
            said.append(values.place(f"{path}.runAsUser"))
        elif values.get(f"{path}.runAsNonRoot") == "true" and "root" not in found:
            found["root"] = False
    if own is not None and values.get(f"{own}.privileged") == "true":
        found["privileged"] = True
        said.append(values.place(f"{own}.privileged"))
    if own is not None and values.get(f"{own}.readOnlyRootFilesystem") == "true":
        found["read_only_root"] = True
    if said:
        found["said_at"] = tuple(dict.fromkeys(said))
    limits = paths.get("resources")
    if limits is not None and any(name.startswith(f"{limits}.limits.") for name in values.texts):
        found["limits"] = True
    return found
