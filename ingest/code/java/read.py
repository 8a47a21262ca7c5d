"""One Java text into `CodeFacts`."""

from __future__ import annotations

import tree_sitter_java
from tree_sitter import Language, Parser

from ingest.code.graph import GraphBuilder
from ingest.code.java.definitions import Definitions
from ingest.code.java.names import module_name
from ingest.code.tree import first_error
from ingest.facts import CodeFacts
from ingest.source import Purpose


def read(path: str, purpose: Purpose, text: str) -> CodeFacts:
    """The facts of one text. Syntax errors are listed in `errors`; what can be read around them is."""
    data = text.encode("utf-8", "replace")
    root = Parser(Language(tree_sitter_java.language())).parse(data).root_node
    builder = GraphBuilder(path, "java", purpose, module_name(path))
    Definitions(builder, data).read_file(root)
    if root.has_error and not builder.errors:
        builder.errors.append(f"line {first_error(root)}: syntax error")
    return builder.finish(data.count(b"\n") + 1)
