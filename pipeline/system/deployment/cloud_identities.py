"""Identities of a cloud that may do everything in what holds an AI system: a project, a subscription, a resource group.

Takes `Resources` and the knowledge about grants, gives a component per identity whose name no other element bears. What runs as it is
often said elsewhere (a workload identity in a cluster), so it counts where something of AI lies within its reach. An identity that a
known resource names as its role is judged there; users, groups and identities of other modules are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.system.assembly import Assembly
from pipeline.system.deployment.resources import Resource, Resources
from pipeline.system.program.naming import placed_name
from pipeline.system.rules.infrastructure import Grant, Infrastructure

_ISSUERS = re.compile(r"https://(?:token\.actions\.githubusercontent\.com|gitlab\.com|vstoken\.dev\.azure\.com|app\.terraform\.io)")
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def add_identities(assembly: Assembly, resources: Resources, known: Infrastructure) -> None:
    for resource in resources.all:
        for grant in known.grants:
            if resource.type in grant.types and _gives(resource, grant):
                for identity in _given_to(resource, grant, known):
                    if not (_deploys(identity, grant) and _is_due(resource, grant)):
                        _identity(assembly, resource, identity)


def _gives(resource: Resource, grant: Grant) -> bool:
    """Whether a grant gives one of these roles, named by itself or by a role that it refers to, over more than one part."""
    role = resource.text(grant.role)
    named = (other.text("name") for other in resource.index.referred(resource, role) if other.type.lower().endswith("/roledefinitions"))
    if not any(re.fullmatch(grant.roles, one) for one in (role, *named)):
        return False
    return not any(resource.at(pattern) for pattern in grant.narrowed)


def described(resource: Resource) -> str:
    """A resource's own names, in words; those of the account that it lies in with them."""
    given = resource.text("bucket", "BucketName", "bucket_prefix", "name", "Name", "domain_name", "DomainName")
    within = [other.address.rsplit(".", 1)[-1] for other in resource.refers if other.type == "azurerm_storage_account"]
    return _WORDS.sub("-", " ".join((resource.address.rsplit(".", 1)[-1], re.sub(r"[$][{][^}]*[}]", "", given), *within)))


def _given_to(resource: Resource, grant: Grant, known: Infrastructure) -> Iterator[Resource]:
    """Identities that a grant lets reach something of AI, unless a known resource runs as them."""
    if not any(_is_of_ai(other, known) for other in _reached(resource, grant)):
        return
    for line in resource.lines:
        if re.fullmatch(grant.to, line.path):
            for identity in resource.index.referred(resource, line.text):
                users = resource.index.referring(identity) if grant.judged_with_users else ()
                deploys = any(other.type in grant.deployers for other in resource.index.referring(identity))
                if identity.type in grant.identities and not deploys and not any(known.rule_of(user.type) for user in users):
                    yield identity


def _reached(resource: Resource, grant: Grant) -> Iterator[Resource]:
    """What lies within the scope of a grant, as far as this module says it."""
    index = resource.index
    own = [other for other in index.all if other.key[0] == resource.key[0]]
    beside = (*own, *(inner for other in own for inner in index.called(other)))
    if not grant.scope:
        yield from beside
        return
    scope = resource.text(grant.scope)
    if re.fullmatch(grant.whole, scope.strip()):
        yield from beside
        return
    for group in index.referred(resource, scope):
        if group.type in grant.groups:
            yield from index.referring(group)


def _deploys(identity: Resource, grant: Grant) -> bool:
    """Whether jobs of a pipeline take an identity."""
    return any(other.type == grant.pipelines and _ISSUERS.match(other.text("issuer")) for other in identity.index.referring(identity))


def _is_due(resource: Resource, grant: Grant) -> bool:
    over_a_group = any(other.type in grant.groups for other in resource.index.referred(resource, resource.text(grant.scope)))
    return over_a_group and re.fullmatch(grant.of_pipelines, resource.text(grant.role)) is not None


def _is_of_ai(resource: Resource, known: Infrastructure) -> bool:
    rule = known.rule_of(resource.type)
    return known.is_ai(resource.type) or (rule is not None and rule.only_linked and known.names_ai(described(resource)))


def _identity(assembly: Assembly, grant: Resource, identity: Resource) -> None:
    place = assembly.cite_place(grant.setting.place)
    name = placed_name(identity.address, identity.file.path)
    component = assembly.drafts.put("component", name, None, {"all_rights": True, "provisioned": True}, place, None, identity.file.purpose)
    made = assembly.cite_place(identity.setting.place)
    if made is not None and made not in assembly.draft(component).evidence:
        assembly.draft(component).evidence.append(made)
