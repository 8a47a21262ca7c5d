"""The inventory of a scan: models, data, prompts, tools, servers, services and packages, each once and with its places.

Takes a scan, gives items in a fixed order. What one model or service is called in several places is one item; calls that leave the
model's name to a setting are one item for each provider, which says so. Things known from a drawing alone are listed only where no part
of AI was read from code or configuration; what only the LLM analyst saw says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from pipeline.findings.model import Scan
from pipeline.system.model import AttributeValue, Element, Evidence, Package, System

ItemKind = Literal["model", "agent", "tool", "prompt", "dataset", "mcp_server", "service", "package"]
KINDS: tuple[ItemKind, ...] = ("model", "agent", "tool", "prompt", "dataset", "mcp_server", "service", "package")
_AT_RUN_TIME = "model chosen at run time"
_LIBRARIES = frozenset(
    {"LiteLLM", "LangChain", "LlamaIndex", "ai-sdk", "vLLM", "llama.cpp", "MLflow gateway"}
)  # what stands between the program and whoever runs the model
_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}(?::\d+)?", re.IGNORECASE)
_PLACED = re.compile(r"^.+ \(([^()]+)\)(?: in \S+)?$")  # `Class.method (library)`: named for where it stands
_SAID_WITH_HOST = re.compile(r"^(\S*[/\d]\S*) \(([\w-]+(?:\.[\w-]+)+)\)$")  # `openai/gpt-4o (openrouter.ai)`
_ELSEWHERE = re.compile(r" in \S+$")
_HUB_NAME = re.compile(r"[\w.-]+/[\w.-]+")
_AI = frozenset({"hosted_llm", "local_llm", "ml_model", "embedding_model", "agent", "tool", "vector_store", "training_job", "mcp_server"})
_NO_MODELS = frozenset({"pickle"})  # what holds anything
_MODEL_FORMATS = frozenset(
    {"torch", "torch_legacy", "torchscript", "keras", "saved_model", "onnx", "gguf", "safetensors", "hdf5", "pointer"}
)


@dataclass(slots=True)
class Item:
    """One thing of the inventory, while it is put together."""

    kind: ItemKind
    name: str
    version: str = ""
    supplier: str = ""
    hosted: bool | None = None  # by somebody else, or on machines of the system's own
    pinned: bool | None = None
    licence: str = ""
    format: str = ""
    purl: str = ""
    sha256: tuple[str, ...] = ()
    said: dict[str, AttributeValue] = field(default_factory=dict)  # more that is known
    evidence: list[Evidence] = field(default_factory=list)
    elements: list[str] = field(default_factory=list)  # ids in the system model

    @property
    def ref(self) -> str:
        """What it is referred to by; unique in one inventory."""
        return self.purl or f"{self.kind}:{self.name}" + (f"@{self.version}" if self.version else "")

    def saw(self, element: Element) -> None:
        """One more place and one more element."""
        self.evidence += [evidence for evidence in element.evidence if evidence not in self.evidence]
        self.elements.append(element.id)


def inventory(scan: Scan) -> tuple[Item, ...]:
    """All items, by kind and name."""
    items: dict[tuple[ItemKind, str, str], Item] = {}
    for element in _counting(scan.system):
        for item in _items_of(element):
            key, by_model = (item.kind, item.name, item.version), element.attributes.get("stated_by") == "model"
            if by_model and key not in items:
                item.said["stated_by"] = "LLM analyst"
            known = items.setdefault(key, item)
            known.saw(element)
            _add(known, item)
            if not by_model:
                known.said.pop("stated_by", None)
    for package in scan.system.packages:
        item = _of_package(package)
        items[item.kind, item.ref, item.version] = item
    _join_prompts(items)
    return tuple(
        sorted(items.values(), key=lambda item: (KINDS.index(item.kind), item.said.get("scope") == "development", item.ref.lower()))
    )


def _add(known: Item, more: Item) -> None:
    stored = known.said.get("stored") or more.said.get("stored")
    known.said = {**more.said, **known.said, **({"stored": stored} if stored else {})}
    known.format = known.format or more.format
    known.sha256 = tuple(dict.fromkeys((*known.sha256, *more.sha256)))
    if known.pinned is not False:  # one place that takes what comes is enough
        known.pinned = more.pinned if more.pinned is not None else known.pinned
    known.supplier, known.licence = known.supplier or more.supplier, known.licence or more.licence


def _join_prompts(items: dict[tuple[ItemKind, str, str], Item]) -> None:
    """A template and the text it is made of, in one place, are one prompt: the one whose words are known."""
    texts = [item for item in items.values() if item.kind == "prompt" and item.sha256]
    for key, item in list(items.items()):
        if item.kind == "prompt" and not item.sha256:
            whole = next((text for text in texts if any(_overlap(a, b) for a in item.evidence for b in text.evidence)), None)
            if whole is not None:
                whole.elements += item.elements
                del items[key]


def _overlap(one: Evidence, other: Evidence) -> bool:
    return (one.path, one.page) == (other.path, other.page) and one.start_line <= other.end_line and other.start_line <= one.end_line


def _counting(system: System) -> Iterator[Element]:
    """Elements of code and configuration; drawn ones where no part of AI was read. Examples are no part of a product."""
    built = any(e.kind in _AI and e.attributes.get("stated_by") not in ("document", "model") for e in system.elements)
    for element in system.elements:
        if element.attributes.get("examples_only") is not True and (element.attributes.get("stated_by") != "document" or not built):
            yield element


def _items_of(element: Element) -> Iterator[Item]:
    match element.kind:
        case "hosted_llm" | "local_llm" | "embedding_model" | "ml_model":
            yield from _models(element)
            yield from _provider(element)
        case "model_registry":
            if element.attributes.get("source") == "hub" or element.attributes.get("stated_by") == "card":
                yield from _models(element)
        case "model_file":
            yield from _model_file(element)
        case "agent" | "tool" | "mcp_tool":
            yield _named(element, "agent" if element.kind == "agent" else "tool", ("framework", "effects", "side_effect"))
        case "prompt":
            item = _named(element, "prompt", ("text_kind",))
            item.sha256 = _texts(element.attributes.get("hashes"))
            yield item
        case "dataset":
            yield _dataset(element)
        case "mcp_client" | "mcp_server":
            yield from _mcp(element)
        case "inference_server":
            if isinstance(product := element.attributes.get("product"), str):
                yield Item("service", product, hosted=False, said={"use": "runs models for this system"})
        case "external_service" | "vector_store":
            yield from _service(element)
        case _:
            return


def _models(element: Element) -> Iterator[Item]:
    """The model, or each of those that a default or a choice names."""
    a = element.attributes
    name, host = _model_name(element)
    supplier = str(a.get("provider") or host)
    hosted = element.kind == "hosted_llm" or (
        element.kind == "embedding_model" and element.zone == "third_party" and a.get("source") != "hub"
    )
    possible = _texts(a.get("may_be"))
    for known in (name,) if name else possible or (_unnamed(supplier, hosted),):
        # Clients of one provider ask others too, where an address is given: whose a name of a choice is, is not known.
        certain = bool(name) or not possible
        item = Item(
            "model",
            known,
            supplier=supplier if certain else "",
            hosted=hosted,
            licence=str(a.get("licence") or ""),
            said=_said(element, ("task", "architecture", "framework", "library", "base_model")),
        )
        item.said["use"] = element.kind.replace("_", " ")
        if not name:
            item.said["chosen_at_run_time"] = True
        if supplier and not certain:
            item.said["asked_through"] = supplier
        if a.get("source") == "hub":
            item.pinned = a.get("revision_pinned") is True
            item.said["source"] = "hub"
            item.purl = _purl("huggingface", known, str(a.get("revision") or "")) if _HUB_NAME.fullmatch(known) else ""
        yield item


def _unnamed(supplier: str, hosted: bool) -> str:
    name = _AT_RUN_TIME if hosted else f"local {_AT_RUN_TIME}"
    return f"{name} ({supplier})" if supplier else name


def _model_name(element: Element) -> tuple[str, str]:
    """The model's name as the code writes it, and the host it is asked at; empty where they are not written down."""
    given = element.attributes.get("model")
    if isinstance(given, str) and given:
        return given, ""
    if (said := _SAID_WITH_HOST.match(element.name)) is not None:
        return said[1], said[2]
    if element.attributes.get("source") == "hub" and element.attributes.get("named") is not False and not _PLACED.match(element.name):
        return _ELSEWHERE.sub("", element.name), ""
    return (element.name, "") if element.attributes.get("stated_by") in ("document", "card", "model") else ("", "")


