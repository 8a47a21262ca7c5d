"""Companies that data goes to, by the words of documents: `knowledge/parties.yaml`, and what of it a text or a host names.

Takes a text, gives the companies it names; takes a host, gives whose it is. "Azure OpenAI" is one name, of who runs the models there.
"""

from __future__ import annotations

import re
from functools import lru_cache

from pydantic import Field

from pipeline.system.model import Frozen
from pipeline.system.rules.knowledge_file import KNOWLEDGE, read_knowledge

_FILE = KNOWLEDGE / "parties.yaml"


class Party(Frozen):
    says: tuple[str, ...]
    providers: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    types: tuple[str, ...] = Field(default=(), description="How the qualified names of classes begin that stand for its models.")
    sells_as: str = Field(default="", description="A regular expression over lines that speak of models of others which it runs.")
    addressed_by: str = Field(default="", description="A regular expression over variables that its library takes another address from.")
    elsewhere: str = Field(default="", description="A regular expression over lines that have its product run at an address of one's own.")
    runs_models: bool = Field(default=False, description="It is asked for replies or embeddings.")


class Parties(Frozen):
    parties: dict[str, Party]
    resold: dict[str, tuple[str, ...]]
    one_name: dict[str, str] = Field(default_factory=dict, description="Names of two words that are one company's: how it is read.")
    open_weights: str = Field(description="A regular expression over names of models whose weights anybody may run.")
    serve_their_own: tuple[str, ...] = Field(description="Companies whose own addresses answer with their own models alone.")
    local: tuple[str, ...]


@lru_cache(maxsize=1)
def load_parties() -> Parties:
    return read_knowledge(_FILE, Parties)


@lru_cache(maxsize=1)
def _words() -> dict[str, re.Pattern[str]]:
    return {
        name: re.compile(rf"(?<![A-Za-z])(?:{'|'.join(map(re.escape, party.says))})(?![A-Za-z])", re.IGNORECASE)
        for name, party in load_parties().parties.items()
    }


@lru_cache(maxsize=1)
def _one_name() -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Za-z])(?:{'|'.join(map(re.escape, load_parties().one_name))})(?![A-Za-z])", re.IGNORECASE)


@lru_cache(maxsize=1)
def _local() -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Za-z])(?:{'|'.join(map(re.escape, load_parties().local))})(?![A-Za-z])", re.IGNORECASE)


def named_parties(text: str) -> frozenset[str]:
    """Companies that a text names."""
    read = _one_name().sub(lambda found: load_parties().one_name[found[0].lower()], text)
    return frozenset(name for name, pattern in _words().items() if pattern.search(read))


def names_local_way(text: str) -> bool:
    """Whether a text names a way to run models where the data is."""
    return _local().search(text) is not None


def is_among(party: str, named: frozenset[str], itself: bool = False) -> bool:
    """Whether a company is one of those named, or its models are sold by one of them or the other way round.

    Who is asked `itself` is not asked at one of those who sell its models: "Azure OpenAI only" does not name OpenAI's own address.
    """
    resold = load_parties().resold
    sold = not itself and bool({*resold.get(party, ())} & named)
    return party in named or sold or any(party in resold.get(other, ()) for other in named)


def of_host(host: str) -> str | None:
    """The company that a host belongs to."""
    return next(
        (name for name, party in load_parties().parties.items() if any(host == end or host.endswith(f".{end}") for end in party.hosts)),
        None,
    )
