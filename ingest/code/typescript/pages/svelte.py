"""Svelte's components as the functions they are.

The script of an instance is the body of a function of its properties (`export let message`, `$props()`), what is derived is read behind
it, and what the markup draws last: `{@html x}` is an assignment of markup, `{#each}` a loop, a component a call with an object of its
properties. `$store` is what a store holds. What it leaves out: snippets that another component calls, transitions, preprocessed markup.
"""

from __future__ import annotations

import re

from tree_sitter import Node

from ingest.code.typescript.pages.scripts import Script, Statement, Taken, declared, is_of_the_module
from ingest.code.typescript.pages.tags import Attribute, Closed, Coded, Opened, Raw, tokens
from ingest.code.typescript.pages.writing import GIVEN, Writer, component_name, is_name, text, write_drawn

_FUNCTIONS = frozenset({"function_declaration", "generator_function_declaration", "class_declaration", "import_statement"})
_DERIVED = re.compile(r"\$derived\b")
_EACH = re.compile(r"(.+)\sas\s(.+?)(?:\s*\((.*)\))?\s*", re.S)
_STORE = re.compile(r"(?<![\w$.])\$(?=[A-Za-z_])(\w+)")
_RUNES = frozenset({"props", "state", "derived", "effect", "bindable", "inspect", "host"})
_LONGEST = 4_000


def write_component(writer: Writer, path: str) -> None:
    """Writes the code of a component."""
    drawn, body, behind = Writer(writer.source), Writer(writer.source), Writer(writer.source)
    module, instance = _draw(drawn)
    writer.errors += drawn.errors
    known: dict[str, bool] = {}
    for script, into in ((module, writer), (instance, body)):
        taken = Taken(script) if script is not None else None
        for statement in taken.statements() if taken is not None else ():
            known |= dict.fromkeys(declared(taken, statement.node), False) if taken is not None else {}
            if taken is not None:
                _statement(taken, statement, writer if is_of_the_module(statement.node) else into, into is body, behind)
    for name in sorted(drawn.names):  # a store that the markup or the script knows by `$name`
        if name.startswith("$") and name[1:] in known:
            behind.put(0, f"const {name} = {name[1:]};")
    name = component_name(path)
    start = drawn.pieces[0][0] if drawn.pieces else 0
    writer.put(start, f"export default function {name}({GIVEN}) {{")
    writer.pieces += [*body.pieces, *behind.pieces]
    write_drawn(writer, drawn, known, start)
    writer.put(max(len(writer.source) - 1, 0), "}")


def _statement(taken: Taken, statement: Statement, into: Writer, of_instance: bool, behind: Writer) -> None:
    node, written = statement.node, statement.text
    if of_instance and node.type == "export_statement" and (inner := node.child_by_field_name("declaration")) is not None:
        if inner.type == "lexical_declaration":  # `export let message = ""` is a property
            for given, value in _targets(taken, inner):
                behind_value = f" ?? ({value})" if value else ""
                into.at_row(statement.row, f"let {given} = {GIVEN}.{given}{behind_value};")
            return
        node, written = inner, taken.text(inner)
    if of_instance and (node.type == "labeled_statement" or _DERIVED.search(written.split("\n", 1)[0])):
        behind.at_row(statement.row, written)
        return
    into.at_row(statement.row, written)
    if of_instance and "$props()" in written:
        for target in (child.child_by_field_name("name") for child in node.named_children if child.type == "variable_declarator"):
            if target is not None:
                into.at_row(statement.row, f"({taken.text(target)} = {GIVEN});")


def _targets(taken: Taken, declaration: Node) -> list[tuple[str, str]]:
    """Names that a declaration makes, each with its value as written."""
    found: list[tuple[str, str]] = []
    for child in declaration.named_children:
        name, value = child.child_by_field_name("name"), child.child_by_field_name("value")
        if child.type == "variable_declarator" and name is not None and name.type == "identifier":
            found.append((taken.text(name), taken.text(value) if value is not None else ""))
    return found


