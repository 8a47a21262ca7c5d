"""The state of a page: what `setReply(text)` is given is what `reply` holds when the page is drawn again.

Takes a program whose pages keep state in hooks (`const [reply, setReply] = useState("")`) or in references (`const reply = ref("")`),
answers for a call that sets one and for a value that is stored into one, and gives functions that make a new state of the old one.
Reducers are left out.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.code.program import FunctionRef, Node, Program
from ingest.facts import Store

_HOOKS = frozenset({"useState", "createSignal"})
# What holds a state that is written by a store: `reply.value = text` of Vue, also where Nuxt keeps it by a key.
_HOLDERS = frozenset({"ref", "shallowRef", "reactive", "shallowReactive", "customRef", "useState", "useLocalStorage", "useSessionStorage",
                      "useStorage", "useRef", "proxy", "observable"})  # fmt: skip
_PARTS = frozenset({"attribute", "index", "element_of"})
_SAME = frozenset({"update", "guarded", "choice"})  # what it was before it was changed or looked at
_MAX_PARTS, _MAX_ORIGINS = 8, 6


def state_set(program: Program, call: Node) -> list[Node]:
    """What holds the state that a call sets; nothing for other calls."""
    value = program.value(call)
    if value.kind != "call" or len(value.inputs) < 2:
        return []
    setter = program.value((call[0], value.inputs[0]))
    if setter.kind != "index" or setter.text != "1" or not setter.inputs:
        return []
    made = program.value((call[0], setter.inputs[0]))
    if made.kind != "call" or program.value((call[0], made.inputs[0])).text not in _HOOKS:
        return []
    values = program.files[call[0]].values
    until = min(value.inputs[0] + 1, len(values))
    parts = (identity for identity in range(setter.inputs[0] + 1, until) if values[identity].inputs[:1] == setter.inputs[:1])
    return [(call[0], identity) for identity in parts if values[identity].kind == "index" and values[identity].text == "0"]


def state_stored(program: Program, file: int, store: Store) -> list[tuple[Node, bool]]:
    """What holds the state that a store writes, and whether the store names a part of it: `turns.value[0].text = x`.

    It is written in one function of a page and read in another, so that no order of statements tells who reads it.
    """
    if program.files[file].language != "typescript":
        return []
    base, deep = (file, store.base), False
    for _ in range(_MAX_PARTS):
        held = [origin for origin in program.origins(base)[:_MAX_ORIGINS] if _holds_state(program, origin)]
        if held:
            return [(origin, deep) for origin in held]
        value = program.value(base)
        if value.kind not in (*_PARTS, *_SAME) or not value.inputs:
            break
        base, deep = (file, value.inputs[0]), deep or value.kind in _PARTS
    return []


def _holds_state(program: Program, node: Node) -> bool:
    value = program.value(node)
    return value.kind == "call" and program.value((node[0], value.inputs[0])).text.rpartition(".")[2] in _HOLDERS


def new_states(program: Program) -> Iterator[tuple[FunctionRef, Node]]:
    """Functions that a state is set by, each with what holds it: `setMessages((old) => [...old, reply])`."""
    for file, facts in enumerate(program.files):
        if facts.language != "typescript":
            continue
        for identity, value in enumerate(facts.values):
            held = state_set(program, (file, identity)) if value.kind == "call" else []
            for name in program.names((file, value.inputs[1])) if held else ():
                yield from ((reference, node) for reference in program.functions.get(name, ()) for node in held)
