"""Models that a run puts where the serving program takes them from: the object it loads, the file it opens, the name it asks for.

Takes an assembly whose elements are known, marks the training job (`promoted_at_once`) with the line that puts the model there. Counted is

- an upload under a key, or a save at a path, from which other code of the tree loads, in a run that starts by itself: a schedule, a queue
  or a route. What somebody starts by hand can be looked at before the program is started anew;
- the name of a finished tuning job (`fine_tuned_model`) that is set as the one in use.

A condition on the way is a gate, and so is a function of the run that is named for judging and may leave; of a tuning job's name only one
that speaks of a measure. Keys with a run's or version's name in them are places of their own, and no release.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.flows.made_of import callee_text
from pipeline.system.model import RELEASED_HERE
from pipeline.system.program.arguments import argument_positions
from pipeline.system.program.file_keys import keys
from pipeline.system.program.sites import CallSite
from pipeline.system.program.walking import inside, runs_of

_BY_THEMSELVES = frozenset({"scheduled_job", "queue_consumer", "http_route", "webhook"})
_JUDGES = re.compile(
    r"(?i)(?:^|_)(?:gate|evaluat\w*|validate_model|is_better|better|compare\w*|check\w*|approve\w*|accept\w*|holds?|passes|promot\w*)(?:_|$)"
)
_MEASURE = re.compile(
    r"(?i)(?:^|_)(?:acc(?:uracy)?|auc|f1|recall|precision|score|rmse|mae|mape|r2|loss|metrics?|better|improved|passed|approved|ok|wer)(?:_|$)"
)
_NAMED = re.compile(r"(?i)(?:key|path|file|object|blob|uri|name)")
_OF_A_RUN = re.compile(r"(?i)(?:^|_)(?:run|version|timestamp|stamp|time|now|date|uuid|id|epoch|step|digest|sha)(?:_|$)|hex")
_SETS = re.compile(r"^(?:set|activate|switch|use|deploy|promote|swap|publish)(?=[A-Z_]|$)")
_TUNED = frozenset({"fine_tuned_model", "fineTunedModel"})
_ORDERS = frozenset({"<", ">", "<=", ">="})
_MOST_PARTS = 40


def mark_served_at_once(assembly: Assembly) -> None:
    """Marks training jobs whose run releases what it made."""
    _mark_put(assembly)
    _mark_tuned(assembly)


# Objects and files


def _mark_put(assembly: Assembly) -> None:
    jobs = [draft for _identity, draft in sorted(assembly.drafts.by_id.items()) if draft.kind == "training_job" and draft.nodes]
    puts, takes = (list(_places(assembly, role)) for role in ("put", "take"))
    if not jobs or not puts or not takes:
        return
    for draft in jobs:
        trained = dict.fromkeys((node[0], assembly.program.value(node).scope) for node in draft.nodes)
        runs = [run for function in trained for run in runs_of(assembly.program, function) if _starts_itself(assembly, run)]
        for run in runs:
            reached = assembly.reach(run)
            if any(_gates(assembly, function) for function in (run, *trained)):
                continue
            for call, key in puts:
                if (call[0], assembly.program.value(call).scope) not in reached or _is_held_back(assembly, run, call):
                    continue
                taken = next((other for other, known in takes if known == key and _scope(assembly, other) not in reached), None)
                if taken is not None:
                    draft.attributes["promoted_at_once"] = True
                    cited = [evidence for node in (call, taken) if (evidence := assembly.cite(node, "sink", RELEASED_HERE)) is not None]
                    draft.show_first(cited)
                    break


def _scope(assembly: Assembly, node: Node) -> FunctionRef:
    return node[0], assembly.program.value(node).scope


def _starts_itself(assembly: Assembly, run: FunctionRef) -> bool:
    identity = assembly.entry_of_function.get(run)
    return identity is not None and assembly.draft(identity).kind in _BY_THEMSELVES


def _places(assembly: Assembly, role: str) -> Iterator[tuple[Node, object]]:
    """Calls that leave a model somewhere, or take one from there, with what the place is called."""
    for site in assembly.sites.calls:
        identity = assembly.element_of_call.get(site.node)
        if identity is None or assembly.program.value(site.node).kind != "call":
            continue
        draft = assembly.draft(identity)
        if draft.kind == "file_store" and draft.attributes.get("keyed") is True and _is_put(site) == (role == "put"):
            wanted = next((given for given, sink in site.rule.sinks.items() if sink == "path"), None)
        elif role == "take" and draft.kind == "model_file" and draft.attributes.get("source") == "file":
            wanted = next((given for given, sink in site.rule.sinks.items() if sink in ("deserialised", "model_source", "path")), "0")
        elif role == "put" and draft.attributes.get("artifact") == "model" and draft.kind == "file_store":
            wanted = next((given for given, sink in site.rule.sinks.items() if sink == "path"), None)
        else:
            continue
        for position in argument_positions(assembly.program.value(site.node), wanted) if wanted is not None else ():
            key = _called(assembly, (site.node[0], assembly.program.value(site.node).inputs[position]))
            if key is not None:
                yield site.node, key


def _is_put(site: CallSite) -> bool:
    return "store_write" in site.rule.sinks.values()


def _called(assembly: Assembly, node: Node) -> object | None:
    """What a place is called: its text, or the setting that holds it; nothing where a run, a time or a version is part of it."""
    program = assembly.program
    for origin in (node, *program.origins(node)):
        parts = [program.value(part) for part in inside(program, origin, _MOST_PARTS)]
        if any(_OF_A_RUN.search(part.text) for part in parts if part.kind in ("name", "attribute", "call", "parameter")):
            return None
        value = program.value(origin)
        if value.kind == "attribute" and len(value.text) > 3 and _NAMED.search(value.text):
            return "setting", value.text
    texts = [key for key in keys(program, node) if isinstance(key, tuple) and key[0] == "text" and len(str(key[1])) > 4]
    return texts[0] if len(texts) == 1 else None


# Gates


def _is_held_back(assembly: Assembly, run: FunctionRef, put: Node) -> bool:
    """Whether a condition decides about a release: on itself, or on the calls by which a run comes to it."""
    facts = assembly.program.files[put[0]]
    if facts.conditions.get(put[1]):
        return True
    scope = _scope(assembly, put)
    for caller in assembly.program.callers(scope) if scope != run else ():
        if _scope(assembly, caller) in assembly.reach(run) and assembly.program.files[caller[0]].conditions.get(caller[1]):
            return True
    return False


def _gates(assembly: Assembly, function: FunctionRef) -> bool:
    """Whether a function leaves where a measure is not good enough, or asks one that is named for judging and may leave itself."""
    facts = assembly.program.files[function[0]]
    for branch in facts.branches:
        if branch.scope == function[1] and branch.exits_when:
            parts = (assembly.program.value(part).text for part in inside(assembly.program, (function[0], branch.condition), _MOST_PARTS))
            if any(_MEASURE.search(text) for text in parts):
                return True
    for call in assembly.calls_in(function):
        if _JUDGES.search(callee_text(assembly, call)):
            targets = assembly.program.targets(call)
            if any(b.exits_when and b.scope == t.function[1] for t in targets for b in assembly.program.files[t.function[0]].branches):
                return True
    return False


# Tuned models of a provider


def _mark_tuned(assembly: Assembly) -> None:
    """`active.set(job.fine_tuned_model)`: whatever a finished job made is asked from now on."""
    program = assembly.program
    for file, facts in enumerate(program.files):
        for identity, value in enumerate(facts.values):
            call = (file, identity)
            if value.kind != "call" or not _SETS.search(callee_text(assembly, call)) or not _gives_tuned(assembly, call):
                continue
            function = _scope(assembly, call)
            if any(_judged(assembly, other) for other in assembly.calls_in(function)) or _asks_a_measure(assembly, call):
                continue
            jobs = [
                d
                for _id, d in sorted(assembly.drafts.by_id.items())
                if d.kind == "training_job" and d.attributes.get("fine_tuning") is True
            ]
            evidence = assembly.cite(call, "sink", RELEASED_HERE)
            for draft in jobs[:1]:
                draft.attributes["promoted_at_once"] = True
                draft.show_first([evidence])


def _gives_tuned(assembly: Assembly, call: Node) -> bool:
    """Whether the name of a tuned model is itself what is set; in a record of the job it is only written down."""
    program = assembly.program
    given = [(call[0], one) for one in program.value(call).inputs[1:]]
    reached = (program.value(origin) for node in given for origin in (node, *program.origins(node)))
    return any(value.kind in ("attribute", "index") and value.text in _TUNED for value in reached)


def _judged(assembly: Assembly, call: Node) -> bool:
    return _JUDGES.search(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", callee_text(assembly, call))) is not None


def _asks_a_measure(assembly: Assembly, call: Node) -> bool:
    """Whether a condition before a call holds one figure against another, or speaks of a measure."""
    facts = assembly.program.files[call[0]]
    conditions = [facts.branches[number].condition for number in facts.conditions.get(call[1], ())]
    parts = [assembly.program.value(part) for one in conditions for part in inside(assembly.program, (call[0], one), _MOST_PARTS)]
    return any(
        (part.kind == "operation" and part.text in _ORDERS) or _MEASURE.search(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", part.text))
        for part in parts
    )
