"""Prompts that a deployment mounts: text files that a map of settings named for prompts is made of.

Takes `mounted_file` settings and documents, gives a prompt per file that lies in this tree, with what its words tell. Which program reads
it is not known; a map whose name, key and path do not speak of prompts is left out.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence

from ingest.facts import ConfigFacts, DocumentFacts
from ingest.secrets import find_secrets
from ingest.told_secrets import told_secrets
from pipeline.system.assembly import Assembly
from pipeline.system.deployment.deployment import folder_of
from pipeline.system.prompts.embedded import said_of_prompt, with_hash, without_spoken

_OF_PROMPTS = re.compile(r"(?:^|[^a-z])(?:system[-_]?)?prompts?(?:[^a-z]|$)", re.IGNORECASE)
_SHORTEST = 20  # characters: less is a word, not a prompt


def add_mounted_prompts(assembly: Assembly, files: Sequence[ConfigFacts], documents: Sequence[DocumentFacts]) -> None:
    known = {document.path: document for document in documents}
    for file in files:
        for setting in file.settings:
            if setting.kind != "mounted_file":
                continue
            called = " ".join(str(setting.attributes.get(name) or "") for name in ("into", "key"))
            document = known.get(posixpath.normpath(posixpath.join(folder_of(file.path), setting.name)))
            if document is not None and _OF_PROMPTS.search(f"{called} {setting.name}"):
                _prompt(assembly, document)


def _prompt(assembly: Assembly, document: DocumentFacts) -> None:
    text = "\n".join(passage.text for passage in document.passages)
    if len(text) < _SHORTEST:
        return
    telling = next((p for p in document.passages if told_secrets(p.text) or find_secrets(p.text)), document.passages[0])
    cited = without_spoken(assembly.cite_place(telling.place), told_secrets(text))
    identity = assembly.drafts.put("prompt", document.path, None, said_of_prompt(text, "system"), cited, None, document.purpose)
    with_hash(assembly, identity, text)
