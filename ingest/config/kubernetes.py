"""Kubernetes manifests: what runs with which rights, who reaches it, who may do what in the cluster.

Takes the text of one file of documents (YAML or JSON), gives a `workload` setting per container wherever a pod is described (also
in resources of operators: KServe, Knative, KubeRay, training jobs), an `exposure` one per service, ingress and route, and the network
policies, roles and bindings. What a cluster, an operator or an admission policy adds is not known here; lists of patches
(Kustomize) are read as far as they name containers.
"""

from __future__ import annotations

import base64
import binascii
import re
import shlex
from collections.abc import Iterator, Mapping

from ingest.config.chart_releases import RELEASES, of_manifest
from ingest.config.commands import command_settings
from ingest.config.envoy import envoy_of_text
from ingest.config.gateway import gateway_of_text
from ingest.config.json_nodes import json_node
from ingest.config.nodes import NOTHING, Node
from ingest.config.packages import environment, image_parts, setting
from ingest.config.shell import installed
from ingest.config.yaml_nodes import yaml_documents
from ingest.facts import Setting
from ingest.source import Attribute, Place

_SOCKET = re.compile(r"(?:docker|containerd|crio|podman)\.sock$")
_INNER_CLASS = re.compile(r"rilb|internal|private|tailscale", re.IGNORECASE)
_INTERNAL = re.compile(r"internal|intranet", re.IGNORECASE)
_BALANCER_SCHEME = re.compile(r"load-?balancer-(?:internal|type|scheme)$|/scheme$|ingress\.class$|load-balancer-network$")
_ASKS = re.compile(
    r"/(?:auth-(?:url|type|tls-secret|signin|secret|realm|idp-[\w-]+)|whitelist-source-range|allowlist-source-range|inbound-cidrs)$"
    r"|oauth2|[/.-]iap|middlewares$"
)
# Policies of gateways and meshes, and what in them asks who calls or counts calls.
_GATES = frozenset({
    "SecurityPolicy", "BackendTrafficPolicy", "AuthorizationPolicy", "RequestAuthentication", "BackendConfig", "GCPBackendPolicy",
    "AuthPolicy",
    "RateLimitPolicy", "TrafficPolicy", "KongPlugin",
})  # fmt: skip
_GATE_ASKS = frozenset({
    "jwt", "oidc", "basicAuth", "apiKeyAuth", "extAuth", "authorization", "iap", "authentication", "jwtRules",
    "apiKeyAuthentication", "rbac",
})  # fmt: skip
_GATE_COUNTS = frozenset({"rateLimit", "limits", "rateLimiting"})
_COUNTS = re.compile(r"/limit-(?:rps|rpm|connections)$|rate-?limit", re.IGNORECASE)
_CALLED_AUTH, _CALLED_LIMIT = re.compile(r"auth|oidc|jwt|sso|login", re.IGNORECASE), re.compile(r"rate-?limit|throttl", re.IGNORECASE)
_LOOPBACK = re.compile(r"127\.|::1$")
_ANYWHERE = ("0.0.0.0/0", "::/0")
_MOST_CONTAINERS = 200
FROM_VALUES = "__values__"  # the key that stands for what a template takes over from the values of its chart


def read_kubernetes(text: str, path: str) -> tuple[Setting, ...]:
    """Settings in the order of the file."""
    documents = (json_node(text),) if path.lower().endswith(".json") else yaml_documents(text)
    return tuple(found for document in documents for found in of_document(document, path))


