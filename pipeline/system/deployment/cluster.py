"""Kubernetes into elements: servers of models, stores and containers, who reaches them, and what they may do to cluster and host.

Takes settings of manifests (`ingest/config/kubernetes.py`). A service belongs to the pods that its selector names, an ingress to the
services it leads to, a role to the account that it is bound to; only files near each other are joined, for a tree often describes
several clusters with the same names. Whether a gateway in front asks who calls is seen where the manifests say so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.facts import ConfigFacts, Setting
from ingest.source import Place, parts_of
from pipeline.system.assembly import Assembly
from pipeline.system.deployment.deployment import folder_of, is_model_image
from pipeline.system.deployment.started import administers, asks_for_login, composed_server, imaged_server
from pipeline.system.model import MOVES, AttributeValue, ElementKind, Evidence
from pipeline.system.program.naming import placed_name
from pipeline.system.rules.images import is_only_here, known_image, known_page, stands_apart

_HOST_CAPABILITIES = frozenset({"SYS_ADMIN", "ALL", "SYS_PTRACE", "SYS_MODULE", "DAC_READ_SEARCH", "BPF"})
_HOST_FOLDERS = re.compile(r"^/$|^/(?:etc|root|boot|var|var/run|run|proc|var/lib|var/lib/(?:kubelet|docker|containerd))/?$")
_SOCKET = re.compile(r"\.sock$")
_STORES = frozenset({"data_store", "vector_store", "queue"})
_HUB = re.compile(r"^(?:hf|huggingface)://([\w.-]+/[\w.-]+)(?::([\w.-]+))?")
_GIVEN = re.compile(r"\$GIVEN-?")  # what a chart leaves to whoever installs it
_FIXED = re.compile(r"[0-9a-f]{40}")
_CONTROLS = re.compile(
    r"operator|controller|manager|webhook|scheduler|provisioner|autoscal|orchestrat|admission|injector|monitor|prometheus|collector|\bkube",
    re.IGNORECASE,
)
_EVERYTHING = re.compile(r"(?:^|,)\*(?:,|$)")


@dataclass(frozen=True, slots=True)
class _Placed:
    """A setting and the file it stands in."""

    file: ConfigFacts
    setting: Setting

    def texts(self, name: str) -> tuple[str, ...]:
        return parts_of(self.setting.attributes.get(name))

    def near(self, other: _Placed) -> bool:
        """Whether two settings describe one cluster: neither far apart in the tree, nor in two named spaces."""
        mine, theirs = folder_of(self.file.path), folder_of(other.file.path)
        beside = folder_of(mine) == folder_of(theirs) and mine.count("/") == theirs.count("/")
        inside = f"{mine}/".startswith(f"{theirs}/") or f"{theirs}/".startswith(f"{mine}/") or "" in (mine, theirs)
        spaces = {self.setting.attributes.get("namespace"), other.setting.attributes.get("namespace")} - {None}
        return (beside or inside) and len(spaces) < 2


def add_cluster(assembly: Assembly, files: Sequence[ConfigFacts]) -> None:
    """An element per container that is a part of the system."""
    kinds = ("workload", *_Around.__dataclass_fields__)
    placed = [_Placed(file, setting) for file in files for setting in file.settings if setting.kind in kinds]
    around = _Around(*([p for p in placed if p.setting.kind == kind] for kind in _Around.__dataclass_fields__))
    for workload in (p for p in placed if p.setting.kind == "workload"):
        if workload.setting.attributes.get("init") is not True:
            _workload(assembly, workload, around)


def is_of_inner_store(file: ConfigFacts, setting: Setting, files: Sequence[ConfigFacts]) -> bool:
    """Whether a variable, in a container or in a secret that one is given, is that of a store which nothing leads to from outside."""
    exposures = [_Placed(one, other) for one in files for other in one.settings if other.kind == "exposure"]
    here = _Placed(file, setting)
    holders = [
        workload
        for one in files
        for other in one.settings
        if other.kind == "workload" and _is_store(other) and _is_given(workload := _Placed(one, other), here)
    ]
    return (
        bool(holders)
        and not any(way.setting.attributes.get("open") for workload in holders for way in _ways(workload, exposures))
        and not any(w.setting.attributes.get("host_port") or w.setting.attributes.get("host_network") for w in holders)
    )


def _is_store(workload: Setting) -> bool:
    known = known_image(str(workload.attributes.get("image") or ""))
    return known is not None and known.kind in _STORES


def _is_given(workload: _Placed, variable: _Placed) -> bool:
    if variable.setting.attributes.get("of_secret"):
        taken = {variable.setting.name, str(variable.setting.attributes["of_secret"])}
        return variable.near(workload) and not taken.isdisjoint(workload.texts("secrets_from"))
    return variable.file is workload.file and variable.setting.attributes.get("service") == workload.setting.name


@dataclass(frozen=True, slots=True)
class _Around:
    """What stands around the containers of all clusters."""

    exposure: list[_Placed]
    gate: list[_Placed]
    network_policy: list[_Placed]
    cluster_rights: list[_Placed]
    cluster_role: list[_Placed]


def _workload(assembly: Assembly, workload: _Placed, around: _Around) -> None:
    a, file = workload.setting.attributes, workload.file
    image = str(a.get("image") or "")
    if a.get("storage") or a.get("model_format"):
        _served(assembly, workload)
        return
    kind, attributes, guarded, listens = _kind(workload)
    of_model = kind == "inference_server" or is_model_image(image)
    if kind == "container" and not of_model and (stands_apart(image) or a.get("resource") == "DaemonSet"):
        return
    attributes |= {"service": _GIVEN.sub("", str(a.get("workload"))), **_rights(workload, around)}
    if a.get("pin") and not is_only_here(image):
        attributes["pin"] = str(a["pin"])
    if of_model and a.get("root"):
        attributes["runs_model"] = True
    if a.get("schedule"):
        attributes["schedule"] = str(a["schedule"])
    ways = list(_ways(workload, around.exposure))
    services = sorted({way.setting.name for way in ways if way.setting.attributes.get("selector")})
    if services:
        attributes["hosts"] = tuple(services)
    if a.get("namespace"):
        attributes["namespace"] = str(a["namespace"])
    opened = [way for way in ways if way.setting.attributes.get("open") and not _is_inner(way, around.gate)]
    asking = [list(_gates(way, ways, workload, around.gate)) for way in opened]
    asked = bool(opened) and all(way.setting.attributes.get("authenticated") or gates for way, gates in zip(opened, asking, strict=True))
    host = bool(a.get("host_network") and a.get("ports")) or bool(a.get("host_port"))
    if (opened or host) and listens:
        attributes |= {"exposed": True, "published": True}
    if kind != "container":
        attributes |= {"remote": True, "authenticated": guarded or asked}
    if kind in ("chat_ui", "interpreter") and opened:
        attributes["public"] = True
    if kind == "inference_server":
        attributes["administers"] = administers(str(attributes["product"]), workload.setting, workload.file)
    if any(way.setting.attributes.get("tls") for way in opened):
        attributes["tls"] = True
    place = assembly.cite_place(workload.setting.place)
    identity = assembly.drafts.put(kind, _name(workload), None, attributes, place, None, file.purpose)
    if a.get("pin") in ("latest", "none") and isinstance(line := a.get("image_line"), int):
        path, _, number = str(a.get("image_at") or f"{file.path}:{line}").rpartition(":")  # where a chart's values say it
        assembly.cite_of(identity, Place(path, int(number), int(number)), MOVES)
    for said in workload.texts("said_at"):
        path, _, line = said.rpartition(":")
        _add_evidence(assembly, identity, assembly.cite_place(Place(path, int(line), int(line))))
    for power, _, line in (said.rpartition("=") for said in workload.texts("powers_at")):
        if power == "privileged" or _HOST_FOLDERS.match(power) or _SOCKET.search(power):
            _add_evidence(assembly, identity, assembly.cite_place(Place(file.path, int(line), int(line))))
    for way in opened:
        _add_evidence(assembly, identity, assembly.cite_place(way.setting.place))
    _account(assembly, identity, workload, around)
    _controls(
        assembly, identity, workload, around, place, guarded, [*(gate for gates in asking for gate in gates), *opened] if asked else ()
    )


def _name(workload: _Placed) -> str:
    """What runs there and its file, of which a long path is shortened from its beginning."""
    path = workload.file.path
    given = (str(workload.setting.attributes.get("workload") or ""), workload.setting.name.rsplit("/", 1)[-1], path.rsplit("/", 1)[-1])
    name = next(filter(None, (_GIVEN.sub("", name).strip("-") for name in given)), "workload")
    return placed_name(name, path)


def _kind(workload: _Placed) -> tuple[ElementKind, dict[str, AttributeValue], bool, bool]:
    """What runs there, whether it asks for a key, and whether it listens to others."""
    setting, file = workload.setting, workload.file
    started = composed_server(setting, file) or imaged_server(setting, file)
    if started is not None and started[0].kind == "inference_server":
        return "inference_server", {"product": started[0].product}, started[1], started[2]
    page = known_page(str(setting.attributes.get("image") or ""))
    if page is not None:
        return page.kind, {"product": page.product}, asks_for_login(page, setting, file), True
    known = known_image(str(setting.attributes.get("image") or ""))
    if known is not None and not stands_apart(str(setting.attributes.get("image"))):
        return known.kind, {"product": known.product}, _has_password(workload), True
    return "container", {}, False, True


def _has_password(workload: _Placed) -> bool:
    given = [s.name for s in workload.file.settings if s.kind == "environment" and s.attributes.get("service") == workload.setting.name]
    names = " ".join((*given, *workload.texts("secrets_from"), str(workload.setting.attributes.get("command") or ""))).upper()
    return any(word in names for word in ("PASSWORD", "API_KEY", "APIKEY", "AUTH", "SECRET", "TOKEN", "CREDENTIAL"))


def _rights(workload: _Placed, around: _Around) -> dict[str, AttributeValue]:
    """What a container may do to its host and its cluster."""
    a = workload.setting.attributes
    found: dict[str, AttributeValue] = {}
    for name in ("privileged", "docker_socket", "root"):
        if a.get(name):
            found[name] = True
    if not _HOST_CAPABILITIES.isdisjoint(part.removeprefix("CAP_") for part in workload.texts("capabilities")):
        found["host_capabilities"] = True
    if any(_HOST_FOLDERS.match(path) for path in workload.texts("host_paths")):
        found["host_files"] = True
    return found


def _account(assembly: Assembly, identity: str, workload: _Placed, around: _Around) -> None:
    """The account that a container runs as, where it has rights over the whole cluster."""
    rights, bindings = _cluster_rights(workload, around)
    for binding in bindings:
        place = assembly.cite_place(binding.setting.place)
        name = placed_name(f"account {_GIVEN.sub('', binding.setting.name)}", binding.file.path)
        attributes: dict[str, AttributeValue] = {"cluster_rights": rights}
        account = assembly.drafts.put("component", name, None, attributes, place, None, binding.file.purpose)
        assembly.relate(identity, "runs_in", account, place)


def _cluster_rights(workload: _Placed, around: _Around) -> tuple[tuple[str, ...], list[_Placed]]:
    """What a container's account may do in the whole cluster that reaches beyond its work, and the bindings that say so."""
    account = str(workload.setting.attributes.get("service_account") or "default")
    if not _GIVEN.sub("", account).strip("-"):
        return (), []  # a chart names its accounts by values that are not here
    found: dict[str, None] = {}
    bindings: list[_Placed] = []
    for binding in around.cluster_rights:
        if binding.setting.name != account or not binding.near(workload):
            continue
        role, whole = binding.setting.attributes.get("role"), bool(binding.setting.attributes.get("whole"))
        rules = [
            rule for other in around.cluster_role if other.setting.name == role and other.near(binding) for rule in other.texts("rules")
        ]
        rights = ["do everything"] if role == "cluster-admin" or any(map(_is_all, rules)) else []
        if whole and not rights:
            rights = ["change nearly everything"] if role in ("admin", "edit") else [right for rule in rules for right in _reaching(rule)]
        if rights and (
            rights == ["do everything"] or not _CONTROLS.search(f"{workload.setting.name} {workload.setting.attributes.get('image')}")
        ):
            found |= dict.fromkeys(rights)
            bindings.append(binding)
    return tuple(found), bindings


