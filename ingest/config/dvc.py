"""Settings of DVC (`.dvc/config`). Takes the text, gives the credentials of remotes that stand in clear.

Stages are read in `ml_pipeline.py`.
"""

from __future__ import annotations

import re

from ingest.config.packages import secret_variable
from ingest.facts import Setting
from ingest.source import Place
from ingest.text import split_lines

_LINES = 2000
_SECTION = re.compile(r"\s*\[\s*['\"]?(?P<section>[^\]]{1,200}?)['\"]?\s*\]\s*$")
_ASSIGNMENT = re.compile(r"\s*(?P<key>[\w-]{1,80})\s*=\s*(?P<value>.*?)\s*$")
# Fields of a remote that open it, as DVC documents them; the names of others speak of files, profiles and addresses.
_CREDENTIALS = frozenset({
    "access_key_id", "secret_access_key", "session_token", "password", "connection_string", "account_key", "sas_token", "client_secret",
    "oss_key_secret", "gdrive_client_secret", "token", "passphrase",
})  # fmt: skip


def read_dvc_config(text: str, path: str) -> tuple[Setting, ...]:
    """The credentials of remotes, in the order of the file."""
    found: list[Setting] = []
    remote = ""
    beside: dict[str, str] = {}
    for number, line in enumerate(split_lines(text)[:_LINES], 1):
        section = _SECTION.match(line[:400])
        if section is not None:
            remote, beside = section["section"], {}
            continue
        match = _ASSIGNMENT.match(line[:2000])
        if match is None or not remote.startswith("remote"):
            continue
        key, value = match["key"].lower(), match["value"].strip("\"'")
        beside[key] = value
        if key in _CREDENTIALS:
            secret = secret_variable(key, value, Place(path, number, number), beside=dict(beside))
            found += [secret] if secret is not None else []
    return tuple(found)
