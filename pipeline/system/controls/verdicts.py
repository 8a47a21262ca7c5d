"""Models that decide: a branch depends on what they said, or a field of their reply is handed on as a verdict."""

from __future__ import annotations

import re

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.controls.acted_on import is_acted_on, is_paid, keeps_outcome, releases
from pipeline.system.controls.guards import called_names
from pipeline.system.controls.sure_enough import asks_whether_sure
from pipeline.system.flows.made_of import callee_text
from pipeline.system.flows.taint import Hit
from pipeline.system.model import DECIDED_HERE, Label
from pipeline.system.program.access_paths import READS_JSON
from pipeline.system.rules.words import mentions

_VERDICTS = (
    "decision",
    "verdict",
    "approved",
    "approve",
    "accepted",
    "eligible",
    "rejected",
    "grade",
    "hire",
    "granted",
    "allowed",
    "denied",
)


_COMPARED = ("==", "!=", "===", "!==", "in", "not in", "<", ">", "<=", ">=")
# What stands in a reply beside what the model says: the protocol's words, and which tool it asks for.
_OF_THE_PROTOCOL = frozenset(
    {"role", "type", "object", "event", "finish_reason", "finishReason", "stop_reason", "stopReason", "name", "tool", "tool_name",
     "toolName", "function", "id", "encoding", "scheme"}
)  # fmt: skip
_PROTOCOL_WORDS = frozenset(
    {"stop", "length", "tool_calls", "tool_use", "end_turn", "completed", "requires_action", "in_progress", "queued"}
)
_MEASURED_BY = ("sklearn.metrics.", "torchmetrics.", "torch.nn.functional.binary_cross_entropy", "torch.nn.functional.cross_entropy")
_MEASURES = re.compile(
    r"(?i)^(\w*_)?(loss|loss_fn|criterion|accuracy|auroc|auc|prauc|f1|rmse|mae|mse|perplexity|metrics)$|^\w+Loss$"
    r"|^(evaluate|(run|train|eval|validate|train_one)_(train_|eval_)?epoch)$"
)
_MEASURE = re.compile(
    r"(?i)(?:(?:val|valid|test|train|best|mean|eval)_)?(?:loss|auroc|auc|pr_?auc|roc_auc|f1(?:_score)?|rmse|mae|mse|perplexity|val_acc(?:uracy)?)"
)
_LEARNS = frozenset({"backward", "zero_grad"})
_FORM = frozenset({"shape", "ndim", "dtype"})
_SHOWS = "BuildRenderTree"  # the function that the markup of a Razor page is
_MARKUP = re.compile(r"[`<>{}\[\]#|\\\n]|^\W+$|://")


def hands_on_verdict(assembly: Assembly, hit: Hit) -> bool:
    """A field of a structured reply that is a decision by its name is stored or answered as one."""
    steps = [assembly.program.value(node) for node in hit.trace]
    return any(value.kind in ("attribute", "index") and mentions([value.text], _VERDICTS) for value in steps) and any(
        "structured" in name.lower() or name.endswith(".parse") for node in hit.trace for name in called_names(assembly, node)
    )


def mark_decision(assembly: Assembly, source: str, label: Label, hit: Hit) -> None:
    """A branch depends on what a model said."""
    draft = assembly.draft(source)
    if assembly.program.function((hit.call[0], assembly.program.value(hit.call).scope)).name == _SHOWS:
        return  # the markup of a page chooses what it shows of a reply, and decides nothing
    if label == "prediction" and _is_measured(assembly, hit):
        return  # how good a model is decides about the model, and about nobody it was shown
    sure = asks_whether_sure(assembly, hit) if label == "prediction" else None
    if sure is not None:
        assembly.control("confidence_threshold", source, assembly.cite(sure))
    if label == "prediction" and not is_acted_on(assembly, hit.call):
        draft.nodes.append(hit.call)  # what it is called still tells what the model is about
        return
    if label == "model_reply" and (_is_verdict(assembly, hit) or _names_verdict(assembly, hit)) and releases(assembly, hit.call):
        draft.attributes["releases"] = True
    if label == "prediction" or (label == "model_reply" and _is_verdict(assembly, hit)):
        draft.attributes["decides"] = True
        if keeps_outcome(assembly, hit.call):
            draft.attributes["verdict_kept"] = True
        if label == "prediction" and is_paid(assembly, hit.call):
            draft.attributes["decides_about"] = "money"
        evidence = assembly.cite(hit.call, "sink", DECIDED_HERE)
        if (
            evidence is not None
            and len(draft.evidence) < 12
            and not any((e.path, e.page, e.start_line) == (evidence.path, evidence.page, evidence.start_line) for e in draft.evidence)
        ):
            draft.evidence.append(evidence)
        draft.nodes.append(hit.call)


