"""Web servers in front: a service that only they reach is open to whom they let in.

Takes `proxy` settings (nginx, Envoy) and the elements of composed services and pods, which they name by host. A proxy that listens
beyond this machine and asks nobody opens what is behind it; one that asks is its authentication, one that limits calls its rate limit.
One that asks only where it pleases the caller, or lets others administer it, is a part of its own. Only services of the same tree are
joined, by their own names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ingest.facts import ConfigFacts, Setting
from ingest.source import Place, parts_of
from pipeline.system.assembly import Assembly
from pipeline.system.draft import MAX_EVIDENCE, Draft
from pipeline.system.model import AttributeValue, ControlKind, ElementKind

_CLUSTER = re.compile(r"([\w-]+)(?:\.svc(?:\.[\w.-]+)?)?")  # behind the first dot: the name's space
_OF_MODELS = re.compile(r"(?:^|[-_.])(?:lite)?(?:llm|vllm|ollama|tgi|sglang|triton|openai|anthropic|inference)(?:[-_.]|$)", re.IGNORECASE)
_IDENTITY = re.compile(r"(?:^|_)(?:USER(?:NAME|_ID)?|GROUPS?|ROLES?|TENANT(?:_ID)?|EMAIL|IDENTITY)(?:_|$)")
_BEHIND: frozenset[ElementKind] = frozenset({"inference_server", "vector_store", "data_store", "model_registry"})


def add_proxies(assembly: Assembly, files: Sequence[ConfigFacts]) -> None:
    """Marks what stands behind a proxy, and the log that conversations are written to on the way."""
    for file in files:
        for setting in file.settings:
            if setting.kind == "proxy" and _leads_to_a_model(assembly, setting.name):
                _logged(assembly, file, setting)
    for file in files:
        _gateway(assembly, file, files)
    proxies = [s for file in files for s in file.settings if s.kind == "proxy" and s.attributes.get("public")]
    for draft in [d for d in assembly.drafts.by_id.values() if d.kind in _BEHIND and d.attributes.get("service")]:
        leading = [proxy for proxy in proxies if _is_host_of(proxy.name.rsplit(":", 1)[0], draft)]
        if leading:
            _open(assembly, draft, leading)


def _leads_to_a_model(assembly: Assembly, target: str) -> bool:
    """Whether a target is a server of models of this tree, or one by its name."""
    host = target.rsplit(":", 1)[0]
    servers = [d for d in assembly.drafts.by_id.values() if d.kind == "inference_server" and d.attributes.get("service")]
    return _OF_MODELS.search(host) is not None or any(_is_host_of(host, draft) for draft in servers)


def _gateway(assembly: Assembly, file: ConfigFacts, files: Sequence[ConfigFacts]) -> None:
    """A gateway that lets in whoever shows no token, or whose administration others reach, before services of this tree."""
    routes = [s for s in file.settings if s.kind == "proxy" and s.attributes.get("product") == "envoy"]
    if not any(_leads_here(assembly, s.name) for s in routes if not s.attributes.get("administration")):
        return
    attributes: dict[str, AttributeValue] = {}
    places: list[Place] = []
    for route in routes:
        line = route.attributes.get("optional_at")
        if isinstance(line, int) and route.attributes.get("public") and _leads_here(assembly, route.name):
            attributes["login_optional"] = True
            places += [Place(file.path, line, line), route.place]
        elif route.attributes.get("administration") and route.attributes.get("public"):
            attributes["administration_open"] = True
            places.append(route.place)
    for route in routes:
        for header, place in _trusted(assembly, route, files) if route.attributes.get("public") else ():
            if header not in parts_of(route.attributes.get("headers")) and not route.attributes.get("judged_later"):
                attributes |= {"identity_header": True, "names": (header,)}
                places += [route.place, place]
    if not attributes:
        return
    attributes["product"] = "envoy"
    identity = assembly.drafts.put(
        "component", f"Envoy ({file.path})", None, attributes, assembly.cite_place(places[0]), None, file.purpose
    )
    draft = assembly.draft(identity)
    for place in dict.fromkeys(places):
        evidence = assembly.cite_place(place)
        draft.show(evidence, MAX_EVIDENCE)


def _trusted(assembly: Assembly, route: Setting, files: Sequence[ConfigFacts]) -> Iterator[tuple[str, Place]]:
    """Headers by which what stands behind a route is told who asks, and where that is said."""
    host = route.name.rsplit(":", 1)[0]
    behind = {str(d.attributes["service"]) for d in assembly.drafts.by_id.values() if d.attributes.get("service") and _is_host_of(host, d)}
    for file in files:
        for setting in file.settings:
            header, service = setting.attributes.get("header"), str(setting.attributes.get("service") or "").partition("/")[0]
            if isinstance(header, str) and service in behind and _IDENTITY.search(setting.name):
                yield header, setting.place


def _leads_here(assembly: Assembly, target: str) -> bool:
    host = target.rsplit(":", 1)[0]
    served = [d for d in assembly.drafts.by_id.values() if d.kind in (*_BEHIND, "container") and d.attributes.get("service")]
    return _OF_MODELS.search(host) is not None or any(_is_host_of(host, draft) for draft in served)


def _logged(assembly: Assembly, file: ConfigFacts, proxy: Setting) -> None:
    """The log of a web server that writes down what callers send to a model."""
    line = proxy.attributes.get("body_logged_at")
    if not isinstance(line, int):
        return
    identity = assembly.drafts.put(
        "log",
        f"log of the proxy ({file.path})",
        None,
        {"conversations": True},
        assembly.cite_place(Place(file.path, line, line)),
        None,
        file.purpose,
    )
    evidence, draft = assembly.cite_place(proxy.place), assembly.draft(identity)
    draft.show(evidence, MAX_EVIDENCE)


def _is_host_of(host: str, draft: Draft) -> bool:
    """Whether a host is a service by its own name, or by the name that a cluster gives it: `chat.models.svc.cluster.local`."""
    hosts = draft.attributes.get("hosts")
    name, _, rest = host.partition(".")
    space = _CLUSTER.fullmatch(rest)
    if name not in (draft.attributes["service"], *(hosts if isinstance(hosts, tuple) else ())) or (rest and space is None):
        return False
    return space is None or draft.attributes.get("namespace") in (None, space[1])


def _open(assembly: Assembly, draft: Draft, proxies: Sequence[Setting]) -> None:
    asking = [proxy for proxy in proxies if proxy.attributes.get("authenticated") or proxy.attributes.get("limited")]
    if len(asking) == len(proxies):
        control: ControlKind = "authentication" if all(proxy.attributes.get("authenticated") for proxy in asking) else "network_isolation"
        if not draft.attributes.get("exposed"):  # else its own port is open beside the proxy
            assembly.control(control, draft.id, assembly.cite_place(asking[0].place))
    else:
        draft.attributes["exposed"] = True
        for (known, _place), (covered, _cited) in assembly.controls.items():
            if known == "network_isolation":
                covered.discard(draft.id)  # it was so as far as the composition alone says
    for proxy in proxies:
        evidence = assembly.cite_place(proxy.place)
        draft.show(evidence, MAX_EVIDENCE)
        if proxy.attributes.get("rate_limited"):
            assembly.control("rate_limit", draft.id, evidence)
