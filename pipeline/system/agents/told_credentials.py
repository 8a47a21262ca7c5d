"""Parameters of tools that hold a credential: `password`, `sudo_password`, `privateKey`. Whoever wants the tool used tells it to the model.

Takes an assembly, a tool and the positions that a model fills; gives `secret_parameter`. What only says something of a credential (where
its file lies, whether one is shown, how long it is) is none, and a `token` may be anything.
"""

from __future__ import annotations

from collections.abc import Collection

from ingest.code.program import FunctionRef
from pipeline.system.assembly import Assembly
from pipeline.system.rules.words import words_of

_ALONE = frozenset({"password", "passwd", "passphrase", "pwd"})
_PAIRS = frozenset({("private", "key"), ("api", "key"), ("secret", "key"), ("client", "secret"), ("secret", "access", "key")})
# What stands before a credential that is not told: a truth about it, or one that is hashed.
_ABOUT = frozenset(
    {
        "show",
        "include",
        "reset",
        "require",
        "requires",
        "has",
        "is",
        "no",
        "generate",
        "use",
        "hashed",
        "encrypted",
        "with",
        "public",
        "ask",
        "change",
    }
)


def add_told_credentials(assembly: Assembly, reference: FunctionRef, identity: str, given: Collection[int]) -> None:
    """Gives a tool the first parameter that a credential has to be written into."""
    if reference in assembly.parts:
        return  # which of the tools that share the function takes it is not told apart
    program = assembly.program
    for position, parameter in enumerate(program.function(reference).parameters):
        if given and position not in given:
            continue
        if any(source.label in ("identity", "secret_value") for source in assembly.sources.get((reference[0], parameter.value), ())):
            continue
        for name in program.parts_read(reference[0], parameter):
            if _is_a_credential(name):
                draft = assembly.draft(identity)
                draft.attributes["secret_parameter"] = name
                return


def _is_a_credential(name: str) -> bool:
    words = tuple(words_of(name))
    ends = bool(words) and (words[-1] in _ALONE or words[-2:] in _PAIRS or words[-3:] in _PAIRS)
    return ends and words[0] not in _ABOUT
