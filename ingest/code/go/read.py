"""One Go text into `CodeFacts`."""

from __future__ import annotations

import tree_sitter_go
from tree_sitter import Language, Parser

from ingest.code.go.components import SUFFIX, as_go
from ingest.code.go.definitions import Definitions
from ingest.code.go.names import module_name
from ingest.code.graph import GraphBuilder
from ingest.code.tree import first_error
from ingest.facts import CodeFacts
from ingest.source import Purpose


def read(path: str, purpose: Purpose, text: str) -> CodeFacts:
    """The facts of one text. Syntax errors are listed in `errors`; what can be read around them is."""
    data = (as_go(text) if path.lower().endswith(SUFFIX) else text).encode("utf-8", "replace")
    lines = data.count(b"\n") + 1
    parser = Parser(Language(tree_sitter_go.language()))
    root = parser.parse(data).root_node
    if root.has_error and not data.endswith(b"\n"):
        ended = parser.parse(data + b"\n").root_node  # the grammar asks for the end of the last declaration's line
        root = root if ended.has_error else ended
    builder = GraphBuilder(path, "go", purpose, module_name(path))
    Definitions(builder, data).read_file(root, lines)
    if root.has_error and not builder.errors:
        builder.errors.append(f"line {first_error(root)}: syntax error")
    return builder.finish(lines)
