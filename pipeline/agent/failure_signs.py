"""How failures of a model's endpoint are told from each other: `pipeline/knowledge/failures.yaml`, validated. It decides nothing."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from pipeline.system.rules.knowledge_file import KNOWLEDGE, read_knowledge

Kind = Literal[
    "rate", "server", "timeout", "connection", "too_long", "refused", "filtered", "truncated", "malformed",
    "auth", "not_found", "rejected", "bug",
]  # fmt: skip


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Meaning(_Frozen):
    """What a kind of failure is to whoever scans."""

    retry: bool = Field(description="Whether the same request may be answered when it is asked again.")
    said: str = Field(description="A clause that an error line begins with.", max_length=120)


class Sign(_Frozen):
    """What one mark of an error means; a kind alone may be written as its name."""

    kind: Kind
    retry: bool | None = Field(default=None, description="Where it differs from the kind's own.")
    said: str | None = Field(default=None, description="Where more is known than the kind.", max_length=120)


def _named(value: object) -> object:
    return {"kind": value} if isinstance(value, str) else value


SignOrKind = Annotated[Sign, BeforeValidator(_named)]


class FailureSigns(_Frozen):
    kinds: dict[Kind, Meaning]
    codes: dict[str, SignOrKind] = Field(description="Codes and types inside of an error's body, in lower case.")
    words: dict[Kind, tuple[str, ...]] = Field(description="Words of an error's text, in lower case.")
    statuses: dict[int, SignOrKind]
    types: dict[str, SignOrKind] = Field(description="Codes and types that count where there is no status.")
    classes: dict[str, SignOrKind] = Field(description="Exceptions by package and name; a package's later major in its name is left out.")
    causes: dict[str, SignOrKind] = Field(description="Exceptions that say more than what they caused.")
    endings: dict[str, SignOrKind] = Field(description="Why a model stopped, in lower case; what is not listed is a good end.")


@cache
def load_failure_signs() -> FailureSigns:
    return read_knowledge(KNOWLEDGE / "failures.yaml", FailureSigns)
