"""Clients of Go that check no certificate: `http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}`.

Takes an assembly whose elements are known. What is asked through such a client has `tls_verification: false`, with the setting as its first
evidence. A function that speaks of the matter elsewhere (`if cfg.Insecure`) leaves it to a setting and is left alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.program.arguments import entry_of
from pipeline.system.rules.words import words_of

_CONFIG = "go:crypto/tls.Config"
_SWITCH = "InsecureSkipVerify"
_ASKED = (
    "go:net/http.Client.Do",
    "go:net/http.Client.Get",
    "go:net/http.Client.Post",
    "go:net/http.Client.PostForm",
    "go:net/http.Client.Head",
)
_SETTINGS = frozenset({"insecure", "skip", "verify", "unverified", "selfsigned"})


def mark_unchecked_go(assembly: Assembly) -> None:
    """Marks what is asked without a check of certificates."""
    for file, facts in enumerate(assembly.program.files):
        if facts.language != "go" or not any(_SWITCH in value.labels for value in facts.values):
            continue
        for made in sorted(set(_clients(assembly, file))):
            _mark(assembly, made)


def _clients(assembly: Assembly, file: int) -> Iterator[Node]:
    """Constructions of a client in a file, whose transport switches the check off for good."""
    program = assembly.program
    for identity, value in enumerate(program.files[file].values):
        if value.kind == "call" and "Transport" in value.labels and "go:net/http.Client" in program.callee_names((file, identity)):
            transport = entry_of(program, (file, identity), "Transport")
            config = entry_of(program, transport, "TLSClientConfig") if transport is not None else None
            switch = entry_of(program, config, _SWITCH) if config is not None else None
            if switch is not None and program.constant(switch) is True and not _is_a_setting(assembly, switch):
                yield (file, identity)


def _is_a_setting(assembly: Assembly, switch: Node) -> bool:
    """Whether the function around speaks of the check elsewhere: it is off where somebody says so."""
    facts = assembly.program.files[switch[0]]
    scope = facts.values[switch[1]].scope
    if scope == 0:
        return False
    said = [
        facts.functions[scope].name,
        *(v.text for v in facts.values if v.scope == scope and v.kind in ("name", "attribute", "parameter")),
    ]
    return any(_SETTINGS.intersection(words_of(text)) for text in said)


def _mark(assembly: Assembly, made: Node) -> None:
    program = assembly.program
    place = assembly.cite(made, "step", "certificates are not checked")
    for file, facts in enumerate(program.files):
        for identity, value in enumerate(facts.values if facts.language == "go" else ()):
            call = (file, identity)
            if value.kind != "call" or not any(name in _ASKED for name in program.callee_names(call)):
                continue
            callee = facts.values[value.inputs[0]]
            if callee.kind != "attribute" or made not in program.origins((file, callee.inputs[0])):
                continue
            asked = [call, *(request for given in value.inputs[1:2] for request in _requests(assembly, (file, given)))]
            for element in dict.fromkeys(assembly.element_of_call[one] for one in asked if one in assembly.element_of_call):
                draft = assembly.draft(element)
                if draft.kind in ("external_service", "mcp_client", "hosted_llm") and place is not None:
                    draft.attributes |= {"tls_verification": False, "unchecked_by": f"{place.path}:{_around(assembly, made)}"}
                    draft.evidence.insert(0, place)


def _around(assembly: Assembly, made: Node) -> str:
    """The function or the variable of a package that a client is made in: what the finding is about, wherever its lines move."""
    facts = assembly.program.files[made[0]]
    scope = facts.values[made[1]].scope
    if scope:
        return facts.functions[scope].qualified_name
    names = (name for name, values in facts.variables.items() if made[1] in values)
    return min(names, default="")


def _requests(assembly: Assembly, node: Node) -> Iterator[Node]:
    """The calls that made a request, which is the first of two things they give: `request, err := http.NewRequest(...)`."""
    program = assembly.program
    for origin in program.origins(node):
        value = program.value(origin)
        yield origin
        if value.kind == "index":
            yield from program.origins((origin[0], value.inputs[0]))
