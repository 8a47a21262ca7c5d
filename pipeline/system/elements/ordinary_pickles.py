"""Pickles of programs that have nothing to do with models: caches, queues and sessions of ordinary software.

Takes an assembly whose elements are known; marks what is unpickled where nothing in the tree is an AI part, no AI library is imported, and
nothing around is called as models are. What is marked is no model file, and its threats are not ours to tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipeline.system.assembly import Assembly
from pipeline.system.model import ElementKind
from pipeline.system.rules.words import load_words, mentions

_ANYTHING = frozenset({"pickle", "marshal", "shelve"})  # formats that hold whatever a program puts into them
_OF_MODELS = (
    "classifier", "regressor", "estimator", "predictor", "weights", "vectorizer", "vectoriser", "tokenizer", "scaler", "embedding",
    "embeddings", "checkpoint", "clf", "predict", "prediction", "inference", "corpus",
)  # fmt: skip
# A model of an application is a table, an encoder one of text, a feature a switch: they count where what is unpickled is called so.
_IF_CALLED_SO = ("model", "models", "encoder", "features", "vectors", "ml", "ai")
_FILE_NAME = re.compile(r"\.[a-z0-9]{2,8}$", re.IGNORECASE)
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
        around = _around(assembly, draft.nodes)
        called = [draft.name, *(text for text in around if _FILE_NAME.search(text))]
        if not mentions([draft.name, *around], _OF_MODELS) and not mentions(called, _IF_CALLED_SO):
            draft.attributes["of_no_model"] = True


def _imports_ai(assembly: Assembly) -> bool:
    known = {name.replace("-", "_") for name in load_words().ai_packages} | {"sklearn", "cv2"}
    return any(one.target.split(".")[0] in known for facts in assembly.program.files for one in facts.imports)


def _around(assembly: Assembly, nodes: Iterable[tuple[int, int]]) -> list[str]:
    """What the code around is called, and the texts in it."""
    found: list[str] = []
    for file, value in nodes:
        facts = assembly.program.files[file]
        scope = facts.values[value].scope
        found.append(facts.functions[scope].qualified_name)
        found += [v.text for v in facts.values if v.scope == scope and v.kind in ("name", "attribute", "constant") and len(v.text) < 60]
    return found
