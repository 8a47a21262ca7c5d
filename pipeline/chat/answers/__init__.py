"""Answers: one module for each kind of question, each with a function from a case to a draft. All of them, by the name of the question."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pipeline.chat.answers import (
    attack_paths,
    change_it,
    changes,
    data_flow,
    data_into,
    describe,
    fix,
    has_control,
    inventory,
    list_findings,
    missing,
    not_examined,
    path,
    promises,
    protection,
    reach,
    retention,
    severity,
    summary,
    term,
    threats_of,
    top_risks,
    uploads,
    uses,
    where,
)
from pipeline.chat.answers.case import Case, Draft, Earlier

ANSWERS: Mapping[str, Callable[[Case], Draft]] = {
    "threats_of": threats_of.answer,
    "top_risks": top_risks.answer,
    "summary": summary.answer,
    "reach": reach.answer,
    "path": path.answer,
    "protection": protection.answer,
    "missing": missing.answer,
    "severity": severity.answer,
    "change_it": change_it.answer,
    "fix": fix.answer,
    "changes": changes.answer,
    "list_findings": list_findings.answer,
    "not_examined": not_examined.answer,
    "inventory": inventory.answer,
    "data_flow": data_flow.answer,
    "data_into": data_into.answer,
    "uploads": uploads.answer,
    "uses": uses.answer,
    "has_control": has_control.answer,
    "promises": promises.answer,
    "attack_paths": attack_paths.answer,
    "describe": describe.answer,
    "where": where.answer,
    "term": term.answer,
    "retention": retention.answer,
}

__all__ = ["ANSWERS", "Case", "Draft", "Earlier"]
