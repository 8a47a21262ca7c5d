"""Where hosted models are asked: addresses and certificate checks that the clients of models are made with.

Takes an assembly whose elements are known. A model whose client is given a public address without TLS, or told not to check
certificates, is marked; the address itself becomes a sink, so that who chooses it is followed. Names of one word, private addresses and
those of a cluster are left out: the network they are in is not written in code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.code.program import Node
from pipeline.system.assembly import Assembly, Sink
from pipeline.system.model import AttributeValue
from pipeline.system.program.arguments import argument_node, argument_positions, entry_of, option_positions

_MODELS = frozenset({"hosted_llm", "local_llm", "embedding_model"})
ADDRESS = "base_url|baseURL|baseUrl|api_base|openai_api_base|azure_endpoint|endpoint_url|server_url|serverURL|host"
_TRANSPORT = (
    "http_client|http_async_client|httpClient|client|httpAgent|agent|fetchOptions|http_options|httpx_client|client_args|client_kwargs"
)
_CHECKS = ("verify", "verify_ssl", "ssl_verify", "rejectUnauthorized")
# A public name has a dot and none of the endings that only private networks know.
_PUBLIC = re.compile(
    r"http://(?!localhost|127\.|0\.0\.0\.0|10\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.|\[|[^/:?#]*\{)"
    r"(?=[^/:?#]*\.)(?![^/:?#]*\.(local|internal|lan|home|corp|intranet|svc|localhost|test|example|docker)([:/?#]|$))"
    r"(?![^/:?#]*\.svc\.)(?![^/:?#]*\.internal)[\w.-]+"
)
_HERE = re.compile(r"https?://(localhost|127\.|0\.0\.0\.0|\[::1\])")
_MAX_STEPS, _MAX_PARTS = 8, 24


def add_model_addresses(assembly: Assembly) -> None:
    """Marks models that are asked without verified TLS, and makes sinks of their addresses."""
    for identity, draft in sorted(assembly.drafts.by_id.items()):
        if draft.kind not in _MODELS:
            continue
        for client in dict.fromkeys(made for node in list(draft.nodes) for made in clients_of(assembly, node)):
            _add_sink(assembly, client, identity)
            if _is_public_and_plain(assembly, client):
                _mark(assembly, identity, client, "asked_in_clear", True)
            if _is_unchecked(assembly, client):
                _mark(assembly, identity, client, "tls_verification", False)


def clients_of(assembly: Assembly, node: Node) -> Iterator[Node]:
    """The constructions with an address or a transport of their own that a call goes back to, through receivers and attributes."""
    program, queue, seen = assembly.program, [node], set[Node]()
    while queue and len(seen) < _MAX_STEPS * 3:
        current = queue.pop(0)
        if current in seen:
            continue
        seen.add(current)
        value = program.value(current)
        if value.kind == "call" and (
            any(argument_node(program, current, wanted) is not None for wanted in (ADDRESS, _TRANSPORT))
            or _takes_a_record(assembly, current)
        ):
            yield current
        if value.kind in ("call", "attribute") and value.inputs:
            queue.append((current[0], value.inputs[0]))
        queue += [origin for origin in program.origins(current) if program.value(origin).kind == "call"]


def _add_sink(assembly: Assembly, client: Node, identity: str) -> None:
    value = assembly.program.value(client)
    found = [(position, "") for position in argument_positions(value, ADDRESS)] or option_positions(assembly.program, client, ADDRESS)
    if argument_node(assembly.program, client, ADDRESS) is not None or _takes_a_record(assembly, client):
        assembly.sinks.setdefault(client, []).extend(Sink(position, "url", identity, key) for position, key in found[:1])


def _takes_a_record(assembly: Assembly, client: Node) -> bool:
    """Whether a client is made with a record that came from elsewhere as a whole, address and all: `new OpenAI(body.model)`."""
    program, value = assembly.program, assembly.program.value(client)
    if not program.objects_are_entries(client[0]) or len(value.inputs) != 2 or value.labels[1]:
        return False
    made = program.value((client[0], value.inputs[0])).text
    if not made[:1].isupper() or (program.files[client[0]].language == "go" and not made.startswith("New")):
        return False  # Go's methods are capitalised as well: `client.Do(request)` asks, and makes no client
    given = (client[0], value.inputs[1])
    return program.value(given).kind in ("name", "parameter", "attribute", "index") and not any(
        program.value(origin).kind in ("collection", "constant", "format") for origin in program.origins(given)
    )


def addresses_of(assembly: Assembly, client: Node) -> list[str]:
    """The addresses that are written down for a client."""
    address = argument_node(assembly.program, client, ADDRESS)
    constants = assembly.program.constants(address) if address is not None else ()
    return [constant.text for constant in constants if constant.constant_type == "string" and constant.text]


def _is_public_and_plain(assembly: Assembly, client: Node) -> bool:
    texts = addresses_of(assembly, client)
    return bool(texts) and all(_PUBLIC.match(text) for text in texts)


def _is_unchecked(assembly: Assembly, client: Node) -> bool:
    """Whether the transport given to a client was made with its certificate checks off, and leads to another machine."""
    program = assembly.program
    if (texts := addresses_of(assembly, client)) and all(_HERE.match(text) for text in texts):
        return False
    transport = argument_node(program, client, _TRANSPORT)
    made = [origin for given in (client, transport) if given is not None for origin in program.origins(given)]
    for origin in made[:_MAX_PARTS]:
        for wanted in _CHECKS:
            given = argument_node(program, origin, wanted) if program.value(origin).kind == "call" else entry_of(program, origin, wanted)
            if given is not None and program.constant(given) is False:
                return True
    return False


def _mark(assembly: Assembly, identity: str, client: Node, name: str, value: AttributeValue) -> None:
    draft = assembly.draft(identity)
    draft.attributes[name] = value
    evidence = assembly.cite(client, "sink", "the model is asked at this address")
    if evidence is not None and not any((e.path, e.start_line) == (evidence.path, evidence.start_line) for e in draft.evidence):
        draft.evidence.insert(0, evidence)
