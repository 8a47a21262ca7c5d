"""appsettings.json of .NET: the addresses a web application is told to listen on, and secrets in clear.

Reads `Urls` and `Kestrel:Endpoints`, also written as one key with colons, and of all other values only whether they are secrets. What the
application makes of its own settings is not known here; variables of the environment, which win over the file, are read elsewhere.
"""

from __future__ import annotations

import re

from ingest.config.json_nodes import json_node
from ingest.config.packages import environment, secret_variable, setting
from ingest.config.resources import Flat, flat_node
from ingest.facts import Setting
from ingest.source import Place

_MOST = 2000
_LISTENS = re.compile(r"urls|kestrel\.endpoints\.[^.]{1,100}\.url", re.IGNORECASE)
_KEY = re.compile(r"(?:secret|key)$", re.IGNORECASE)
_ENVIRONMENT = re.compile(r"appsettings\.(.{1,100})\.json$", re.IGNORECASE)


def read_app_settings(text: str, path: str) -> tuple[Setting, ...]:
    """One setting per address, with the environment the file is for, one per secret, and one per key under its whole name."""
    found: list[Setting] = []
    named = _ENVIRONMENT.search(path)
    values = [value for value, _ in zip(flat_node(json_node(text), ""), range(_MOST), strict=False)]
    beside = {value.name: value.text for value in values}
    for value in values:
        place = Place(path, value.line, value.line)
        if _LISTENS.fullmatch(value.path.replace(":", ".")):
            addresses = (part.strip() for part in value.text.split(";"))
            found += [setting("listener", one, place, environment=named[1] if named else "") for one in addresses if one]
        elif "\n" not in value.text:
            secret = secret_variable(value.name.rsplit(":", 1)[-1], value.text, place, beside=beside)
            found += [secret] if secret is not None else _keys(value, place)
    return tuple(found)


def _keys(value: Flat, place: Place) -> list[Setting]:
    return [environment(value.path, value.text, place, secret=None)] if _KEY.search(value.name) and value.text else []
