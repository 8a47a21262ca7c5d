"""What makes a tree part of an AI system: elements, imports, packages and files, each with a place that shows it.

Takes what was modelled and read, gives the parts, at most a few of each sort; none means that nothing of AI was found. Tools of
developers are told beside them, as parts of their own sort: an ordinary program does not become an AI system because an agent helps
to write it, but what stands in the agent's own files is about AI. What counts is data: `knowledge/ai_parts.yaml`.

What it leaves out: AI that is reached under a plain address by names that tell nothing, in a tree that declares none of its packages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from ingest.facts import CodeFacts
from pipeline.system.deployment.deployment import normal
from pipeline.system.model import AiPart, AttributeValue, Element, Package
from pipeline.system.rules.ai_part_rules import AiPartRules, PartRule, load_ai_part_rules

_MOST = 10  # parts of one sort that are told; one is enough to decide
_CUT = re.compile(r"[./:]")


def ai_parts_of(
    elements: Sequence[Element], packages: Sequence[Package], code: Sequence[CodeFacts], paths: Iterable[str]
) -> tuple[AiPart, ...]:
    """The AI parts of a tree; tools of developers last."""
    rules = load_ai_part_rules()
    sorts = (
        _elements(elements, rules),
        _imports(code, rules),
        _packages(packages, rules),
        (AiPart(sort="file", name=path.rsplit("/", 1)[-1], path=path) for path in sorted(paths) if rules.file_pattern.search(path)),
        _tools(elements, rules),
    )
    return tuple(part for found in sorts for part in islice(found, _MOST))


def development_files(elements: Iterable[Element]) -> frozenset[str]:
    """Files of tools that help to write the software."""
    rules = load_ai_part_rules()
    return frozenset(one.path for element in elements if _is_tool(element, rules) for one in element.evidence)


def _elements(elements: Iterable[Element], rules: AiPartRules) -> Iterator[AiPart]:
    for element in elements:
        if any(_describes(rule, element) for rule in rules.parts) and not _is_tool(element, rules):
            yield _part_of(element, "element")


def _tools(elements: Iterable[Element], rules: AiPartRules) -> Iterator[AiPart]:
    return (_part_of(element, "development") for element in elements if _is_tool(element, rules))


def _part_of(element: Element, sort: str) -> AiPart:
    first = element.evidence[0] if element.evidence else None
    return AiPart.model_validate(
        {
            "sort": sort,
            "name": element.name,
            "element": element.id,
            **({"path": first.path, "line": first.start_line} if first is not None else {}),
        }
    )


def _is_tool(element: Element, rules: AiPartRules) -> bool:
    return any(_describes(rule, element) for rule in rules.tools_of_developers)


def _describes(rule: PartRule, element: Element) -> bool:
    return (
        element.kind in rule.kind
        and _has_all(element.attributes, rule.where)
        and not (rule.unless and _has_all(element.attributes, rule.unless))
        and (not rule.files or all(re.search(rule.files, one.path) for one in element.evidence))
    )


def _has_all(attributes: Mapping[str, AttributeValue], wanted: Mapping[str, object]) -> bool:
    return all(_has(attributes.get(name), value) for name, value in wanted.items())


def _has(actual: AttributeValue | None, wanted: object) -> bool:
    if wanted == "present":
        return actual is not None and actual is not False
    return actual in wanted if isinstance(wanted, tuple) else actual == wanted


def _imports(code: Sequence[CodeFacts], rules: AiPartRules) -> Iterator[AiPart]:
    """Modules of AI that code of the product imports, each once; a folder of the tree that is called the same is its own."""
    own = {segment.removesuffix(".py") for facts in code if facts.language == "python" for segment in facts.path.split("/")}
    told: set[str] = set()
    for facts in code:
        modules = rules.modules.get(facts.language, frozenset())
        for one in facts.imports if modules else ():
            known = next((name for name in _above(one.target) if name in modules), None)
            if known is None or known in told or (facts.language == "python" and one.target.split(".")[0] in own):
                continue
            told.add(known)
            yield AiPart(sort="import", name=known, path=facts.path, line=one.line)


def _above(target: str) -> Iterator[str]:
    """A dotted or slashed name and all that it lies in: `torch.nn.functional`, `torch.nn`, `torch`."""
    yield target
    for cut in reversed([match.start() for match in _CUT.finditer(target)]):
        yield target[:cut]


def _packages(packages: Iterable[Package], rules: AiPartRules) -> Iterator[AiPart]:
    """Packages of AI that the product needs; what ordinary software needs as well says nothing by itself."""
    ordinary = {normal(name) for name in rules.also_ordinary}
    for package in packages:
        if package.ai and package.scope == "required" and normal(package.name) not in ordinary:
            first = package.evidence[0] if package.evidence else None
            place = {"path": first.path, "line": first.start_line} if first is not None else {}
            yield AiPart.model_validate({"sort": "package", "name": package.name, **place})