def _draw(drawn: Writer) -> tuple[Script | None, Script | None]:
    """Writes what the markup draws; gives the script of the module and that of an instance."""
    module: Script | None = None
    instance: Script | None = None
    open_blocks = 0
    at = 0
    for token in tokens(drawn.source, 0, len(drawn.source), "{"):
        if isinstance(token, Raw):
            if token.tag.name == "script":
                script = Script(drawn.row_of(token.at), token.text)
                if token.tag.get("context") == "module" or token.tag.get("module") is not None:
                    module = module or script
                else:
                    instance = instance or script
        elif isinstance(token, Coded):
            at = token.at
            open_blocks += _coded(drawn, token, open_blocks)
        elif isinstance(token, Opened):
            at = token.at
            _element(drawn, token)
        elif isinstance(token, Closed):
            at = token.at
    drawn.put(at, "}" * open_blocks) if open_blocks else None
    return module, instance


def _coded(drawn: Writer, token: Coded, open_blocks: int) -> int:
    """Writes what stands in braces; gives by how many blocks more are open."""
    at, code = token.at, token.code.strip()
    if code.startswith("@html"):
        drawn.markup(at, code[5:])
    elif code.startswith("@const"):
        drawn.note(code[6:])
        drawn.put(at, f"const {code[6:].strip()};")
    elif code.startswith("@"):
        drawn.show(at, code.partition(" ")[2])
    elif code.startswith("/"):
        if open_blocks and code[1:].strip() in ("if", "each", "await", "key", "snippet"):
            drawn.put(at, "}")
            return -1
    elif code.startswith(":"):
        if open_blocks:
            test = drawn.use(at, code.partition("if ")[2]) if code.startswith(":else if") else None
            name = code.partition(" ")[2].strip() if code.startswith((":then", ":catch")) else ""
            drawn.put(at, f"}} if ({test}) {{" if test is not None else "} {" + (f" const {name} = $settled;" if is_name(name) else ""))
    elif code.startswith("#"):
        drawn.put(at, _opening(drawn, at, code[1:]))
        return 1
    else:
        drawn.show(at, code)
    return 0


def _opening(drawn: Writer, at: int, code: str) -> str:
    word, _, rest = code.partition(" ")
    if word == "if" and (test := drawn.use(at, rest)) is not None:
        return f"if ({test}) {{"
    if word == "each" and len(rest) < _LONGEST and (found := _EACH.fullmatch(rest)) is not None:
        over, pattern, counted = drawn.use(at, found[1]), found[2].strip(), ""
        if not pattern.endswith(("}", "]")) and "," in pattern:  # `turn, index`
            pattern, _, counted = (part.strip() for part in pattern.rpartition(","))
        if over is not None and drawn.use(at, f"[{pattern}]") is not None:
            return f"for (const {pattern} of {over}) {{" + (f" let {counted} = 0;" if counted and is_name(counted) else "")
    if word == "await" and len(rest) < _LONGEST:
        waited, then, name = rest.partition(" then ")
        if (used := drawn.use(at, waited)) is not None:
            return f"{{ const $settled = await ({used});" + (f" const {name.strip()} = $settled;" if then and is_name(name.strip()) else "")
    if word == "snippet" and rest.rstrip().endswith(")") and drawn.use(at, f"({rest.partition('(')[2]}") is not None:
        return f"function {rest.strip()} {{"
    return "{"


def _element(drawn: Writer, tag: Opened) -> None:
    if tag.name[:1].isupper() and all(map(is_name, tag.name.split("."))):
        drawn.note(f"{tag.name}(")
        drawn.component(tag.at, tag.name, [given for one in tag.attributes if (given := _property(drawn, one)) is not None])
        return
    for one in tag.attributes:
        sandbox = tag.get("sandbox")
        framed = one.name == "srcdoc" and sandbox is not None and "allow-same-origin" not in sandbox  # is nobody's origin
        if one.name in ("innerHTML", "srcdoc") and one.is_code and not framed:
            drawn.markup(one.at, one.value, one.name)
        elif one.is_code and not one.value.startswith(("@", "/*", "//")):
            drawn.show(one.at, one.value.removeprefix("..."))


def _property(drawn: Writer, one: Attribute) -> tuple[int, str] | None:
    """What a component is given by an attribute."""
    if not one.is_code:
        return (one.at, f"{text(one.name)}: {text(one.value)}") if one.name and ":" not in one.name else None
    code = one.value.strip()
    if not one.name and code.startswith("..."):
        used = drawn.use(one.at, code[3:])
        return (one.at, f"...({used})") if used is not None else None
    used = drawn.use(one.at, code)
    name = one.name.rpartition(":")[2] if one.name else code
    return (one.at, f"{text(name)}: {used}") if used is not None and name else None
