"""What functions that ask who calls are named, and where a function ends because nobody came of a credential.

Takes an assembly and a function, gives the call that asked: `const user = await auth(context.token); if (!user) return null`. What the
function that was asked does inside is not looked at: a credential goes in, and nobody may come out.
"""

from __future__ import annotations

import re

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.controls.guards import parts
from pipeline.system.rules.words import words_of

AUTH_NAME = re.compile(
    r"(^|_)(auth(?!or(s|ed|ing|_|$))\w*|current_user|current_\w*user|login_required|require_\w+|verify_\w*(token|key|jwt|session|signature)|"
    r"api_key\w*|check_(token|key|auth)\w*|get_(session_)?user|get_principal|get_identity|resolve_user|resolve_identity|logged_in)($|_)",
    re.IGNORECASE,
)
CREDENTIAL = re.compile(r"token|auth|secret|password|credential|api_?key|jwt|session", re.I)


def snake(name: str) -> str:
    """`requireUser` -> `require_user`: names are told by their words in every language."""
    return "_".join(words_of(name))


def leaves_unknown(assembly: Assembly, reference: FunctionRef) -> Node | None:
    """The call that was given a credential and named nobody, where the function leaves for that."""
    program, facts = assembly.program, assembly.program.files[reference[0]]
    for branch in facts.branches:
        test = facts.values[branch.condition]
        if branch.scope != reference[1] or branch.exits_when != "holds" or test.kind != "operation" or test.text not in ("not", "!"):
            continue
        for part in parts(assembly, (reference[0], test.inputs[0])):
            value = program.value(part)
            if value.kind != "call" or value.scope != reference[1] or len(value.inputs) < 2:
                continue
            given = [program.value((part[0], one)).text for one in value.inputs[1:]]
            named = program.value((part[0], value.inputs[0])).text
            if any(CREDENTIAL.search(text) for text in given) and AUTH_NAME.search(snake(named)):
                return part
    return None
