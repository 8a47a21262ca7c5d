"""What files of own knowledge say where they say more than shipped ones: what is replaced, and which severities are set."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from pipeline.system.model import Frozen
from pipeline.system.rules.framework import Framework
from pipeline.threats.schema import Threat

SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"


class OwnThreatFile(Threat):
    """A threat of one's own: `DIR/threats/<slug>.yaml`. Its slug is the name of the file."""

    slug: Annotated[str, Field(pattern=SLUG, description="The name of the file; may be left out.")]
    replaces: str = Field(default="", description="Slug of a known threat that this one stands in the place of.")

    def threat(self) -> Threat:
        """The threat as the catalog has it: what it replaces is a former name of it."""
        given = {name: getattr(self, name) for name in Threat.model_fields}
        former = (self.replaces,) if self.replaces and self.replaces != self.slug else ()
        return Threat.model_construct(**{**given, "aliases": (*self.aliases, *former)})


class OwnFrameworkFile(Framework):
    """A framework of one's own: `DIR/frameworks/<name>.yaml`."""

    replaces: str = Field(default="", description="Name of a known framework file that this one stands in the place of.")

    def framework(self) -> Framework:
        return Framework.model_construct(**{name: getattr(self, name) for name in Framework.model_fields})


class Adjustment(Frozen):
    """What is set of one threat, and why."""

    likelihood: Annotated[int, Field(ge=1, le=5)] | None = Field(default=None, description="Where its likelihood starts.")
    impact: Annotated[int, Field(ge=1, le=5)] | None = Field(default=None, description="Where its impact starts.")
    switched_off: bool = Field(default=False, description="It is looked for and counted, but not reported; reports say how often and why.")
    reason: Annotated[str, Field(min_length=10, description="Why; stands in every report.")]

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.switched_off == (self.likelihood is not None or self.impact is not None):
            raise ValueError("an adjustment sets likelihood, impact or both, or says `switched_off: true`")
        return self


class SeveritiesFile(Frozen):
    """Where threats start, as a user or an organisation sees it: `DIR/severities.yaml`."""

    severities: dict[str, Adjustment] = Field(description="Slug of a threat -> what is set of it.")
