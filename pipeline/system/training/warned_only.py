"""Measures of a new model that fall short and are only told of: a warning is written, and the same run releases the model.

Takes an assembly whose elements are known, marks the training whose run does so (`released_anyway`), with the test and the release. Counted
is a measure by its name, compared with a bar, where what happens below the bar only writes lines, does not leave, and a release by its name
follows whatever came out. The bar may stand in a function that raises where it is missed, which the run catches and only writes down. A
save counts as a release where the model is handed to it and other code of the tree loads one from a file: what starts next takes it. A
release that asks for the verdict itself is not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.code.program import FunctionRef, Node
from ingest.facts import Branch, CodeFacts
from pipeline.system.assembly import Assembly
from pipeline.system.flows.made_of import callee_text
from pipeline.system.program.walking import inside, runs_of

_MEASURE = re.compile(
    r"(?i)(?:^|_)(?:acc(?:uracy)?|auc|auroc|roc|f1|recall|precision|score|rmse|mae|mse|mape|r2|loss|perplexity|wer|bleu|metrics?)"
    r"(?:_|$|\d)"
)
_BETTER_HIGH = frozenset({"<", "<="})  # the measure on the left falls short where it holds
_ORDERS = frozenset({"<", "<=", ">", ">="})
_TELLS = frozenset({
    "warning", "warn", "error", "info", "debug", "critical", "exception", "log", "print", "echo", "secho", "write", "format", "round",
    "str", "console", "notify", "put", "send_message", "get_run_logger", "getLogger",
})  # fmt: skip
_TELLS_SHORT = frozenset({"warning", "warn", "error", "critical", "print", "echo", "secho"})
_RELEASES = re.compile(r"(?i)(?:^|_)(?:release|publish|deploy|promote|rollout|go_live|register|upload|push)(?:_|$)|^register_model$")
_NOT_A_RELEASE = re.compile(r"(?i)metric|report|log|result|plot|figure|card|notif|atexit|signal|hook|callback|resource")
_SAVES = re.compile(r"(?i)(?:^|_)(?:save|dump|write|store|persist|export|pickle)(?:_|$)")
_COMPARED = re.compile(r"(?P<left>[^<>=!,;{]{1,120}?)\s*(?P<order><=?|>=?)\s*(?P<right>[^<>=!,;{:]{1,120})")
_NEAR = 60  # values behind a call in which what is caught of it stands
_LESS_IS_BETTER = re.compile(r"(?i)loss|rmse|mae|mse|mape|perplexity|wer")


def mark_warned_only(assembly: Assembly) -> None:
    """Marks training jobs whose run goes on to release what its own measure speaks against: of several, the run's own."""
    found: dict[Node, list[tuple[bool, str, Node, str]]] = {}
    for identity, draft in sorted(assembly.drafts.by_id.items()):
        if draft.kind != "training_job":
            continue
        trained = dict.fromkeys((node[0], assembly.program.value(node).scope) for node in draft.nodes)
        for run in dict.fromkeys(run for function in trained for run in runs_of(assembly.program, function)):
            for test, release, named in (*_passed_over(assembly, run), *_caught(assembly, run)):
                found.setdefault(test, []).append((run not in trained, identity, release, named))
                break
    for test, jobs in sorted(found.items()):
        _elsewhere, identity, release, named = min(jobs)
        draft = assembly.draft(identity)
        cited = [evidence for node in (test, release) if (evidence := assembly.cite(node)) is not None]
        draft.attributes |= {"released_anyway": True, "names": (named,)}
        draft.show_first(cited)


def _passed_over(assembly: Assembly, run: FunctionRef) -> Iterator[tuple[Node, Node, str]]:
    """A test of a measure, the release that does not wait for it, and what the measure is called."""
    file, facts = run[0], assembly.program.files[run[0]]
    for number, branch in enumerate(facts.branches):
        if branch.scope != run[1] or branch.exits_when:
            continue
        measured = _measure_that_falls_short(assembly, (file, branch.condition))
        if measured is None:
            continue
        named, short_holds = measured
        short, good = (branch.held, branch.failed) if short_holds else (branch.failed, branch.held)
        if _calls_in(facts, branch, good) or not _only_tells(assembly, file, _calls_in(facts, branch, short)):
            continue
        for call in assembly.calls_in(run):
            behind = call[1] >= max(branch.held[1], branch.failed[1]) and number not in facts.conditions.get(call[1], ())
            if behind and (_is_release(assembly, call) or _saves_for_others(assembly, call)):
                yield (file, branch.condition), call, named


def _is_release(assembly: Assembly, call: Node) -> bool:
    text = callee_text(assembly, call)
    return _RELEASES.search(text) is not None and _NOT_A_RELEASE.search(text) is None


