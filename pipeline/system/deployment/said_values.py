"""Values that a settings file says by their paths, each with its line: of a chart (`values.yaml`), of a gateway (LiteLLM)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ingest.facts import ConfigFacts, Setting
from ingest.source import Place, parts_of

OFF = frozenset({"", "false", "null", "~", "0", "none", "no", "off", "[]", "{}"})


@dataclass(frozen=True, slots=True)
class SaidValue:
    """`litellm_settings.cache=true`, and where it stands."""

    path: str
    text: str
    place: Place

    @property
    def is_on(self) -> bool:
        return self.text.lower() not in OFF


def said_values(file: ConfigFacts, setting: Setting) -> Iterator[SaidValue]:
    """The values of a setting, in the order of the file."""
    said, numbers = (parts_of(setting.attributes.get(name)) for name in ("values", "value_lines"))
    for value, number in zip(said, numbers, strict=False):
        path, _, text = value.partition("=")
        yield SaidValue(path, text, Place(file.path, int(number), int(number)))
