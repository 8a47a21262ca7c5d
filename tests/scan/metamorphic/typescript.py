"""TypeScript and JavaScript programs written differently: each function takes files by path and gives files that do the same.

All go through the grammars' trees and cut the text at their nodes. A file whose changed text cannot be read without
an error, or in which a transformation cannot be sure of itself, stays as it is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise

import tree_sitter_javascript
import tree_sitter_typescript
from tree_sitter import Language, Node, Parser

from tests.scan.metamorphic.scanning import BESIDE, MARK, Files

_SUFFIXES = (".ts", ".js", ".mjs")
_Edit = tuple[int, int, str]
_WHOLE = frozenset({"string", "template_string", "regex"})  # their insides are text, not layout
_BLOCKS = ("program", "statement_block")


def each(change: Callable[[Node, str], Iterable[_Edit]]) -> Callable[[Files], Files]:
    """Applies a change of a tree, given as replacements in its text, to every file."""

    def apply(files: Files) -> Files:
        return {path: _changed(path, text, change) if path.endswith(_SUFFIXES) else text for path, text in files.items()}

    return apply


def _tree(path: str, text: str) -> Node:
    grammar = tree_sitter_typescript.language_typescript() if path.endswith(".ts") else tree_sitter_javascript.language()
    return Parser(Language(grammar)).parse(text.encode()).root_node


def _changed(path: str, text: str, change: Callable[[Node, str], Iterable[_Edit]]) -> str:
    return _edited(text, change(_tree(path, text), path))


def _edited(text: str, edits: Iterable[_Edit]) -> str:
    data = text.encode()
    for start, end, new in sorted(edits, reverse=True):
        data = data[:start] + new.encode() + data[end:]
    return data.decode()


def _text(node: Node) -> str:
    return (node.text or b"").decode()


def _walk(node: Node) -> Iterator[Node]:
    stack = [node]
    while stack:
        current = stack.pop()
        yield current
        stack += reversed(current.children)


def _leaves(node: Node) -> Iterator[Node]:
    stack = [node]
    while stack:
        current = stack.pop()
        if current.type in _WHOLE or not current.children:
            yield current
        else:
            stack += reversed(current.children)


def _statements(root: Node) -> Iterator[Node]:
    return (child for node in _walk(root) if node.type in _BLOCKS for child in node.named_children if child.type != "comment")


# Layout


def in_long_lines(root: Node, _path: str) -> Iterator[_Edit]:
    """All of a file in one line; comments go, and single quotes come where nothing stands against it."""
    before: Node | None = None
    for leaf in _leaves(root):
        if leaf.type == "comment":
            yield leaf.start_byte, leaf.end_byte, ""
            continue
        if before is not None and leaf.start_point[0] > before.end_point[0]:
            ends = before.type in (";", "{", "}", "(", "[", ",", "=>", ":", "=", "&&", "||", "?") or leaf.type in (")", "]", "}", ".", "?.")
            if not ends:
                return  # the end of the line may end a statement here
        before = leaf
        text = _text(leaf)
        if leaf.type == "string" and text[0] == '"' and not set(text[1:-1]) & set("'\"\\"):
            yield leaf.start_byte, leaf.end_byte, f"'{text[1:-1]}'"
    yield from _gaps(root)


def _gaps(root: Node) -> Iterator[_Edit]:
    leaves = [leaf for leaf in _leaves(root) if leaf.type != "comment"]
    data = (root.text or b"").decode().encode()
    for left, right in pairwise(leaves):
        # Comments between two leaves are taken out by themselves; only the breaks around them are closed here.
        for found in re.finditer(rb"\n\s*", data[left.end_byte - root.start_byte : right.start_byte - root.start_byte]):
            yield left.end_byte + found.start(), left.end_byte + found.end(), " "


def in_short_lines(root: Node, _path: str) -> Iterator[_Edit]:
    """A new line after each opening bracket and each comma."""
    for leaf in _leaves(root):
        if leaf.type in ("(", "[", "{", ","):
            yield leaf.end_byte, leaf.end_byte, "\n"


def with_remarks(root: Node, _path: str) -> Iterator[_Edit]:
    """A blank line and a comment before each statement, and a remark behind each comma."""
    for statement in _statements(root):
        yield statement.start_byte, statement.start_byte, "\n// A remark about what follows.\n"
    for leaf in _leaves(root):
        if leaf.type == ",":
            yield leaf.end_byte, leaf.end_byte, " /* and */ "


# Names


def _bound(root: Node) -> Counter[str]:
    """How often each name is bound or taken from elsewhere."""
    found: Counter[str] = Counter()
    for node in _walk(root):
        parent = node.parent
        if node.type == "shorthand_property_identifier_pattern" or (
            node.type == "identifier"
            and parent is not None
            and (
                parent.type in ("import_specifier", "import_clause", "namespace_import", "required_parameter", "optional_parameter", "formal_parameters",
                                "array_pattern", "pair_pattern", "rest_pattern", "catch_clause", "export_specifier")
                or (parent.type in ("variable_declarator", "function_declaration", "generator_function_declaration") and node == parent.child_by_field_name("name"))
                or (parent.type in ("arrow_function", "for_in_statement", "assignment_pattern") and node in parent.named_children[:1])
            )
        ):  # fmt: skip
            found[_text(node)] += 1
    return found


def _is_local(declarator: Node) -> bool:
    node: Node | None = declarator
    while node is not None:
        if node.type == "statement_block":
            return True
        node = node.parent
    return False


def _renamed(root: Node, names: dict[str, str]) -> Iterator[_Edit]:
    for node in _walk(root):
        new = names.get(_text(node)) if node.type in ("identifier", "shorthand_property_identifier") else None
        if new is not None:
            yield node.start_byte, node.end_byte, new if node.type == "identifier" else f"{_text(node)}: {new}"


def with_other_variables(root: Node, _path: str) -> Iterator[_Edit]:
    """Variables of functions get names that say nothing."""
    bound = _bound(root)
    local = [
        _text(name)
        for node in _walk(root)
        if node.type == "variable_declarator" and _is_local(node)
        for name in [node.child_by_field_name("name")]
        if name is not None and name.type == "identifier" and bound[_text(name)] == 1
    ]
    yield from _renamed(root, {name: f"v{number}" for number, name in enumerate(local)})


def with_other_functions(root: Node, _path: str) -> Iterator[_Edit]:
    """Functions that stay in their file end in `MARK`."""
    bound = _bound(root)
    names = [
        _text(name)
        for node in root.named_children
        if node.type == "function_declaration"
        for name in [node.child_by_field_name("name")]
        if name is not None and bound[_text(name)] == 1
    ]
    yield from _renamed(root, {name: f"{name}{MARK}" for name in names})


# Places


def in_other_order(root: Node, _path: str) -> Iterator[_Edit]:
    """Functions that follow one another stand the other way round."""
    run: list[Node] = []
    for statement in [*root.named_children, None]:
        inner = (
            statement.named_children[0]
            if statement is not None and statement.type == "export_statement" and statement.named_children
            else statement
        )
        if statement is not None and inner is not None and inner.type == "function_declaration":
            run.append(statement)
            continue
        yield from ((old.start_byte, old.end_byte, _text(new)) for old, new in zip(run, reversed(run), strict=True) if old != new)
        run = []


def in_other_files(files: Files) -> Files:
    """Functions and constants of a module that need nothing else of it stand in a module beside it."""
    found: dict[str, str] = dict(files)
    for path, text in files.items():
        if path.endswith(".ts"):
            root = _tree(path, text)
            moved = _movable(root)
            if moved:
                folder, _, name = path.rpartition("/")
                beside = f"{folder}/{BESIDE}{name}" if folder else f"{BESIDE}{name}"
                head = "\n".join(_text(node) for node in root.named_children if node.type == "import_statement")
                found[beside] = head + "\n\n" + "\n\n".join(f"export {_text(_inner(node))}" for node in moved) + "\n"
                names = [name for node in moved for name in _given(node)]
                again = [name for node in moved if node.type == "export_statement" for name in _given(node)]
                source = f'import {{ {", ".join(names)} }} from "./{BESIDE}{name.removesuffix(".ts")}";\n'
                export = f"export {{ {', '.join(again)} }};\n" if again else ""
                found[path] = source + export + _edited(text, [(node.start_byte, node.end_byte, "") for node in moved])
    return found


def _inner(statement: Node) -> Node:
    return statement.named_children[0] if statement.type == "export_statement" and len(statement.named_children) == 1 else statement


def _given(statement: Node) -> list[str]:
    inner = _inner(statement)
    if inner.type == "function_declaration":
        names = [inner.child_by_field_name("name")]
    elif inner.type == "lexical_declaration" and _text(inner).startswith("const"):
        names = [node.child_by_field_name("name") for node in inner.named_children]
    else:
        return []
    return [_text(name) for name in names if name is not None and name.type == "identifier"]


def _movable(root: Node) -> list[Node]:
    candidates = {name: node for node in root.named_children for name in _given(node) if " default " not in _text(node)[:20]}
    here = {
        name for node in root.named_children if node.type not in ("import_statement", "expression_statement") for name in _declared(node)
    }
    wanted: list[Node] = []
    for name, node in candidates.items():
        if _inner(node).type == "function_declaration" or "=>" in _text(node):
            needed, queue, possible = list[Node](), [name], True
            while queue and possible:
                current = candidates[queue.pop()]
                if current not in needed:
                    needed.append(current)
                    used = {
                        _text(n) for n in _walk(current) if n.type in ("identifier", "shorthand_property_identifier", "type_identifier")
                    } & here
                    possible = used <= set(candidates)
                    queue += used & set(candidates)
            if possible:
                wanted += [n for n in needed if n not in wanted]
    return [node for node in root.named_children if node in wanted]


def _declared(statement: Node) -> list[str]:
    inner = _inner(statement)
    name = inner.child_by_field_name("name")
    names = [_text(name)] if name is not None else []
    return names + [
        _text(n)
        for n in _walk(inner)
        if n.type == "identifier" and n.parent is not None and n.parent.type == "variable_declarator" and n.parent.parent == inner
    ]


# Ways of saying it


def with_calls_wrapped(root: Node, path: str) -> Iterator[_Edit]:
    """What a call gives to a variable of a function passes a function that gives back what it gets."""
    count = 0
    for node in _walk(root):
        value = node.child_by_field_name("value") if node.type == "variable_declarator" and _is_local(node) else None
        if value is not None and value.type in ("call_expression", "await_expression"):
            count += 1
            yield value.start_byte, value.start_byte, f"same{count}("
            yield value.end_byte, value.end_byte, ")"
    declared = "<T>(value: T): T" if path.endswith(".ts") else "(value)"
    helpers = "".join(f"function same{number}{declared} {{\n  return value;\n}}\n" for number in range(1, count + 1))
    if helpers:
        yield root.end_byte, root.end_byte, f"\n{helpers}"


def with_variables_extracted(root: Node, _path: str) -> Iterator[_Edit]:
    """Arguments of a call that is a statement of its own get a name in the line before."""
    for number, statement in enumerate(s for node in _walk(root) if node.type == "statement_block" for s in node.named_children):
        call = _call_of(statement)
        arguments = call.child_by_field_name("arguments") if call is not None else None
        if arguments is None or arguments.type != "arguments":
            continue
        for position, given in enumerate(arguments.named_children):
            inside = {node.type for node in _walk(given)}
            if given.type in ("identifier", "string", "spread_element", "comment", "arrow_function", "this") or inside & {
                "await_expression",
                "yield_expression",
            }:
                continue
            name = f"given{number}n{position}"
            yield statement.start_byte, statement.start_byte, f"const {name} = {_text(given)};\n"
            yield given.start_byte, given.end_byte, name


def _call_of(statement: Node) -> Node | None:
    match statement.type:
        case "expression_statement" | "return_statement":
            value = statement.named_children[0] if statement.named_children else None
        case "lexical_declaration" if len(statement.named_children) == 1:
            value = statement.named_children[0].child_by_field_name("value")
        case _:
            return None
    if value is not None and value.type == "await_expression":
        value = value.named_children[0]
    return value if value is not None and value.type == "call_expression" else None
