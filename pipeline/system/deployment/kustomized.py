"""Which manifests a kustomization brings into a cluster, and which lie beside one that does not name them.

Takes configuration and documents, gives paths or the files. A manifest in the folder of a `kustomization.yaml` that names others and
not it is what somebody left there: `kubectl apply -k` passes it over. Where a document or a script names the file it is applied by
itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from posixpath import basename, dirname

from ingest.facts import ConfigFacts, DocumentFacts

_OF_CLUSTER = frozenset({"workload", "exposure", "network_policy", "gate", "cluster_rights"})
_KUSTOMIZATION = re.compile(r"(?:^|/)kustomization(?:\.ya?ml)?$", re.IGNORECASE)


def taken_up(files: Sequence[ConfigFacts]) -> frozenset[str]:
    """Files that a kustomization names, or that lie in a folder it names and that has none of its own."""
    return frozenset(setting.name for file in files for setting in file.settings if setting.kind == "kustomized")


def without_left_aside(files: Sequence[ConfigFacts], documents: Sequence[DocumentFacts]) -> list[ConfigFacts]:
    """The files, of which manifests that are left aside only tell how it could be done: credentials in them leaked all the same."""
    aside = _left_aside(files, documents)
    return [replace(file, purpose="documentation") if file.path in aside else file for file in files]


def _left_aside(files: Sequence[ConfigFacts], documents: Sequence[DocumentFacts]) -> frozenset[str]:
    """Manifests in a kustomization's folder that it does not name, and that nothing else names."""
    named = taken_up(files)
    naming = {
        dirname(file.path) for file in files if _KUSTOMIZATION.search(file.path) and any(s.kind == "kustomized" for s in file.settings)
    }
    aside = {
        file.path
        for file in files
        if dirname(file.path) in naming and file.path not in named and any(s.kind in _OF_CLUSTER for s in file.settings)
    }
    if not aside:
        return frozenset()
    names = {path: basename(path) for path in aside}
    told = reduce(set.union, (_told(text, names) for text in _texts(files, documents)), set[str]())
    return frozenset(aside - told)


def _told(text: str, names: dict[str, str]) -> set[str]:
    return {path for path, name in names.items() if name in text}


def _texts(files: Sequence[ConfigFacts], documents: Sequence[DocumentFacts]) -> list[str]:
    told = [passage.text for document in documents for passage in document.passages]
    for file in files:
        for setting in file.settings:
            if setting.kind in ("command", "run_command", "workflow_step", "chart_values"):
                told.append(" ".join(str(value) for value in setting.attributes.values()))
    return told
