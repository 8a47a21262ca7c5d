"""What `knowledge/attack_paths.yaml` says: who attacks, what each threat gives them, what is worth having."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from pipeline.system.model import ControlKind, ElementKind, Frozen, SinkRole
from pipeline.system.rules.knowledge_file import KNOWLEDGE, read_knowledge

FILE = KNOWLEDGE / "attack_paths.yaml"
Power = Literal["text", "control"]


class Attacker(Frozen):
    name: str = Field(description="Who it is, as a sentence begins with it.")
    at: tuple[ElementKind, ...] = Field(default=(), description="Where they start; nowhere: only where a finding lets them in.")
    ease: Annotated[int, Field(ge=1, le=5)]
    answered: bool = Field(default=False, description="Whether what the system answers comes back to them.")
    holds: Power = Field(default="text", description="What they hold where they start.")
    has: tuple[ControlKind, ...] = Field(default=(), description="Controls that do not stop them: their ease reckons with them.")


class Prize(Frozen):
    says: str
    worth: Annotated[int, Field(ge=1, le=5)]
    answer: bool = Field(default=False, description="Something has to be read: without an answer there must be a way out.")


class Step(Frozen):
    """What a finding of one threat lets an attacker do."""

    held: Literal["nothing", "text", "control", "any"] = Field(alias="from")
    gives: Literal["text", "control", "keeping"] | None = None
    takes: str | None = Field(default=None, description="Name of a prize; with by_effect, where no effect says more.")
    by_effect: bool = False
    by_role: dict[SinkRole, str] = Field(default_factory=dict)
    where: dict[str, str | bool] = Field(default_factory=dict, description="Attributes the element must have for something to be taken.")
    door: tuple[dict[str, str | bool], ...] = Field(
        default=(), description="Sets of attributes, of which the element has one where somebody can come in; empty: always."
    )
    role: tuple[SinkRole, ...] = Field(default=(), description="Roles of the flow it is taken by; empty: any.")
    who: str | None = Field(default=None, description="Who comes in, where nothing is held before.")
    asset: Literal["element", "end"] = "element"
    to_others: bool = Field(default=False, description="Harms nobody but whoever else is in the session.")
    lets_out: bool = Field(default=False, description="What was read can be sent out by it.")
    through: tuple[str, ...] = Field(default=(), description="Relations that join what is held and what the threat is about.")
    says: str

    @model_validator(mode="after")
    def _comes_from_somebody(self) -> Self:
        if (self.held == "nothing") != (self.who is not None):
            raise ValueError("a step has `who` where, and only where, it is from: nothing")
        if not (self.gives or self.takes or self.by_role):
            raise ValueError("a step gives or takes something")
        return self


class Knowledge(Frozen):
    attackers: dict[str, Attacker]
    prizes: dict[str, Prize]
    effects: dict[str, str] = Field(description="Effect of a tool to prize; the first a tool has counts.")
    steps: dict[str, Step] = Field(description="By slug of the threat.")
    keeps: tuple[ElementKind, ...]
    stops: dict[Power, tuple[ControlKind, ...]] = Field(description="By what the attacker sends along a flow: text, or calls.")

    @model_validator(mode="after")
    def _names_are_known(self) -> Self:
        prizes = {*self.effects.values(), *(p for step in self.steps.values() for p in (*step.by_role.values(), step.takes) if p)}
        attackers = {step.who for step in self.steps.values() if step.who}
        if unknown := sorted((prizes - set(self.prizes)) | (attackers - set(self.attackers))):
            raise ValueError(f"neither a prize nor an attacker: {', '.join(unknown)}")
        return self

    def worst_effect(self, effects: frozenset[str]) -> str | None:
        """The prize of a tool with these effects."""
        return next((prize for effect, prize in self.effects.items() if effect in effects), None)


@lru_cache(maxsize=1)
def load_knowledge() -> Knowledge:
    """What is known of attack paths.

    Raises:
        KnowledgeError: the file cannot be used.
    """
    return read_knowledge(FILE, Knowledge)
