"""Folders of own knowledge, written for a test: the smallest that is valid, and what to change in it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pipeline.system.rules.knowledge_file import KnowledgeError
from pipeline.threats.catalog import Catalog, catalog_with

THREAT = """\
stride: [tampering]
title: An agent without our guard
summary: What reaches it is not looked at.
sentence: "{element} has no guard"
about: [agent]
when:
  - lacks_control: [own/acme-guard]
likelihood: {base: 3}
impact: {base: 3}
how_we_look: We look at agents.
not_a_threat_when: It is not an agent.
mitigations:
  - text: Give it the guard.
    test: The red list is refused.
"""
FRAMEWORK = """\
name: acme-llm
read_from: ["acme-llm 3.2"]
calls:
  - call: [acme_llm.Agent]
    kind: agent
    name_from: name
  - call: [acme_guard.check]
    control: own/acme-guard
    protects: function
"""
CONTROL = "title: Acme Guard looks at every prompt\ncounts_as: [guardrail]\n"
WHOLE: Mapping[str, str] = {
    "threats/agent-without-guard.yaml": THREAT, "frameworks/acme-llm.yaml": FRAMEWORK, "controls/acme-guard.yaml": CONTROL,
}  # fmt: skip


def folder_of(root: Path, files: Mapping[str, str | bytes], name: str = "acme") -> Path:
    """A folder with these files."""
    folder = root / name
    folder.mkdir(parents=True, exist_ok=True)
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return folder


def known(*folders: Path) -> Catalog:
    return catalog_with(folders)


def problems(*folders: Path) -> list[str]:
    """What is said of folders that cannot be used, paths below the last of them."""
    try:
        catalog_with(folders)
    except KnowledgeError as failure:
        return [line.replace(f"{folders[-1]}/", "") for line in failure.lines]
    raise AssertionError("the folder was accepted")
