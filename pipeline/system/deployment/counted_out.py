"""Resources that a condition leaves out everywhere: `count = var.public ? 1 : 0`, where the default and all who call the module say false.

Takes `resource` settings of Terraform, gives those of which none is made. A condition on anything that is not written down as true or
false, in a default, a file of values or a call of the module, leaves nothing out. Conditions of `for_each` are not read.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence

from ingest.facts import ConfigFacts, Setting
from ingest.source import parts_of
from pipeline.system.deployment.deployment import folder_of

_COUNT = re.compile(r"\$\{\s*(!?)\s*((?:var|local)\.[\w-]+|true|false)\s*(?:==\s*true\s*)?\?\s*(\d+)\s*:\s*(\d+)\s*\}")
_NAMED = re.compile(r"\$\{\s*((?:var|local)\.[\w-]+)\s*\}")
_NONE = re.compile(r"0|\$\{\s*0\s*\}")
_MOST_HOPS, _MOST = 4, 40
_SUFFIXES = (".tf", ".tofu", ".tfvars")


class Conditions:
    """What the conditions of a tree's Terraform come to."""

    def __init__(self, files: Sequence[ConfigFacts]) -> None:
        self._settings = [
            (file, setting) for file in files if file.path.endswith(_SUFFIXES) for setting in file.settings if setting.kind == "resource"
        ]

    def leaves_out(self, file: ConfigFacts, setting: Setting) -> bool:
        """Whether no way in which the tree uses its module makes a resource."""
        count = _value(setting, "count")
        if count is None or not file.path.endswith(_SUFFIXES):
            return False
        if _NONE.fullmatch(count):
            return True
        said = _COUNT.fullmatch(count)
        if said is None or (said[3] == "0") == (said[4] == "0"):
            return False
        makes_none = (said[3] == "0") != bool(said[1])  # where what is asked holds
        found = [said[2]] if said[2] in ("true", "false") else list(self._values(folder_of(file.path), said[2], 0))
        return bool(found) and all(value == ("true" if makes_none else "false") for value in found)

    def _values(self, folder: str, name: str, hops: int) -> Iterator[str]:
        """What a variable of a module may be: `true`, `false`, or `?`."""
        kind, _, rest = name.partition(".")
        if hops > _MOST_HOPS:
            yield "?"
        elif kind == "local":
            told = [text for file, one in self._settings if folder_of(file.path) == folder and str(one.attributes.get("type")) == "locals"
                    for text in (_value(one, rest),) if text is not None]  # fmt: skip
            yield from self._read(folder, told[0], hops) if told else "?"
        else:
            declared = (one for file, one in self._settings if folder_of(file.path) == folder and not file.path.endswith(".tfvars"))
            default = next((_default(one) for one in declared if one.name == f"var.{rest}"), None)
            given = list(self._given(folder, rest))
            for where, text in given[:_MOST]:
                yield from self._read(where, text if text is not None else default or "?", hops)
            if not given:
                yield from self._read(folder, default or "?", hops)

    def _given(self, folder: str, name: str) -> Iterator[tuple[str, str | None]]:
        """What calls of a module and files of values give a variable; None where a call leaves it to its default."""
        for file, setting in self._settings:
            own = folder_of(file.path)
            if str(setting.attributes.get("type")) == "module":
                source = _value(setting, "source") or ""
                if source.startswith(".") and posixpath.normpath(posixpath.join(own, source)) == posixpath.normpath(folder or "."):
                    yield own, _value(setting, name)
            elif file.path.endswith(".tfvars") and setting.name == f"var.{name}" and (own == folder or own.startswith(f"{folder}/")):
                yield folder, _value(setting, name)

    def _read(self, folder: str, text: str, hops: int) -> Iterator[str]:
        named = _NAMED.fullmatch(text)
        if named is not None:
            yield from self._values(folder, named[1], hops + 1)
        else:
            yield text if text in ("true", "false") else "?"


def _default(setting: Setting) -> str | None:
    said = [value.partition("=") for value in parts_of(setting.attributes.get("values"))]
    defaults = [text for path, _, text in said if path.startswith("default")]
    return defaults[0] if len(defaults) == 1 else None


def _value(setting: Setting, path: str) -> str | None:
    said = [value.partition("=")[2] for value in parts_of(setting.attributes.get("values")) if value.partition("=")[0] == path]
    return said[0] if len(said) == 1 else None
