"""appsettings.json, launchSettings.json and local.settings.json of .NET: where an application is told to listen, and secrets in clear.

Reads `Urls` and `Kestrel:Endpoints`, also written as one key with colons, `applicationUrl` of a developer's own start, what a log is told
to write, and of all other values only whether they are secrets. What the application makes of its own settings is not known here;
variables of the environment, which win over the file, are read elsewhere.
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
# A shorter key signs nothing: Microsoft.IdentityModel refuses it for HMAC, when a token is made and when one is read (IDX10653, IDX10720).
_LEAST_BYTES = 16
_LEVEL = re.compile(r"logging\.(?:[^.]{1,100}\.)?loglevel\..{1,200}|serilog\.minimumlevel(?:\..{1,200})?", re.IGNORECASE)
_STARTED_AT = re.compile(r"profiles\..{1,200}\.applicationurl", re.IGNORECASE)
LAUNCHED = "local launch"  # the environment of an address that only a developer's own start is given
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
        launched = _STARTED_AT.fullmatch(value.path) is not None
        if launched or _LISTENS.fullmatch(value.path.replace(":", ".")):
            addresses = (part.strip() for part in value.text.split(";"))
            told = LAUNCHED if launched else named[1] if named else ""
            found += [setting("listener", one, place, environment=told) for one in addresses if one]
        elif _LEVEL.fullmatch(value.path.replace(":", ".")):
            found.append(setting("property", value.path.replace(":", "."), place, value=value.text, profile=named[1] if named else None))
        elif "\n" not in value.text:
            secret = secret_variable(value.name.rsplit(":", 1)[-1], value.text, place, beside=beside)
            found += [secret] if secret is not None else _keys(value, place)
    return tuple(found)


def _keys(value: Flat, place: Place) -> list[Setting]:
    long_enough = len(value.text.encode()) >= _LEAST_BYTES
    return [environment(value.path, value.text, place, secret=None)] if _KEY.search(value.name) and long_enough else []
