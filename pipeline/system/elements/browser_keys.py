"""Keys of models that are built into what every visitor's browser loads.

Takes an assembly whose elements are known, marks hosted models whose key is read from a variable that bundlers write into the page
(`VITE_`, `NEXT_PUBLIC_` and their like). Files that run on the server alone are left out, and so are keys that a visitor brings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.program.arguments import argument_node

_MODELS = frozenset({"hosted_llm", "embedding_model"})
# What the documentation of Vite, Next.js, Create React App, Expo, Nuxt, Gatsby and SvelteKit says is put into the bundle.
_PUBLIC = re.compile(r"(VITE|NEXT_PUBLIC|REACT_APP|EXPO_PUBLIC|NUXT_PUBLIC|GATSBY|PUBLIC)_\w*(KEY|TOKEN|SECRET)\w*")
_ON_SERVER = re.compile(
    r"(^|/)(app|pages)/(.*/)?api/|(^|/)(server|functions)/|(^|/)route\.[jt]sx?$|\+(page\.|layout\.)?server\.[jt]s$|\.server\.[jt]sx?$"
)
_KEY = "apiKey|api_key|headers.Authorization|headers.authorization|headers.x-api-key|headers.api-key|headers.x-goog-api-key"
_MAX_PARTS = 80


def mark_browser_keys(assembly: Assembly) -> None:
    """Marks models that are asked with a key from the bundle, with the line that reads it."""
    for _identity, draft in sorted(assembly.drafts.by_id.items()):
        if draft.kind not in _MODELS:
            continue
        for read in (read for node in list(draft.nodes) for read in _public_reads(assembly, node)):
            draft.attributes["key_in_browser"] = True
            evidence = assembly.cite(read, "sink", "the bundler writes the value into the page")
            if evidence is not None and not any((e.path, e.start_line) == (evidence.path, evidence.start_line) for e in draft.evidence):
                draft.evidence.insert(0, evidence)
            break


def _public_reads(assembly: Assembly, node: Node) -> Iterator[Node]:
    """Reads of public variables that are the key of a call of a model, or of the client it is asked through."""
    program = assembly.program
    queue, seen = list(_keys(assembly, node)), set[Node]()
    while queue and len(seen) < _MAX_PARTS:
        current = queue.pop(0)
        if current in seen:
            continue
        seen.add(current)
        value = program.value(current)
        if value.kind in ("attribute", "index") and _PUBLIC.fullmatch(value.text):
            if not _runs_on_server(assembly, current[0]):
                yield current
            continue
        if value.kind in ("format", "choice", "operation"):
            queue += [(current[0], given) for given in value.inputs]
        queue += [origin for origin in program.origins(current) if origin != current]


def _keys(assembly: Assembly, node: Node) -> Iterator[Node]:
    """What a call, or a construction it goes back to through its receivers, is given as a key."""
    program, queue, seen = assembly.program, [node], set[Node]()
    while queue and len(seen) < _MAX_PARTS:
        current = queue.pop(0)
        if current in seen:
            continue
        seen.add(current)
        value = program.value(current)
        if value.kind == "call":
            names = program.names((current[0], value.inputs[0]))
            for wanted in (_KEY, *(("0",) if any(name.endswith("GoogleGenerativeAI") for name in names) else ())):
                if (given := argument_node(program, current, wanted)) is not None:
                    yield given
        if value.kind in ("call", "attribute", "await") and value.inputs:
            queue.append((current[0], value.inputs[0]))
        queue += [origin for origin in program.origins(current) if program.value(origin).kind == "call"]


def _runs_on_server(assembly: Assembly, file: int) -> bool:
    facts = assembly.program.files[file]
    said = {value.text for value in facts.values[:6] if value.kind == "constant"}
    return "use server" in said or ("use client" not in said and _ON_SERVER.search(facts.path) is not None)
