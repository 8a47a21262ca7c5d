"""What is not sent, and what is not taken: errors of the way out, each of which knows the failure it is.

- `Refusal`: the root of both, and an `UnansweredError`.
  - `NotSent`: the request did not leave the machine, and would not another time: to ask again is of no use.
  - `NotTaken`: the reply was cut off, for it was too long, led elsewhere or was packed. One that takes too long is
    the time-out of the HTTP library, which all know.

None of them holds a word of the request, of the reply or of a key. Libraries that ask models may wrap them: `refusal_in` finds them.
"""

from __future__ import annotations

from typing import Literal

from pipeline.agent.failures import UnansweredError

Why = Literal["too long", "redirect", "packed"]


class Refusal(UnansweredError):
    """Something did not pass the way out, or back in."""


class NotSent(Refusal):
    """The request did not leave the machine."""

    def __init__(self, said: str) -> None:
        super().__init__("rejected", said, retry=False)


class NotTaken(Refusal):
    """The reply was not read to its end."""

    def __init__(self, said: str, why: Why) -> None:
        super().__init__("rejected" if why == "redirect" else "malformed", said, retry=why == "too long")
        self.why = why


def refusal_in(failure: BaseException) -> Refusal | None:
    """The refusal that a failure is, or was raised from."""
    seen: set[int] = set()
    at: BaseException | None = failure
    while at is not None and id(at) not in seen:
        if isinstance(at, Refusal):
            return at
        seen.add(id(at))
        at = at.__cause__ or at.__context__
    return None
