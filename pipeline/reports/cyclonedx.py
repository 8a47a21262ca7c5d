"""The AI bill of materials as CycloneDX 1.6: models, agents, tools, prompts, data, MCP servers and packages, with their places.

Takes a scan, gives JSON. The same scan gives the same bytes: the serial number is made of the content, the time is the scan's.
What came along with declared packages is not listed, and the composition says that the list is incomplete.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from pipeline.findings.model import Scan
from pipeline.reports import cyclonedx_model as cdx
from pipeline.reports.escape import visible
from pipeline.reports.inventory import Item, ItemKind, inventory
from pipeline.reports.wording import place, without_ai
from pipeline.system.model import AttributeValue, Evidence

_NAMESPACE = uuid.UUID("6f1b4c52-8e0a-5d7b-9c3f-2a4d8e9b7c10")
_SYSTEM = "system"
_MOST_PLACES = 30
_TYPES: Mapping[ItemKind, Literal["application", "library", "machine-learning-model", "data"]] = {
    "model": "machine-learning-model", "agent": "application", "tool": "application", "prompt": "data", "dataset": "data",
    "mcp_server": "application", "package": "library",
}  # fmt: skip
_SCOPES: Mapping[str, Literal["required", "optional", "excluded"]] = {
    "required": "required", "optional": "optional", "development": "excluded",
}  # fmt: skip
# Ties that mean that one thing does not work without the other.
_NEEDS = frozenset({"has_tool", "uses_model", "has_prompt", "loads", "trained_on", "uses_retriever", "uses_store", "embeds_with", "calls"})


def render(scan: Scan) -> str:
    """The whole bill of materials."""
    items = inventory(scan)
    refs = _refs(items)
    bom = cdx.Bom(
        serial_number="urn:uuid:" + str(uuid.UUID(int=0)),
        metadata=_metadata(scan),
        components=tuple(_component(item, refs, items, scan) for item in items if item.kind != "service" and not _is_remote(item)),
        services=tuple(_service(item, refs) for item in items if item.kind == "service" or _is_remote(item)),
        dependencies=_dependencies(scan, items, refs),
        compositions=(cdx.Composition(aggregate="incomplete", assemblies=(_SYSTEM,)),),
    )
    content = _json(bom.model_copy(update={"metadata": bom.metadata.model_copy(update={"timestamp": ""})}))
    return _json(bom.model_copy(update={"serial_number": f"urn:uuid:{uuid.uuid5(_NAMESPACE, content)}"})) + "\n"


def _json(bom: cdx.Bom) -> str:
    return bom.model_dump_json(by_alias=True, exclude_none=True, indent=2)


def _metadata(scan: Scan) -> cdx.Metadata:
    version = scan.target.revision
    said: dict[str, AttributeValue] = {
        "revision": version or "",
        "uncommitted-changes": scan.target.dirty,
        "files-read": scan.summary.files,
        "read-errors": len(scan.errors),
        **({"without-ai": said_without} if (said_without := without_ai(scan)) else {}),
        **({"llm-analyst": scan.llm.model} if scan.llm else {}),
    }
    return cdx.Metadata(
        timestamp=scan.started_at,
        tools=cdx.Tools(
            components=(cdx.Component(type="application", bom_ref="tool:threatloom", name="threatloom", version=scan.tool.version),)
        ),
        component=cdx.Component(
            type="application", bom_ref=_SYSTEM, name=visible(scan.target.name), version=version[:12] if version else None
        ),
        properties=_properties(said),
    )


def _refs(items: Sequence[Item]) -> dict[int, str]:
    """A reference for each item, by its identity; a number tells apart what is called alike."""
    given: dict[str, int] = {}
    found: dict[int, str] = {}
    for item in items:
        ref = visible(item.ref)
        given[ref] = given.get(ref, 0) + 1
        found[id(item)] = ref if given[ref] == 1 else f"{ref}#{given[ref]}"
    return found


def _component(item: Item, refs: dict[int, str], items: Sequence[Item], scan: Scan) -> cdx.Component:
    name = visible(item.name)
    return cdx.Component(
        type=_TYPES[item.kind], bom_ref=refs[id(item)], name=name, version=visible(item.version) or None,
        scope=_SCOPES.get(str(item.said.get("scope"))),
        supplier=cdx.Organisation(name=visible(item.supplier)) if item.supplier else None, purl=item.purl or None,
        hashes=tuple(cdx.Hash(content=value) for value in item.sha256) if len(item.sha256) == 1 else None,
        licenses=_licences(item.licence), evidence=_seen(item.evidence), model_card=_card(item, refs, items, scan),
        data=(cdx.Data(type="dataset" if item.kind == "dataset" else "definition", name=name),) if _TYPES[item.kind] == "data" else None,
        properties=_properties(_told(item), item.evidence),
    )  # fmt: skip


def _is_remote(item: Item) -> bool:
    """A server of somebody else that speaks MCP is a service."""
    return item.kind == "mcp_server" and item.hosted is True


def _service(item: Item, refs: dict[int, str]) -> cdx.Service:
    url = item.said.get("url")
    return cdx.Service(
        bom_ref=refs[id(item)], name=visible(item.name), provider=cdx.Organisation(name=visible(item.supplier)) if item.supplier else None,
        endpoints=(visible(url),) if isinstance(url, str) else None, x_trust_boundary=item.hosted,
        properties=_properties(_told(item), item.evidence),
    )  # fmt: skip


def _told(item: Item) -> dict[str, AttributeValue]:
    """What the standard has no field for, each with a word of ours."""
    told: dict[str, AttributeValue] = {"kind": item.kind.replace("_", "-")}
    if item.kind == "model" and item.hosted is not None:
        told["hosted"] = "by a provider" if item.hosted else "by the system itself"
    if item.pinned is not None:
        told["pinned"] = item.pinned
    if item.format:
        told["format"] = item.format
    if len(item.sha256) > 1:
        told["sha256"] = item.sha256
    return told | {name.replace("_", "-"): value for name, value in item.said.items()}


def _properties(told: dict[str, AttributeValue], evidence: Iterable[Evidence] = ()) -> tuple[cdx.Property, ...]:
    found = []
    for name, value in sorted(told.items()):
        for one in value if isinstance(value, tuple) else (value,):
            text = str(one).lower() if isinstance(one, bool) else visible(str(one))
            if text:
                found.append(cdx.Property(name=f"threatloom:{name}", value=text))
    found += [cdx.Property(name="threatloom:evidence", value=visible(place(one))) for one in list(evidence)[:_MOST_PLACES]]
    return tuple(found)


def _seen(evidence: Sequence[Evidence]) -> cdx.Seen | None:
    if not evidence:
        return None
    return cdx.Seen(
        occurrences=tuple(
            cdx.Occurrence(location=visible(one.path), line=one.start_line)
            if one.unit == "line" and one.page is None
            else cdx.Occurrence(location=visible(one.path), additional_context=visible(place(one)))
            for one in evidence[:_MOST_PLACES]
        )
    )


def _licences(text: str) -> tuple[cdx.Licence, ...] | None:
    from cyclonedx.spdx import fixup_id

    if not text:
        return None
    known = fixup_id(text)
    return (cdx.Licence(license=cdx.LicenceName(id=known) if known else cdx.LicenceName(name=visible(text))),)


def _card(item: Item, refs: dict[int, str], items: Sequence[Item], scan: Scan) -> cdx.ModelCard | None:
    if item.kind != "model":
        return None
    trained = {r.target for r in scan.system.relations if r.kind == "trained_on" and r.source in item.elements}
    datasets = tuple(cdx.DataReference(ref=refs[id(other)]) for other in items if trained.intersection(other.elements))
    task, architecture = item.said.get("task"), item.said.get("architecture")
    if not (datasets or task or architecture):
        return None
    return cdx.ModelCard(
        model_parameters=cdx.ModelParameters(
            task=visible(str(task)) if task else None,
            model_architecture=visible(str(architecture)) if architecture else None,
            datasets=datasets or None,
        )
    )


def _dependencies(scan: Scan, items: Sequence[Item], refs: dict[int, str]) -> tuple[cdx.Dependency, ...]:
    """The system needs everything; what the model of the system ties together needs each other."""
    owners: dict[str, list[str]] = {}
    for item in items:
        for element in item.elements:
            owners.setdefault(element, []).append(refs[id(item)])
    needs: dict[str, set[str]] = {ref: set() for ref in refs.values()}
    for relation in scan.system.relations:
        if relation.kind in _NEEDS:
            for source in owners.get(relation.source, ()):
                needs[source].update(target for target in owners.get(relation.target, ()) if target != source)
    for item in items:  # a hosted model needs who runs it
        if item.kind == "model" and item.hosted:
            needs[refs[id(item)]].update(
                refs[id(other)]
                for other in items
                if other.kind == "service" and other.name in (item.supplier, item.said.get("asked_through"))
            )
    system = cdx.Dependency(ref=_SYSTEM, depends_on=tuple(sorted(needs)) or None)
    return (system, *(cdx.Dependency(ref=ref, depends_on=tuple(sorted(others)) or None) for ref, others in sorted(needs.items())))
