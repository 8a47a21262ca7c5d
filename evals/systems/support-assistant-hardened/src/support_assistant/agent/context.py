"""What a tool knows about the session it works for. It comes from the signed cookie, never from the model."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SessionContext:
    customer_id: int
    email: str
    conversation_id: int
