"""A component of Vue that is written as an object of options, as a class.

`data() { return { reply: "" } }` are its fields, `methods` its methods, `computed` its getters, hooks methods as they stand, and the
template a method that draws: `this.reply` is one thing in all of them. A function beside it makes one and gives it its properties.
"""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from ingest.code.typescript.pages.scripts import Script, Taken, declared
from ingest.code.typescript.pages.writing import GIVEN, Writer, is_name, write_drawn

_MAKES = frozenset({"defineComponent", "defineNuxtComponent", "extend", "component"})
_NOT_MEMBERS = frozenset({
    "data", "name", "components", "props", "computed", "methods", "watch", "emits", "mixins", "directives", "filters",
})  # fmt: skip
_FUNCTIONS = frozenset({"arrow_function", "function_expression", "function", "generator_function"})


def write_options(writer: Writer, drawn: Writer, script: Script, name: str, last: int) -> bool:
    """Writes a component whose script offers an object of options; False where it does not."""
    taken = Taken(script)
    offered = next((s.node for s in taken.statements() if s.node.type == "export_statement" and _options(taken, s.node) is not None), None)
    options = _options(taken, offered) if offered is not None else None
    if options is None or offered is None:
        return False
    known: dict[str, bool] = {}
    for statement in taken.statements():
        if statement.node != offered:
            writer.at_row(statement.row, statement.text)
            known |= dict.fromkeys(declared(taken, statement.node), False)
    row = taken.row(offered)
    writer.at_row(row, f"class {name}Options {{")
    members: set[str] = set()
    returned: list[str] = []
    for member in options.named_children:
        key = _key(taken, member)
        if key == "data":
            members |= set(_data(writer, taken, member))
        elif key in ("computed", "methods"):
            members |= set(_methods(writer, taken, member, "get " if key == "computed" else ""))
        elif key == "setup" and member.type == "method_definition":
            writer.at_row(taken.row(member), taken.text(member))
            returned = _returned_names(taken, member)
        elif key not in _NOT_MEMBERS and member.type == "method_definition":
            writer.at_row(taken.row(member), taken.text(member))
    properties = _properties(taken, options)
    start = drawn.pieces[0][0] if drawn.pieces else 0
    writer.put(start, f"$draw({GIVEN}) {{")
    if returned:
        writer.put(start, f"const {{ {', '.join(returned)} }} = this.setup({GIVEN});")
    write_drawn(writer, drawn, known | dict.fromkeys(returned, True), start, frozenset(members))
    writer.put(last - 1, "} }")
    writer.at_row(row, f"export default function {name}({GIVEN}) {{ const $one = new {name}Options();")
    for given in properties:
        writer.at_row(row, f"$one.{given} = {GIVEN}.{given};")
    writer.at_row(row, f"return $one.$draw({GIVEN}); }}")
    return True


def _options(taken: Taken, exported: Node) -> Node | None:
    """The object of an `export default`."""
    value = exported.child_by_field_name("value")
    if value is not None and value.type == "call_expression":
        function, arguments = value.child_by_field_name("function"), value.child_by_field_name("arguments")
        made = taken.text(function).rsplit(".", 1)[-1].split("<", 1)[0] if function is not None else ""
        value = arguments.named_children[0] if made in _MAKES and arguments is not None and arguments.named_children else None
    while value is not None and value.type in ("as_expression", "satisfies_expression", "parenthesized_expression"):
        value = value.named_children[0] if value.named_children else None
    return value if value is not None and value.type == "object" else None


def _key(taken: Taken, member: Node) -> str:
    named = member.child_by_field_name("key") or member.child_by_field_name("name")
    return taken.text(named).strip("'\"") if named is not None else ""


def _data(writer: Writer, taken: Taken, member: Node) -> Iterator[str]:
    for pair in _returned(member):
        key = _key(taken, pair) or (taken.text(pair) if pair.type == "shorthand_property_identifier" else "")
        value = pair.child_by_field_name("value") if pair.type == "pair" else None
        if is_name(key):
            yield key
            writer.at_row(taken.row(pair), f"{key} = {taken.text(value) if value is not None else key};")


def _methods(writer: Writer, taken: Taken, member: Node, before: str) -> Iterator[str]:
    given = member.child_by_field_name("value")
    for one in given.named_children if given is not None and given.type == "object" else ():
        key, value = _key(taken, one), one.child_by_field_name("value")
        if not is_name(key):
            continue
        yield key
        if one.type == "method_definition":
            plain = before if not taken.text(one).startswith(("async", "get ", "*")) else ""
            writer.at_row(taken.row(one), plain + taken.text(one))
        elif value is not None and value.type in _FUNCTIONS:
            writer.at_row(taken.row(one), f"{key} = {taken.text(value)};")


def _returned(member: Node) -> list[Node]:
    """The members of the object that a function of the options gives."""
    function = member.child_by_field_name("value") if member.type == "pair" else member
    body = function.child_by_field_name("body") if function is not None else None
    if body is not None and body.type == "statement_block":
        last = next((child for child in reversed(body.named_children) if child.type == "return_statement"), None)
        body = last.named_children[0] if last is not None and last.named_children else None
    while body is not None and body.type in ("parenthesized_expression", "as_expression", "satisfies_expression"):
        body = body.named_children[0] if body.named_children else None
    return body.named_children if body is not None and body.type == "object" else []


def _returned_names(taken: Taken, member: Node) -> list[str]:
    names = (taken.text(one) if one.type == "shorthand_property_identifier" else _key(taken, one) for one in _returned(member))
    return list(dict.fromkeys(name for name in names if is_name(name)))


def _properties(taken: Taken, options: Node) -> list[str]:
    """Names of the properties that the options declare."""
    given = next((one.child_by_field_name("value") for one in options.named_children if _key(taken, one) == "props"), None)
    if given is None:
        return []
    names = (taken.text(one).strip("'\"") if given.type == "array" else _key(taken, one) for one in given.named_children)
    return [name for name in names if is_name(name)]
