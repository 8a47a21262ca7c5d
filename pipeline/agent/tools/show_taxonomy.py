"""The tool `show_taxonomy`: what an id of a taxonomy is called, and which threats of the catalog carry it."""

from __future__ import annotations

from pydantic import Field

from pipeline.agent.tools.answer import Answer, fitting
from pipeline.agent.tools.bench import Bench
from pipeline.agent.tools.characters import plain
from pipeline.agent.tools.tool import Arguments, Tool

_OFFERED, _ASKED = 15, 100


class ShowTaxonomy(Arguments):
    id: str = Field(description="Id with its edition (`LLM01:2025`, `AML.T0051`, `CWE-94`), or words of its name.")


def answer(bench: Bench, asked: ShowTaxonomy) -> Answer:
    identity = asked.id.strip()
    identity = bench.taxonomies.replacement_of(identity) or identity
    file = bench.taxonomies.file_of(identity)
    if file is None:
        rows = _near(bench, identity[:_ASKED].lower())
        return Answer("\n".join(("No such id. Perhaps:", *rows)) if rows else "No taxonomy has an id or a name like that.")
    carrying = [one.slug for one in bench.catalog.threats if any(identity in ids for _field, ids in one.taxonomy)]
    named = f"{identity} {file.items[identity]} ({file.title} {file.edition})"
    threats = f"threats: {', '.join(carrying)}" if carrying else "no threat of the catalog carries it"
    return Answer("\n".join(fitting([plain(named), plain(threats)])))


def _near(bench: Bench, words: str) -> list[str]:
    """Ids that begin so, then ids whose name has all of the words."""
    items = [(identity, name) for file in bench.taxonomies.files for identity, name in file.items.items()]
    begun = [one for one in items if words and one[0].lower().startswith(words)]
    named = [one for one in items if words.split() and all(word in one[1].lower() for word in words.split())]
    return [plain(f"{identity} {name}") for identity, name in dict.fromkeys((*begun, *named))][:_OFFERED]


TOOL = Tool("show_taxonomy", "An id of OWASP, ATLAS, NIST AML or CWE: its name and the threats that carry it.", ShowTaxonomy, answer)
