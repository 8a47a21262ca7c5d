"""Values put into the words of a prompt.

Takes a `Prompt`, a value for each of its inputs and the nonce of the request, gives what the model is sent: the system text, which is the
same each time, and the user text. A trusted value goes in as it is. An untrusted one goes in between fences; where it is several texts
(files, passages), each has a fence of its own, so that no file can pretend to be the next. Values are put in once and not looked through
for placeholders.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from prompts.fences import check_nonce, defang, fence
from prompts.loading import PLACEHOLDER, Prompt


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One text of somebody else, under a name that tells it from its neighbours, such as `src/chat.py, lines 10-40`."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Imitation:
    """What a value held that imitates the mark of a fence, as it was written."""

    input: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a model is sent, and which words of ours it was made of."""

    system: str
    user: str
    nonce: str
    imitations: tuple[Imitation, ...]
    name: str
    version: int
    digest: str


def render(prompt: Prompt, values: Mapping[str, str | Sequence[Exhibit]], nonce: str) -> Rendered:
    """The prompt with a value for each of its inputs: a text, or for an untrusted one any number of exhibits.

    A trusted value that imitates a mark is treated as a fault of ours: the imitation is taken out there too, and given back.

    Raises:
        ValueError: the prompt takes no values, one is missing, one is not declared or of the wrong kind, or the nonce is none.
    """
    check_nonce(nonce)
    if not prompt.given:
        raise ValueError(f"prompt {prompt.name} takes no values")
    if set(values) != set(prompt.inputs):
        wrong = ", ".join(sorted(set(values) ^ set(prompt.inputs)))
        raise ValueError(f"prompt {prompt.name} was given too few or too many values: {wrong}")
    put: dict[str, str] = {}
    imitations: list[Imitation] = []
    for name, trust in prompt.inputs.items():
        value = values[name]
        if trust == "untrusted":
            exhibits = (Exhibit(name, value),) if isinstance(value, str) else tuple(value)
            fenced = [(exhibit.label, fence(exhibit.label, exhibit.text, nonce)) for exhibit in exhibits]
            put[name] = "\n\n".join(one.text for _, one in fenced) or "(none)"
            imitations += [Imitation(name, label, text) for label, one in fenced for text in one.imitations]
        elif isinstance(value, str):
            safe = defang(value, nonce)
            put[name] = safe.text
            imitations += [Imitation(name, name, text) for text in safe.imitations]
        else:
            raise ValueError(f"prompt {prompt.name}: only an untrusted input can be exhibits, and {name} is trusted")
    user = PLACEHOLDER.sub(lambda placeholder: put[placeholder[1]], prompt.given)
    return Rendered(prompt.system, user, nonce, tuple(imitations), prompt.name, prompt.version, prompt.digest)
