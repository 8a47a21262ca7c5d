"""Names that imitate well-known ones: `knowledge/popular_names.yaml`, and how a name is held against it.

Takes the name of a package or of a model, gives the well-known one it is a slip away from: two letters swapped, one missing, doubled
or replaced, separators moved; of npm also the scope misspelt or written without its at sign, of models the owner. Nothing is asked of
an index: that a name exists, and whose it is, is not known.
"""

from __future__ import annotations

from functools import lru_cache

from pydantic import Field
from rapidfuzz.distance import DamerauLevenshtein

from pipeline.system.assembly import Assembly
from pipeline.system.deployment.deployment import normal
from pipeline.system.model import ElementKind, Frozen
from pipeline.system.rules.knowledge_file import KNOWLEDGE, read_knowledge

_FILE = KNOWLEDGE / "popular_names.yaml"
_SHORTEST = 6  # characters: too many honest names shorter than that are one slip apart
_SHORTEST_SCOPE = 5
_LONG = 12  # of a name that long nobody else has the plural by chance
_LOADED: frozenset[ElementKind] = frozenset({"model_registry", "embedding_model", "local_llm", "ml_model", "dataset"})


class PopularNames(Frozen):
    packages: dict[str, tuple[str, ...]] = Field(description="By ecosystem.")
    neighbours: tuple[str, ...] = Field(description="Packages of their own that are near a popular one.")
    hub_owners: tuple[str, ...] = Field(description="Owners of models on the Hugging Face Hub.")
    hub_neighbours: tuple[str, ...]


@lru_cache(maxsize=1)
def load_popular_names() -> PopularNames:
    return read_knowledge(_FILE, PopularNames)


@lru_cache(maxsize=1 << 14)
def look_alike_package(name: str, ecosystem: str) -> str | None:
    """The popular package of an ecosystem that a name imitates; None where it is fine, or nothing is known of the ecosystem."""
    known = load_popular_names()
    popular = known.packages.get(ecosystem, ())
    name = name.lower() if ecosystem == "npm" else normal(name)  # in npm `discord.js` and `discord-js` are two packages
    if name in popular or name in known.neighbours:
        return None
    if ecosystem == "npm":
        return _confused_scope(name, popular) or (None if name.startswith("@") else _slip(name, popular))
    return _moved(name, popular) or _slip(name, popular)


def look_alike_owner(model: str) -> str | None:
    """The owner whom the owner of `owner/model` imitates."""
    owner, slash, rest = model.partition("/")
    known = load_popular_names()
    lowered = owner.lower()
    if not slash or not rest or "/" in rest or lowered in {name.lower() for name in (*known.hub_owners, *known.hub_neighbours)}:
        return None
    owners = {name.lower(): name for name in known.hub_owners}
    found = _moved(lowered, tuple(owners)) or _slip(lowered, tuple(owners), _SHORTEST_SCOPE)
    return owners[found] if found is not None else None


def mark_look_alike_models(assembly: Assembly) -> None:
    """Models and data of the hub whose owner is a slip away from a well-known one."""
    for draft in assembly.drafts.by_id.values():
        if draft.kind in _LOADED and draft.attributes.get("source") == "hub" and draft.attributes.get("local_path") is not True:
            alike = look_alike_owner(str(draft.attributes.get("model") or draft.name))
            if alike is not None:
                draft.attributes["lookalike_of"] = alike


def _slip(name: str, popular: tuple[str, ...], shortest: int = _SHORTEST) -> str | None:
    """The first popular name that is one edit away; another version, or the plural of a short word, is none."""
    if len(name) < shortest:
        return None
    for other in popular:
        if len(other) < shortest or abs(len(name) - len(other)) > 1 or other.startswith("@"):
            continue
        if DamerauLevenshtein.distance(name, other, score_cutoff=1) == 1 and not _related(name, other):
            return other
    return None


def _related(name: str, other: str) -> bool:
    if name.rstrip("0123456789") == other.rstrip("0123456789"):
        return True
    return min(len(name), len(other)) < _LONG and (name == f"{other}s" or other == f"{name}s")


def _moved(name: str, popular: tuple[str, ...]) -> str | None:
    """The popular name with its separators elsewhere: `langchainopenai` for `langchain-openai`."""
    joined = _joined(name)
    return next((other for other in popular if len(other) >= _SHORTEST and _joined(other) == joined), None)


def _joined(name: str) -> str:
    return name.replace("-", "").replace("_", "").replace(".", "")


def _confused_scope(name: str, popular: tuple[str, ...]) -> str | None:
    """`@langchian/core` and `langchain-core` for `@langchain/core`."""
    scoped = [other for other in popular if other.startswith("@")]
    if not name.startswith("@"):
        return next((other for other in scoped if other[1:].replace("/", "-") == name), None)
    scope, _, rest = name.partition("/")
    scopes = {other.partition("/")[0] for other in scoped}
    if scope in scopes or len(scope) <= _SHORTEST_SCOPE:
        return None
    for other in scoped:
        near, _, same = other.partition("/")
        if rest == same and DamerauLevenshtein.distance(scope, near, score_cutoff=1) == 1:
            return other
    return None
