"""What a guest can ask for."""

from dataclasses import dataclass
from typing import Final

INTENTS: Final = (
    "blinds.open", "blinds.close", "door.open", "minibar.order", "call.dial", "confirm.yes", "confirm.no", "none",
)
# A unit may do these by itself while the backend is away.
LOCAL_INTENTS: Final = frozenset({"blinds.open", "blinds.close"})


@dataclass(frozen=True)
class Guess:
    intent: str
    score: float
