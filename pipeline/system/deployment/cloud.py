"""Cloud resources into elements: where models, agents and their data live, who reaches them, and whose rights they have.

Takes `resource` settings by way of `resources.Resources`, and the knowledge of `infrastructure.yaml`. A store is an element only where
something of AI names it or its own name says what it holds; a network rule only where a server of models stands behind it. Modules,
conditions and what a console was told are not known here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ingest.default_passwords import is_default
from ingest.facts import ConfigFacts
from pipeline.system.assembly import Assembly
from pipeline.system.deployment.bucket_parts import parts_of_bucket
from pipeline.system.deployment.cloud_access import add_doors, all_rights_of, wide_rights_of
from pipeline.system.deployment.cloud_identities import add_identities, described
from pipeline.system.deployment.resources import Line, Resource, Resources
from pipeline.system.deployment.started import started_by
from pipeline.system.model import AttributeValue, ElementKind, Evidence, Flow
from pipeline.system.program.bucket_contents import contents_of
from pipeline.system.program.naming import placed_name
from pipeline.system.rules.images import known_image
from pipeline.system.rules.infrastructure import Infrastructure, ResourceRule, Says, load_infrastructure

_OPEN = re.compile(r"^(?:0\.0\.0\.0/0|::/0|\*|Internet)$")
_PORT = re.compile(r"(?:from|to)_?port$|destination_port_ranges?$|allow\.ports$", re.IGNORECASE)
_SOURCE = re.compile(r"cidr|source_ranges$|source_address_prefix(?:es)?$", re.IGNORECASE)
_FIREWALLS = frozenset({"google_compute_firewall", "azurerm_network_security_rule"})
_ADMINISTRATION = frozenset({"22", "3389"})  # a door to the machine, not to the model
_MOST_LINKS = 2


def add_cloud(assembly: Assembly, files: Sequence[ConfigFacts]) -> None:
    """Elements, their ties and flows, and what is open."""
    known, resources = load_infrastructure(), Resources(files)
    found: dict[tuple[str, str], str] = {}
    for resource in resources.all:
        rule = known.rule_of(resource.type)
        if rule is not None and (identity := _element(assembly, resource, rule, known)) is not None:
            found[resource.key] = identity
    _ties(assembly, resources, known, found)
    _sources(assembly, resources, known, found)
    for resource in resources.all:
        if resource.type in known.logs_prompts:
            _logged(assembly, resource)
    add_doors(assembly, resources, known)
    add_identities(assembly, resources, known)


_NAMED = ("bucket", "name", "BucketName")  # what a bucket is called


def _element(assembly: Assembly, resource: Resource, rule: ResourceRule, known: Infrastructure) -> str | None:
    """The element of a resource; None where it has nothing to do with AI."""
    kind: ElementKind = rule.kind
    attributes: dict[str, AttributeValue] = {"product": rule.product, "provisioned": True, **rule.is_}
    if rule.only_with and _first(resource, rule.only_with) is None:
        return None
    kept = contents_of(assembly, resource.text(*_NAMED)) if kind == "file_store" else ()
    if rule.only_linked and not kept and not _is_linked(resource, known):
        return None
    if rule.image:
        image = known_image(resource.text(*rule.image)) or known_image(resource.text("name"))  # the image may be the pipeline's to choose
        if image is None or image.kind not in ("inference_server", "model_registry"):
            return None
        kind, attributes["product"], attributes["remote"], attributes["authenticated"] = image.kind, image.product, True, False
    if rule.scripts:
        started = next(started_by(resource.file, resource.address), None)
        if started is None:
            return None
        kind, attributes["product"], attributes["authenticated"] = "inference_server", started[0].product, started[1]
        if started[2] and (door := _open_port(resource)) is not None:
            attributes["exposed"] = True
    if kind == "file_store" and not known.is_published(described(resource)):
        said = known.held(described(resource)) or tuple(
            dict.fromkeys(what for part in parts_of_bucket(resource) for what in known.held(part))
        )
        attributes["holds"] = said or kept or ("data of AI parts",)
    for name, patterns in rule.unless.items():
        if not any(resource.at(pattern) for pattern in patterns):
            attributes[name] = True
    place = assembly.cite_place(resource.setting.place)
    identity = assembly.drafts.put(
        kind, placed_name(resource.address, resource.file.path), None, attributes, place, None, resource.file.purpose
    )
    if rule.scripts and attributes.get("exposed") and door is not None:
        _cite(assembly, identity, door)
    if attributes.get("authenticated") is True:
        assembly.control("authentication", identity, place)
    _say(assembly, identity, resource, rule)
    for other in resource.index.referring(resource):
        for addition in known.additions:
            if other.type in addition.types and any(_names(other, line, resource) for line in other.lines if line.path in addition.of):
                _say(assembly, identity, other, addition)
    if any(resource.at(pattern) for pattern in rule.ingress_internal):
        assembly.draft(identity).attributes.pop("exposed", None)
    _database(assembly, identity, resource, rule)
    rights = all_rights_of(resource, known)
    if rights is not None:
        assembly.draft(identity).attributes["all_rights"] = True
        _cite(assembly, identity, rights)
    elif (wide := wide_rights_of(resource, known)) is not None:
        assembly.draft(identity).attributes["wide_rights"] = True
        _cite(assembly, identity, wide)
    return identity


def _database(assembly: Assembly, identity: str, resource: Resource, rule: ResourceRule) -> None:
    """Whether the world reaches a database, and whether it is made with a password of a manual."""
    attributes = assembly.draft(identity).attributes
    public = _first(resource, rule.public_by)
    groups = [other for other in resource.refers if re.search(r"security_group|SecurityGroup", other.type)]
    door = _open_port(resource) if groups else public
    if public is not None and door is not None:
        attributes["exposed"] = True
        for line in dict.fromkeys((public, door)):
            _cite(assembly, identity, line)
    for line in _fitting(resource, [re.escape(path) for path in rule.password]):
        user = resource.text("username", "master_username", "MasterUsername", "administrator_login")
        for said in (line, *resource.index.given(resource, line.text)):
            if "$" not in said.text and is_default(user, said.text):
                attributes |= {"default_password": True, "names": (line.path,)}
                for place in dict.fromkeys((line, said)):
                    _cite(assembly, identity, place)
                break


def _say(assembly: Assembly, identity: str, resource: Resource, rule: Says) -> None:
    """Attributes and controls by the lines of a resource, which are cited."""
    for name, patterns in rule.says.items():
        if (line := _first(resource, patterns)) is not None:
            assembly.draft(identity).attributes[name] = True
            _cite(assembly, identity, line)
    for name, statements in rule.together.items():
        if (line := next(filter(None, map(resource.together, statements)), None)) is not None:
            assembly.draft(identity).attributes[name] = True
            _cite(assembly, identity, line)
    for control, patterns in rule.controls.items():
        if (line := _first(resource, patterns)) is not None:
            assembly.control(control, identity, assembly.cite_place(line.place))


def _first(resource: Resource, patterns: Sequence[str]) -> Line | None:
    return next(filter(None, map(resource.at, patterns)), None)


def _names(resource: Resource, line: Line, other: Resource) -> bool:
    return any(found is other or found.key == other.key for found in resource.index.referred(resource, line.text))


def _is_linked(resource: Resource, known: Infrastructure) -> bool:
    """Whether a resource of AI names it, or one that stands between them; or its own name says what it is for."""
    if known.names_ai(described(resource)) or any(known.names_ai(part) for part in parts_of_bucket(resource)):
        return True
    ring = {resource.key: resource}
    for _ in range(_MOST_LINKS):
        around = {other.key: other for near in ring.values() for other in (*resource.index.referring(near), *near.refers)}
        if any(known.is_ai(other.type) for other in around.values()):
            return True
        ring = {key: other for key, other in around.items() if not re.search(r"(?i)iam|policy|role|kms|vpc|subnet|provider", other.type)}
    return any(_is_taken_with_ai(call, known) for call in resource.index.callers(resource))


def _is_taken_with_ai(module: Resource, known: Infrastructure) -> bool:
    """Whether something takes what a module gives together with what a module or resource of AI gives."""
    for taker in module.index.referring(module):
        for other in taker.refers:
            if other is not module and any(known.is_ai(one.type) for one in (other, *other.index.called(other))):
                return True
    return False


def _open_port(resource: Resource) -> Line | None:
    """The rule by which the world reaches a machine."""
    groups = [other for other in resource.refers if re.search(r"security_group|SecurityGroup", other.type)]
    rules = [*groups, *(other for group in groups for other in resource.index.referring(group) if "ingress" in other.type.lower())]
    rules += [other for group in groups for other in resource.index.referring(group) if other.text("type") == "ingress"]
    rules += [other for other in resource.index.all if other.key[0] == resource.key[0] and _is_firewall_of(other, resource)]
    for rule in rules:
        everywhere = rule.type in _FIREWALLS or rule.type.endswith(("ingress_rule", "SecurityGroupIngress", "security_group_rule"))
        for line in rule.lines:
            inward = everywhere or "ingress" in line.path.lower()
            ports = {other.text for other in rule.lines if (everywhere or other.block == line.block) and _PORT.search(other.path)}
            if inward and _SOURCE.search(line.path) and _OPEN.match(line.text) and not (ports and ports <= _ADMINISTRATION):
                return line
    return None


def _is_firewall_of(rule: Resource, machine: Resource) -> bool:
    """Whether a rule of a network lets callers in to a machine: by its tags, or as the one that stands beside it."""
    if rule.type == "google_compute_firewall":
        tags = {line.text for line in rule.lines if line.path == "target_tags"}
        own = {line.text for line in machine.lines if line.path == "tags"}
        denies = any(line.path.startswith("deny.") for line in rule.lines) or rule.text("direction") == "EGRESS"
        return machine.type.startswith("google_") and not denies and (not tags or not tags.isdisjoint(own))
    if rule.type == "azurerm_network_security_rule":
        return machine.type.startswith("azurerm_") and rule.text("access") == "Allow" and rule.text("direction") == "Inbound"
    return False


def _ties(assembly: Assembly, resources: Resources, known: Infrastructure, found: dict[tuple[str, str], str]) -> None:
    for resource in resources.all:
        for tie in known.ties:
            if resource.type not in tie.types:
                continue
            ends = _elements(resource, tie.from_, found) if tie.from_ else [i for i in (found.get(resource.key),) if i]
            for source in ends:
                for target in _elements(resource, tie.to, found):
                    place = assembly.cite_place(resource.setting.place)
                    assembly.relate(source, tie.kind, target, place)
                    if tie.kind == "uses_retriever":
                        _flow(assembly, target, source, "retrieved_text", "prompt", place)


def _elements(resource: Resource, pattern: str, found: dict[tuple[str, str], str]) -> list[str]:
    lines = [line for line in resource.lines if re.fullmatch(pattern, line.path)]
    keys = {other.key: None for line in lines for other in resource.index.referred(resource, line.text)}
    return [found[key] for key in keys if key in found]


def _sources(assembly: Assembly, resources: Resources, known: Infrastructure, found: dict[tuple[str, str], str]) -> None:
    """What flows into a knowledge base: documents of a bucket, pages of the web."""
    for resource in resources.all:
        for rule in known.sources:
            if resource.type not in rule.types:
                continue
            for base in (identity for path in rule.of for identity in _elements(resource, re.escape(path), found)):
                for line in _fitting(resource, rule.bucket):
                    place = assembly.cite_place(line.place)
                    known_ones = [found[other.key] for other in resource.index.referred(resource, line.text) if other.key in found]
                    for bucket in known_ones or [_foreign_bucket(assembly, resource, line)]:
                        _flow(assembly, bucket, base, "stored_data", "index_write", place)
                for line in _fitting(resource, rule.web):
                    page = assembly.cite_place(line.place)
                    pages = assembly.drafts.put(
                        "web_content", line.text or "pages", None, {"crawled": True}, page, None, resource.file.purpose
                    )
                    _flow(assembly, pages, base, "web_content", "index_write", page)


def _foreign_bucket(assembly: Assembly, resource: Resource, line: Line) -> str:
    """A bucket that is made somewhere else."""
    attributes: dict[str, AttributeValue] = {"product": "bucket", "holds": ("documents of retrieval",)}
    name = line.text.rsplit(":", 1)[-1] or "bucket"
    return assembly.drafts.put("file_store", name, None, attributes, assembly.cite_place(line.place), None, resource.file.purpose)


def _fitting(resource: Resource, patterns: Sequence[str]) -> Iterator[Line]:
    yield from (line for line in resource.lines if any(re.fullmatch(pattern, line.path) for pattern in patterns))


def _flow(assembly: Assembly, source: str, target: str, label: str, role: str, place: Evidence | None) -> None:
    steps = (place,) if place is not None else ()
    flow = Flow.model_validate(
        {"id": f"{source}->{target}:{role}", "source": source, "target": target, "carries": (label,), "role": role, "steps": steps,
         "stated_by": "configuration"}
    )  # fmt: skip
    assembly.flow(flow)


def _logged(assembly: Assembly, resource: Resource) -> None:
    """Invocation logging covers every model and agent of the account's own service."""
    place = assembly.cite_place(resource.setting.place)
    for identity, draft in assembly.drafts.by_id.items():
        if draft.kind in ("hosted_llm", "agent") and any(
            "bedrock" in str(value).lower() for value in (draft.name, *draft.attributes.values())
        ):
            assembly.control("prompt_log", identity, place, "every invocation in the account is recorded")


def _cite(assembly: Assembly, identity: str, line: Line) -> None:
    evidence, draft = assembly.cite_place(line.place), assembly.draft(identity)
    draft.show(evidence, 6)
