"""Models whose name stands among the parameters of a training: `create_model(params["train"]["backbone"])`.

Takes the assembly and the parameters that configuration holds, gives such models the name that is written there, with the place. The
keys the code asks for are matched with those of the file from its top; parameters that code or a command line fills in are not known.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.code.program import Node
from ingest.facts import ConfigFacts, Setting
from pipeline.system.assembly import Assembly
from pipeline.system.program.arguments import argument_node
from pipeline.system.program.naming import is_file_path

_NAMES = "model_name|pretrained_model_name_or_path|model_id|repo_id|0"
_COMMIT = re.compile(r"@[0-9a-f]{7,40}$")
_DEEPEST = 8


def name_models(assembly: Assembly, files: Sequence[ConfigFacts]) -> None:
    known: dict[str, Setting | None] = {}
    for file in files:
        for setting in file.settings:
            if setting.kind == "parameter":
                known[setting.name] = setting if setting.name not in known else None  # of two files it is not known which is read
    for identity, draft in sorted(assembly.drafts.by_id.items()):
        if draft.kind not in ("model_registry", "embedding_model") or draft.attributes.get("named") is not False:
            continue
        for node in draft.nodes:
            given = argument_node(assembly.program, node, _NAMES)
            found = known.get(_keys(assembly, given)) if given is not None else None
            if found is None:
                continue
            value, evidence = str(found.attributes["value"]), assembly.cite_place(found.place)
            draft.attributes |= {"named": True, "model": value}
            if is_file_path(value):
                draft.attributes["local_path"] = True
            draft.show(evidence)
            if _COMMIT.search(value):
                draft.attributes["revision_pinned"] = True
                assembly.control("pinned_revision", identity, evidence)


def _keys(assembly: Assembly, node: Node) -> str:
    """The keys that lead from an object to a part of it, joined by dots."""
    keys: list[str] = []
    for _ in range(_DEEPEST):
        value = assembly.program.value(node)
        if value.kind not in ("index", "attribute") or not value.text:
            break
        keys.append(value.text)
        node = (node[0], value.inputs[0])
    return ".".join(reversed(keys))