def _provider(element: Element) -> Iterator[Item]:
    provider = str(element.attributes.get("provider") or _model_name(element)[1])
    if element.zone == "third_party" and provider and provider not in _LIBRARIES:
        yield Item("service", provider, supplier=provider, hosted=True, said={"use": "runs models"})


def _model_file(element: Element) -> Iterator[Item]:
    """A stored file, or one that is loaded from elsewhere by a path that is written down."""
    a = element.attributes
    if a.get("stored") is True:
        known = a.get("made_with") is not None or a.get("code") in ("runs", "brings", "unknown")  # other pickles and arrays are data
        if a.get("format") in _MODEL_FORMATS or known:
            item = Item("model", element.name.removesuffix(" (stored)"), hosted=False, pinned=True, format=str(a.get("format")))
            item.licence = str(a.get("licence") or "")
            item.sha256 = _texts(a.get("sha256"))
            item.said = _said(
                element, ("architecture", "base_model", "made_with", "source", "producer", "size", "parameters", "tensors", "code", "names")
            )
            item.said |= {"use": "model file", "stored": True}
            yield item
    elif a.get("library") not in _NO_MODELS and not _PLACED.match(element.name) and a.get("stated_by") != "document":
        item = Item("model", _ELSEWHERE.sub("", element.name), hosted=False, said=_said(element, ("library", "source")))
        item.said |= {"use": "model file", "stored": False}
        yield item


