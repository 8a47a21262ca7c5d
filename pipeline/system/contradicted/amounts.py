"""Controls that are there and weaker than documents say: a rate, a length, an amount from which a person is asked.

Takes an assembly whose promises are held against the code, adds a claim of kind "amount" for each promise whose control says
another number than the sentence. Compared are numbers that both sides spell out, where the sentence has one: the strictest limit of each
element counts, and a limit that is as strict or stricter keeps the promise. Left out: numbers that settings give, and limits of
gateways that are not in the tree.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.contradicted.known_parties import named_parties
from pipeline.system.contradicted.quantities import amounts, length_limits, lengths, rates, said_rate
from pipeline.system.documents.documents import speaks_of
from pipeline.system.model import Claim, ControlKind, Evidence
from pipeline.system.rules.promises import load_promises

_NAME = re.compile(r"[A-Za-z_]\w{3,}")
_TOLERANCE = 1.05  # 1000 an hour and 17 a minute are meant to be the same
_MOST_NAMES = 12
_LARGEST = 10**12
_OF_OTHERS = re.compile(
    r"\b(?:tiers?|plans?|free|paid|premium|providers?|upstream|external|third[- ]part\w+|models?|quotas?|accounts?|their)\b", re.IGNORECASE
)
_COMPARISONS = ("<", "<=", ">", ">=")
_AMOUNT = re.compile(r"amount|total|price|sum|value|cost|refund|cents", re.IGNORECASE)
_ABOVE = re.compile(
    r"\b(?:above|over|exceed\w*|more than|greater than|from|beyond|larger than|higher than)\b[^.;]{0,12}?(?=[$\u20ac\u00a3\d])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Measure:
    """How the strictness of one control is said and coded."""

    said: Callable[[str], Sequence[float]]
    coded: Callable[[str], Sequence[float]]
    words: Callable[[float], str]


_MEASURES: dict[ControlKind, Measure] = {
    "rate_limit": Measure(rates, rates, lambda rate: f"allows {said_rate(rate)}"),
    "input_length_limit": Measure(lengths, length_limits, lambda length: f"allows {length:g} characters"),
}


def add_weaker_controls(assembly: Assembly) -> None:
    """A claim for every promise whose control is weaker than its sentence says."""
    for claim in list(assembly.claims):
        if claim.kind != "promise" or claim.modality not in ("does", "must", "must_not", "will"):
            continue
        for kind in claim.promises:
            if kind in _MEASURES:
                _limits(assembly, claim, kind)
            elif kind == "human_approval":
                _threshold(assembly, claim)


def _limits(assembly: Assembly, claim: Claim, kind: ControlKind) -> None:
    measure = _MEASURES[kind]
    said = sorted(set(measure.said(claim.text)))
    if len(said) != 1 or said[0] <= 0:
        return
    weaker: dict[str, tuple[float, Evidence]] = {}
    about = claim.about or _limited(assembly, claim, kind)
    for identity in about:
        found = list(_coded(assembly, identity, kind, measure))
        if found and min(found, key=lambda pair: pair[0])[0] > said[0] * _TOLERANCE:
            weaker[identity] = min(found, key=lambda pair: pair[0])
    if weaker and (claim.about or len(weaker) == len(about)):
        strictest = min(weaker.values(), key=lambda pair: pair[0])
        _say(assembly, claim, kind, tuple(weaker), [cited for _number, cited in weaker.values()], measure.words(strictest[0]))


def _limited(assembly: Assembly, claim: Claim, kind: ControlKind) -> tuple[str, ...]:
    """What a limit that names nothing is about: all that is limited, unless it is that of a company or of a plan."""
    if named_parties(claim.text) or _OF_OTHERS.search(claim.text):
        return ()
    covered = {
        identity
        for (control, _place), (protected, cited) in assembly.controls.items()
        if control == kind and any(evidence.role != "claim" for evidence in cited)
        for identity in protected
    }
    path = claim.evidence[0].path
    return tuple(
        identity
        for identity in sorted(covered & assembly.drafts.by_id.keys())
        if assembly.draft(identity).attributes.get("stated_by") != "document" and speaks_of(path, assembly.draft(identity))
    )


def _coded(assembly: Assembly, identity: str, kind: ControlKind, measure: Measure) -> Iterator[tuple[float, Evidence]]:
    """What the controls of an element allow, each with its place."""
    kept_by = load_promises().promises[kind].kept_by
    around = {identity, *(flow.id for flows in assembly.flows.values() for flow in flows if identity in (flow.source, flow.target))}
    for (control, _place), (covered, cited) in sorted(assembly.controls.items()):
        if control not in kept_by or not covered & around:
            continue
        for evidence in cited[:1]:
            for place in (evidence, *_named_in(assembly, evidence)):
                found = measure.coded(place.quote)
                if found:
                    yield min(found), place
                    break


def _named_in(assembly: Assembly, evidence: Evidence) -> Iterator[Evidence]:
    """Where the variables are given their values that a cited line names: `limiter`, `RATE`."""
    own = [file for file, facts in enumerate(assembly.program.files) if facts.path == evidence.path]
    for name in dict.fromkeys(_NAME.findall(evidence.quote)[:_MOST_NAMES]):
        files = [file for file in own if name in assembly.program.files[file].variables] or [
            file for file, facts in enumerate(assembly.program.files) if name in facts.variables
        ]
        values = [(file, value) for file in files[:2] for value in assembly.program.files[file].variables[name]]
        if len(values) == 1 and (cited := assembly.cite(values[0], "sink")) is not None:
            yield cited


def _threshold(assembly: Assembly, claim: Claim) -> None:
    """`above 50 EUR` beside `amount > 500`: a tool that compares the amount with a larger number, and with none as small."""
    match = _ABOVE.search(claim.text)
    said = amounts(claim.text)
    if match is None or len(said) != 1:
        return
    weaker: dict[str, tuple[float, Evidence]] = {}
    for identity in claim.about:
        compared = [pair for function in _functions_of(assembly, identity) for pair in _compared(assembly, function)]
        if compared and min(number for number, _node in compared) > said[0]:
            number, node = min(compared)
            cited = assembly.cite(node, "sink")
            if cited is not None:
                weaker[identity] = (number, cited)
    if weaker:
        least = min(number for number, _cited in weaker.values())
        _say(assembly, claim, "human_approval", tuple(weaker), [cited for _n, cited in weaker.values()], f"asks a person from {least:g} on")


def _functions_of(assembly: Assembly, identity: str) -> Iterator[FunctionRef]:
    for reference, entry in assembly.entry_of_function.items():
        if entry == identity:
            yield from sorted(assembly.reach(reference))


def _compared(assembly: Assembly, function: FunctionRef) -> Iterator[tuple[float, Node]]:
    """Numbers that a function compares an amount with."""
    program = assembly.program
    for identity, value in enumerate(program.files[function[0]].values):
        if value.scope != function[1] or value.kind != "operation" or value.text not in _COMPARISONS or len(value.inputs) != 2:
            continue
        for one, other in (value.inputs, value.inputs[::-1]):
            number = program.constant((function[0], other))
            named = program.value((function[0], one))
            while named.kind == "guarded":  # known from a comparison before
                named = program.value((function[0], named.inputs[0]))
            if isinstance(number, int | float) and not isinstance(number, bool) and 0 < number < _LARGEST and _AMOUNT.search(named.text):
                yield float(number), (function[0], identity)


def _say(assembly: Assembly, claim: Claim, kind: ControlKind, about: tuple[str, ...], against: Sequence[Evidence], instead: str) -> None:
    cited = {(place.path, place.page, place.start_line): place.model_copy(update={"role": "sink"}) for place in against}
    assembly.claims.append(
        claim.model_copy(
            update={
                "id": f"{claim.id}:{kind}", "kind": "amount", "promises": (kind,), "about": about, "kept": False,
                "against": tuple(cited.values()), "instead": instead,
            }
        )
    )  # fmt: skip
