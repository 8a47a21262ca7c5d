"""The ten risks that matter: root causes of the whole fleet, ranked, each on one line with its places.

A root cause is a threat: wherever in the fleet it stands, what is to be done about it is the same. What a place counts for comes from
its severity, how much its system matters, who reaches it, attack paths that rest on it, how sure it is and how long it has been open;
a root cause counts for its worst place and, less, for how far it has spread. Numbers are whole and their order is total: the same record
gives the same ten, in whatever order systems are read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.findings.listing import CONFIDENCES
from pipeline.findings.model import SEVERITIES, STRIDE
from pipeline.fleet.fleet_file import Deadlines, Member
from pipeline.fleet.landscape.changes import figures
from pipeline.fleet.landscape.facts import Known, SystemFacts, ThingName
from pipeline.fleet.landscape.model import Risk, RiskPlace
from pipeline.reports.wording import plural
from pipeline.system.model import Severity

MOST_RISKS = 10
MOST_PLACES = 25
_SEVERITY: Mapping[Severity, int] = {"critical": 1000, "high": 400, "medium": 120, "low": 30, "info": 5}
_CRITICALITY = {"critical": 160, "high": 130, "medium": 100, "": 100, "low": 70}  # of 100
_CONFIDENCE = {"high": 100, "medium": 90, "low": 70}
_EXPOSED, _ON_PATH, _OVERDUE = 130, 125, 110
_AGAIN = 75  # what a cause of one system alone counts for, for each place in the ten that the system has already


def weight_of(severity: Severity, criticality: str) -> int:
    """What a finding counts for by its severity and by its system alone."""
    return _SEVERITY[severity] * _CRITICALITY[criticality] // 100


@dataclass(frozen=True, slots=True)
class Place:
    """An open finding of a system of the fleet, and what it counts for."""

    member: Member
    known: Known
    age_days: int
    overdue: bool
    score: int

    @property
    def order(self) -> tuple[int, str, str]:
        return (-self.score, self.member.name, self.known.finding.id)

    def told(self) -> RiskPlace:
        finding = self.known.finding
        return RiskPlace(
            system=self.member.name, criticality=self.member.criticality, finding=finding.id, severity=finding.severity,
            confidence=finding.confidence, status=finding.status, element=self.known.element, place=self.known.place,
            age_days=self.age_days, exposed=self.known.exposed, paths=len(self.known.paths), overdue=self.overdue,
        )  # fmt: skip


def places_of(all_facts: Sequence[SystemFacts], deadlines: Deadlines, now: datetime) -> tuple[Place, ...]:
    """All open findings of the fleet, those that count most first."""
    places = [_place(facts.member, known, deadlines, now) for facts in all_facts for known in facts.known if known.is_open]
    return tuple(sorted(places, key=lambda place: place.order))


def _place(member: Member, known: Known, deadlines: Deadlines, now: datetime) -> Place:
    finding = known.finding
    age = max((now - known.first_seen).days, 0)
    deadline = deadlines.of(finding.severity)
    overdue = deadline is not None and age > deadline
    score = _SEVERITY[finding.severity] * _CRITICALITY[member.criticality] * _CONFIDENCE[finding.confidence]
    score = score * (_EXPOSED if known.exposed else 100) * (_ON_PATH if known.paths else 100)
    score = score * (_OVERDUE if overdue else 100) * (100 + min(age // 7, 10) * 2)
    return Place(member, known, age, overdue, score // 10**12)


def risks_of(
    places: Sequence[Place], shared: Mapping[str, Sequence[ThingName]], news: Collection[tuple[str, str]] = ()
) -> tuple[tuple[Risk, ...], int]:
    """The risks that matter, and how many root causes there are.

    `shared` says what each threat stands at in several systems, `news` which findings (by system and id) came since last time.
    """
    groups: dict[str, list[Place]] = defaultdict(list)
    for place in places:
        groups[place.known.finding.threat].append(place)
    weighed = {threat: _weight(group) for threat, group in groups.items()}
    chosen: dict[str, list[str]] = {}  # with the threats that are told along
    left = set(groups)
    led: dict[str, int] = defaultdict(int)
    while len(chosen) < MOST_RISKS and left:
        best = min(left, key=lambda one: (-_again(groups[one], weighed[one], led), -groups[one][0].known.depth, one))
        left.remove(best)
        if (told := next((one for one in chosen if _is_along(groups[best], groups[one])), None)) is not None:
            chosen[told].append(groups[best][0].known.finding.title)
            continue
        chosen[best] = []
        led[groups[best][0].member.name] += 1
    risks = tuple(_risk(one, groups[one], weighed[one], along, shared.get(one, ()), news) for one, along in chosen.items())
    return risks, len(groups)


def _is_along(group: Sequence[Place], told: Sequence[Place]) -> bool:
    """Whether all of a cause stands in one system on attack paths that another cause, as severe, is told with: ended once, they end."""
    (system, *others) = {place.member.name for place in group}
    if others or not all(place.known.paths for place in group):
        return False
    theirs = {path for place in told if place.member.name == system for path in place.known.paths}
    worst, worst_told = (min(SEVERITIES.index(place.known.finding.severity) for place in listed) for listed in (group, told))
    return worst_told <= worst and {path for place in group for path in place.known.paths} <= theirs


def _weight(group: Sequence[Place]) -> int:
    """The worst place, and a tenth of the others, which count for no more than the worst one."""
    worst, rest = group[0].score, sum(place.score for place in group[1:])
    return worst + min(worst, rest // 10)


def _again(group: Sequence[Place], weight: int, led: Mapping[str, int]) -> int:
    """What it counts for among those that are chosen already: one system does not crowd out the others."""
    systems = {place.member.name for place in group}
    if len(systems) == 1:
        for _ in range(led[group[0].member.name]):
            weight = weight * _AGAIN // 100
    return weight


def _risk(
    threat: str, group: Sequence[Place], weight: int, along: Sequence[str], shared: Sequence[ThingName], news: Collection[tuple[str, str]]
) -> Risk:
    lead = group[0].known.finding
    severities = [place.known.finding.severity for place in group]
    found = {stride for place in group for stride in place.known.finding.stride}
    mitigation = next((place.known.finding.mitigations[0] for place in group if place.known.finding.mitigations), None)
    return Risk(
        threat=threat, title=lead.title, severity=min(severities, key=SEVERITIES.index),
        stride=tuple(stride for stride in STRIDE if stride in found), score=weight, systems=len({place.member.name for place in group}),
        findings=len(group), by_severity=figures(severities), why=_why(group, news),
        first=mitigation.text if mitigation else "", test=mitigation.test if mitigation else "",
        along=tuple(along), through=tuple(f"{thing.kind.replace('_', ' ')} {thing.name}" for thing in shared[:3]),
        places=tuple(place.told() for place in group[:MOST_PLACES]),
    )  # fmt: skip


def _why(group: Sequence[Place], news: Collection[tuple[str, str]]) -> tuple[str, ...]:
    """What put it there, the strongest first."""
    said: list[str] = []
    new_in = sorted({place.member.name for place in group if (place.member.name, place.known.finding.id) in news})
    if new_in:
        said.append(f"new in {new_in[0]}" + (f" and {len(new_in) - 1} more" if len(new_in) > 1 else ""))
    systems = sorted({place.member.name for place in group})
    if len(group) > len(systems):
        said.append(f"{len(group)} places" if len(systems) == 1 else f"{len(systems)} systems, {len(group)} places")
    matters = sorted({place.member.name for place in group if place.member.criticality == "critical"})
    if matters:
        said.append(f"{matters[0]} is critical to you" if len(matters) == 1 else f"{len(matters)} of them critical to you")
    overdue = [place for place in group if place.overdue]
    oldest = max(place.age_days for place in group)
    if overdue:
        said.append(f"{len(overdue)} overdue, the oldest open for {plural(oldest, 'day')}")
    outside = [place for place in group if place.known.exposed]
    if outside:
        said.append("reached from outside" if len(outside) == len(group) else f"{len(outside)} of {len(group)} reached from outside")
    worst = min((one for place in group if (one := place.known.path_severity) is not None), key=SEVERITIES.index, default=None)
    if worst is not None:
        paths = len({(place.member.name, path) for place in group for path in place.known.paths})
        said.append(f"on a {worst} attack path" if paths == 1 else f"on {paths} attack paths, the worst {worst}")
    if not overdue and oldest >= 7:
        said.append(f"open for {plural(oldest, 'day')}")
    if all(place.known.finding.confidence == CONFIDENCES[-1] for place in group):
        said.append("low confidence")
    return tuple(said)