def _dataset(element: Element) -> Item:
    placed = _PLACED.match(element.name)
    name = f"dataset chosen at run time ({placed[1]})" if placed else _ELSEWHERE.sub("", element.name)
    item = Item("dataset", name, licence=str(element.attributes.get("licence") or ""), said=_said(element, ("source", "library")))
    if element.attributes.get("source") == "hub":
        item.pinned = element.attributes.get("revision_pinned") is True
    return item


def _mcp(element: Element) -> Iterator[Item]:
    a = element.attributes
    if element.kind == "mcp_client" and a.get("configured") is not True:
        return  # code that talks to a server whose name it is given
    if element.kind == "mcp_server" and _PLACED.match(element.name):
        return
    item = Item(
        "mcp_server", _ELSEWHERE.sub("", element.name), hosted=a.get("remote") is True, said=_said(element, ("transport", "package", "url"))
    )
    item.said["use"] = "offered by this system" if element.kind == "mcp_server" else "used by this system"
    if isinstance(a.get("pinned"), bool):
        item.pinned = a.get("pinned") is True
    yield item


def _service(element: Element) -> Iterator[Item]:
    """A service that has a name: a host, or a product that runs elsewhere."""
    product = element.attributes.get("product")
    name = _ELSEWHERE.sub("", element.name)
    if element.kind == "vector_store":
        if isinstance(product, str) and element.attributes.get("remote") is True:
            yield Item("service", product, said={"use": "vector store"})
    elif _HOST.fullmatch(name):
        yield Item("service", name, hosted=True, said={"use": "external service"})


def _named(element: Element, kind: ItemKind, names: Iterable[str]) -> Item:
    return Item(kind, element.name, said=_said(element, names))


def _of_package(package: Package) -> Item:
    item = Item("package", package.name, version=package.version, evidence=list(package.evidence))
    item.pinned = package.pin in ("exact", "hash", "locked")
    item.purl = _purl(_PURL_TYPES.get(package.ecosystem, package.ecosystem), package.name, package.version)
    item.said = {"ecosystem": package.ecosystem, "pin": package.pin, "scope": package.scope}
    if package.specifiers:
        item.said["specifier"] = package.specifiers
    if package.ai:
        item.said["ai"] = True
    return item


_PURL_TYPES = {"go": "golang"}


def _purl(kind: str, name: str, version: str) -> str:
    """The package URL; empty where a name is none that can be written as one."""
    from packageurl import PackageURL

    namespace, _, last = name.replace(":", "/").rpartition("/")
    try:
        return PackageURL(kind, namespace or None, last, version or None).to_string()
    except ValueError:
        return ""


def _said(element: Element, names: Iterable[str]) -> dict[str, AttributeValue]:
    return {name: value for name in names if (value := element.attributes.get(name)) is not None}


def _texts(value: AttributeValue | None) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else (value,) if isinstance(value, str) else ()
