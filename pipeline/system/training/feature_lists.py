"""What a training learns from where its columns stand in lists of the code, in whatever file: `CATEGORICAL = ["cause", "birth_country"]`.

Takes an assembly whose elements are known, marks the training jobs (`learns_about`) whose records or steps are made with lists of names of
which two describe a person, with the lists. Followed are names, parts, sums of lists and what functions of the program give back; a list
that is only printed, or columns that are dropped by it, are no features.
"""

from __future__ import annotations

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.elements.model_surroundings import are_of_people
from pipeline.system.flows.made_of import callee_text
from pipeline.system.model import DESCRIBED_HERE
from pipeline.system.program.walking import inputs_of, walk
from pipeline.system.rules.words import load_words, words_of

_FOLLOWED = frozenset({"name", "index", "operation", "collection", "choice", "guarded", "attribute", "call"})
_OF_THINGS = frozenset(
    {"house", "housing", "building", "home", "median", "block", "car", "vehicle", "machine", "device", "card", "account"}
)
_LEAVES_OUT = frozenset({"drop", "difference", "remove", "pop", "exclude"})
_MOST = 300
_SHOWN = 2


def mark_feature_lists(assembly: Assembly) -> None:
    """Marks training jobs about people."""
    words = load_words().demographic
    for _identity, draft in sorted(assembly.drafts.by_id.items()):
        if draft.kind != "training_job" or draft.attributes.get("fine_tuning") is True or draft.attributes.get("learns_about") == "people":
            continue
        lists: dict[Node, list[str]] = {}
        for fitted in draft.nodes:
            lists |= {node: names for node in _reached(assembly, fitted) if (names := _names(assembly, node))}
        if not are_of_people([name for names in lists.values() for name in names], words):
            continue
        draft.attributes["learns_about"] = "people"
        telling = [node for node, names in sorted(lists.items()) if any(are_of_people([*names, other], words) for other in ("age", "sex"))]
        for node in telling[:_SHOWN]:
            evidence = assembly.cite(node, "step", DESCRIBED_HERE)
            draft.show(evidence)


def _names(assembly: Assembly, node: Node) -> list[str]:
    """The texts of a list that is written down."""
    value = assembly.program.value(node)
    if value.kind != "collection" or any(value.labels) or len(value.inputs) < 2:
        return []
    given = [assembly.program.constant((node[0], one)) for one in value.inputs]
    texts = [text for text in given if isinstance(text, str)]
    return [text for text in texts if _OF_THINGS.isdisjoint(words_of(text))] if len(texts) == len(given) else []


def _reached(assembly: Assembly, fitted: Node) -> list[Node]:
    """What a call that trains is made of: its records, and what it is called on."""
    program = assembly.program

    def onward(node: Node) -> list[Node]:
        value = program.value(node)
        if value.kind not in _FOLLOWED or (value.kind == "call" and callee_text(assembly, node) in _LEAVES_OUT):
            return []
        origins = [one for one in program.origins(node) if one != node]
        given = [
            (target.function[0], one)
            for target in (program.targets(node) if value.kind == "call" else ())
            for one in program.function(target.function).returns
        ]
        return [*inputs_of(program, node), *origins, *given]

    return list(walk(fitted, onward, _MOST, nearest_first=True))
