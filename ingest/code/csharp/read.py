"""One C# text, or the C# of one Razor file, into `CodeFacts`."""

from __future__ import annotations

from dataclasses import replace

import tree_sitter_c_sharp
from tree_sitter import Language, Parser

from ingest.code.csharp.definitions import Definitions
from ingest.code.csharp.names import MARKUP, module_name
from ingest.code.csharp.razor import in_place, woven
from ingest.code.graph import GraphBuilder
from ingest.code.tree import first_error
from ingest.facts import CodeFacts
from ingest.source import Purpose


def read(path: str, purpose: Purpose, text: str) -> CodeFacts:
    """The facts of one text. Syntax errors are listed in `errors`; what can be read around them is."""
    if not path.endswith(MARKUP):
        return _read(path, purpose, text)
    code, errors = woven(path, text)
    facts = in_place(_read(path, purpose, code.text), code, text.count("\n") + 1)
    return replace(facts, errors=(*errors, *facts.errors))


def _read(path: str, purpose: Purpose, text: str) -> CodeFacts:
    data = text.encode("utf-8", "replace")
    root = Parser(Language(tree_sitter_c_sharp.language())).parse(data).root_node
    builder = GraphBuilder(path, "csharp", purpose, module_name(path))
    Definitions(builder, data).read_file(root)
    if root.has_error and not builder.errors:
        builder.errors.append(f"line {first_error(root)}: syntax error")
    return builder.finish(data.count(b"\n") + 1)
