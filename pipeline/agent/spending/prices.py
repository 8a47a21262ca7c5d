"""What models cost: `knowledge/prices.yaml`, and what somebody says of a model that is not in it.

Prices are per million tokens. A price is given only for a name that stands in the file, asked at the provider's own host: names of
snapshots, of deployments and of other hosts' models are not guessed from what they look like. What is unknown is None, and said so.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from functools import lru_cache

from pydantic import Field

from ingest.errors import UnusableInput
from pipeline.agent.spending.limits import CURRENCY
from pipeline.system.model import Frozen
from pipeline.system.rules.knowledge_file import KNOWLEDGE, read_knowledge

_FILE = KNOWLEDGE / "prices.yaml"
_MILLION = 1_000_000
_SAID = re.compile(r"\s*([0-9]{1,6}(?:\.[0-9]{1,6})?)\s*/\s*([0-9]{1,6}(?:\.[0-9]{1,6})?)\s*")


class Rates(Frozen):
    """Money for a million tokens."""

    input: Decimal = Field(ge=0)
    output: Decimal = Field(ge=0)
    cached: Decimal | None = Field(default=None, ge=0, description="Of input that the provider had kept; as all other input if not given.")
    written: Decimal | None = Field(default=None, ge=0, description="Of input that the provider is asked to keep.")

    def of(self, input_tokens: int, output_tokens: int, cached_tokens: int = 0, written_tokens: int = 0) -> Decimal:
        """What so many tokens cost; those cached and those written are among the input."""
        cached = self.input if self.cached is None else self.cached
        written = self.input if self.written is None else self.written
        plain = input_tokens - cached_tokens - written_tokens
        return (plain * self.input + cached_tokens * cached + written_tokens * written + output_tokens * self.output) / _MILLION

    def most(self, input_tokens: int, output_tokens: int) -> Decimal:
        """What so many tokens cost at most, however much of them is kept."""
        dearest = max(self.input, self.written or self.input, self.cached or self.input)
        return (input_tokens * dearest + output_tokens * self.output) / _MILLION


class LongRates(Rates):
    """Other prices for a whole request, once its input is long."""

    above: int = Field(gt=0, description="Input tokens from which on these hold.")


class Price(Frozen):
    """What a model costs, since when that is known, and from where."""

    rates: Rates
    long: LongRates | None = None
    currency: str = CURRENCY
    as_of: date | None = Field(default=None, description="The day it was looked up.")
    source: str = Field(description="The address of the list, or who said it.")

    def cost(self, input_tokens: int, output_tokens: int, cached_tokens: int = 0, written_tokens: int = 0) -> Decimal:
        """What a reply cost."""
        return self._rates(input_tokens).of(input_tokens, output_tokens, cached_tokens, written_tokens)

    def most(self, input_tokens: int, output_tokens: int) -> Decimal:
        """What a reply costs at most."""
        plain = self.rates.most(input_tokens, output_tokens)
        return plain if self.long is None or input_tokens <= self.long.above else max(plain, self.long.most(input_tokens, output_tokens))

    def _rates(self, input_tokens: int) -> Rates:
        return self.long if self.long is not None and input_tokens > self.long.above else self.rates


class KnownPrice(Rates):
    """The price of one model under all names that were found for it."""

    names: tuple[str, ...] = Field(min_length=1)
    long: LongRates | None = None
    since: date | None = Field(default=None, description="The first day.")
    until: date | None = Field(default=None, description="The last day.")

    def holds(self, on: date) -> bool:
        return (self.since is None or self.since <= on) and (self.until is None or on <= self.until)


class PriceList(Frozen):
    """The prices of one provider."""

    provider: str
    host: str = Field(description="Where these prices hold.")
    source: str = Field(pattern=r"^https://")
    models: tuple[KnownPrice, ...]


class Prices(Frozen):
    as_of: date = Field(description="The day they were looked up.")
    lists: tuple[PriceList, ...]


@lru_cache(maxsize=1)
def load_prices() -> Prices:
    return read_knowledge(_FILE, Prices)


LOCAL = Price(rates=Rates(input=Decimal(0), output=Decimal(0)), source="a model on this machine")


def price_of(provider: str, model: str, *, on: date, host: str | None = None, local: bool = False) -> Price | None:
    """The price of a model on a day, None where it is not known; `host` is where it is asked, if that is not the provider's own."""
    if local:
        return LOCAL
    prices = load_prices()
    for one in prices.lists:
        if one.provider != provider or (host is not None and host.partition(":")[0].lower() != one.host):
            continue
        for known in one.models:
            if model in known.names and known.holds(on):
                rates = Rates(input=known.input, output=known.output, cached=known.cached, written=known.written)
                return Price(rates=rates, long=known.long, as_of=prices.as_of, source=one.source)
    return None


def price_named(text: str, where: str = "llm_price") -> Price:
    """The price that somebody says: `IN/OUT`, dollars for a million tokens.

    Raises:
        UnusableInput: the text says none.
    """
    found = _SAID.fullmatch(text)
    if found is None:
        shown = ascii(text) if len(text) <= 60 else f"{text[:59]!a}..."
        raise UnusableInput(f"the price {shown} is none", where, f"write IN/OUT, {CURRENCY} for a million tokens, such as 1.25/10")
    return Price(rates=Rates(input=Decimal(found[1]), output=Decimal(found[2])), source="the settings")
