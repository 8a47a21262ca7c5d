"""Models that a call may ask where it does not name one for good: defaults of settings and parameters, entries of a choice.

Takes an assembly whose code is known, marks models without a name of their own with the names they may have (`may_be`), and models that are
loaded from files of public weights, told by the names of the files (`public_weights`). What a settings file or a user's choice adds is not
known here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.model import AttributeValue, ElementKind
from pipeline.system.program.arguments import argument_node
from pipeline.system.program.origins_here import origins_here
from pipeline.system.rules.open_weights import is_public_file

_MODELS: frozenset[ElementKind] = frozenset({"hosted_llm", "local_llm", "embedding_model", "ml_model", "model_registry"})
_NAME = re.compile(r"(?=.*[\d/-])[A-Za-z][\w.:/@+-]{2,80}")  # a word alone is rather a provider or an option
_SETTINGS = re.compile(r"(^|\.)(getenv|get|GetEnv|getProperty|getOrDefault|config|GetValue)$")
_MOST = 20


def mark_possible_models(assembly: Assembly) -> None:
    """Adds `may_be` to drafts of models whose name is not written down where they are made or asked."""
    found: dict[str, dict[str, None]] = {}
    for site in assembly.sites.calls:
        identity = assembly.element_of_call.get(site.node)
        if identity is None or site.rule.name_from is None or assembly.program.value(site.node).kind != "call":
            continue
        draft = assembly.draft(identity)
        given = argument_node(assembly.program, site.node, site.rule.name_from, site.skip)
        if given is not None and draft.kind == "local_llm":
            files = [text for text in _constants(assembly, given) if "." in text.rsplit("/", 1)[-1]]
            if files and all(map(is_public_file, files)):
                draft.attributes["public_weights"] = True
        if given is None or draft.kind not in _MODELS or draft.attributes.get("model"):
            continue
        for name in (text for text in _constants(assembly, given) if _NAME.fullmatch(text)):
            # One class of clients may serve both kinds; what embeds does not answer.
            if name != draft.name and not (draft.kind == "hosted_llm" and "embed" in name):
                found.setdefault(identity, {})[name] = None
    for identity, names in found.items():
        may_be: AttributeValue = tuple(sorted(names)[:_MOST])
        assembly.draft(identity).attributes["may_be"] = may_be


def _constants(assembly: Assembly, node: Node) -> Iterator[str]:
    program = assembly.program
    for origin in origins_here(program, node, lambda one: _defaults(assembly, one)):
        value = program.value(origin)
        if value.kind == "constant" and value.constant_type == "string":
            yield value.text


def _defaults(assembly: Assembly, node: Node) -> Iterator[Node]:
    """What a parameter is where nobody gives it, and a setting where it is not set."""
    program, value = assembly.program, assembly.program.value(node)
    if value.kind == "call" and len(value.inputs) > 2 and any(_SETTINGS.search(name) for name in program.callee_names(node)):
        yield node[0], value.inputs[2]
    found = program.parameter_of(node) if value.kind == "parameter" else None
    default = program.function(found[0]).parameters[found[1]].default if found is not None else None
    if found is not None and default is not None:
        yield found[0][0], default