def of_document(document: Node, path: str, only_if: tuple[str, ...] = ()) -> Iterator[Setting]:
    """The settings of one resource; of each of its items, where it is a list of them."""
    kind = document.get("kind").text
    if kind == "List":
        for item in document.get("items").items:
            yield from of_document(item, path, only_if)
        return
    guard: dict[str, Attribute] = {"only_if": only_if or None}
    name, namespace = document.get("metadata").get("name").text, document.get("metadata").get("namespace").text or None
    guard["namespace"] = namespace
    place = Place(path, document.line, max(document.line, document.end_line))
    if kind in ("ConfigMap", "Secret"):
        yield from _values(document, path, kind)
    elif kind == "Service" and document.get("apiVersion").text in ("v1", ""):
        yield _service(name, document, place, guard)
    elif kind in ("Ingress", "IngressRoute", "HTTPRoute", "Route", "VirtualService", "HTTPProxy"):
        yield _ingress(name, kind, document, place, guard)
    elif kind == "Model" and document.get("apiVersion").text.startswith("kubeai.org/"):
        source = document.get("spec").get("url")
        at = Place(path, source.line, max(source.line, source.end_line))
        yield setting("workload", name, at, resource=kind, workload=name, storage=source.text or None, init=False, **guard)
    elif kind in RELEASES:
        yield from of_manifest(document, path)
    elif kind == "Gateway" and document.get("spec").get("gatewayClassName").kind == "scalar":
        yield setting("gate", name, place, inside=_is_inner_gateway(document), **guard)
    elif kind == "InferencePool":
        selector = document.get("spec").get("selector")
        labels = _labels(selector.get("matchLabels")) or _labels(selector)
        yield setting("exposure", name, place, resource=kind, open=False, selector=labels or None, **guard)
    elif kind in _GATES:
        yield from _gate(document, place, guard)
    elif kind == "NetworkPolicy":
        yield _policy(name, document, place, guard)
    elif kind in ("Role", "ClusterRole"):
        rules = tuple(
            f"{','.join(rule.get('verbs').texts())} {','.join(rule.get('resources').texts())}"
            for rule in document.get("rules").items
            if not rule.get("resourceNames").items
        )
        yield setting("cluster_role", name, place, rules=rules or None, **guard)
    elif kind in ("RoleBinding", "ClusterRoleBinding"):
        for subject in document.get("subjects").items:
            if subject.get("kind").text == "ServiceAccount":
                role = document.get("roleRef").get("name").text
                yield setting("cluster_rights", subject.get("name").text, place, role=role, whole=kind == "ClusterRoleBinding", **guard)
    elif kind != "CustomResourceDefinition":
        yield from _pods(document, kind, name, path, guard)


def _pods(document: Node, kind: str, name: str, path: str, guard: dict[str, Attribute]) -> Iterator[Setting]:
    """Containers wherever a pod stands below, and the model of a KServe predictor."""
    schedule = document.get("spec").get("schedule").text or None
    seen = 0
    pending: list[tuple[Node, Node]] = [(document, NOTHING)]
    while pending and seen < _MOST_CONTAINERS:
        node, holder = pending.pop()
        labels = _labels(holder.get("metadata").get("labels")) or _labels(document.get("metadata").get("labels"))
        more: dict[str, Attribute] = {"resource": kind, "workload": name, "schedule": schedule, "labels": labels or None, **guard}
        if (model := node.get("model")).get("modelFormat").kind == "map" or model.get("storageUri").text:
            yield _served_model(name, model, path, more)
        for key, init in (("containers", False), ("initContainers", True)):
            for container in node.get(key).items:
                if container.get("image", "name").kind == "scalar":
                    seen += 1
                    yield from _container(container, node, path, {**more, "init": init})
        single = node.get("container")  # a step of a workflow
        if single.get("image").kind == "scalar":
            seen += 1
            yield from _container(single, node, path, {**more, "init": False})
        pending += [(value, node) for _key, value in reversed(node.pairs)] + [(item, node) for item in reversed(node.items)]