def _reaching(rule: str) -> Iterator[str]:
    """What a rule allows in all spaces of a cluster that leads further."""
    verbs, _, resources = rule.partition(" ")
    may, on = set(verbs.split(",")), set(resources.split(","))
    everything = "*" in may
    if {"secrets", "*"} & on and (everything or {"get", "list"} & may):
        yield "read all secrets"
    if {"pods", "deployments", "jobs", "daemonsets", "statefulsets", "cronjobs", "*"} & on and (everything or "create" in may):
        yield "start containers"
    if {"pods/exec", "pods/attach", "*"} & on and (everything or {"create", "get"} & may):
        yield "run commands in all containers"
    if {"clusterroles", "clusterrolebindings", "rolebindings", "roles", "*"} & on and (everything or {"create", "bind", "escalate"} & may):
        yield "give rights"


def _is_all(rule: str) -> bool:
    verbs, _, resources = rule.partition(" ")
    return _EVERYTHING.search(verbs) is not None and _EVERYTHING.search(resources) is not None


def _ways(workload: _Placed, exposures: Sequence[_Placed]) -> Iterator[_Placed]:
    """Services that select a container's pods, and what leads to these from outside."""
    labels = set(workload.texts("labels"))
    services = [e for e in exposures if (wanted := e.texts("selector")) and set(wanted) <= labels and e.near(workload)]
    yield from services
    names = {service.setting.name for service in services}
    if workload.setting.attributes.get("resource") == "Service":  # Knative's own
        names.add(str(workload.setting.attributes.get("workload")))
    for entry in exposures:
        if not names.isdisjoint(entry.texts("backends")) and entry.near(workload):
            yield entry


