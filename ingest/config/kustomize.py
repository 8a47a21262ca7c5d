"""Kustomization files: what they take up, and what they make secrets and maps of settings out of.

Takes the text of one `kustomization.yaml`, gives a variable per literal of a generator, judged with those beside it, so that a password
in a repository is seen however it gets into the cluster, the files that generators take over, and one `kustomized` setting per file or
folder that it names. Resources are files of their own and read as such; env files are read where they are called so. Patches,
replacements and images are not applied.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from ingest.config.nodes import Node
from ingest.config.packages import environment, setting
from ingest.config.yaml_nodes import yaml_documents
from ingest.facts import Setting
from ingest.source import Place

_TAKES_UP = ("resources", "bases", "components", "patches", "patchesStrategicMerge", "patchesJson6902", "crds", "configurations")
_GENERATORS = ("secretGenerator", "configMapGenerator")


def read_kustomization(text: str, path: str) -> tuple[Setting, ...]:
    """Settings in the order of the file."""
    found: list[Setting] = []
    for document in yaml_documents(text):
        for generator in _GENERATORS:
            for made in document.get(generator).items:
                found += [*_literals(made, path, generator == "secretGenerator"), *_files(made, path)]
        found += _taken_up(document, path)
    return tuple(found)


def _taken_up(document: Node, path: str) -> Iterator[Setting]:
    """Resources, bases, components and patches by their paths below the root; what lies elsewhere is left out."""
    for key in _TAKES_UP:
        for item in document.get(key).items:
            name = posixpath.normpath(posixpath.join(posixpath.dirname(path), item.text or item.get("path").text or "."))
            if "://" not in item.text and not name.startswith(".."):
                yield setting("kustomized", name, Place(path, item.line, max(item.line, item.end_line)))


def _literals(made: Node, path: str, secret: bool) -> Iterator[Setting]:
    given = [(*_parted(literal.text), literal) for literal in made.get("literals").items if "=" in literal.text]
    beside = {name: value for name, value, _ in given}
    for name, value, literal in given:
        place = Place(path, literal.line, max(literal.line, literal.end_line))
        called = made.get("name").text or None
        yield environment(name, value, place, beside=beside, service=called, of_secret=called if secret else None)


def _files(made: Node, path: str) -> Iterator[Setting]:
    """Files whose texts a generator takes over: `system.txt=prompts/system.txt`."""
    for given in made.get("files").items:
        key, _, name = given.text.rpartition("=")
        if name:
            place = Place(path, given.line, max(given.line, given.end_line))
            yield setting("mounted_file", name, place, into=made.get("name").text or None, key=key or None)


def _parted(literal: str) -> tuple[str, str]:
    """Name and value, without the quotes that Kustomize takes away."""
    name, _, value = literal.partition("=")
    is_quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return re.sub(r"[-.]", "_", name.strip()), value[1:-1] if is_quoted else value
