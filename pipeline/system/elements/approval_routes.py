"""Routes and buttons by which somebody approves what an agent is about to do, or says what a model's finding is worth.

Takes an assembly whose entries are known. That a route is called so is not enough, for holidays and orders are approved as well: the
functions behind it must handle what a framework of agents keeps while it waits (a call of a tool, a state of a run, an interrupt), or
the address names what detectors give (alerts, detections, matches) and the caller says who it is that looked at it. Of a button in a
channel everybody there may press, it is asked whether the code looks at who did; a word for such a look is enough.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.code.program import FunctionRef
from ingest.facts import Value
from pipeline.system.assembly import Assembly
from pipeline.system.program.sites import EntrySite
from pipeline.system.rules.words import words_of

_APPROVES = frozenset({"approve", "approval", "approvals", "approved", "decisions"})
_OF_AGENTS = re.compile(
    r"tool_?calls?(_?id)?|run_?state|interrupts?|resume_?(graph|agent|run)|pending_?(tools?|tool_?calls?|interruptions?)|needs_?approval"
    r"|human_?in_?the_?loop|tool_?approvals?|approve_?tool|Command",
    re.IGNORECASE,
)
_REVIEWS = frozenset(
    {"approve", "verify", "acknowledge", "confirm", "resolve", "dismiss", "review", "reviews", "label", "verdict", "decision", "adjudicate"}
)
_FOUND = frozenset(
    {"alert", "alerts", "detection", "detections", "match", "matches", "prediction", "predictions", "recognition", "recognitions",
     "flag", "flags", "anomaly", "anomalies", "classification", "classifications", "verdict", "verdicts", "screening", "screenings", "case",
     "cases"}
)  # fmt: skip
_REVIEWER = re.compile(
    r"(?:\w+_)?(?:reviewed|verified|acknowledged|approved|confirmed|resolved|dismissed|decided|checked|labell?ed)_?by"
    r"|(?:reviewer|approver|guard|operator|analyst|officer|moderator|verifier|investigator|annotator)(?:_?(?:name|user_?name|id|email))?|actor",
    re.IGNORECASE,
)
_ASKS = frozenset({"GET", "HEAD", "OPTIONS"})
# Functions that run when somebody presses a button which a bot has put into a channel.
_PRESSED = frozenset({"action", "callback_query", "callbackQuery", "callback_query_handler", "CallbackQueryHandler"})
_SAYS_YES = re.compile(r"(?:^|_)(?:approv\w*|allow_tool|confirm_tool)(?:_|$)")
_LOOKS_AT_WHO = re.compile(
    r"(?:^|_)(?:allowed?|permitted|permission|authori[sz]\w*|owners?|request(?:er|or|ed_by)|admins?|trusted|approvers?|members?|initiator|asker)(?:_|$)"
)
_WHO = re.compile(r"(?:\w+_)?(?:user|author|sender|member|from_user|actor)(?:_?id|_?name)?|uid|user_?id", re.IGNORECASE)
_COMPARED = frozenset({"==", "!=", "===", "!==", "in", "not in"})
_LONGEST = 60  # of a name
_MOST = 40  # functions behind a route that are read


def mark_approval_routes(assembly: Assembly) -> None:
    """`approves` at routes that hand the verdict of a person to an agent, `reviews_verdict` where it is about what a model found."""
    pressed = {entry.function for entry in assembly.sites.entries if entry.rule.kind == "chat_ui" and _is_pressed(assembly, entry)}
    for reference, identity in assembly.entry_of_function.items():
        draft = assembly.draft(identity)
        if draft.kind == "chat_ui" and reference in pressed and _is_open_button(assembly, reference):
            draft.attributes["approved_by_anyone"] = True
        if draft.kind not in ("http_route", "webhook") or str(draft.attributes.get("method")) in _ASKS:
            continue
        address = words_of(str(draft.attributes.get("path") or draft.name))
        if not _APPROVES.isdisjoint(address) and _is_of_agents(assembly, reference):
            draft.attributes["approves"] = True
        elif _is_review(assembly, reference, [*address, *words_of(assembly.program.function(reference).name)]):
            draft.attributes["reviews_verdict"] = True


def _is_pressed(assembly: Assembly, entry: EntrySite) -> bool:
    """Whether a handler is registered for buttons: `app.action(/^approve/, decide)`."""
    value = assembly.program.value(entry.marker)
    callee = assembly.program.value((entry.marker[0], value.inputs[0])) if value.kind == "call" else value
    return callee.text in _PRESSED


def _is_open_button(assembly: Assembly, reference: FunctionRef) -> bool:
    """Whether what is pressed lets an agent's call of a tool go on, and nothing looks at who pressed it."""
    if not _is_of_agents(assembly, reference):
        return False
    program, says_yes = assembly.program, False
    for file, number in sorted(assembly.reach(reference))[:_MOST]:
        facts = program.files[file]
        names = [facts.functions[number].name]
        for value in facts.values:
            if value.scope != number:
                continue
            if value.kind in ("name", "attribute", "index", "constant") and len(value.text) < _LONGEST:
                names.append(value.text)
            elif value.kind == "operation" and value.text in _COMPARED and len(value.inputs) == 2:
                sides = [facts.values[given] for given in value.inputs]
                if any(_names_who(facts.values, one) for one in sides) and not _is_of_nothing(sides):
                    return False
        told = ["_".join(words_of(name)) for name in names]
        if any(_LOOKS_AT_WHO.search(name) for name in told):
            return False
        says_yes = says_yes or any(_SAYS_YES.search(name) for name in told)
    return says_yes


def _names_who(values: Sequence[Value], value: Value) -> bool:
    """Whether a value is a person, by its name, or the key of one: `body.user.id`."""
    if value.kind == "constant":
        return False
    if _last(value.text).lower() == "id" and value.kind in ("attribute", "index"):
        value = values[value.inputs[0]]
    return _WHO.fullmatch(_last(value.text)) is not None


def _is_of_nothing(sides: list[Value]) -> bool:
    """Whether a comparison only asks whether there is anything: `userId !== undefined`."""
    return any(one.kind == "constant" or one.text in ("undefined", "null", "None") for one in sides)


def _is_review(assembly: Assembly, reference: FunctionRef, words: list[str]) -> bool:
    """Whether a person's verdict about a finding is taken, and the request says whose it is."""
    if _REVIEWS.isdisjoint(words) or _FOUND.isdisjoint(words):
        return False
    if any(_REVIEWER.fullmatch(parameter.name) for parameter in assembly.program.function(reference).parameters):
        return True
    file, number = reference
    values = assembly.program.files[file].values
    return any(v.scope == number and v.kind in ("attribute", "index") and _REVIEWER.fullmatch(_last(v.text)) for v in values)


def _last(text: str) -> str:
    """Of `body.reviewed_by` the field."""
    return text.rsplit(".", 1)[-1].strip("[]'\"")


def _is_of_agents(assembly: Assembly, reference: FunctionRef) -> bool:
    for file, number in sorted(assembly.reach(reference))[:_MOST]:
        for value in assembly.program.files[file].values:
            if value.scope == number and value.kind in ("name", "attribute", "index") and _OF_AGENTS.fullmatch(value.text):
                return True
    return False
