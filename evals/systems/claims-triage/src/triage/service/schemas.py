from __future__ import annotations

from typing import Any, Literal, TypeVar

import cattrs
from attrs import field, frozen, validators
from flask import abort, request

T = TypeVar("T")


@frozen
class ScoreRequest:
    facts: dict[str, Any] = field(factory=dict)


@frozen
class WhatIf:
    variants: list[dict[str, Any]] = field(factory=list)


@frozen
class Outcome:
    outcome: Literal["genuine", "staged", "inflated"]
    note: str = field(default="", validator=validators.max_len(2_000))


@frozen
class DeskDecision:
    outcome: Literal["genuine", "fraud", "inflated"]
    note: str = field(default="", validator=validators.max_len(4_000))
    damage: dict[str, str] = field(factory=dict)


@frozen
class Links:
    links: list[str] = field(validator=validators.max_len(20))


def body(kind: type[T]) -> T:
    try:
        return cattrs.structure(request.get_json(force=True), kind)
    except (cattrs.BaseValidationError, ValueError, TypeError):
        abort(422)
