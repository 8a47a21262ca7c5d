"""Who gets data: companies by the words of documents, and by what code and configuration reach.

Takes a text, gives the companies it names; takes an assembly, gives the places that send data to a company. Who is meant is known by the
address of a client where one is written down, else by the name of the model, else by the library. An address that a setting gives means
nobody knows whom, and so does a library that speaks to many.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from pydantic import Field

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.draft import Draft
from pipeline.system.elements.model_addresses import addresses_of, clients_of
from pipeline.system.model import ElementKind, Evidence, Frozen
from pipeline.system.rules.knowledge_file import KNOWLEDGE, read_knowledge

_FILE = KNOWLEDGE / "parties.yaml"
_ASKED: frozenset[ElementKind] = frozenset({"hosted_llm", "embedding_model"})
_SERVICES: frozenset[ElementKind] = frozenset({"external_service", "web_content"})
_ASKED_AT = re.compile(r"\(([\w-]+(?:\.[\w-]+)+)\)")
_LEAST_KEY = 16  # letters of a key or an address
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+")


class Party(Frozen):
    says: tuple[str, ...]
    providers: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    runs_models: bool = Field(default=False, description="It is asked for replies or embeddings.")


class Parties(Frozen):
    parties: dict[str, Party]
    resold: dict[str, tuple[str, ...]]
    local: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recipient:
    """An element that data goes to, and the company behind it."""

    element: str
    party: str
    evidence: Evidence
    runs_models: bool


@lru_cache(maxsize=1)
def load_parties() -> Parties:
    return read_knowledge(_FILE, Parties)


@lru_cache(maxsize=1)
def _words() -> dict[str, re.Pattern[str]]:
    return {
        name: re.compile(rf"(?<![A-Za-z])(?:{'|'.join(map(re.escape, party.says))})(?![A-Za-z])", re.IGNORECASE)
        for name, party in load_parties().parties.items()
    }


@lru_cache(maxsize=1)
def _local() -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Za-z])(?:{'|'.join(map(re.escape, load_parties().local))})(?![A-Za-z])", re.IGNORECASE)


def named_parties(text: str) -> frozenset[str]:
    """Companies that a text names."""
    return frozenset(name for name, pattern in _words().items() if pattern.search(text))


def names_local_way(text: str) -> bool:
    """Whether a text names a way to run models where the data is."""
    return _local().search(text) is not None


def is_among(party: str, named: frozenset[str]) -> bool:
    """Whether a company is one of those named, or its models are sold by one of them or the other way round."""
    resold = load_parties().resold
    return party in named or bool({*resold.get(party, ())} & named) or any(party in resold.get(other, ()) for other in named)


def recipients(assembly: Assembly) -> Iterator[Recipient]:
    """What the product's code and configuration send data to, where the company behind it is known."""
    for identity, draft in sorted(assembly.drafts.by_id.items()):
        if draft.attributes.get("stated_by") == "document" or draft.attributes.get("examples_only") is True or not draft.evidence:
            continue
        party = _party_of(assembly, draft)
        if party is not None:
            evidence = draft.evidence[0].model_copy(update={"role": "sink"})
            yield Recipient(identity, party, evidence, load_parties().parties[party].runs_models and draft.kind in _ASKED)


def _party_of(assembly: Assembly, draft: Draft) -> str | None:
    if draft.kind in _ASKED and draft.zone == "third_party" and draft.attributes.get("local") is not True:
        return _asked(assembly, draft)
    if draft.kind in _SERVICES and (draft.attributes.get("effect") in ("write", "message") or draft.kind == "external_service"):
        host = _HOST.match(draft.name)
        return _of_host(host[0]) if host is not None else None
    if draft.kind == "vector_store":
        product = str(draft.attributes.get("product") or "")
        return next((name for name, party in load_parties().parties.items() if product in party.products), None)
    return None


def _asked(assembly: Assembly, draft: Draft) -> str | None:
    """The company behind a model: by a written address, else by the name of the model, else by the library."""
    clients = [client for node in draft.nodes for client in clients_of(assembly, node)]
    texts = [text for client in clients for text in addresses_of(assembly, client)]
    hosts = {_of_host(urlsplit(text).hostname or "") for text in texts}
    if hosts:
        return next(iter(hosts)) if len(hosts) == 1 else None
    if any(_has_address(assembly, client) for client in clients):
        return None
    asked = _ASKED_AT.search(draft.name)  # what is known by the shape of its requests bears its host
    if asked is not None:
        return _of_host(asked[1])
    model = str(draft.attributes.get("model") or "")
    for name, party in load_parties().parties.items():
        if model and any(re.match(pattern, model) for pattern in party.models):
            return name
    provider = str(draft.attributes.get("provider") or "")
    return next((name for name, party in load_parties().parties.items() if provider in party.providers), None)


def _has_address(assembly: Assembly, client: Node) -> bool:
    """Whether a client is given an address at all, by whatever."""
    labels = set(assembly.program.value(client).labels)
    return bool(labels & {"base_url", "baseURL", "baseUrl", "api_base", "openai_api_base", "azure_endpoint", "endpoint", "**"})


def _of_host(host: str) -> str | None:
    return next(
        (name for name, party in load_parties().parties.items() if any(host == end or host.endswith(f".{end}") for end in party.hosts)),
        None,
    )


def observers(assembly: Assembly) -> Iterator[tuple[str, Evidence]]:
    """Services that watch a program, whose client is started whatever the settings say: the company and the place."""
    by_call = {call: name for name, party in load_parties().parties.items() for call in party.calls}
    packages = {call.rpartition(".")[0].partition(".")[0] for call in by_call}
    for file, facts in enumerate(assembly.program.files):
        if facts.purpose != "product" or not any(found.target.partition(".")[0] in packages for found in facts.imports):
            continue
        for identity, value in enumerate(facts.values):
            if value.kind != "call" or facts.conditions.get(identity):
                continue
            party = next((by_call[name] for name in assembly.program.callee_names((file, identity)) if name in by_call), None)
            evidence = assembly.cite((file, identity), "sink") if party is not None else None
            if party is not None and evidence is not None and _is_fixed(assembly, (file, identity)):
                yield party, evidence


def _is_fixed(assembly: Assembly, call: Node) -> bool:
    """Whether what such a client is given is written down: where a setting gives its key, it is silent without one."""
    value = assembly.program.value(call)
    given = [(call[0], argument) for argument in value.inputs[1:]]
    given += [
        (call[0], inner)
        for node in given
        for inner in assembly.program.value(node).inputs
        if assembly.program.value(node).kind == "collection"
    ]
    constants = [assembly.program.constant(node) for node in given]
    return any(isinstance(text, str) and len(text) >= _LEAST_KEY for text in constants)
