"""The handbook, joined from the catalog, the framework files, the taxonomies and the words.

Takes what those rooms loaded, gives one value; nothing is judged here. Ties are the ones that files state: which control a threat
names, which control and which element a framework file names, which id a threat carries.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from pipeline.findings.attack_paths.knowledge import load_knowledge
from pipeline.findings.risk import severity_of
from pipeline.handbook.decision import decision_of
from pipeline.handbook.model import (
    ControlEntry,
    FrameworkEntry,
    Handbook,
    ItemEntry,
    Recognised,
    SeverityRange,
    TaxonomyEntry,
    ThreatEntry,
    WordEntry,
)
from pipeline.handbook.words import load_control_words, load_glossary
from pipeline.system.model import ControlKind, ElementKind, ShippedControl
from pipeline.system.rules.framework import CallRule, ClassRule, DecoratorRule, Flag, Framework
from pipeline.system.rules.knowledge import load_frameworks
from pipeline.threats.catalog import Catalog, hash_with
from pipeline.threats.ledger import Cases, OutOfReach, cases_of, ledger_of
from pipeline.threats.schema import Threat
from pipeline.threats.taxonomy import Taxonomies, TaxonomyFile

Rule = CallRule | DecoratorRule | ClassRule


def handbook_of(catalog: Catalog, taxonomies: Taxonomies, out_of_reach: OutOfReach) -> Handbook:
    """All entries, each in the order of its names; threats of a user's own stand among the others."""
    shipped = (one for one in load_frameworks().frameworks if one.name not in catalog.own.replaced_frameworks)
    known = sorted((*shipped, *catalog.own.frameworks), key=lambda one: one.name)
    frameworks = tuple(framework_entry(one, catalog) for one in known)
    return Handbook(
        knowledge=hash_with(catalog.own),
        threats=tuple(threat_entry(one, catalog, taxonomies, frameworks) for one in catalog.threats),
        controls=control_entries(catalog, frameworks),
        frameworks=frameworks,
        taxonomies=_taxonomies(catalog, taxonomies, out_of_reach),
        elements=tuple(
            WordEntry(word=kind, description=text, threats=tuple(one.slug for one in catalog.threats if kind in one.about))
            for kind, text in load_glossary().elements.items()
        ),
        stride=tuple(
            WordEntry(word=name, description=text, threats=tuple(one.slug for one in catalog.threats if name in one.stride))
            for name, text in load_glossary().stride.items()
        ),
    )


def threat_entry(threat: Threat, catalog: Catalog, taxonomies: Taxonomies, frameworks: Iterable[FrameworkEntry]) -> ThreatEntry:
    """A threat with its cases, names and possible severities."""
    names = {one: name for _field, ids in threat.taxonomy for one in ids if (name := taxonomies.name_of(one))}
    return ThreatEntry.model_validate(
        {
            **threat.model_dump(exclude_unset=True),
            "severity": severity_range(threat),
            "cases": cases_of(catalog, threat.slug),
            "names": names,
            "frameworks": tuple(one.name for one in frameworks if threat.slug in one.threats),
            "own": catalog.own.folder_of(threat.slug),
            "leads_to": step.says.format(element="the element") if (step := load_knowledge().steps.get(threat.slug)) else "",
        }
    )


def severity_range(threat: Threat) -> SeverityRange:
    """Where the decision table starts and between which severities it ends."""
    decision = decision_of(threat)
    return SeverityRange(
        starts=severity_of(decision.likelihood.base, decision.impact.base), lowest=decision.lowest, highest=decision.highest
    )


def control_entries(catalog: Catalog, frameworks: Iterable[FrameworkEntry]) -> tuple[ControlEntry, ...]:
    """The kinds of controls, with the threats they stand against and the frameworks that have them; own ones come last."""
    having: dict[str, list[str]] = defaultdict(list)
    for framework in frameworks:
        for control in framework.controls:
            having[control.kind].append(framework.name)

    def entry(kind: ControlKind, counts_as: tuple[ShippedControl, ...] = (), **said: object) -> ControlEntry:
        kinds = {kind, *counts_as}
        against = {
            "removes": tuple(threat.slug for threat in catalog.threats if kinds & set(threat.removed_by)),
            "lowers": tuple(threat.slug for threat in catalog.threats if kinds & set(threat.lowered_by)),
        }
        return ControlEntry.model_validate({"kind": kind, "frameworks": tuple(having[kind]), **against, **said})

    shipped = (
        entry(kind, description=word.is_, counts_when=word.counts_when, not_when=word.not_when, seen_in=word.seen_in)
        for kind, word in sorted(load_control_words().controls.items())
    )
    own = (
        entry(kind, file.counts_as, description=file.title, seen_in=("code",) if having[kind] else ())
        for kind, file in sorted(catalog.own.controls.items())
    )
    return (*shipped, *own)


