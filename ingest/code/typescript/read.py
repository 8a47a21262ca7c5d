"""One TypeScript or JavaScript text, or the code of one component or page, into `CodeFacts`, by the grammar its suffix asks for."""

from __future__ import annotations

from dataclasses import replace

import tree_sitter_javascript
import tree_sitter_typescript
from tree_sitter import Language, Node, Parser

from ingest.code.graph import GraphBuilder
from ingest.code.typescript.exports import ModuleReader
from ingest.code.typescript.names import COMPONENTS, module_name
from ingest.code.typescript.pages import woven
from ingest.code.woven import in_place
from ingest.facts import CodeFacts
from ingest.page_scripts import is_page
from ingest.source import Purpose


def read(path: str, purpose: Purpose, text: str) -> CodeFacts:
    """The facts of one text. Syntax errors are listed in `errors`; what can be read around them is."""
    if not path.lower().endswith(COMPONENTS) and not is_page(path):
        return _read(path, purpose, text)
    code, errors = woven(path, text)
    facts = in_place(_read(path, purpose, code.text), code, text.count("\n") + 1)
    return replace(facts, errors=(*errors, *facts.errors))


def _read(path: str, purpose: Purpose, text: str) -> CodeFacts:
    data = text.encode("utf-8", "replace")
    root = Parser(_grammar(path)).parse(data).root_node
    builder = GraphBuilder(path, "typescript", purpose, module_name(path))
    ModuleReader(builder, data).read_module(root)
    if root.has_error and not builder.errors:
        line = _first_error(root)
        if line is not None:
            builder.errors.append(f"line {line}: syntax error")
    return builder.finish(data.count(b"\n") + 1)


def _grammar(path: str) -> Language:
    lowered = path.lower()
    if lowered.endswith((".ts", ".mts", ".cts")):
        return Language(tree_sitter_typescript.language_typescript())
    if lowered.endswith((".tsx", ".vue", ".svelte")):
        return Language(tree_sitter_typescript.language_tsx())
    return Language(tree_sitter_javascript.language())


def _first_error(root: Node) -> int | None:
    """The line of the first piece that is no program; a bare `&` in the text of markup is none, though the grammar stumbles over it."""
    stack, seen = [root], 0
    while stack and seen < 20_000:
        node = stack.pop()
        seen += 1
        inside_text = node.parent is not None and node.parent.type in ("jsx_element", "jsx_text")
        if (node.is_missing or node.type == "ERROR") and not inside_text:
            return node.start_point[0] + 1
        stack += reversed([child for child in node.children if child.has_error or child.is_missing or child.type == "ERROR"])
    return None
