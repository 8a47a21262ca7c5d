"""What container images are, out of `pipeline/knowledge/images.yaml`: stores, servers of models, and what only stands beside a system."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache

from pydantic import Field

from pipeline.system.model import ElementKind, Frozen
from pipeline.system.rules.framework import Pattern
from pipeline.system.rules.knowledge_file import KNOWLEDGE, read_knowledge

_FILE = KNOWLEDGE / "images.yaml"
_STORES = frozenset({"data_store", "vector_store", "queue"})


class KnownImage(Frozen):
    image: str
    kind: ElementKind
    product: str
    asks: bool = Field(default=True, description="Whether it asks for a login as it is delivered, or cannot start without being told.")
    without: str = Field(default="no password at all", description="What is told where it does not ask.")
    opened_by: dict[str, str] = Field(
        default_factory=dict, description="Variables in small letters, with the value by which nobody is asked."
    )
    closed_by: str = Field(default="", description="Pattern of variables and words of its command by which callers are asked.")


class KnownPage(Frozen):
    """A page for people, by its image: who may use it without a login."""

    image: str
    product: str
    kind: ElementKind = "chat_ui"
    asks: bool = Field(default=False, description="Whether it asks for a login unless it is told not to.")
    opened_by: dict[str, str] = Field(default_factory=dict, description="Variables, with the value by which nobody is asked.")
    opened_by_words: str = Field(default="", description="Pattern of the words of its command by which nobody is asked.")
    closed_by: tuple[str, ...] = Field(default=(), description="Variables and words by which callers are asked.")


class KnownConsole(Frozen):
    """What administers a system or a store, by what a composition's service is made of; all that is given has to fit."""

    product: str
    kind: ElementKind
    image: Pattern | None = None
    variables: Pattern | None = Field(default=None, description="Names of its variables that tell as well as its image does.")
    command: Pattern | None = Field(default=None, description="What it is started with; the same image may do other work.")
    asks: bool = Field(default=True, description="Whether it asks for a login that is nobody's until it is made.")
    without: str = Field(default="", description="What is told where it does not ask.")
    closed_by: Pattern | None = Field(default=None, description="Variables, words of its command and mounted files by which it asks.")
    opened_by: Pattern | None = Field(default=None, description="Variables by which whoever comes is signed in.")
    governing: str = Field(default="", description="A variable that makes whoever comes its administrator, where it says so.")
    passwords: Pattern | None = Field(
        default=None, description="Variables of any service beside it that hold its administrator's password."
    )
    creates: str = Field(default="", description="The program by whose commands its administrators are made.")
    measures: bool = Field(default=False, description="It shows figures, and changes nothing of what it measures.")


class KnownBuilt(Frozen):
    """A store that an image of the tree is built to be."""

    product: str
    kind: ElementKind
    programs: Pattern | None = Field(default=None, description="What its commands say where its base does not tell.")
    passwords: Pattern = Field(description="Variables that hold its administrator's password.")


class _Images(Frozen):
    known: tuple[KnownImage, ...]
    built: tuple[KnownBuilt, ...]
    consoles: tuple[KnownConsole, ...]
    pages: tuple[KnownPage, ...]
    unprivileged: str
    apart: str
    in_front: str
    beside_a_store: str
    official: str


@lru_cache(maxsize=1)
def _images() -> _Images:
    return read_knowledge(_FILE, _Images)


@lru_cache(maxsize=1)
def _apart() -> re.Pattern[str]:
    return re.compile(re.sub(r"\s+", "", _images().apart))


@lru_cache(maxsize=1)
def _unprivileged() -> re.Pattern[str]:
    return re.compile(re.sub(r"\s+", "", _images().unprivileged))


@lru_cache(maxsize=1)
def _in_front() -> re.Pattern[str]:
    return re.compile(re.sub(r"\s+", "", _images().in_front))


@lru_cache(maxsize=1)
def _beside_a_store() -> re.Pattern[str]:
    return re.compile(re.sub(r"\s+", "", _images().beside_a_store))


@lru_cache(maxsize=1)
def _official() -> re.Pattern[str]:
    return re.compile(re.sub(r"\s+", "", _images().official))


def known_image(reference: str) -> KnownImage | None:
    """What an image is, as far as its name says: by a word that begins there, since `chatollama` is no `ollama`.

    The owner of an image says nothing of it: of `weaviate/transformers-inference` the last part counts.
    """
    name = reference.split("@")[0].lower()
    last = name.rsplit("/", 1)[-1]
    found = next((known for known in _images().known if _begins(known.image).search(name if "/" in known.image else last)), None)
    if found is None:
        return None
    image = last.partition(":")[0]
    if found.kind == "inference_server":
        return None if _in_front().search(image) else found
    around = image.replace(found.image, "", 1) if found.kind in _STORES else ""
    return None if _beside_a_store().search(around) else found


@cache
def _begins(image: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z0-9]){re.escape(image)}")


def known_built(bases: Iterable[str], commands: Sequence[str]) -> KnownBuilt | None:
    """The store that an image is built to be, by what it stands on and what it is built with."""
    products = {known.product for base in bases if (known := known_image(base)) is not None}
    for built in _images().built:
        by_command = built.programs is not None and any(re.search(built.programs, command[:20_000]) for command in commands)
        if built.product in products or by_command:
            return built
    return None


def passwords_of(reference: str) -> re.Pattern[str] | None:
    """Variables by which an image of a store is told its administrator's password."""
    known = known_image(reference)
    built = next((one for one in _images().built if known is not None and one.product == known.product), None)
    return re.compile(built.passwords) if built is not None else None


def known_page(reference: str) -> KnownPage | None:
    """The page for people that an image is, as far as its name says."""
    name = reference.split("@")[0].lower()
    return next((page for page in _images().pages if re.search(page.image, name)), None)


def known_console(reference: str, command: str, variables: Iterable[str]) -> KnownConsole | None:
    """The console that a service is, by its image or its variables, and by its command where the image does other work as well."""
    name, names = reference.split("@")[0].lower(), tuple(variables)
    for console in _images().consoles:
        by_image = console.image is not None and re.search(console.image, name)
        by_names = console.variables is not None and any(re.search(console.variables, one) for one in names)
        told = by_image or by_names or (console.image is None and console.variables is None)
        if told and (console.command is None or re.search(console.command, command)):
            return console
    return None


def stands_apart(reference: str) -> bool:
    """Whether an image is one of the cluster's own parts, which hold neither models nor agents."""
    return _apart().search(reference.split("@")[0].lower()) is not None


def runs_unprivileged(reference: str) -> bool:
    """Whether what is built on an image runs as somebody else than root unless a file says otherwise."""
    return _unprivileged().search(reference.split("@")[0].lower()) is not None


def is_only_here(reference: str) -> bool:
    """Whether no public registry has an image of this name: it has no owner and is none of the official ones, so it was built here."""
    name = reference.split("@")[0].partition(":")[0].lower()
    return bool(name) and "/" not in name and "$" not in name and _official().fullmatch(name) is None
