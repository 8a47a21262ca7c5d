"""Stores of another application that lies in the same tree: a composition of its own folder, whose code asks no model.

Takes an assembly whose code and services are known, marks `apart` at stores and queues of such a composition. A composition at the root,
one with a part of AI beside it, and one that lies alone in its folder (the tree's own servers) are of the AI system.
"""

from __future__ import annotations

from collections.abc import Sequence

from ingest.facts import ConfigFacts
from pipeline.system.assembly import Assembly
from pipeline.system.deployment.deployment import folder_of, normal
from pipeline.system.model import ElementKind
from pipeline.system.rules.words import load_words

_STORES: frozenset[ElementKind] = frozenset({"data_store", "vector_store", "queue"})
_OF_AI: frozenset[ElementKind] = frozenset({
    "hosted_llm", "local_llm", "ml_model", "agent", "embedding_model", "retriever", "training_job", "inference_server", "model_registry",
    "model_file", "mcp_server", "mcp_client", "tool", "mcp_tool", "memory", "dataset", "vector_store",
})  # fmt: skip


def mark_other_applications(assembly: Assembly, files: Sequence[ConfigFacts]) -> None:
    """`apart` at each store that another application composes for itself."""
    of_ai = {one.path for draft in assembly.drafts.by_id.values() if draft.kind in _OF_AI for one in draft.evidence}
    names = set(load_words().ai_packages)
    of_ai |= {file.path for file in files if any(s.kind == "package" and normal(s.name) in names for s in file.settings)}
    programs = {file.path for file in files if any(s.kind in ("package", "container_build", "image") for s in file.settings)}
    programs |= {facts.path for facts in assembly.program.files}
    for draft in assembly.drafts.by_id.values():
        if draft.kind in _STORES and "service" in draft.attributes and draft.evidence:
            folder = folder_of(draft.evidence[0].path)
            if folder and _lies_below(folder, programs) and not _lies_below(folder, of_ai):
                draft.attributes["apart"] = True


def _lies_below(folder: str, paths: set[str]) -> bool:
    return any(path.startswith(f"{folder}/") for path in paths)
