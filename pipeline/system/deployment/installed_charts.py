"""Which charts of a tree are installed, and with which values: what their own files say, what the chart above says of them, and what a file
that installs them gives.

Takes configuration facts; gives for each folder of a chart the values it is installed with, none where it is switched off. A chart below
`charts/` is on unless the condition that the chart above names is off (`condition: minio.enabled`), in the values that are shipped, in
those of every other file beside them, and in those it is installed with. Tags are not judged.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ingest.facts import ConfigFacts, Setting
from pipeline.system.deployment.said_values import OFF, said_values

_BELOW = re.compile(r"((?:.*/)?)charts/([^/]+)/")
_DEEPEST = 8


@dataclass(frozen=True, slots=True)
class ChartValues:
    """What a chart is installed with, by path, and where each stands."""

    path: str
    texts: Mapping[str, str]
    places: Mapping[str, str]

    def get(self, path: str, otherwise: str = "") -> str:
        return self.texts.get(path, otherwise)

    def place(self, path: str) -> str:
        return self.places.get(path, f"{self.path}:1")

    def is_off(self, path: str) -> bool:
        """Whether a value is said, and is none, false or nothing."""
        return path in self.texts and self.texts[path].lower() in OFF

    def over(self, other: ChartValues, prefix: str = "") -> ChartValues:
        """The values of `other`, with those of this one that stand below a prefix in their stead."""
        begin = f"{prefix}." if prefix else ""
        names = {name.removeprefix(begin): name for name in self.texts if name.startswith(begin)}
        if prefix:
            names |= {name: name for name in self.texts if name.startswith("global.")}
        texts = {**other.texts, **{short: self.texts[name] for short, name in names.items()}}
        return ChartValues(other.path, texts, {**other.places, **{short: self.place(name) for short, name in names.items()}})


class InstalledCharts:
    """The charts whose templates or values lie in the tree."""

    def __init__(self, files: Sequence[ConfigFacts]) -> None:
        self._shipped: dict[str, ChartValues] = {}
        self._beside: dict[str, list[ChartValues]] = {}  # other files of values in a chart's folder
        self._given: dict[str, list[ChartValues]] = {}  # by those who install a chart of this tree
        self._needs: dict[str, list[Setting]] = {}
        self._known: dict[str, tuple[ChartValues, ...]] = {}
        for file in files:
            folder, _slash, name = file.path.rpartition("/")
            folder = f"{folder}/" if folder else ""
            values = [s for s in file.settings if s.kind == "chart_values"]
            plain = [s for s in values if not s.attributes.get("chart")]
            if plain and name in ("values.yaml", "values.yml"):
                self._shipped[folder] = _read(file, plain)
            elif plain:
                self._beside.setdefault(folder, []).append(_read(file, plain))
            for setting in values:
                if at := setting.attributes.get("at"):
                    self._given.setdefault(f"{posixpath.normpath(str(at))}/", []).append(_read(file, [setting]))
            needs = [s for s in file.settings if s.kind == "chart_dependency"]
            if needs:
                self._needs.setdefault(folder, []).extend(needs)

    def is_chart(self, folder: str) -> bool:
        return folder in self._shipped or folder in self._needs

    def has_values(self, folder: str) -> bool:
        return folder in self._shipped

    def installed(self, folder: str, depth: int = 0) -> tuple[ChartValues, ...]:
        """The values a chart is installed with, once for each time; none where it is switched off."""
        if folder not in self._known:
            self._known[folder] = tuple(self._find(folder, depth)) if depth < _DEEPEST else ()
        return self._known[folder]

    def _find(self, folder: str, depth: int) -> Iterator[ChartValues]:
        own = self._shipped.get(folder, ChartValues(f"{folder}values.yaml", {}, {}))
        match = _BELOW.fullmatch(folder)
        if match is None or not self.is_chart(match[1]):
            yield from [given.over(own) for given in self._given.get(folder, ())] or [own]
            return
        needs = [need for need in self._needs.get(match[1], ()) if need.name == match[2]]
        for above in self.installed(match[1], depth + 1):
            for need in needs:
                if not self._is_off(match[1], need, above):
                    yield above.over(own, str(need.attributes.get("alias") or need.name))
            if not needs:
                yield above.over(own, match[2])

    def _is_off(self, folder: str, need: Setting, above: ChartValues) -> bool:
        """Whether a condition is off; of several, the first that is said counts."""
        asked = [part.strip() for part in str(need.attributes.get("condition") or "").split(",") if part.strip()]
        for condition in asked:
            if condition in above.texts:
                others = self._beside.get(folder, ()) if folder not in self._given else ()
                return above.is_off(condition) and not any(condition in one.texts and not one.is_off(condition) for one in others)
        return False

    def off_below(self, folder: str) -> frozenset[str]:
        """The keys of a chart's values that are for charts which are switched off."""
        found: set[str] = set()
        kept: set[str] = set()
        for need in self._needs.get(folder, ()):
            alias = str(need.attributes.get("alias") or need.name)
            installed = self.installed(folder)
            off = all(self._is_off(folder, need, above) for above in installed)
            (found if off else kept).add(alias)
        return frozenset(found - kept)


def _read(file: ConfigFacts, settings: Sequence[Setting]) -> ChartValues:
    texts: dict[str, str] = {}
    places: dict[str, str] = {}
    for setting in settings:
        for value in said_values(file, setting):
            if value.path not in texts:
                texts[value.path], places[value.path] = value.text, f"{file.path}:{value.place.start_line}"
    return ChartValues(file.path, texts, places)
