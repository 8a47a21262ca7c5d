"""Charts put together: what templates leave open is filled in from the values that the chart is installed with.

Takes configuration facts, gives them with marks (`$(.image.tag)`) replaced, with rights and limits that stand in the values taken over, and
without the resources that are switched off. What a chart is installed with is answered by `installed_charts`: its own values, those of
the chart above, and those of a file of this tree that installs it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ingest.config.packages import image_parts
from ingest.facts import ConfigFacts, Setting
from ingest.source import Attribute, attributes_of, parts_of
from pipeline.system.deployment.installed_charts import ChartValues, InstalledCharts

_MARK = re.compile(r"\$\((?:\.([\w.-]+)|given)\)")
_TEMPLATES = re.compile(r"^((?:.*/)?)templates/")
_OFF = frozenset({"false", "", "null", "0", "~", "no", "off", "False"})
_GIVEN = "$GIVEN"  # said by whoever installs


def with_values(files: Sequence[ConfigFacts]) -> list[ConfigFacts]:
    """The same files, templates filled in, without what is switched off."""
    charts = InstalledCharts(files)
    return [_of_chart(file, charts) for file in files]


def _of_chart(file: ConfigFacts, charts: InstalledCharts) -> ConfigFacts:
    match = _TEMPLATES.match(file.path)
    if match is not None and charts.is_chart(match[1]):
        installed = charts.installed(match[1])
        return _filled(file, installed) if charts.has_values(match[1]) or not installed else file
    folder = file.path[: file.path.rfind("/") + 1]
    if charts.is_chart(folder) and any(setting.kind == "chart_values" for setting in file.settings):
        return _without_off(file, charts, folder)
    return file


def _without_off(file: ConfigFacts, charts: InstalledCharts, folder: str) -> ConfigFacts:
    """A chart's values without those of charts that are switched off: what they say, nothing runs by."""
    if not charts.installed(folder):
        return replace(file, settings=())
    off = charts.off_below(folder)
    unused = [s.place for s in file.settings if s.kind == "chart_values" and not s.attributes.get("chart") and s.name in off]
    if not unused:
        return file
    lines = {line for place in unused for line in range(place.start_line, place.end_line + 1)}
    return replace(file, settings=tuple(s for s in file.settings if s.place.start_line not in lines))


def _filled(file: ConfigFacts, installed: Sequence[ChartValues]) -> ConfigFacts:
    """A template with the values of the first installation in which each resource is there."""
    found = [(s, next((values for values in installed if _is_on(s, values)), None)) for s in file.settings]
    return replace(file, settings=tuple(_setting(s, values) for s, values in found if values is not None))


def _is_on(setting: Setting, values: ChartValues) -> bool:
    """Whether a resource is there with these values; a map counts as on."""
    for condition in parts_of(setting.attributes.get("only_if")):
        path = condition.removeprefix("!")
        on = values.get(path, "") not in _OFF or any(name.startswith(f"{path}.") for name in values.texts)
        if on == condition.startswith("!"):
            return False
    return True


def _setting(setting: Setting, values: ChartValues) -> Setting:
    attributes: dict[str, Attribute] = {name: _said(value, values) for name, value in setting.attributes.items()}
    if setting.kind == "workload":
        attributes |= _container(setting, attributes, values)
    elif setting.kind == "exposure" and "$(" in str(setting.attributes.get("type")):
        attributes["open"] = attributes.get("type") in ("LoadBalancer", "NodePort")
    return replace(setting, name=str(_said(setting.name, values)), attributes=attributes_of(**attributes))


def _said(value: Attribute, values: ChartValues) -> Attribute:
    if isinstance(value, tuple):
        return tuple(str(_said(item, values)) for item in value)
    return _MARK.sub(lambda match: _value(match[1], values), value) if isinstance(value, str) else value


def _value(path: str | None, values: ChartValues) -> str:
    """A value, or an image that a map of values describes."""
    if path is None:
        return _GIVEN
    repository = values.get(f"{path}.repository") or values.get(f"{path}.name")
    if repository:
        registry = values.get(f"{path}.registry")
        tag = values.get(f"{path}.tag") or _GIVEN
        return f"{registry}/{repository}:{tag}" if registry else f"{repository}:{tag}"
    return values.get(path) or _GIVEN


def _container(setting: Setting, filled: Mapping[str, Attribute], values: ChartValues) -> dict[str, Attribute]:
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
