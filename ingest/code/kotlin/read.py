"""One Kotlin text into `CodeFacts`."""

from __future__ import annotations

from ingest.code.graph import GraphBuilder, Scope
from ingest.code.kotlin.definitions import Definitions
from ingest.code.kotlin.grammar import parsed
from ingest.code.kotlin.names import module_name
from ingest.code.tree import first_error
from ingest.facts import CodeFacts, ConstantType, ValueKind
from ingest.source import Purpose


def read(path: str, purpose: Purpose, text: str) -> CodeFacts:
    """The facts of one text. Syntax errors are listed in `errors`. Raises ValueError where it is not tried."""
    written = text.encode("utf-8", "replace")
    root, data = parsed(written)
    builder = _Builder(path, "kotlin", purpose, module_name(path))
    builder.last = written.count(b"\n") + 1
    reader = Definitions(builder, data)
    reader.last = builder.last
    reader.read_file(root)
    if root.has_error and not builder.errors:
        builder.errors.append(f"line {first_error(root)}: syntax error")
    return builder.finish(builder.last)


class _Builder(GraphBuilder):
    """Keeps places inside of the file: the grammar is given a line break that a text may not end with."""

    last = 0

    def add(
        self, scope: Scope, kind: ValueKind, lines: tuple[int, int], text: str = "", inputs: tuple[int, ...] = (),
        labels: tuple[str, ...] = (), constant: ConstantType = "",
    ) -> int:  # fmt: skip
        return super().add(scope, kind, (min(lines[0], self.last), min(lines[1], self.last)), text, inputs, labels, constant)