def framework_entry(framework: Framework, catalog: Catalog) -> FrameworkEntry:
    """What a framework file recognises."""
    elements, controls = _grouped(_elements(framework)), _grouped(_controls(framework))
    kinds = {one.kind for one in elements}
    rules = _rules(framework)
    return FrameworkEntry(
        name=framework.name,
        read_from=framework.read_from,
        packages=framework.packages,
        elements=elements,
        controls=controls,
        gives=tuple(sorted({label for rule in rules for label in _gives(rule)})),
        takes=tuple(sorted({role for rule in rules for role in _takes(rule)})),
        threats=tuple(threat.slug for threat in catalog.threats if kinds & set(threat.about)),
    )


def _rules(framework: Framework) -> tuple[Rule, ...]:
    return (*framework.calls, *framework.decorators, *framework.classes)


def _grouped(found: Iterable[tuple[str, str]]) -> tuple[Recognised, ...]:
    groups: dict[str, list[str]] = defaultdict(list)
    for kind, name in found:
        groups[kind].append(name)
    return tuple(Recognised(kind=kind, names=tuple(dict.fromkeys(groups[kind]))) for kind in sorted(groups))


def _elements(framework: Framework) -> Iterator[tuple[ElementKind, str]]:
    for rule in _rules(framework):
        if rule.kind is not None:
            yield from ((rule.kind, name) for name in _names(rule))


def _controls(framework: Framework) -> Iterator[tuple[ControlKind, str]]:
    for rule in _rules(framework):
        if isinstance(rule, ClassRule):
            continue
        if rule.control is not None:
            yield from ((rule.control, name) for name in _names(rule))
        for flag in rule.flags:
            if flag.control is not None:
                yield from ((flag.control, f"{name}({_said(flag)})") for name in _names(rule))


def _said(flag: Flag) -> str:
    argument = flag.argument.split("|")[0]
    if flag.equals is not None:
        return f"{argument}={flag.equals}"
    return f"no {argument}" if flag.absent else argument


def _names(rule: Rule) -> tuple[str, ...]:
    match rule:
        case CallRule():
            return (*rule.call, *rule.read)
        case DecoratorRule():
            exported = (f"functions {', '.join(rule.exports)} of files {rule.files or 'anywhere'}",) if rule.exports else ()
            return (*(f"@{name}" for name in rule.decorator), *rule.registers, *exported)
        case ClassRule():
            return tuple(f"class of {name}" for name in rule.base)


def _gives(rule: Rule) -> Iterator[str]:
    if isinstance(rule, CallRule):
        yield from (rule.result,) if rule.result else ()
        return
    yield from (rule.parameters,) if rule.parameters else ()
    if isinstance(rule, DecoratorRule):
        yield from rule.parameter_types.values()


def _takes(rule: Rule) -> Iterator[str]:
    if isinstance(rule, CallRule):
        yield from rule.sinks.values()
    elif rule.returns:
        yield rule.returns


def _taxonomies(catalog: Catalog, taxonomies: Taxonomies, out_of_reach: OutOfReach) -> tuple[TaxonomyEntry, ...]:
    ledger = ledger_of(catalog, taxonomies, out_of_reach, out_of_reach.reviewed)
    covered = {item.id: item for edition in ledger.editions for item in edition.items}
    cwe: dict[str, list[str]] = defaultdict(list)
    for threat in catalog.threats:
        for identity in threat.taxonomy.cwe:
            cwe[identity].append(threat.slug)

    def entry(file: TaxonomyFile) -> TaxonomyEntry:
        items = []
        for identity, name in file.items.items():
            known = covered.get(identity)
            items.append(
                ItemEntry(
                    id=identity,
                    name=name,
                    threats=known.threats if known else tuple(cwe[identity]),
                    cases=known.cases if known else _cases_of_all(catalog, cwe[identity]),
                    reason=known.reason if known else "",
                    continues=file.continues.get(identity, ""),
                )
            )
        key = re.sub(r"[^a-z0-9]+", "-", f"{file.title} {file.edition}".lower()).strip("-")
        said = file.model_dump(include={"field", "title", "edition", "published", "url", "licence"})
        return TaxonomyEntry(key=key, items=tuple(items), **said)

    return tuple(entry(file) for file in taxonomies.files)


def _cases_of_all(catalog: Catalog, slugs: Iterable[str]) -> Cases:
    counted = [cases_of(catalog, slug) for slug in slugs]
    return Cases(
        reported=sum(one.reported for one in counted),
        silent=sum(one.silent for one in counted),
        known_gaps=sum(one.known_gaps for one in counted),
    )
