"""Composed services that ask nobody: as they are delivered, or because a variable switches the question off.

Takes a service, what its image is (`images.yaml`) and the variables and words it is started with; gives what is told instead of the name
of a password. What a mounted file or an address of a network says is not known here.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection

from ingest.facts import ConfigFacts, Setting
from ingest.source import parts_of
from pipeline.system.rules.images import KnownImage


def asks_nobody(known: KnownImage, service: Setting, file: ConfigFacts, guarded: bool, paths: Collection[str]) -> tuple[str, ...]:
    """What says that nobody is asked; empty where somebody is, or where a file of variables that is not in the tree may say so."""
    variables = [s for s in file.settings if s.kind == "environment" and s.attributes.get("service") == service.name]
    for variable in variables:
        if known.opened_by.get(variable.name.lower()) == variable.attributes.get("switch") and variable.attributes.get("switch"):
            return (variable.name,)
    if known.asks or guarded:
        return ()
    folder = posixpath.dirname(file.path)
    given = {posixpath.normpath(posixpath.join(folder, name)) for name in parts_of(service.attributes.get("env_files"))}
    if known.closed_by and not given <= set(paths):
        return ()
    words = (
        *(variable.name for variable in variables),
        *parts_of(service.attributes.get("command")),
        str(service.attributes.get("command")),
    )
    closed = known.closed_by and any(re.search(known.closed_by, word, re.IGNORECASE) for word in words)
    return () if closed else (known.without,)