def _container(node: Node, pod: Node, path: str, more: dict[str, Attribute]) -> Iterator[Setting]:
    name = node.get("name").text or str(more["workload"])
    key = f"{more['workload']}/{name}"
    own, shared = node.get("securityContext"), pod.get("securityContext")
    image = node.get("image").text
    volumes = {volume.get("name").text: volume for volume in pod.get("volumes").items}
    mounted = [volumes.get(mount.get("name").text, NOTHING) for mount in node.get("volumeMounts").items]
    host_paths = tuple(sorted({volume.get("hostPath").get("path").text for volume in mounted} - {""}))
    from_secrets = tuple(item.get("name").text for item in node.get("env").items if item.get("valueFrom").get("secretKeyRef").kind == "map")
    from_secrets += tuple(
        item.get("secretRef").get("name").text for item in node.get("envFrom").items if item.get("secretRef").kind == "map"
    )
    words = (*node.get("command").texts(), *node.get("args").texts())
    yield setting(
        "workload", key, Place(path, node.line, max(node.line, node.end_line)),
        image=image_parts(image)[0] if image else None, pin=image_parts(image)[3] if image else None,
        image_line=node.get("image").line if image else None,
        command=shlex.join(words) if words else None, command_lines=_lines_of(node.get("command"), node.get("args")),
        ports=tuple(port.get("containerPort").text for port in node.get("ports").items) or None,
        host_port=any(port.get("hostPort").text and not _LOOPBACK.match(port.get("hostIP").text) for port in node.get("ports").items),
        root=_root(own, shared), privileged=own.get("privileged").is_true,
        capabilities=own.get("capabilities").get("add").texts() or None,
        read_only_root=own.get("readOnlyRootFilesystem").is_true,
        host_paths=host_paths or None, docker_socket=any(_SOCKET.search(folder) for folder in host_paths),
        host_network=pod.get("hostNetwork").is_true, limits=node.get("resources").get("limits").kind == "map",
        value_paths=_from_values(node, pod), powers_at=_powers_at(node, mounted), secrets_from=from_secrets or None,
        service_account=pod.get("serviceAccountName", "serviceAccount").text or None, **more,
    )  # fmt: skip
    told = [part for part in (node.get("command"), node.get("args")) if part.kind != "none"]
    if told:
        lines = Place(path, told[0].line, max(told[0].line, told[-1].end_line))
        yield from command_settings(shlex.join(words), lines, "kubernetes", service=key, lines=False)
        yield from _installed(told, words, lines)
    beside = {item.get("name").text: item.get("value").text for item in node.get("env").items}
    for item in node.get("env").items:
        if item.get("value").kind == "scalar":
            value = item.get("value")
            yield environment(
                item.get("name").text, value.text, Place(path, item.line, max(item.line, value.end_line)), beside=beside, service=key
            )


def _lines_of(*parts: Node) -> tuple[str, ...] | None:
    """First and last line of what starts a container."""
    told = [part for part in parts if part.kind != "none"]
    return (str(told[0].line), str(max(told[0].line, told[-1].end_line))) if told else None


def _installed(told: list[Node], words: tuple[str, ...], lines: Place) -> Iterator[Setting]:
    """Packages that a container installs when it starts, each at its line of a script."""
    scripts = [word for part in told for word in (part.items or (part,)) if " " in word.text.strip()]
    if not scripts:
        yield from installed(shlex.join(words), lines)
    for script in scripts:
        line = script.line + ("\n" in script.text)  # a text of several lines begins below its mark
        for command in re.split(r"(?<!\\)\n", script.text):
            last = line + command.count("\n")
            yield from installed(command, Place(lines.path, min(line, lines.end_line), min(last, lines.end_line)))
            line = last + 1


def _from_values(node: Node, pod: Node) -> tuple[str, ...] | None:
    """Parts of a container that a chart's values say: `securityContext=.pod.context`."""
    parts = {
        "securityContext": node.get("securityContext"), "podSecurityContext": pod.get("securityContext"),
        "resources": node.get("resources"),
    }  # fmt: skip
    found = tuple(f"{name}={part.get(FROM_VALUES).text}" for name, part in parts.items() if part.get(FROM_VALUES).text)
    return found or None


def _powers_at(container: Node, mounted: list[Node]) -> tuple[str, ...] | None:
    """Where it is said what a container may do to its host: `privileged=12`, `/etc=30`."""
    privileged = container.get("securityContext").get("privileged")
    paths = [volume.get("hostPath").get("path") for volume in mounted]
    found = [f"privileged={privileged.line}"] if privileged.is_true else []
    return (*found, *(f"{path.text}={path.line}" for path in paths if path.text)) or None


def _root(own: Node, shared: Node) -> bool | None:
    """Whether a container runs as root, where the manifest says so; else its image decides."""
    for context in (own, shared):
        user = context.get("runAsUser").text
        if user:
            return user == "0"
    return False if any(context.get("runAsNonRoot").is_true for context in (own, shared)) else None


