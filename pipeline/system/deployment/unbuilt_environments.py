"""Conda environments that nothing builds from: beside a lock that the tree installs from, where no command and no page names them.

Takes the assembly with its manifests, the configuration files and the documents; marks such a manifest (`unbuilt`). A file in the folder
that hosts of notebooks build from by themselves (`binder`), and one that no lock stands beside, is somebody's way to install.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.facts import ConfigFacts, DocumentFacts
from pipeline.system.assembly import Assembly
from pipeline.system.deployment.deployment import folder_of, passes_over_lock

_FOLDERS = frozenset({"binder", ".binder"})
_BUILDS = re.compile(r"\b(?:conda|mamba|micromamba)\b[^\n;&|]{0,80}\b(?:create|update)\b|\bconda-lock\b|setup-(?:miniconda|micromamba)")


def mark_unbuilt_environments(assembly: Assembly, files: Sequence[ConfigFacts], documents: Sequence[DocumentFacts]) -> None:
    """`unbuilt` at manifests of conda."""
    environments = [file for file in files if any(s.kind == "package" and s.attributes.get("ecosystem") == "conda" for s in file.settings)]
    for file in environments:
        draft = assembly.drafts.by_id.get(f"package:{file.path}")
        folder, name = folder_of(file.path), file.path.rsplit("/", 1)[-1]
        if draft is None or folder.rsplit("/", 1)[-1] in _FOLDERS or not _is_locked_beside(folder, file.path, files):
            continue
        if not any(name in said or _BUILDS.search(said) for said in _said(file.path, files, documents)):
            draft.attributes["unbuilt"] = True


def _is_locked_beside(folder: str, path: str, files: Sequence[ConfigFacts]) -> bool:
    locks = [
        s
        for file in files
        for s in file.settings
        if s.kind == "lock" and s.attributes.get("ecosystem") == "pypi" and folder_of(s.place.path) == folder
    ]
    return any(not any(passes_over_lock(other, path, lock.place.path) for other in files) for lock in locks)


def _said(path: str, files: Sequence[ConfigFacts], documents: Sequence[DocumentFacts]) -> list[str]:
    """All that commands and pages of the tree say."""
    told = [str(value)[:20_000] for file in files if file.path != path for s in file.settings for value in s.attributes.values() if value]
    return [*told, *(passage.text for document in documents for passage in document.passages)]
