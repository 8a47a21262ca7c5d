"""The `<template>` of a Vue component as the statements that draw it.

`v-for` is a loop, `v-if` a test, `v-html` an assignment of markup, a component a call with an object of its properties, `@click` a function
that stands by itself. What it leaves out: `v-memo`, slots as functions that the other component calls, templates in other languages.
"""

from __future__ import annotations

import re

from ingest.code.typescript.pages.lexing import balanced_end
from ingest.code.typescript.pages.tags import Attribute, Closed, Coded, Opened, tokens
from ingest.code.typescript.pages.writing import Writer, camel, is_name, pascal, text

_EACH = re.compile(r"\s*(.+?)\s(?:in|of)\s(.+)", re.S)
_BUILT_IN = frozenset({
    "transition", "transition-group", "keep-alive", "teleport", "suspense", "slot", "template", "component", "client-only", "router-view",
})  # fmt: skip
_PATH = re.compile(r"[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*|\[[\w'\"$]{1,60}\])*")
_AROUND = 64  # elements around an end tag that may be the one it ends
_LONGEST = 4_000


def draw(writer: Writer, at: int, end: int) -> None:
    """Writes the statements of a stretch of markup."""
    opened: list[tuple[str, str]] = []  # elements that are open, with what closes their blocks
    for token in tokens(writer.source, at, end, "{{"):
        if isinstance(token, Coded):
            writer.show(token.at, token.code)
        elif isinstance(token, Opened):
            closing = _element(writer, token)
            if token.closed:
                writer.put(token.at, closing)
            else:
                opened.append((token.name, closing))
        elif isinstance(token, Closed):
            known = next((n for n in range(1, min(_AROUND, len(opened)) + 1) if opened[-n][0] == token.name), 0)
            for _ in range(known):
                writer.put(token.at, opened.pop()[1])
    while opened:
        writer.put(max(at, end - 1), opened.pop()[1])


def _element(writer: Writer, tag: Opened) -> str:
    """Writes what a start tag stands for; gives what closes the blocks it opened."""
    closing = ""
    for one in tag.attributes:
        if one.name == "v-for" and (head := _loop(writer, one)):
            writer.put(one.at, head)
            closing += "}"
    for one in tag.attributes:
        if one.name in ("v-if", "v-else-if") and (test := writer.use(one.at, one.value)) is not None:
            writer.put(one.at, f"if ({test}) {{")
            closing += "}"
        elif one.name.startswith(("v-slot", "#")) or one.name == "slot-scope":
            pattern = one.value.strip()
            if pattern and len(pattern) < _LONGEST and writer.use(one.at, f"{pattern}") is not None:
                writer.put(one.at, f"{{ const {pattern} = $slot;")
                closing += "}"
    is_component = tag.name[:1].isupper() or ("-" in tag.name and tag.name not in _BUILT_IN)
    if (is_component and all(map(is_name, tag.name.split(".")))) or ("-" in tag.name and is_name(pascal(tag.name)) and is_component):
        name = tag.name if tag.name[:1].isupper() else pascal(tag.name)
        writer.note(f"{name}(")
        writer.component(tag.at, name, [given for one in tag.attributes if (given := _property(writer, one)) is not None])
    sandbox = tag.get("sandbox")
    for one in tag.attributes:
        if sandbox is None or "allow-same-origin" in sandbox or _argument(one.name)[1] != "srcdoc":  # else the frame is nobody's origin
            _directive(writer, one, is_component)
    return closing


def _loop(writer: Writer, one: Attribute) -> str:
    found = _EACH.fullmatch(one.value) if len(one.value) < _LONGEST else None
    over = writer.use(one.at, found[2]) if found is not None else None
    if found is None or over is None:
        return ""
    names = found[1].strip()
    parts = _split(names[1:-1] if names.startswith("(") and names.endswith(")") else names)
    if writer.use(one.at, f"[{','.join(parts)}]") is None:
        return ""
    counted = "".join(f" let {name} = 0;" for name in parts[1:] if is_name(name))
    return f"for (const {parts[0]} of {over}) {{{counted}"


def _split(names: str) -> list[str]:
    """`{ id, text }, index` -> the pattern and the name."""
    if names.lstrip()[:1] in ("{", "["):
        start = len(names) - len(names.lstrip())
        end = balanced_end(names, start, len(names))
        return [names[:end].strip(), *(part.strip() for part in names[end:].split(",") if part.strip())]
    return [part.strip() for part in names.split(",")]


def _argument(name: str) -> tuple[str, str]:
    """A directive and what it is about: `:href.prop` -> `v-bind`, `href`."""
    for short, whole in ((":", "v-bind"), ("@", "v-on")):
        if name.startswith(short):
            return whole, name[1:].split(".", 1)[0]
    directive, _, argument = name.partition(":")
    return directive.split(".", 1)[0], argument.split(".", 1)[0]


def _property(writer: Writer, one: Attribute) -> tuple[int, str] | None:
    """What a component is given by an attribute."""
    directive, argument = _argument(one.name)
    if directive == "v-model":
        used = writer.use(one.at, one.value)
        return (one.at, f"{camel(argument) if is_name(camel(argument)) else 'modelValue'}: {used}") if used is not None else None
    if directive == "v-bind":
        if not argument:
            used = writer.use(one.at, one.value)
            return (one.at, f"...({used})") if used is not None else None
        used = writer.use(one.at, one.value or camel(argument))
        return (one.at, f"{text(camel(argument))}: {used}") if used is not None and not argument.startswith("[") else None
    if directive == "v-on":
        used = _handler(writer, one)
        return (one.at, f"{text('on' + pascal(argument))}: {used}") if used is not None and argument else None
    if directive.startswith("v-") or not is_name(camel(one.name)):
        return None
    return one.at, f"{text(camel(one.name))}: {text(one.value)}"


def _directive(writer: Writer, one: Attribute, is_component: bool) -> None:
    """What an attribute does on an element."""
    directive, argument = _argument(one.name)
    if directive == "v-html" or (directive == "v-bind" and argument in ("innerHTML", "inner-html", "srcdoc")):
        writer.markup(one.at, one.value, "srcdoc" if argument == "srcdoc" else "innerHTML")
    elif is_component or directive in ("v-for", "v-if", "v-else-if", "v-slot"):
        return
    elif directive == "v-on":
        if argument and (used := _handler(writer, one)) is not None:
            writer.put(one.at, f"[{used}];")
    elif directive in ("v-bind", "v-text", "v-show", "v-model"):
        writer.show(one.at, one.value)


def _handler(writer: Writer, one: Attribute) -> str | None:
    """What is called on an event: a function by its name, or statements."""
    used = writer.use(one.at, one.value)
    if used is None or _PATH.fullmatch(used) or "=>" in used or used.startswith(("function", "async function")):
        return used
    return f"($event) => {{ {used} }}"
