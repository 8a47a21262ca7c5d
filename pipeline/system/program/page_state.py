"""The state of a page: what `setReply(text)` is given is what `reply` holds when the page is drawn again.

Takes a program whose pages keep state in hooks (`const [reply, setReply] = useState("")`), answers for a call that sets one, and gives
functions that make a new state of the old one. Reducers and stores outside of components are left out.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.code.program import FunctionRef, Node, Program

_HOOKS = frozenset({"useState", "createSignal"})


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


def new_states(program: Program) -> Iterator[tuple[FunctionRef, Node]]:
    """Functions that a state is set by, each with what holds it: `setMessages((old) => [...old, reply])`."""
    for file, facts in enumerate(program.files):
        if facts.language != "typescript":
            continue
        for identity, value in enumerate(facts.values):
            held = state_set(program, (file, identity)) if value.kind == "call" else []
            for name in program.names((file, value.inputs[1])) if held else ():
                yield from ((reference, node) for reference in program.functions.get(name, ()) for node in held)
