"""`nights.yaml`: the systems of a fleet, each with the release that runs on the first night and the one that runs on the second."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field, model_validator

from evals.yaml_file import read_yaml
from pipeline.system.model import Frozen

NIGHTS = Path(__file__).parent / "nights.yaml"
_PLAIN = r"^[A-Za-z0-9][A-Za-z0-9._+-]*$"
Name = Annotated[str, Field(pattern=_PLAIN)]
Version = Annotated[str, Field(pattern=_PLAIN)]


class NightlySystem(Frozen):
    name: Name
    kind: Literal["pypi", "npm"]
    package: Annotated[str, Field(pattern=r"^(@[a-z0-9-]+/)?[A-Za-z0-9][A-Za-z0-9._-]*$")] = Field(
        default="", description="Its name in the index; default: the name."
    )
    nights: tuple[Version, Version]
    owner: str = Field(description="Invented.")
    criticality: Literal["low", "medium", "high", "critical"] = Field(description="Invented.")
    tags: tuple[str, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _versions_are_text(cls, given: Any) -> Any:  # Any: values of YAML, where 1.10 is a number
        return (
            {**given, "nights": [str(version) for version in given["nights"]]} if isinstance(given, dict) and "nights" in given else given
        )

    def folder(self, night: int) -> str:
        return f"{self.name}-{self.nights[night]}"


class Nights(Frozen):
    deadlines: dict[str, int] = Field(default_factory=dict)
    systems: Annotated[tuple[NightlySystem, ...], Field(min_length=1)]


def read_nights(file: Path = NIGHTS) -> Nights:
    return Nights.model_validate(read_yaml(file))


def fleet_of(nights: Nights, night: int) -> str:
    """The fleet file of one night; each system keeps its history by its name, as its folder is another one each night."""
    systems = [
        {
            "name": system.name, "key": system.name, "path": system.folder(night), "owner": system.owner,
            "criticality": system.criticality, "tags": list(system.tags),
        }
        for system in nights.systems
    ]  # fmt: skip
    return yaml.safe_dump({"name": "packages", "deadlines": nights.deadlines, "systems": systems}, sort_keys=False)
