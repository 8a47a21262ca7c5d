"""The tool `show_threat`: a page of the catalog, whose words are ours and are not fenced."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from pydantic import Field

from pipeline.agent.tools.answer import Answer, fitting
from pipeline.agent.tools.bench import Bench
from pipeline.agent.tools.characters import plain
from pipeline.agent.tools.tool import Arguments, Tool
from pipeline.threats.catalog import Catalog
from pipeline.threats.schema import WHERE, Threat

_OFFERED, _ASKED = 12, 200


class ShowThreat(Arguments):
    slug: str = Field(description="Slug of the threat, or words it is searched by.")


def answer(bench: Bench, asked: ShowThreat) -> Answer:
    threat = bench.catalog.get(asked.slug.strip())
    if threat is not None:
        return Answer("\n".join(fitting([plain(row) for row in _rows(threat)])))
    near = _near(bench.catalog, asked.slug[:_ASKED])
    rows = [plain(f"{one.slug}: {one.title}") for one in near]
    return Answer("\n".join(("No threat has that slug. Perhaps:", *fitting(rows))) if rows else "No threat of the catalog is like that.")


def _rows(threat: Threat) -> Iterator[str]:
    yield f"{threat.slug}: {threat.title} ({', '.join(threat.stride)})"
    yield threat.summary
    yield f"about: {', '.join(threat.about)}"
    yield f"how rules look: {threat.how_we_look}"
    yield f"no threat when: {threat.not_a_threat_when}"
    if WHERE[threat.applies_where]:
        yield f"where: {WHERE[threat.applies_where]}"
    for what, controls in (("removed", threat.removed_by), ("lowered", threat.lowered_by)):
        if controls:
            yield f"{what} by: {', '.join(controls)}"
    for measure in threat.mitigations:
        yield f"do: {measure.text} Test: {measure.test}"
    yield "taxonomy: " + ", ".join(identity for _field, ids in threat.taxonomy for identity in ids)


def _near(catalog: Catalog, words: str) -> list[Threat]:
    """Threats that have most of the words in slug, title or summary; else those whose slug is written alike."""
    wanted = {word for word in words.lower().replace("-", " ").replace("_", " ").split() if len(word) > 2}
    said = [(one, f"{one.slug.replace('-', ' ')} {one.title} {one.summary}".lower()) for one in catalog.threats]
    scored = [(sum(word in text for word in wanted), one) for one, text in said]
    best = sorted((pair for pair in scored if pair[0]), key=lambda pair: (-pair[0], pair[1].slug))
    if best:
        return [one for score, one in best if score >= best[0][0] - 1][:_OFFERED]
    alike = get_close_matches(words, [one.slug for one in catalog.threats], _OFFERED)
    return [one for slug in alike if (one := catalog.get(slug)) is not None]


TOOL = Tool(
    "show_threat",
    "A threat of the catalog: what it is, when it is none, controls, mitigations, taxonomy ids. Words find the slugs that fit.",
    ShowThreat,
    answer,
)
