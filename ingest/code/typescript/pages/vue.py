"""Vue's single-file components as the functions they are.

A component with `<script setup>` is a function of its properties: the script is its body, the template what it draws. One that is written
as an object of options is a class: `data` are fields, `methods` methods, `computed` getters, and a function beside it that makes one.
In the template a reference stands for its value. What it leaves out: `watch` and mixins of options, events from a component to its
parent, stores of Vuex.
"""

from __future__ import annotations

from ingest.code.typescript.pages.options import write_options
from ingest.code.typescript.pages.scripts import Script, Taken, declared, is_of_the_module
from ingest.code.typescript.pages.tags import Closed, Opened, Raw, tokens
from ingest.code.typescript.pages.vue_template import draw
from ingest.code.typescript.pages.writing import GIVEN, Writer, component_name, write_drawn

_FUNCTIONS = frozenset({"function_declaration", "generator_function_declaration", "class_declaration", "import_statement"})
_PROPERTIES = ("defineProps", "withDefaults")
_GLOBALS = frozenset({"Math", "Date", "JSON", "Object", "Array", "String", "Number", "Boolean", "console", "window", "document", "RegExp"})


def write_component(writer: Writer, path: str) -> None:
    """Writes the code of a component."""
    plain, setup, template, other = _blocks(writer)
    for at, language in other:
        writer.errors.append((at, f"a template in {language}, not read"))
    name = component_name(path)
    drawn = Writer(writer.source)
    if template is not None:
        draw(drawn, *template)
    writer.errors += drawn.errors
    last = len(writer.source) if template is None else template[1]
    if setup is None and plain is not None and write_options(writer, drawn, plain, name, last):
        return
    known: dict[str, bool] = dict.fromkeys(_GLOBALS, False)  # declared names, and whether they may be references
    if plain is not None:
        taken = Taken(plain)
        for statement in taken.statements():
            writer.at_row(statement.row, statement.text)
            known |= dict.fromkeys(declared(taken, statement.node), False)
    body = Writer(writer.source)
    if setup is not None:
        taken = Taken(setup)
        for statement in taken.statements():
            (writer if is_of_the_module(statement.node) else body).at_row(statement.row, statement.text)
            names = declared(taken, statement.node)
            known |= dict.fromkeys(names, statement.node.type not in _FUNCTIONS)
            for target in _given_to(taken, statement.text, statement.node):
                body.at_row(statement.row, f"({target} = {GIVEN});")
    start = drawn.pieces[0][0] if drawn.pieces else 0
    writer.put(start, f"export default function {name}({GIVEN}) {{")
    writer.pieces += body.pieces
    write_drawn(writer, drawn, known, start)
    writer.put(last - 1, "}")


def _given_to(taken: Taken, text: str, node: object) -> list[str]:
    """What holds the properties of the component: `const props = defineProps<{ message: string }>()`."""
    if not any(word in text for word in _PROPERTIES):
        return []
    found: list[str] = []
    for child in getattr(node, "named_children", ()):
        if child.type == "variable_declarator":
            name, value = child.child_by_field_name("name"), child.child_by_field_name("value")
            if name is not None and value is not None and any(taken.text(value).startswith(word) for word in _PROPERTIES):
                found.append(taken.text(name))
    return found


def _blocks(writer: Writer) -> tuple[Script | None, Script | None, tuple[int, int] | None, list[tuple[int, str]]]:
    """The script, the script of the setup, where the template begins and ends, and templates that are not read."""
    plain: Script | None = None
    setup: Script | None = None
    template: tuple[int, int] | None = None
    other: list[tuple[int, str]] = []
    depth, opened_at = 0, 0
    for token in tokens(writer.source, 0, len(writer.source), ""):
        if isinstance(token, Raw) and depth == 0 and token.tag.name == "script":
            script = Script(writer.row_of(token.at), token.text, (token.tag.get("lang") or "") in ("tsx", "jsx"))
            if token.tag.get("setup") is not None and setup is None:
                setup = script
            elif plain is None:
                plain = script
        elif isinstance(token, Opened) and token.name == "template" and not token.closed:
            if depth == 0:
                opened_at = token.end
                language = token.get("lang") or "html"
                if language != "html" or token.get("src") is not None:
                    other.append((token.at, language if language != "html" else "another file"))
                    opened_at = -1
            depth += 1
        elif isinstance(token, Closed) and token.name == "template" and depth > 0:
            depth -= 1
            if depth == 0 and opened_at >= 0 and template is None:
                template = (opened_at, token.at)
    if depth > 0 and opened_at >= 0 and template is None:
        template = (opened_at, len(writer.source))
    return plain, setup, template, other