def _is_measured(assembly: Assembly, hit: Hit) -> bool:
    """Whether what is branched on is a loss or a measure over many predictions, as in training and evaluation, or how many there are."""
    if _is_lesson(assembly, hit):
        return True
    for node in hit.trace:
        value = assembly.program.value(node)
        if value.kind == "attribute" and value.text in _FORM:
            return True
        if value.kind in ("attribute", "index") and _MEASURE.fullmatch(value.text):
            return True
        if value.kind != "call":
            continue
        if _MEASURES.search(callee_text(assembly, node)) or any(name.startswith(_MEASURED_BY) for name in called_names(assembly, node)):
            return True
    return False


def _is_lesson(assembly: Assembly, hit: Hit) -> bool:
    """Whether the model is asked where it learns: in a function that steps back through what it said (`loss.backward()`)."""
    asked = next((node for node in hit.trace if assembly.program.value(node).kind == "call"), None)
    if asked is None:
        return False
    beside = assembly.calls_in((asked[0], assembly.program.value(asked).scope))
    return any(callee_text(assembly, call) in _LEARNS for call in beside)


def _is_verdict(assembly: Assembly, hit: Hit) -> bool:
    """A reply that is compared with a word or a number decides; one that is only looked at for being there does not."""
    program = assembly.program
    queue, seen = [hit.call], 0
    while queue and seen < 12:
        node = queue.pop()
        seen += 1
        value = program.value(node)
        if value.kind == "operation" and value.text in _COMPARED:
            others = [program.value((node[0], given)) for given in value.inputs]
            if any(o.kind == "constant" and o.constant_type in ("string", "integer", "float") and len(o.text) > 1 for o in others):
                counted = any(o.kind == "call" and "builtins.len" in program.names((node[0], o.inputs[0])) for o in others)
                return not counted and not _asks_for_form(assembly, node, hit)
        if value.kind in ("operation", "choice"):
            queue += [(node[0], given) for given in value.inputs]
        elif (
            value.kind == "attribute"
            and value.text
            not in (
                "content",
                "text",
                "choices",
                "tool_calls",
                "output",
                "message",
                "stop_reason",
                "data",
            )
            and any("structured" in name.lower() or name.endswith(".parse") for step in hit.trace for name in called_names(assembly, step))
        ):
            return True
    return False


def _names_verdict(assembly: Assembly, hit: Hit) -> bool:
    """Whether what is tested is a part of the reply that is called a verdict: `JSON.parse(reply).approved`, `reply["eligible"]`."""
    parts = (assembly.program.value(node) for node in hit.trace)
    return any(part.kind in ("attribute", "index") and mentions([part.text], _VERDICTS) for part in parts)


def _asks_for_form(assembly: Assembly, test: Node, hit: Hit) -> bool:
    """Whether a comparison asks how a reply is built: a fence, a tag, an entry that is there, a word of the protocol."""
    program, value = assembly.program, assembly.program.value(test)
    sides = [program.value((test[0], given)) for given in value.inputs]
    if any(side.kind in ("attribute", "index") and side.text in _OF_THE_PROTOCOL for side in sides):
        return True
    constant = next((side.text for side in sides if side.kind == "constant"), "")
    if _MARKUP.search(constant) or constant in _PROTOCOL_WORDS:
        return True
    return value.text in ("in", "not in") and sides[0].kind == "constant" and _is_read_as_object(assembly, hit)


def _is_read_as_object(assembly: Assembly, hit: Hit) -> bool:
    """Whether the reply was parsed: then `"title" in reply` asks for an entry and not for a word."""
    names = [name for node in hit.trace for name in called_names(assembly, node)]
    return any(name in READS_JSON or name.endswith((".parse", ".model_validate_json", ".safe_load")) for name in names)
