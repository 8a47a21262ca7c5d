"""What a file about a control of a user's own says: the schema of `DIR/controls/<name>.yaml`.

Where code has the control is said by rules of frameworks (`control: own/<name>`); here stands what it is, which shipped
controls it is one of, and by which sentences documents promise it.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from pipeline.system.model import ElementKind, Frozen, OwnControl, ShippedControl
from pipeline.system.rules.framework import Pattern
from pipeline.system.rules.promises import Promise


class OwnPromise(Frozen):
    """How documents promise the control. Where nothing of the kinds it is about has it, the promise is not kept."""

    phrases: Annotated[
        tuple[Pattern, ...], Field(min_length=1, description="Regular expressions over a lower-cased sentence that promises it.")
    ]
    about: Annotated[tuple[ElementKind, ...], Field(min_length=1, description="Kinds of elements that such a sentence can be about.")]
    words: tuple[Pattern, ...] = Field(default=(), description="Words of prose that mean all elements of these kinds: `agents?`.")


class OwnControlFile(Frozen):
    """A control that shipped knowledge does not have."""

    title: Annotated[str, Field(min_length=10, description="What it does, in one line.")]
    counts_as: tuple[ShippedControl, ...] = Field(
        default=(), description="Shipped controls it is one of: threats that those remove or lower, it removes or lowers too."
    )
    promised: OwnPromise | None = Field(default=None, description="How documents promise it.")

    def promise(self, kind: OwnControl) -> Promise | None:
        """The promise, as those of shipped controls are written; kept by the control itself."""
        given = self.promised
        return None if given is None else Promise(phrases=given.phrases, about=given.about, words=given.words, kept_by=(kind,))
