"""Rules and taxonomies of a SARIF file: what each threat is, how it is recognised, what to do, how to test it, and what it is called."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from uuid import NAMESPACE_URL, uuid5

from pipeline.findings.model import SEVERITIES, Finding, KnownThreat, Scan, Taxonomy
from pipeline.reports import sarif_model as sarif
from pipeline.reports.asked import explain_command
from pipeline.reports.escape import markdown, markdown_code, markdown_prose, shorten, visible
from pipeline.reports.own import own_of
from pipeline.reports.sarif_limits import DESCRIPTION, NAME, TAGS
from pipeline.system.model import Confidence, Severity

LEVELS: dict[Severity, sarif.Level] = {"critical": "error", "high": "error", "medium": "warning", "low": "note", "info": "note"}
# The bands code-scanning services read: above 9.0 critical, from 7.0 high, from 4.0 medium, above 0 low.
SCORES: dict[Severity, str] = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "3.0", "info": "0.0"}
_PRECISION: dict[Confidence, str] = {"high": "high", "medium": "medium", "low": "low"}
_TAXONOMIES = {
    "owasp_llm": ("OWASP Top 10 for LLM Applications", "OWASP"),
    "owasp_agentic": ("OWASP Top 10 for Agentic Applications", "OWASP"),
    "owasp_mcp": ("OWASP MCP Top 10", "OWASP"),
    "owasp_ml": ("OWASP Machine Learning Security Top 10", "OWASP"),
    "atlas": ("MITRE ATLAS", "MITRE"),
    "nist_aml": ("NIST AI 100-2 Adversarial Machine Learning", "NIST"),
    "cwe": ("CWE", "MITRE"),
}  # fmt: skip
_ADDRESS = re.compile(r"https://[\w.-]+(?:/[\w./~%?=&#:+,@-]*)?", re.ASCII)
Taxa = dict[str, tuple[str, ...]]  # taxonomy -> its ids in this scan, sorted


def plain(text: str) -> sarif.Message:
    """A message of plain text; brackets would be an embedded link, paragraph 3.11.6 of the standard."""
    return sarif.Message(text=re.sub(r"([\\\[\]])", r"\\\1", visible(text)))


# Rules


def rule_of(scan: Scan, slug: str, findings: Sequence[Finding], taxa: Taxa) -> sarif.Rule:
    first = findings[0]
    known = next((threat for threat in scan.threats if threat.slug == slug), None)
    worst = min((finding.severity for finding in findings), key=SEVERITIES.index)
    title = known.title if known else first.title
    help_text = list(_help(scan, first, known, findings))
    tags = _tags(findings)
    return sarif.Rule(
        id=slug,
        name=shorten("".join(part.capitalize() for part in re.split(r"[^A-Za-z0-9]+", slug)), NAME),
        short_description=_described(title),
        full_description=_described(known.summary if known else title),
        help_uri=_address(known, findings),
        help=sarif.Message(
            text="\n".join(text for text, _ in help_text), markdown="\n".join(rich for _, rich in help_text if rich is not None)
        ),
        default_configuration=sarif.Configuration(level=LEVELS[worst]),
        relationships=tuple(
            sarif.Relationship(target=reference) for reference in references((finding.taxonomy for finding in findings), taxa)
        ) or None,
        properties={
            "tags": tags[:TAGS],
            **({"tagsLeftOut": tags[TAGS:]} if tags[TAGS:] else {}),
            "security-severity": SCORES[worst],
            "precision": _PRECISION[first.confidence],
            "problem.severity": {"error": "error", "warning": "warning", "note": "recommendation"}[LEVELS[worst]],
            **({"ownKnowledge": own} if (own := own_of(scan, first)) else {}),
        },
    )  # fmt: skip


def _described(text: str) -> sarif.Message:
    said = plain(text)
    return said.model_copy(update={"text": shorten(said.text, DESCRIPTION)})


def _tags(findings: Sequence[Finding]) -> tuple[str, ...]:
    """What services filter by, the most useful first: they show ten."""
    stride = sorted({f"stride/{name.replace('_', '-')}" for finding in findings for name in finding.stride})
    cwes = sorted({f"external/cwe/{item.lower()}" for finding in findings for item in finding.taxonomy.cwe})
    others = sorted(
        f"external/{name.replace('_', '-')}/{re.sub(r'[^a-z0-9.-]+', '-', item.lower())}"
        for name in _TAXONOMIES
        if name != "cwe"
        for item in {item for finding in findings for item in getattr(finding.taxonomy, name)}
    )
    return ("security", *stride, *cwes, *others)


def _address(known: KnownThreat | None, findings: Sequence[Finding]) -> str | None:
    """Where to read more: the first reference of the threat, else its weakness."""
    named = next(filter(_ADDRESS.fullmatch, known.references), None) if known else None
    cwe = next((item for finding in findings for item in finding.taxonomy.cwe if re.fullmatch(r"CWE-\d+", item)), None)
    return named or (f"https://cwe.mitre.org/data/definitions/{cwe[4:]}.html" if cwe else None)


def _help(scan: Scan, first: Finding, known: KnownThreat | None, findings: Sequence[Finding]) -> Iterator[tuple[str, str | None]]:
    """Lines as plain text, and as Markdown."""
    title = known.title if known else first.title
    yield visible(title), f"**{markdown(title)}**"
    yield "", ""
    if known:
        yield visible(known.summary), markdown_prose(known.summary)
        for heading, words in (("How it is recognised", known.how_we_look), ("Not a threat when", known.not_a_threat_when)):
            yield "", ""
            yield f"{heading}: {visible(words)}", f"**{heading}.** {markdown_prose(words)}"
        yield "", ""
    doing = list(dict.fromkeys(mitigation for finding in findings for mitigation in finding.mitigations))
    if doing:
        yield "What to do, and how to test it:", "**What to do, and how to test it**"
        yield "", ""
    for item in doing:
        yield f"- {visible(item.text)} Test: {visible(item.test)}", f"- {markdown_prose(item.text)}\n  - Test: {markdown_prose(item.test)}"
    addresses = [url for url in known.references if _ADDRESS.fullmatch(url)] if known else []
    if addresses:
        yield "", ""
    for url in addresses:
        yield f"Read: {url}", f"- <{url}>"
    yield "", ""
    yield f"More: {visible(explain_command(first))}", f"More: {markdown_code(explain_command(first))}"
    if own := own_of(scan, first):
        yield f"A threat of {visible(own)}.", f"A threat of {markdown(own)}."


# Taxonomies


def _ids(taxonomy: Taxonomy) -> dict[str, tuple[str, ...]]:
    return {name: getattr(taxonomy, name) for name in _TAXONOMIES}


def taxa_of(findings: Iterable[Finding]) -> Taxa:
    """The ids that findings name, by taxonomy."""
    found: dict[str, set[str]] = {name: set() for name in _TAXONOMIES}
    for finding in findings:
        for name, ids in _ids(finding.taxonomy).items():
            found[name].update(ids)
    return {name: tuple(sorted(ids)) for name, ids in found.items() if ids}


def _guid(name: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"threatloom:taxonomy:{name}"))


def component(name: str, taxa: Taxa) -> sarif.ComponentReference:
    return sarif.ComponentReference(name=_TAXONOMIES[name][0], index=list(taxa).index(name), guid=_guid(name))


def taxonomy_of(name: str, ids: tuple[str, ...]) -> sarif.Component:
    title, organization = _TAXONOMIES[name]
    return sarif.Component(
        name=title,
        guid=_guid(name),
        organization=organization,
        short_description=sarif.Message(text=f"{title}: the entries this scan refers to."),
        is_comprehensive=False,
        taxa=tuple(sarif.Rule(id=item, short_description=sarif.Message(text=item)) for item in ids),
    )


def references(taxonomies: Iterable[Taxonomy], taxa: Taxa) -> tuple[sarif.DescriptorReference, ...]:
    """References to the entries that taxonomies of findings name."""
    wanted = {(name, item) for taxonomy in taxonomies for name, ids in _ids(taxonomy).items() for item in ids}
    return tuple(
        sarif.DescriptorReference(id=item, index=index, tool_component=component(name, taxa))
        for name, ids in taxa.items()
        for index, item in enumerate(ids)
        if (name, item) in wanted
    )
