"""Base images whose name a composition completes: `FROM python:${TAG}`, and `args: {TAG: "3.12"}` where the service is built.

Takes the configuration files, gives them with the images as they are built: a default of the container file counts only where no
composition says otherwise. Where two services build the same file with different values, the default stays.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ingest.config.packages import image_parts
from ingest.facts import ConfigFacts, Setting
from ingest.source import attributes_of

_VARIABLE = re.compile(r"\$(?:\{([A-Za-z_]\w*)(?::?-[^}]*)?\}|([A-Za-z_]\w*))")


def with_build_arguments(files: Sequence[ConfigFacts]) -> list[ConfigFacts]:
    """The files, images of container files named as the compositions beside them build them."""
    given: dict[str, set[tuple[str, ...]]] = {}
    for file in files:
        for setting in file.settings:
            if setting.kind == "service" and (arguments := setting.attributes.get("build_arguments")):
                built = str(setting.attributes.get("built_from") or "Dockerfile")
                path = posixpath.normpath(posixpath.join(posixpath.dirname(file.path), built))
                given.setdefault(path, set()).add(tuple(arguments) if isinstance(arguments, tuple) else ())
    return [_completed(file, dict(_pair(text) for text in next(iter(given[file.path])))) if len(given.get(file.path, ())) == 1 else file
            for file in files]  # fmt: skip


def _completed(file: ConfigFacts, arguments: Mapping[str, str]) -> ConfigFacts:
    return replace(file, settings=tuple(_image(setting, arguments) for setting in file.settings))


def _image(setting: Setting, arguments: Mapping[str, str]) -> Setting:
    written = setting.attributes.get("written")
    if setting.kind != "image" or not isinstance(written, str):
        return setting
    names = [match[1] or match[2] for match in _VARIABLE.finditer(written)]
    if not names or any("$" in arguments.get(name, "$") for name in names):
        return setting
    name, tag, digest, pin = image_parts(_VARIABLE.sub(lambda match: arguments[match[1] or match[2]], written))
    return replace(setting, name=name, attributes=attributes_of(**{**setting.attributes, "tag": tag, "digest": digest, "pin": pin}))


def _pair(text: str) -> tuple[str, str]:
    name, _separator, value = text.partition("=")
    return name, value
