"""The yardstick: every Python file of a folder read and parsed once by tree-sitter, in one thread, and nothing else.

Run as a script by the product's interpreter, so that parser and grammar are the very ones the product uses. Takes a
folder and the file to write the counts to. Trees are dropped at once; nothing walks them.
"""

from __future__ import annotations

import json
import os
import sys
import time


def main(folder: str, output: str) -> None:
    import tree_sitter_python
    from tree_sitter import Language, Parser

    parser = Parser(Language(tree_sitter_python.language()))
    files = lines = broken = 0
    started = time.perf_counter()
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != ".git")
        for name in sorted(names):
            if name.endswith(".py"):
                with open(os.path.join(root, name), "rb") as opened:  # noqa: PTH118, PTH123 - the yardstick pays for no comfort
                    body = opened.read()
                broken += parser.parse(body).root_node.has_error
                files += 1
                lines += body.count(b"\n")
    counts = {"files": files, "lines": lines, "with_errors": broken, "seconds": round(time.perf_counter() - started, 3)}
    with open(output, "w", encoding="utf-8") as opened_output:  # noqa: PTH123
        json.dump(counts, opened_output)


if __name__ == "__main__":
    main(*sys.argv[1:])