def _served_model(name: str, model: Node, path: str, more: dict[str, Attribute]) -> Setting:
    return setting(
        "workload", name, Place(path, model.line, max(model.line, model.end_line)), storage=model.get("storageUri").text or None,
        model_format=model.get("modelFormat").get("name").text or None, command=shlex.join(model.get("args").texts()) or None,
        limits=model.get("resources").get("limits").kind == "map", init=False, **more,
    )  # fmt: skip


def _service(name: str, document: Node, place: Place, guard: dict[str, Attribute]) -> Setting:
    spec = document.get("spec")
    kind = spec.get("type").text or "ClusterIP"
    ranges = spec.get("loadBalancerSourceRanges").texts()
    limited = bool(ranges) and "0.0.0.0/0" not in ranges
    inner = _internal(document) or _INNER_CLASS.search(spec.get("loadBalancerClass").text) is not None
    reached = kind == "NodePort" or (kind == "LoadBalancer" and not limited and not inner)
    return setting(
        "exposure", name, place, resource="Service", type=kind, open=reached, selector=_labels(spec.get("selector")) or None,
        ports=tuple(port.get("port").text for port in spec.get("ports").items) or None,
        policies=tuple(
            word for key, value, _ in _annotations(document).entries() if key.endswith("/backend-config")
            for word in re.findall(r"[\w-]+", value.text)
        ) or None, **guard,
    )  # fmt: skip


def _ingress(name: str, kind: str, document: Node, place: Place, guard: dict[str, Attribute]) -> Setting:
    spec = document.get("spec")
    said = _annotations(document).entries()
    asks = any(asks_callers(key, value.text) for key, value, _ in said)
    middlewares = [part.get("name").text for route in spec.get("routes").items for part in route.get("middlewares").items]
    filters = [found.get("extensionRef").get("name").text for rule in spec.get("rules").items for found in rule.get("filters").items]
    plugins = [text for key, value, _ in said if key.endswith(("/plugins", "middlewares")) for text in value.text.split(",")]
    named = [*middlewares, *filters, *plugins]
    backends = tuple(sorted(_backends(spec)))
    class_name = spec.get("ingressClassName").text
    return setting(
        "exposure", name, place, resource=kind, backends=backends or None,
        open=not _internal(document, class_name) and not _INNER_CLASS.search(class_name), tls=spec.get("tls").kind in ("list", "map"),
        authenticated=asks or any(_CALLED_AUTH.search(text) for text in named),
        rate_limited=any(_COUNTS.search(key) for key, _value, _ in said) or any(_CALLED_LIMIT.search(text) for text in named),
        policies=tuple(filter(None, (*(ref.get("name").text for ref in spec.get("parentRefs").items), *named))) or None, **guard,
    )  # fmt: skip


def _backends(spec: Node) -> set[str]:
    """Names of the services that rules lead to, in the forms of ingresses, gateways and routes."""
    found: set[str] = set()
    pending = [spec]
    while pending:
        node = pending.pop()
        found.add(node.get("service").get("name").text or node.get("serviceName").text)
        found |= {item.get("name").text for item in node.get("backendRefs", "services").items}
        found.add(node.get("destination").get("host").text.split(".")[0])
        pending += [value for _key, value in node.pairs] + list(node.items)
    to = spec.get("to")
    found.add(to.get("name").text)
    return found - {""}


def _gate(document: Node, place: Place, guard: dict[str, Attribute]) -> Iterator[Setting]:
    """What a policy asks of callers of the routes, gateways, services or pods that it is attached to."""
    spec, name = document.get("spec"), document.get("metadata").get("name").text
    said = {
        key
        for part in (spec, spec.get("default"), spec.get("defaults"), spec.get("rules"))
        for key, value, _ in part.entries()
        if value.kind != "none"
    }
    plugin = document.get("plugin").text
    lets_in = any(rule.get("from").kind != "list" and rule.get("when").kind != "list" for rule in spec.get("rules").items)
    mesh = document.get("kind").text == "AuthorizationPolicy" and (spec.get("action").text not in ("", "ALLOW") or not lets_in)
    asks = not said.isdisjoint(_GATE_ASKS) or mesh or _CALLED_AUTH.search(plugin) is not None
    counts = not said.isdisjoint(_GATE_COUNTS) or _CALLED_LIMIT.search(plugin) is not None
    if asks or counts:
        targets = [ref.get("name").text for ref in (*spec.get("targetRefs").items, spec.get("targetRef"))]
        yield setting(
            "gate", name, place, authenticated=asks, rate_limited=counts, targets=tuple(filter(None, targets)) or None,
            selector=_labels(spec.get("selector").get("matchLabels")) or None,
            all=mesh and spec.get("selector").kind == "none" and not any(targets),
            **guard,
        )  # fmt: skip


