"""Envoy's static configuration: which addresses are handed on to whom, what a caller has to show first, and who may administer it.

Takes a bootstrap file (or the text of one in a ConfigMap), gives a `proxy` setting per route to a cluster: its first endpoint, whether the
listener is open to others, with TLS, whether a token, a subrequest, a password or a client certificate is asked for on that route, where
a token may as well be missing, and whether requests are counted; and one for the administration's address. What is discovered at run time
(xDS), Lua and WebAssembly filters, and the rules of RBAC are not judged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from ingest.config.nodes import NOTHING, BadConfig, Node, shaped
from ingest.config.packages import setting
from ingest.config.yaml_nodes import yaml_node
from ingest.facts import Setting
from ingest.source import Place

_BYTES = 500_000
_MOST_ROUTES = 200
_FILTER = "envoy.filters.http."
_LOOPBACK = ("127.", "localhost", "::1")
_ASKING = ("ext_authz", "basic_auth", "oauth2", "api_key_auth")
_LATER = ("rbac", "lua", "wasm", "ext_proc")  # may turn away what a token did not come with
_COUNTING = ("local_ratelimit", "ratelimit", "rate_limit_quota")
_OPTIONAL = ("allow_missing_or_failed", "allow_missing")


def read_envoy(text: str, path: str) -> tuple[Setting, ...]:
    """Settings in the order of the file."""
    if len(text) > _BYTES:
        raise BadConfig(f"larger than {_BYTES} characters")
    return tuple(_bootstrap(shaped(yaml_node(text), "the file", "map", write="a bootstrap as keys"), path, 0))


def envoy_of_text(text: str, path: str, before: int) -> Iterator[Setting]:
    """The proxy of a text that stands in another file below a line."""
    if "static_resources:" not in text or len(text) > _BYTES:
        return
    try:
        node = yaml_node(text)
    except BadConfig:
        return
    yield from _bootstrap(node, path, before)


def _bootstrap(document: Node, path: str, before: int) -> Iterator[Setting]:
    address = document.get("admin").get("address").get("socket_address").get("address")
    if address.text:
        place = Place(path, address.line + before, address.line + before)
        yield setting("proxy", "admin", place, administration=True, public=not address.text.startswith(_LOOPBACK), product="envoy")
    resources = document.get("static_resources")
    targets = {cluster.get("name").text: _endpoint(cluster) for cluster in resources.get("clusters").items}
    for listener in resources.get("listeners").items:
        for chain in listener.get("filter_chains").items:
            for found in chain.get("filters").items:
                yield from _routes(listener, chain, found.get("typed_config"), targets, path, before)


def _endpoint(cluster: Node) -> str:
    """Host and port of the first endpoint of a cluster."""
    for group in cluster.get("load_assignment").get("endpoints").items:
        for endpoint in group.get("lb_endpoints").items:
            address = endpoint.get("endpoint").get("address").get("socket_address")
            return f"{address.get('address').text}:{address.get('port_value').text}"
    return ""


def _routes(listener: Node, chain: Node, manager: Node, targets: Mapping[str, str], path: str, before: int) -> Iterator[Setting]:
    public = not listener.get("address").get("socket_address").get("address").text.startswith(_LOOPBACK)
    socket = chain.get("transport_socket").get("typed_config")
    filters = {f.get("name").text.removeprefix(_FILTER): f.get("typed_config") for f in manager.get("http_filters").items}
    hosts = manager.get("route_config").get("virtual_hosts").items
    pairs = ((held, route) for held in hosts for route in held.get("routes").items)
    for host, route in islice(pairs, _MOST_ROUTES):
        cluster = route.get("route").get("cluster")
        if not cluster.text:
            continue
        off = {name.removeprefix(_FILTER) for held in (host, route) for name in _switched_off(held)}
        asked, optional = _token(filters.get("jwt_authn", NOTHING) if "jwt_authn" not in off else NOTHING, route.get("match"))
        asks = [name for name in _ASKING if name in filters and name not in off]
        later = [name for name in (*_LATER, *asks) if name in filters and name not in off]
        yield setting(
            "proxy", targets.get(cluster.text) or cluster.text, Place(path, cluster.line + before, cluster.line + before),
            location=route.get("match").get("prefix", "path", "path_separated_prefix").text or None, product="envoy", public=public,
            authenticated=asked or bool(asks) or socket.get("require_client_certificate").is_true, limited=False,
            optional_at=optional.line + before if optional.kind != "none" and not later else None,
            rate_limited=any(name in filters and name not in off for name in _COUNTING), tls=socket.kind == "map",
            headers=tuple(sorted(_headers(manager.get("route_config"), host, route, filters))) or None, judged_later=bool(later),
        )  # fmt: skip


def _headers(routing: Node, host: Node, route: Node, filters: Mapping[str, Node]) -> set[str]:
    """Headers that a caller cannot set: taken away, or written anew."""
    found: set[str] = set()
    for held in (routing, host, route, route.get("route")):
        found |= {text.lower() for text in held.get("request_headers_to_remove").texts()}
        found |= {added.get("header").get("key").text.lower() for added in held.get("request_headers_to_add").items}
    for _, provider, _ in filters.get("jwt_authn", NOTHING).get("providers").entries():
        found |= {claim.get("header_name").text.lower() for claim in provider.get("claim_to_headers").items}
        found.add(provider.get("forward_payload_header").text.lower())
    return found - {""}


def _switched_off(held: Node) -> Iterator[str]:
    for name, config, _ in held.get("typed_per_filter_config").entries():
        if config.get("disabled").is_true:
            yield name


def _token(filter_: Node, match: Node) -> tuple[bool, Node]:
    """Whether a route asks for a valid token, and the requirement by which it may be missing."""
    for rule in filter_.get("rules").items:
        if not _covers(rule.get("match"), match):
            continue
        needed = rule.get("requires")
        optional = _optional(needed)
        return needed.kind == "map" and optional.kind == "none", optional
    return False, NOTHING


def _covers(rule: Node, route: Node) -> bool:
    prefix, exact = rule.get("prefix").text, rule.get("path").text
    address = route.get("prefix", "path", "path_separated_prefix").text
    return (bool(prefix) and address.startswith(prefix)) or (bool(exact) and address == exact)


def _optional(needed: Node) -> Node:
    """The requirement that a request without a valid token meets, in one or among several of which one is enough."""
    for choice in (needed, *needed.get("requires_any").get("requirements").items):
        for key, value, line in choice.entries():
            if key in _OPTIONAL:
                return Node(value.kind if value.kind != "none" else "map", line, line)
    return NOTHING
