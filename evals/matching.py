"""Findings held against labels: which labels were met, by a maximum one-to-one matching, and which traps were sprung.

A finding can serve a label when their STRIDE classes meet, its threat is one the label accepts (where
it names any), and a piece of its evidence lies in one of the label's files: within 15 lines of the range
is precise, elsewhere in the file is near.
"""

from __future__ import annotations

from dataclasses import dataclass

from evals.labels import Expected, LabelledFile, Labels, Trap
from threatloom import Finding

NEAR = 15  # lines


@dataclass(frozen=True)
class Result:
    met: dict[str, str]  # label id -> finding id
    precise: frozenset[str]  # label ids met within NEAR lines
    missed: tuple[Expected, ...]
    sprung: tuple[tuple[Trap, Finding], ...]

    def recall(self, labels: Labels, *, must_only: bool = False) -> tuple[int, int]:
        """Met and all labels."""
        wanted = [label.id for label in labels.expected if label.must or not must_only]
        return sum(identity in self.met for identity in wanted), len(wanted)


def score(labels: Labels, findings: tuple[Finding, ...]) -> Result:
    """The best assignment of findings to labels, precise ones first."""
    edges = {
        label.id: [finding.id for finding in sorted(findings, key=lambda f: -_closeness(label, f)) if _closeness(label, finding)]
        for label in labels.expected
    }
    owner: dict[str, str] = {}
    for label in labels.expected:
        _augment(label.id, edges, owner, set())
    met = {label: finding for finding, label in owner.items()}
    by_id = {finding.id: finding for finding in findings}
    precise = frozenset(label.id for label in labels.expected if label.id in met and _closeness(label, by_id[met[label.id]]) == 2)
    missed = tuple(label for label in labels.expected if label.id not in met)
    sprung = tuple((trap, finding) for trap in labels.must_not for finding in findings if _springs(trap, finding))
    return Result(met, precise, missed, sprung)


def _augment(label: str, edges: dict[str, list[str]], owner: dict[str, str], seen: set[str]) -> bool:
    for finding in edges[label]:
        if finding in seen:
            continue
        seen.add(finding)
        if finding not in owner or _augment(owner[finding], edges, owner, seen):
            owner[finding] = label
            return True
    return False


def _closeness(label: Expected, finding: Finding) -> int:
    if not set(label.stride) & set(finding.stride) or (label.accept and finding.threat not in label.accept):
        return 0
    return max((_place(file, finding) for file in label.files), default=0)


def _place(file: LabelledFile, finding: Finding) -> int:
    inside = [evidence for evidence in finding.evidence if evidence.path == file.path]
    if not inside:
        return 0
    lines = file.range()
    if lines is None or any(e.start_line <= lines[1] + NEAR and e.end_line >= lines[0] - NEAR for e in inside):
        return 2
    return 1


def _springs(trap: Trap, finding: Finding) -> bool:
    if trap.slugs and finding.threat not in trap.slugs:
        return False
    lines = LabelledFile(path=trap.file, lines=trap.lines).range()
    decisive = [e for e in finding.evidence if e.path == trap.file and e.role in ("sink", "missing", "claim")]
    return any(lines is None or (e.start_line <= lines[1] and e.end_line >= lines[0]) for e in decisive)