def _is_inner_gateway(document: Node) -> bool:
    """Whether a gateway gets an address of the inside only."""
    spec = document.get("spec")
    annotations = spec.get("infrastructure").get("annotations")
    said = {key: value.text for node in (_annotations(document), annotations) for key, value, _ in node.entries()}
    private = any(key.endswith("/service-type") and text == "ClusterIP" for key, text in said.items())
    return _INNER_CLASS.search(spec.get("gatewayClassName").text) is not None or private or is_kept_inside(said)


def _policy(name: str, document: Node, place: Place, guard: dict[str, Attribute]) -> Setting:
    spec = document.get("spec")
    rules = spec.get("ingress")
    is_for_ingress = "Ingress" in spec.get("policyTypes").texts() or rules.kind == "list" or spec.get("policyTypes").kind == "none"
    open_to_all = any(
        rule.get("from").kind != "list" or any(peer.get("ipBlock").get("cidr").text in _ANYWHERE for peer in rule.get("from").items)
        for rule in rules.items
    )
    selector = _labels(spec.get("podSelector").get("matchLabels"))
    return setting("network_policy", name, place, selector=selector, limits=is_for_ingress and not open_to_all, **guard)


def _values(document: Node, path: str, kind: str) -> Iterator[Setting]:
    """What a map of settings or a secret holds as texts; only names of variables count, files are left out."""
    given = [*document.get("stringData").entries()] if kind == "Secret" else [*document.get("data").entries()]
    plain = [(key, value.text, value) for key, value, _ in given]
    if kind == "Secret":
        plain += [(key, _decoded(value.text), value) for key, value, _ in document.get("data").entries()]
    beside = {key: text for key, text, _ in plain}
    of_secret = (document.get("metadata").get("name").text or path) if kind == "Secret" else None
    for key, text, value in plain:
        if "\n" not in text and value.kind == "scalar":
            place = Place(path, value.line, value.end_line)
            yield environment(key.replace("-", "_"), text, place, beside=beside, of_secret=of_secret)
        elif value.kind == "scalar" and text == value.text:
            yield from gateway_of_text(text, path, value.line)
            yield from envoy_of_text(text, path, value.line)


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text[:10_000], validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return text


def _annotations(document: Node) -> Node:
    return document.get("metadata").get("annotations")


def _internal(document: Node, class_name: str = "") -> bool:
    said = {key: value.text for key, value, _ in _annotations(document).entries()}
    return is_kept_inside(said, class_name)


def is_kept_inside(annotations: Mapping[str, str], class_name: str = "") -> bool:
    """Whether a load balancer is one of the inside: it is told so, or its controller makes it so unless it is told otherwise."""
    for key, text in annotations.items():
        if _BALANCER_SCHEME.search(key) and (
            _INTERNAL.search(text) or (key.endswith("internal") and text.lower() in ("true", "yes", "on"))
        ):
            return True
    inward = class_name == "alb" or any(
        text == "alb" if key.endswith("ingress.class") else text in ("external", "nlb-ip")
        for key, text in annotations.items() if key.endswith(("ingress.class", "aws-load-balancer-type"))
    )  # fmt: skip
    return inward and not any(key.endswith("scheme") and text == "internet-facing" for key, text in annotations.items())


def asks_callers(key: str, text: str) -> bool:
    """Whether an annotation makes a way in ask who calls, or keep away who comes from elsewhere."""
    return _ASKS.search(key) is not None and text not in ("", "none", "0.0.0.0/0")


def _labels(node: Node) -> tuple[str, ...]:
    return tuple(sorted(f"{key}={value.text}" for key, value, _ in node.entries() if value.kind == "scalar"))
