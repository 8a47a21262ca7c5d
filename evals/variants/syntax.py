"""Programs as syntax trees: which language a file is in, its leaves, and edits of its bytes.

Takes bytes, gives nodes of tree-sitter. Nothing here knows what a variant is; what languages differ in is one `Grammar` each.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import PurePosixPath
from typing import NamedTuple

from tree_sitter import Language, Node, Parser


@dataclass(frozen=True, slots=True)
class Grammar:
    """What the rewriting of programs has to know of a language."""

    name: str
    package: str  # the wheel that brings the grammar
    loader: str
    functions: frozenset[str]  # nodes that have names of their own inside
    declares: frozenset[tuple[str, str]]  # (node, field) that give a name to a local variable
    takes: frozenset[str]  # nodes that name parameters
    apart: frozenset[tuple[str, str]]  # (node, field) of names that belong to something else: attributes, keywords
    names: frozenset[str] = frozenset({"identifier"})
    puns: frozenset[str] = frozenset()  # leaves that are a variable and the name of a field at once
    comments: frozenset[str] = frozenset({"comment"})
    texts: frozenset[str] = frozenset({"string"})  # nodes whose lines are not to be moved
    unclear: frozenset[str] = frozenset()  # nodes inside of which names may mean more than one thing: their function is left alone


PYTHON = Grammar(
    "python", "tree_sitter_python", "language",
    functions=frozenset({"function_definition"}),
    declares=frozenset({
        ("assignment", "left"), ("for_statement", "left"), ("for_in_clause", "left"), ("named_expression", "name"),
        ("as_pattern", "alias"),
    }),
    takes=frozenset({"parameters", "lambda_parameters", "global_statement", "nonlocal_statement", "import_statement",
                     "import_from_statement"}),
    apart=frozenset({("attribute", "attribute"), ("keyword_argument", "name")}),
    unclear=frozenset({"match_statement", "class_definition", "ERROR"}),
)  # fmt: skip
JAVASCRIPT = Grammar(
    "javascript", "tree_sitter_javascript", "language",
    functions=frozenset({
        "function_declaration", "function_expression", "arrow_function", "method_definition", "generator_function_declaration",
    }),
    declares=frozenset({("variable_declarator", "name")}),
    takes=frozenset({"formal_parameters", "catch_clause"}),
    apart=frozenset({("labeled_statement", "label")}),
    puns=frozenset({"shorthand_property_identifier", "shorthand_property_identifier_pattern"}),
    texts=frozenset({"string", "template_string", "jsx_text", "regex"}),
    unclear=frozenset({"class_declaration", "class", "ERROR"}),
)  # fmt: skip
TYPESCRIPT = replace(JAVASCRIPT, name="typescript", package="tree_sitter_typescript", loader="language_typescript")
TSX = replace(TYPESCRIPT, loader="language_tsx")
JAVA = Grammar(
    "java", "tree_sitter_java", "language",
    functions=frozenset({"method_declaration", "constructor_declaration"}),
    declares=frozenset({("variable_declarator", "name"), ("enhanced_for_statement", "name"), ("resource", "name")}),
    takes=frozenset({"formal_parameters", "inferred_parameters", "catch_formal_parameter"}),
    apart=frozenset({("field_access", "field"), ("method_invocation", "name"), ("element_value_pair", "key")}),
    comments=frozenset({"line_comment", "block_comment"}),
    texts=frozenset({"string_literal", "text_block"}),
    unclear=frozenset({"class_declaration", "class_body", "type_pattern", "record_pattern", "ERROR"}),
)  # fmt: skip
GO = Grammar(
    "go", "tree_sitter_go", "language",
    functions=frozenset({"function_declaration", "method_declaration"}),
    declares=frozenset({("short_var_declaration", "left"), ("range_clause", "left"), ("var_spec", "name")}),
    takes=frozenset({"parameter_list"}),
    apart=frozenset(),
    texts=frozenset({"interpreted_string_literal", "raw_string_literal"}),
    unclear=frozenset({"type_switch_statement", "labeled_statement", "type_declaration", "ERROR"}),
)  # fmt: skip
CSHARP = Grammar(
    "csharp", "tree_sitter_c_sharp", "language",
    functions=frozenset({"method_declaration", "constructor_declaration", "local_function_statement"}),
    declares=frozenset({("variable_declarator", "name"), ("foreach_statement", "left")}),
    takes=frozenset({"parameter_list", "implicit_parameter", "catch_declaration"}),
    apart=frozenset({("member_access_expression", "name"), ("argument", "name"), ("name_colon", "name"),
                     ("member_binding_expression", "name")}),
    texts=frozenset({"string_literal", "verbatim_string_literal", "raw_string_literal", "interpolated_string_expression"}),
    unclear=frozenset({"anonymous_object_creation_expression", "query_expression", "ERROR"}),
)  # fmt: skip
GRAMMARS: dict[str, Grammar] = {
    ".py": PYTHON, ".js": JAVASCRIPT, ".jsx": JAVASCRIPT, ".mjs": JAVASCRIPT, ".ts": TYPESCRIPT, ".tsx": TSX,
    ".java": JAVA, ".go": GO, ".cs": CSHARP,
}  # fmt: skip


_LONGEST = 100_000  # bytes


class Edit(NamedTuple):
    start: int
    end: int
    text: bytes


def grammar_of(path: str, data: bytes = b"") -> Grammar | None:
    """The language of a program that people write; None for what is minified, or longer than anybody writes."""
    return None if ".min." in path or len(data) > _LONGEST else GRAMMARS.get(PurePosixPath(path).suffix.lower())


@lru_cache(maxsize=16)
def _parser(grammar: Grammar) -> Parser:
    return Parser(Language(getattr(importlib.import_module(grammar.package), grammar.loader)()))


def parse(data: bytes, grammar: Grammar) -> Node:
    return _parser(grammar).parse(data).root_node


def edited(data: bytes, edits: Iterable[Edit]) -> bytes:
    """The bytes with edits that do not overlap."""
    for edit in sorted(edits, reverse=True):
        data = data[: edit.start] + edit.text + data[edit.end :]
    return data


def text_of(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it, in the order of the text."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting += reversed(current.children)


def leaves(node: Node, grammar: Grammar) -> Iterator[Node]:
    """What carries meaning: the smallest nodes, without comments."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        if current.type in grammar.comments:
            continue
        if not current.children:
            yield current
        waiting += reversed(current.children)


def stands_as(node: Node, pairs: frozenset[tuple[str, str]]) -> bool:
    """Whether a node is, to the one above it, one of what is named by (node, field)."""
    above = node.parent
    return above is not None and any(
        kind == above.type and (child := above.child_by_field_name(name)) is not None and child.id == node.id for kind, name in pairs
    )
