"""Replies taken over: bounded, ids looked up, quotes located. What cannot be shown is dropped, and counted with its reason.

Takes a reply and the grounds, gives proposals, arguments and additions to the system. The same look is taken twice: first for the problems
that are sent back to the model once (`problems_of_...`), then for good.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from pipeline.agent.files import UNSHOWN
from pipeline.agent.grounding import Grounds, Missing, Quote
from pipeline.agent.model import Argument, Dropped, Origin, Proposal
from pipeline.agent.schemas import Contradiction, ElementThreats, ProposedThreat, Quoted, StatedFactor
from pipeline.system.model import Evidence, Stride
from pipeline.threats.catalog import Catalog
from pipeline.threats.schema import Factor

MOST_THREATS, MOST_QUOTES, MOST_OPINIONS = 20, 8, 20  # of one reply
_CUSTOM = re.compile(r"custom/[a-z0-9]+(?:-[a-z0-9]+){0,7}")
_ID, _COMPARED = 120, 500  # characters of an id; ids
_TITLE, _DESCRIPTION, _REASON, _TEXT = 160, 1_200, 500, 300  # characters


@dataclass(slots=True)
class Taken:
    """What was taken of a reply."""

    proposals: list[Proposal] = field(default_factory=list)
    arguments: list[Argument] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Taker:
    """Takes replies over; knows the elements, the findings, the catalog and the files."""

    grounds: Grounds
    elements: Collection[str]
    findings: Collection[str]
    catalog: Catalog
    restore: Callable[[str], str]  # placeholders back into what stands in the files
    mask: Callable[[str], str]  # placeholders out of prose

    @property
    def _comparable(self) -> list[str]:
        """Ids that another is compared with letter by letter, which takes long."""
        return sorted(identity for identity in self.elements if len(identity) <= _ID)[:_COMPARED]

    def problems(self, reply: ElementThreats) -> str:
        """What is wrong with a reply, for the model to mend once; empty if nothing is."""
        said: list[str] = []
        for number, threat in enumerate(reply.threats, 1):
            where = f"threat {number} ({self.prose(threat.title, 60)})"
            if threat.element not in self.elements:
                near = ", ".join(get_close_matches(threat.element[:_ID], self._comparable, 4, 0.4)) if number <= MOST_THREATS else ""
                said.append(
                    f"{where}: there is no element {self.prose(threat.element, 80)!r}; take one that is listed"
                    + (f", such as {near}" if near else "")
                )
            if self.slug(threat.threat) is None:
                said.append(f"{where}: {self.prose(threat.threat, 60)!r} is no slug of the catalog and not custom/words-joined-by-hyphens")
            missing = [quote for quote in threat.quotes if isinstance(self.located(quote), Missing)]
            said += (f"{where}: not found in {self.prose(q.path, 80)}: {self.prose(q.text, 120)!r}" for q in missing)
            if not threat.quotes:
                said.append(f"{where}: it has no quote")
        said += (f"there is no finding {self.prose(o.finding, 40)!r}" for o in reply.opinions if o.finding not in self.findings)
        return "\n".join(said)

    def taken(self, reply: ElementThreats, origin: Origin) -> Taken:
        """What of a reply can be shown."""
        found = Taken()
        for threat in reply.threats[:MOST_THREATS]:
            self._take(threat, origin, found)
        found.dropped += (Dropped("threat", self.prose(t.title, 80), "more than one reply may hold") for t in reply.threats[MOST_THREATS:])
        for opinion in reply.opinions[:MOST_OPINIONS]:
            evidence, _ = self.evidence(opinion.quotes)
            if opinion.finding not in self.findings:
                found.dropped.append(Dropped("opinion", self.prose(opinion.finding, 40), "no such finding"))
            elif not evidence:
                found.dropped.append(Dropped("opinion", opinion.finding, "no quote of it stands in the files"))
            else:
                reason = self.prose(opinion.reason, _REASON)
                found.arguments.append(Argument(opinion.finding, opinion.stance, reason, evidence, origin))
        return found

    def _take(self, threat: ProposedThreat, origin: Origin, found: Taken) -> None:
        title = self.prose(threat.title, _TITLE)
        slug = self.slug(threat.threat)
        if slug is None or threat.element not in self.elements:
            reason = "no such element" if slug else "neither a slug of the catalog nor a custom one"
            found.dropped.append(Dropped("threat", title, reason))
            return
        evidence, missing = self.evidence(threat.quotes)
        if not evidence:
            found.dropped.append(Dropped("threat", title, _why(missing)))
            return
        factors = self.factors(threat.factors, found)
        stride = _once(threat.classes) or ("elevation_of_privilege",)
        known = self.catalog.get(slug)
        found.proposals.append(
            Proposal(
                threat=slug, element=threat.element, stride=known.stride if known else stride, title=title,
                description=self.prose(threat.description, _DESCRIPTION),
                path=tuple(dict.fromkeys(e for e in threat.path if e in self.elements))[:12],
                evidence=evidence, factors=factors, origin=origin,
                mitigations=tuple((self.prose(m.text, _TEXT), self.prose(m.test, _TEXT)) for m in threat.mitigations[:3]),
            )
        )  # fmt: skip

    def contradictions(self, said: Sequence[Contradiction], origin: Origin) -> Taken:
        """Sentences that are not kept; both sides have to be found."""
        found = Taken()
        for each in said[:MOST_THREATS]:
            title, slug = self.prose(each.title, _TITLE), self.slug(each.threat)
            claim, done = self.located(each.said), self.evidence(each.done)[0]
            if slug is None or each.element not in self.elements:
                found.dropped.append(Dropped("contradiction", title, "no such element" if slug else "no such threat"))
            elif isinstance(claim, Missing) or not done:
                side = "what is said" if isinstance(claim, Missing) else "what is done"
                found.dropped.append(Dropped("contradiction", title, f"{side} does not stand in the files"))
            else:
                known = self.catalog.get(slug)
                stride = known.stride if known else _once(each.classes) or ("repudiation",)
                evidence = (claim.model_copy(update={"role": "claim"}), *done)
                description = self.prose(each.description, _DESCRIPTION)
                found.proposals.append(Proposal(slug, each.element, stride, title, description, (), evidence, {}, (), origin))
        return found

    def factors(self, stated: Iterable[StatedFactor], found: Taken) -> Mapping[Factor, Evidence]:
        held: dict[Factor, Evidence] = {}
        for each in stated:
            place = self.located(each.quote)
            if isinstance(place, Missing):
                found.dropped.append(Dropped("factor", each.factor, place.reason))
            else:
                held.setdefault(each.factor, place)
        return held

    def evidence(self, quotes: Sequence[Quoted]) -> tuple[tuple[Evidence, ...], list[Missing]]:
        """The quotes that stand in the files, each place once; and those that do not."""
        places = [self.located(quote) for quote in quotes[:MOST_QUOTES]]
        held = {(e.path, e.page, e.start_line): e for e in places if isinstance(e, Evidence)}
        return tuple(held.values()), [place for place in places if isinstance(place, Missing)]

    def located(self, quote: Quoted) -> Evidence | Missing:
        return self.grounds.locate(Quote(quote.path, self.restore(quote.text), quote.line), quote.role)

    def slug(self, text: str) -> str | None:
        """The slug of the catalog, also by a former name or with the wrong prefix; or a custom one."""
        known = self.catalog.get(text.removeprefix("custom/"))
        if known is not None:
            return known.slug
        plain = text if text.startswith("custom/") else f"custom/{text}"
        return plain if _CUSTOM.fullmatch(plain) and len(plain) <= 80 else None

    def prose(self, text: str, most: int) -> str:
        """Words of a model as one line of plain text, without placeholders, within bounds."""
        flat = " ".join(UNSHOWN.sub(" ", self.mask(text)).split())
        return flat if len(flat) <= most else f"{flat[: most - 1]}…"


def _once(classes: Iterable[Stride]) -> tuple[Stride, ...]:
    return tuple(dict.fromkeys(classes))


def _why(missing: Sequence[Missing]) -> str:
    return f"no quote of it can be shown ({missing[0].reason})" if missing else "it has no quote"
