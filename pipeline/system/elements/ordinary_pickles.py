"""Pickles of programs that have nothing to do with models: caches, queues and sessions of ordinary software.

Takes an assembly whose elements are known; marks what is unpickled where nothing in the tree is an AI part, no AI library is imported, and
nothing around is called as models are. What is marked is no model file, and its threats are not ours to tell.
"""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.system.assembly import Assembly
from pipeline.system.model import ElementKind
from pipeline.system.rules.words import load_words, mentions

_ANYTHING = frozenset({"pickle", "marshal", "shelve"})  # formats that hold whatever a program puts into them
_OF_MODELS = (
    "model", "models", "classifier", "regressor", "estimator", "predictor", "weights", "vectorizer", "vectoriser", "tokenizer",
    "scaler", "encoder", "embedding", "embeddings", "checkpoint", "clf", "features", "ml", "ai", "predict", "prediction",
    "inference", "vectors", "corpus",
)  # fmt: skip
_AI: frozenset[ElementKind] = frozenset({
    "agent", "hosted_llm", "local_llm", "ml_model", "embedding_model", "vector_store", "training_job", "inference_server",
    "mcp_server", "mcp_client", "mcp_tool", "tool", "prompt", "retriever", "memory", "model_registry", "dataset", "guardrail", "evaluator",
})  # fmt: skip


def mark_ordinary_pickles(assembly: Assembly) -> None:
    """`of_no_model` on files and bytes that are unpickled in a program without any AI part."""
    drafts = assembly.drafts.by_id
    pickled = {i: d for i, d in drafts.items() if d.kind == "model_file" and d.attributes.get("library") in _ANYTHING}
    if (
        not pickled
        or any(d.kind in _AI or (d.kind == "model_file" and i not in pickled) for i, d in drafts.items())
        or _imports_ai(assembly)
    ):
        return
    for draft in pickled.values():
        if not mentions(_around(assembly, draft.name, draft.nodes), _OF_MODELS):
            draft.attributes["of_no_model"] = True


def _imports_ai(assembly: Assembly) -> bool:
    known = {name.replace("-", "_") for name in load_words().ai_packages} | {"sklearn", "cv2"}
    return any(one.target.split(".")[0] in known for facts in assembly.program.files for one in facts.imports)


def _around(assembly: Assembly, name: str, nodes: Iterable[tuple[int, int]]) -> list[str]:
    """What the code around is called, and the texts in it."""
    found = [name]
    for file, value in nodes:
        facts = assembly.program.files[file]
        scope = facts.values[value].scope
        found += [facts.path, facts.functions[scope].qualified_name]
        found += [v.text for v in facts.values if v.scope == scope and v.kind in ("name", "attribute", "constant") and len(v.text) < 60]
    return found
