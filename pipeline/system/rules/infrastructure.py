"""What cloud resources mean, out of `pipeline/knowledge/infrastructure.yaml`: its schema and its questions."""

from __future__ import annotations

import re
from functools import lru_cache

from pydantic import Field

from pipeline.system.model import AttributeValue, ControlKind, ElementKind, Frozen
from pipeline.system.rules.knowledge_file import KNOWLEDGE, read_knowledge

_FILE = KNOWLEDGE / "infrastructure.yaml"


class Says(Frozen):
    """What lines of a resource say."""

    types: tuple[str, ...]
    says: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    together: dict[str, tuple[tuple[str, ...], ...]] = Field(default_factory=dict)
    controls: dict[ControlKind, tuple[str, ...]] = Field(default_factory=dict)


class ResourceRule(Says):
    """A resource that is an element."""

    kind: ElementKind
    product: str
    is_: dict[str, AttributeValue] = Field(default_factory=dict, alias="is")
    unless: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    only_linked: bool = False
    only_with: tuple[str, ...] = Field(default=(), description="An element only where one of these lines is there.")
    image: tuple[str, ...] = Field(default=(), description="Paths of the image it runs.")
    public_by: tuple[str, ...] = Field(default=(), description="Lines by which it has an address that the world may reach.")
    password: tuple[str, ...] = Field(default=(), description="Paths of the password it is made with.")
    ingress_internal: tuple[str, ...] = Field(default=(), description="Lines by which strangers do not reach it.")
    scripts: bool = Field(default=False, description="An element only where a script in it starts a server of models.")


class Addition(Says):
    """A resource that says something of another, which it names."""

    of: tuple[str, ...]


class Tie(Frozen):
    types: tuple[str, ...]
    from_: str = Field(default="", alias="from", description="Where the first end is named; empty: the resource itself.")
    to: str
    kind: str


class DataSource(Frozen):
    types: tuple[str, ...]
    of: tuple[str, ...]
    bucket: tuple[str, ...]
    web: tuple[str, ...]


class Door(Frozen):
    """A way from outside to a function."""

    types: tuple[str, ...]
    of: tuple[str, ...]
    open: str = ""
    closed: str = ""
    unless: str = Field(default="", description="Open where no line fits.")


class Grant(Frozen):
    """A resource that gives an identity a role over much."""

    types: tuple[str, ...]
    role: str
    roles: str
    scope: str = Field(default="", description="Where it is said over what; empty: the type says so.")
    whole: str = Field(default="", description="Scopes that hold everything.")
    groups: tuple[str, ...] = Field(default=(), description="Types of scopes that hold what refers to them.")
    of_pipelines: str = Field(default="", description="Roles over a group that an identity of a pipeline, which deploys, needs.")
    pipelines: str = Field(default="", description="Type by which an identity is a pipeline's.")
    narrowed: tuple[str, ...] = Field(default=(), description="Lines by which it is over a part alone.")
    to: str
    identities: tuple[str, ...]
    judged_with_users: bool = Field(default=True, description="Whether it is told of a known resource itself what it may as an identity.")
    deployers: tuple[str, ...] = Field(default=(), description="Types of what runs a deployment as an identity, and needs such a role.")


class Infrastructure(Frozen):
    resources: tuple[ResourceRule, ...]
    additions: tuple[Addition, ...]
    ties: tuple[Tie, ...]
    sources: tuple[DataSource, ...]
    logs_prompts: tuple[str, ...]
    ai_types: str
    ai_names: str
    holds: dict[str, str]
    made_public: str
    all_rights: tuple[str, ...]
    all_rights_names: str
    wide_rights: tuple[str, ...]
    wide_rights_names: str
    role_paths: str
    grants: tuple[Grant, ...]
    asks_a_model: str
    functions: tuple[str, ...]
    doors: tuple[Door, ...]

    def rule_of(self, resource_type: str) -> ResourceRule | None:
        return next((rule for rule in self.resources if resource_type in rule.types), None)

    def is_ai(self, resource_type: str) -> bool:
        return re.search(self.ai_types, resource_type) is not None

    def names_ai(self, text: str) -> bool:
        return re.search(self.ai_names, text.lower()) is not None

    def held(self, text: str) -> tuple[str, ...]:
        """What a store holds, as far as names say."""
        if self.is_published(text):
            return ()
        return tuple(what for what, pattern in self.holds.items() if re.search(pattern, text.lower()))

    def is_published(self, text: str) -> bool:
        """Whether a name says that what lies there is made to be read by everyone: cards and documentation, pages, a site."""
        return re.search(self.made_public, text.lower()) is not None


@lru_cache(maxsize=1)
def load_infrastructure() -> Infrastructure:
    return read_knowledge(_FILE, Infrastructure)
