"""Models that are asked with a key the caller brought: whoever asks too much spends their own money.

Takes an assembly whose elements and sources are known, and adds a budget to each model all of whose clients are made with a key that
came in with the request, from the session or from a field of the page. Where the owner's key is the other choice, nothing is said.
"""

from __future__ import annotations

from ingest.code.program import Node
from ingest.facts import Value
from pipeline.system.assembly import Assembly
from pipeline.system.program.arguments import argument_node
from pipeline.system.program.walking import passed_for

_MODELS = frozenset({"hosted_llm", "agent"})
_KEY = "api_key|apiKey|openai_api_key|openAIApiKey|anthropic_api_key|anthropicApiKey|google_api_key|auth_token|authToken"
_CLIENTS = "model|llm|client|agent"
_MAX_PARTS, _MAX_DEPTH, _MAX_CALLERS = 60, 8, 12
_NOTE = "the key is the caller's own"


def add_callers_keys(assembly: Assembly) -> None:
    """Marks the models that callers pay for."""
    for identity, draft in sorted(assembly.drafts.by_id.items()):
        if draft.kind not in _MODELS:
            continue
        keys = [key for node in draft.nodes for key in _keys(assembly, node)]
        if keys and all(_from_callers(assembly, key, 0) for key in keys):
            draft.attributes["callers_key"] = True
            assembly.control("budget_limit", identity, assembly.cite(keys[0]), _NOTE)


def is_callers_key(assembly: Assembly, call: Node) -> bool:
    """Whether one call of a model is made with a key that came in with the request."""
    keys = _keys(assembly, call)
    return bool(keys) and all(_from_callers(assembly, key, 0) for key in keys)


def _keys(assembly: Assembly, call: Node) -> list[Node]:
    """The keys that a call of a model is made with: its own argument, or that of the clients it is asked through."""
    program, found = assembly.program, list[Node]()
    queue, seen = [call], set[Node]()
    while queue and len(seen) < _MAX_PARTS:
        node = queue.pop()
        if node in seen:
            continue
        seen.add(node)
        value = program.value(node)
        if value.kind == "call":
            key = argument_node(program, node, _KEY)
            if key is not None:
                found.append(key)
                continue
            queue.append((node[0], value.inputs[0]))
            client = argument_node(program, node, _CLIENTS)
            queue += [client] if client is not None else []
        elif value.kind in ("attribute", "guarded", "await"):
            queue.append((node[0], value.inputs[0]))
        queue += program.origins(node)
    return found


def _from_callers(assembly: Assembly, node: Node, depth: int) -> bool:
    """Whether all that a value may be was brought by a caller."""
    program, value = assembly.program, assembly.program.value(node)
    inner = [(node[0], given) for given in value.inputs]
    if depth > _MAX_DEPTH:
        return False
    if any(source.label == "user_input" for source in assembly.sources.get(node, ())):
        return True
    match value.kind:
        case "choice" | "format":
            parts = [
                part for part in inner if not (_is_none(program.value(part)) if value.kind == "choice" else _is_text(program.value(part)))
            ]
            return bool(parts) and all(_from_callers(assembly, part, depth + 1) for part in parts)
        case "guarded" | "await":
            return _from_callers(assembly, inner[0], depth + 1)
        case "attribute" | "index" | "element_of" if _from_callers(assembly, inner[0], depth + 1):
            return True
        case "parameter":
            passed = passed_for(assembly.program, node, _MAX_CALLERS)
            return bool(passed) and all(_from_callers(assembly, given, depth + 1) for given in passed)
        case "call" if not program.targets(node):
            return _given_back(assembly, node, depth)
    origins = [origin for origin in program.origins(node) if origin != node and not _is_none(program.value(origin))]
    return bool(origins) and all(_from_callers(assembly, origin, depth + 1) for origin in origins)


def _given_back(assembly: Assembly, call: Node, depth: int) -> bool:
    """What an outside call gives back of a caller's key: `key.strip()`, `request.headers.get("x-api-key")`, `SecretStr(key)`."""
    program, value = assembly.program, assembly.program.value(call)
    callee = program.value((call[0], value.inputs[0]))
    if callee.kind == "attribute" and _from_callers(assembly, (call[0], callee.inputs[0]), depth + 1):
        return True
    return callee.kind != "attribute" and len(value.inputs) == 2 and _from_callers(assembly, (call[0], value.inputs[1]), depth + 1)


def _is_none(value: Value) -> bool:
    """Where none was brought, nobody is asked."""
    return value.kind == "constant" and value.text in ("", "None", "null", "undefined")


def _is_text(value: Value) -> bool:
    return value.kind == "constant"
