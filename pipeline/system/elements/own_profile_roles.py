"""Roles that are read out of a profile which its owner writes: `user_metadata` of Supabase and Auth0, `unsafeMetadata` of Clerk.

Takes an assembly whose code is linked. Adds a store for the profile, marked `role_as_sent`, with the line that reads the role, where the
program compares a role with a word anywhere; pages that run in a browser only show something by it. What only the service's own key may
write (`app_metadata`, `publicMetadata`) is another profile.
"""

from __future__ import annotations

import re

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.model import AttributeValue
from pipeline.system.program.walking import inside

_OWN = frozenset({"user_metadata", "userMetadata", "unsafe_metadata", "unsafeMetadata", "raw_user_meta_data"})
_ROLE = re.compile(r"(?:user_?)?roles?|is_?(?:admin|superuser|staff|owner)|permissions|plan_?role", re.IGNORECASE)
_COMPARES = frozenset({"==", "!=", "===", "!==", "in", "not in"})
_MOST = 12


def add_own_profile_roles(assembly: Assembly) -> None:
    """The profile whose role is believed, once for a program."""
    found: list[Node] = []
    for file, facts in enumerate(assembly.program.files):
        if facts.purpose != "product" or any(value.text == "use client" for value in facts.values[:_MOST]):
            continue  # what a browser shows by a role, lets nobody in
        if any(value.text in _OWN for value in facts.values):
            found += [(file, one) for one, value in enumerate(facts.values) if value.scope and _reads_role(assembly, (file, one))]
    for node in found if found and _is_compared(assembly) else ():
        cited = assembly.cite(node, "sink", "the role is read out of what a user may write about themselves")
        said: dict[str, AttributeValue] = {"role_as_sent": True, "authenticated": False}
        purpose, symbol = assembly.purpose(node[0]), assembly.symbol(node)
        identity = assembly.drafts.put("data_store", "profile that its owner writes", "data", said, cited, node, purpose, symbol)
        assembly.element_of_call.setdefault(node, identity)


def _reads_role(assembly: Assembly, node: Node) -> bool:
    """Whether a value is the role of such a profile: `metadata.get("role")`, `user.user_metadata.role`, `metadata["role"]`."""
    program, value = assembly.program, assembly.program.value(node)
    if value.kind == "call" and len(value.inputs) > 1:
        callee = program.value((node[0], value.inputs[0]))
        key = program.constant((node[0], value.inputs[1]))
        if callee.kind != "attribute" or callee.text != "get" or not isinstance(key, str) or not _ROLE.fullmatch(key):
            return False
        base = (node[0], callee.inputs[0])
    elif value.kind in ("attribute", "index") and value.inputs and _ROLE.fullmatch(value.text.strip("[]'\"")):
        base = (node[0], value.inputs[0])
    else:
        return False
    return any(program.value(part).text in _OWN for one in (base, *program.origins(base)) for part in inside(program, one, _MOST))


def _is_compared(assembly: Assembly) -> bool:
    """Whether a role decides anything: the program compares one with a word."""
    for facts in assembly.program.files:
        for value in facts.values:
            if value.kind == "operation" and value.text in _COMPARES and len(value.inputs) == 2 and facts.purpose == "product":
                sides = [facts.values[given] for given in value.inputs]
                if any(_ROLE.fullmatch(one.text) for one in sides if one.kind in ("attribute", "name", "index", "parameter")):
                    return True
    return False