def _is_inner(way: _Placed, gates: Sequence[_Placed]) -> bool:
    """Whether a route hangs on gateways of the inside alone."""
    known = [gate for gate in gates if "inside" in gate.setting.attributes and gate.setting.name in way.texts("policies")]
    return bool(known) and all(gate.setting.attributes.get("inside") for gate in known)


def _gates(way: _Placed, ways: Sequence[_Placed], workload: _Placed, gates: Sequence[_Placed]) -> Iterator[_Placed]:
    """Policies that ask who calls, on a way to a container: attached to the way, to what stands before it, or to the container itself."""
    services = [other for other in ways if other.setting.name in way.texts("backends")]
    named = {
        way.setting.name,
        *way.texts("policies"),
        *(name for service in services for name in (service.setting.name, *service.texts("policies"))),
    }
    for gate in gates:
        labels = set(gate.texts("selector"))
        attached = gate.setting.name in named or not named.isdisjoint(gate.texts("targets"))
        selected = bool(labels) and labels <= set(workload.texts("labels"))
        if (
            gate.setting.attributes.get("authenticated")
            and (attached or selected or gate.setting.attributes.get("all"))
            and gate.near(workload)
        ):
            yield gate


def _controls(
    assembly: Assembly, identity: str, workload: _Placed, around: _Around, place: Evidence | None, guarded: bool, gates: Sequence[_Placed]
) -> None:
    a = workload.setting.attributes
    draft = assembly.draft(identity)
    if guarded:
        assembly.control("authentication", identity, place)
    for gate in gates:
        assembly.control("authentication", identity, assembly.cite_place(gate.setting.place), "asked for at the way in")
    in_cluster = workload.setting.attributes.get("resource") != "TaskDefinition"  # who reaches a task, its service says
    if in_cluster and draft.kind != "container" and not draft.attributes.get("exposed"):
        assembly.control("network_isolation", identity, place, "reached inside the cluster only")
    for policy in around.network_policy:
        selected = set(policy.texts("selector")) <= set(workload.texts("labels"))
        if policy.setting.attributes.get("limits") and selected and policy.near(workload):
            assembly.control("network_isolation", identity, assembly.cite_place(policy.setting.place))
    if a.get("pin") == "digest":
        assembly.control("digest_pin", identity, place)
    if a.get("root") is False:
        assembly.control("non_root_user", identity, place)
    if a.get("limits"):
        assembly.control("resource_limit", identity, place)
    if workload.texts("secrets_from"):
        assembly.control("secret_store", identity, place)


def _served(assembly: Assembly, workload: _Placed) -> None:
    """A model that an operator (KServe, KubeAI) serves, and where it is fetched from."""
    a, file = workload.setting.attributes, workload.file
    place = assembly.cite_place(workload.setting.place)
    product = "kubeai" if a.get("resource") == "Model" else "kserve"
    attributes: dict[str, AttributeValue] = {"product": product, "remote": True, "service": str(a.get("workload"))}
    if a.get("model_format"):
        attributes["format"] = str(a["model_format"])
    server = assembly.drafts.put("inference_server", _name(workload), None, attributes, place, None, file.purpose)
    hub = _HUB.match(str(a.get("storage") or ""))
    if hub is not None:
        pinned = _FIXED.fullmatch(hub[2] or "") is not None
        fetched: dict[str, AttributeValue] = {"source": "hub", "library": product, "revision_pinned": pinned}
        model = assembly.drafts.put("model_registry", hub[1], None, fetched, place, None, file.purpose)
        if pinned:
            assembly.control("pinned_revision", model, place)
        assembly.relate(server, "loads", model, place)


def _add_evidence(assembly: Assembly, identity: str, evidence: Evidence | None) -> None:
    draft = assembly.draft(identity)
    draft.show(evidence, 6)