def _saves_for_others(assembly: Assembly, call: Node) -> bool:
    """`joblib.dump(model, PATH)`, `write(model)`: a trained model goes to a file, and code of another file loads one."""
    text, given = callee_text(assembly, call), assembly.program.value(call).inputs[1:]
    if not _SAVES.search(text) or _NOT_A_RELEASE.search(text):
        return False
    loaded = {node[0] for draft in assembly.drafts.by_id.values() if draft.kind == "model_file" for node in draft.nodes}
    if not loaded - {call[0]} or not any(_is_trained(assembly, (call[0], one)) for one in given):
        return False
    identity = assembly.element_of_call.get(call)
    if identity is not None and assembly.draft(identity).attributes.get("artifact") == "model":
        return True
    reached = (inner for target in assembly.program.targets(call) for inner in assembly.reach(target.function))
    sinks = (sink for function in reached for inner in assembly.calls_in(function) for sink in assembly.sinks.get(inner, ()))
    return any(sink.role in ("path", "store_write") and assembly.draft(sink.element).kind in ("file_store", "model_file") for sink in sinks)


def _is_trained(assembly: Assembly, node: Node) -> bool:
    """Whether a value is what was fitted: what `fit` gives back, or the object it was called on."""
    program, origins = assembly.program, {node, *assembly.program.origins(node)}
    for draft in assembly.drafts.by_id.values():
        for fitted in draft.nodes if draft.kind == "training_job" else ():
            value = program.value(fitted)
            callee = program.value((fitted[0], value.inputs[0])) if value.kind == "call" else None
            on = program.origins((fitted[0], callee.inputs[0])) if callee is not None and callee.kind == "attribute" else ()
            if fitted in origins or not origins.isdisjoint(on):
                return True
    return False


def _caught(assembly: Assembly, run: FunctionRef) -> Iterator[tuple[Node, Node, str]]:
    """`try: check(recall)`, `except TooWeak: log.error(...)`, and a release behind it: the test in `check`, the release, the measure."""
    facts = assembly.program.files[run[0]]
    for call in assembly.calls_in(run):
        handler = _handler_behind(facts, call[1], run[1])
        test = next(_raises_where_short(assembly, call), None) if handler is not None else None
        if handler is None or test is None or _leaves(assembly, run, handler):
            continue
        for release in assembly.calls_in(run):
            if release[1] > handler and _is_release(assembly, release):
                yield call, release, test
                return


def _handler_behind(facts: CodeFacts, call: int, scope: int) -> int | None:
    """The exception that is caught behind a call, where nothing else is called in between."""
    for number in range(call + 1, min(len(facts.values), call + _NEAR)):
        value = facts.values[number]
        if value.scope == scope and value.kind == "unknown" and value.text == "exception":
            return number
        if value.scope == scope and value.kind == "call":
            return None
    return None


def _raises_where_short(assembly: Assembly, call: Node) -> Iterator[str]:
    """Measures that a function of the program compares with a bar, leaving where they fall short."""
    for target in assembly.program.targets(call):
        file, scope = target.function
        for branch in assembly.program.files[file].branches:
            found = _measure_that_falls_short(assembly, (file, branch.condition)) if branch.scope == scope and branch.exits_when else None
            if found is not None and (branch.exits_when == "holds") == found[1]:
                yield found[0]


def _leaves(assembly: Assembly, run: FunctionRef, handler: int) -> bool:
    """Whether what is done about a caught exception is more than writing a line, or ends the run."""
    facts = assembly.program.files[run[0]]
    for number in range(handler + 1, min(len(facts.values), handler + _NEAR)):
        value = facts.values[number]
        if value.scope != run[1]:
            continue
        if value.kind == "unknown" and value.text == "left":
            return True
        if value.kind == "call" and callee_text(assembly, (run[0], number)) not in _TELLS:
            return False
    return False


def _measure_that_falls_short(assembly: Assembly, condition: Node) -> tuple[str, bool] | None:
    """The measure that a condition compares with a bar, as the line names it, and whether it falls short where the condition holds."""
    value, cited = assembly.program.value(condition), assembly.cite(condition)
    if value.kind != "operation" or value.text not in _ORDERS or cited is None:
        return None
    compared = _COMPARED.search(cited.quote)
    if compared is None or compared["order"] != value.text:
        return None
    for side in ("left", "right"):
        named = next((word for word in re.findall(r"[A-Za-z_]\w*", compared[side]) if not word.isupper() and _MEASURE.search(word)), None)
        if named is not None:
            less_is_better = _LESS_IS_BETTER.search(named) is not None
            return named, ((value.text in _BETTER_HIGH) == (side == "left")) != less_is_better
    return None


def _calls_in(facts: CodeFacts, branch: Branch, values: tuple[int, int]) -> list[int]:
    return [number for number in range(*values) if facts.values[number].kind == "call" and facts.values[number].scope == branch.scope]


def _only_tells(assembly: Assembly, file: int, calls: list[int]) -> bool:
    said = {call: callee_text(assembly, (file, call)) for call in calls}
    told = {part[1] for call, text in said.items() if text in _TELLS_SHORT for part in inside(assembly.program, (file, call), _NEAR)}
    return bool(told) and all(text in _TELLS or call in told for call, text in said.items())
