"""What a composition's variables are where people do as they are told: copy the sample of the environment, and start.

Takes a service and all files of configuration, gives the passwords that everybody knows by a file of variables beside the composition or
at a folder above: `.env`, and its samples (`.env.example`, `env_template`). Values are not kept: the reader of such a file says which of
its passwords are known.
"""

from __future__ import annotations

from collections.abc import Sequence
from posixpath import basename, dirname, join, normpath

from ingest.config.dotenv import is_template
from ingest.facts import ConfigFacts, Setting
from ingest.source import parts_of
from pipeline.system.rules.images import passwords_of


def known_by_sample(service: Setting, file: ConfigFacts, files: Sequence[ConfigFacts]) -> tuple[str, ...]:
    """Password variables of a service whose value a sample gives, and it is one that everybody tries."""
    refers = [said.partition("=") for said in parts_of(service.attributes.get("refers"))]
    known = _known_above(file.path, files) if refers else {}
    found = tuple(name for name, _, given in refers if known.get(given))
    return found or _of_its_files(service, file, files)


def _of_its_files(service: Setting, file: ConfigFacts, files: Sequence[ConfigFacts]) -> tuple[str, ...]:
    """Password variables that a store's image asks for, by the files of variables it is started with, or their samples."""
    asked = passwords_of(str(service.attributes.get("image") or ""))
    paths = [other.path for other in files]
    for given in parts_of(service.attributes.get("env_files")) if asked is not None else ():
        path = normpath(join(dirname(file.path), given))
        read = (other for other in files if other.path == path or other.path in samples_beside(path, paths))
        for setting in (setting for other in read for setting in other.settings):
            known = setting.kind == "environment" and setting.attributes.get("default")
            if known and asked is not None and asked.search(setting.name):
                return (setting.name,)
    return ()


def samples_beside(path: str, paths: Sequence[str]) -> tuple[str, ...]:
    """Samples of a file of variables that is not in the tree, in its folder: of `.env` the `.env.example`."""
    beside = (other for other in paths if dirname(other) == dirname(path))
    return tuple(other for other in beside if is_template(other) and path not in paths and "env" in basename(path).lower())


def _known_above(path: str, files: Sequence[ConfigFacts]) -> dict[str, bool]:
    """Variables of the nearest file of variables that has them, an `.env` before its samples, and whether their value is known to all."""
    folders = [dirname(path)]
    while folders[-1]:
        folders.append(dirname(folders[-1]))
    found: dict[str, bool] = {}
    of_environment = [file for file in files if basename(file.path).lower() in (".env", "env") or is_template(file.path)]
    for folder in folders:
        for file in sorted((f for f in of_environment if dirname(f.path) == folder), key=lambda f: (is_template(f.path), f.path)):
            for setting in file.settings:
                if setting.kind == "environment":
                    found.setdefault(setting.name, setting.attributes.get("default") is True)
    return found
