"""Which company is asked for replies or embeddings: the one behind a model that code names, addresses or is handed.

Takes an assembly and a model, gives the company and whether it is asked itself. It is known by the address of the client where one is
written down, else by the name of the model, else by the library or by the class that injection hands in. An address that a setting gives
means nobody knows whom, unless the setting is empty where it is declared and nobody sets it: then the library's own address counts. A
company is asked itself where its address is written down, or its own library is used and nothing in the tree speaks of those who sell its
models.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from ingest.code.program import Node
from ingest.facts import DocumentFacts
from pipeline.system.assembly import Assembly
from pipeline.system.contradicted.known_parties import load_parties, of_host
from pipeline.system.draft import Draft
from pipeline.system.elements.model_addresses import ADDRESS, addresses_of, clients_of
from pipeline.system.program.arguments import argument_node
from pipeline.system.program.walking import inputs_of, walk

_ASKED_AT = re.compile(r"(?:\(|^model at )([\w-]+(?:\.[\w-]+)+)(?:\)|$)")
_ADDRESSED = frozenset({"base_url", "baseURL", "baseUrl", "api_base", "openai_api_base", "azure_endpoint", "endpoint", "**"})
_MOST = 60  # values that a model's client is made of


@dataclass(frozen=True, slots=True)
class Asked:
    """A company that is asked, and where that is seen; no place where the element's own says it."""

    party: str
    itself: bool = False  # at its own address, not at one of those who sell its models
    node: Node | None = None


def asked_by(assembly: Assembly, draft: Draft, documents: Sequence[DocumentFacts]) -> list[Asked]:
    """The companies behind a model; none where it is not known who is asked."""
    clients = [client for node in draft.nodes for client in clients_of(assembly, node)]
    hosts = {of_host(urlsplit(text).hostname or "") for client in clients for text in addresses_of(assembly, client)}
    if hosts:
        host = next(iter(hosts)) if len(hosts) == 1 else None
        return [Asked(host, True)] if host is not None else []
    if any(_has_address(assembly, client) and not _is_unset(assembly, client, documents) for client in clients):
        return []
    shaped = _ASKED_AT.search(draft.name)  # what is known by the shape of its requests bears its host
    if shaped is not None:
        host = of_host(shaped[1])
        return [Asked(host, True)] if host is not None else []
    if handed := list(_handed(assembly, draft)):
        return handed
    party = _by_name(str(draft.attributes.get("model") or "")) or _by_library(draft)
    return [Asked(party, party == _by_library(draft) and not _resold_here(assembly, party))] if party is not None else []


def _by_name(model: str) -> str | None:
    return next(
        (name for name, party in load_parties().parties.items() if model and any(re.match(pattern, model) for pattern in party.models)),
        None,
    )


def _by_library(draft: Draft) -> str | None:
    provider = str(draft.attributes.get("provider") or "")
    return next((name for name, party in load_parties().parties.items() if provider in party.providers), None)


def _resold_here(assembly: Assembly, party: str) -> bool:
    """Whether code or configuration names one of those who sell a company's models, or a variable that leads its library elsewhere."""
    said = [sold for seller in load_parties().resold.get(party, ()) if (sold := load_parties().parties[seller].sells_as)]
    by = load_parties().parties[party].addressed_by
    if by and assembly.book.stands_anywhere(re.compile(by)):
        return True
    return bool(said) and assembly.book.stands_anywhere(re.compile("|".join(said), re.IGNORECASE))


def _has_address(assembly: Assembly, client: Node) -> bool:
    """Whether a client is given an address at all, by whatever."""
    return not _ADDRESSED.isdisjoint(assembly.program.value(client).labels)


def _is_unset(assembly: Assembly, client: Node, documents: Sequence[DocumentFacts]) -> bool:
    """Whether the address is a setting that is empty where it is declared, and that no configuration and no document names."""
    program = assembly.program
    address = argument_node(program, client, ADDRESS)
    if address is None or "**" in program.value(client).labels:
        return False
    value = program.value(address)
    name = value.text.rpartition(".")[2] if value.kind == "attribute" else ""
    defaults = [
        (file, default)
        for file, facts in enumerate(program.files)
        if name and facts.purpose == "product"
        for cls in facts.classes
        for field, _annotation, default, _line in cls.fields
        if field == name
    ]
    if not defaults or any(
        default is None or program.value((file, default)).constant_type != "none" for file, default in defaults
    ):  # fmt: skip
        return False
    variable = re.compile(rf"(?<![a-z]){re.escape(name.upper())}\b|\b{re.escape(name)}\s*[:=]\s*[\"'h]")
    return not assembly.book.stands_anywhere(variable) and not any(
        variable.search(passage.text) for document in documents for passage in document.passages
    )


def _handed(assembly: Assembly, draft: Draft) -> Iterator[Asked]:
    """`fun photos(model: OpenAiChatModel) = ChatClient.create(model)`: the class of what is handed in tells whose model it is."""
    program = assembly.program
    found: dict[str, Asked] = {}
    for node in draft.nodes:
        for reached in walk(node, lambda current: [*inputs_of(program, current), *program.origins(current)], _MOST):
            place = program.parameter_of(reached) if program.value(reached).kind == "parameter" else None
            annotation = None if place is None else program.function(place[0]).parameters[place[1]].annotation
            if annotation is None:
                continue
            for written in program.annotated((reached[0], annotation)):
                party = next(
                    (name for name, party in load_parties().parties.items() if any(written.startswith(begin) for begin in party.types)),
                    None,
                )
                if party is not None:
                    found.setdefault(party, Asked(party, True, node))
    yield from (found[name] for name in sorted(found))
