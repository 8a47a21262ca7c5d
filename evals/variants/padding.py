"""Programs with code nobody calls, and files that have nothing to do with the system."""

from __future__ import annotations

import random
from pathlib import PurePosixPath

from evals.variants.model import Changed, Tree
from evals.variants.syntax import grammar_of, parse

_DEAD = {
    "python": "\n\ndef _spare_{n}(width: float, height: float) -> float:\n    total = 0.0\n    for step in range(int(width)):\n"
    "        if step % 2 == 0 and height > 0:\n            total += height / (step + 1)\n    return round(total, 2)\n",
    "javascript": "\nfunction spare{n}(width, height) {{\n  let total = 0;\n  for (let step = 0; step < width; step += 2) {{\n"
    "    total += height / (step + 1);\n  }}\n  return Math.round(total * 100) / 100;\n}}\n",
    "typescript": "\nfunction spare{n}(width: number, height: number): number {{\n  let total = 0;\n"
    "  for (let step = 0; step < width; step += 2) {{\n"
    "    total += height / (step + 1);\n  }}\n  return Math.round(total * 100) / 100;\n}}\n",
    "go": "\nfunc spare{n}(width int, height float64) float64 {{\n\ttotal := 0.0\n\tfor step := 0; step < width; step += 2 {{\n"
    "\t\ttotal += height / float64(step+1)\n\t}}\n\treturn total\n}}\n",
    "java": "\n    private static double spare{n}(int width, double height) {{\n        double total = 0;\n"
    "        for (int step = 0; step < width; step += 2) {{\n            total += height / (step + 1);\n        }}\n"
    "        return total;\n    }}\n",
    "csharp": "\n    private static double Spare{n}(int width, double height)\n    {{\n        double total = 0;\n"
    "        for (var step = 0; step < width; step += 2) {{ total += height / (step + 1); }}\n        return total;\n    }}\n",
}
_UNRELATED = {
    "tools/paper_sizes.py": b'"""Sizes of paper in millimetres."""\n\nSIZES = {"A4": (210, 297)}\n\n\n'
    b"def area(name: str) -> int:\n    width, height = SIZES[name]\n    return width * height\n",
    "tools/moon.go": b"package tools\n\n// Phase gives the part of a lunation that has passed.\nfunc Phase(day float64) float64 {\n"
    b"\tturns := day / 29.53\n\treturn turns - float64(int(turns))\n}\n",
    "tools/colours.ts": b"export function mixed(one: number, other: number): number {\n  return (one + other) / 2;\n}\n",
    "assets/print.css": b"@media print {\n  nav { display: none; }\n  body { font-size: 11pt; }\n}\n",
    "docs/style-of-commits.md": b"# Style of commits\n\nA subject in the imperative, at most 60 characters. The body says why.\n\n"
    b"- One change per commit.\n- Spelling is checked by the editor.\n",
    "data/holidays.csv": b"date,name\n2026-01-01,New Year\n2026-05-01,Labour Day\n",
}


def pad(tree: Tree, rng: random.Random) -> Changed:
    """A function nobody calls in each program, and a few files about other things."""
    result: dict[str, bytes] = {}
    for number, (path, data) in enumerate(sorted(tree.items())):
        grammar = grammar_of(path, data)
        result[path] = data if grammar is None or parse(data, grammar).has_error else _padded(data, grammar.name, number)
    suffixes = {PurePosixPath(path).suffix for path in tree}
    for path, data in _UNRELATED.items():
        if grammar_of(path) is None or PurePosixPath(path).suffix in suffixes:  # a program in a language that is there
            result.setdefault(path, data)
    return Changed(result)


def _padded(data: bytes, language: str, number: int) -> bytes:
    dead = _DEAD[language].format(n=number).encode()
    if language not in ("java", "csharp"):
        return data if not data.strip() else data.rstrip(b"\n") + b"\n" + dead
    end = data.rstrip().rfind(b"}")
    opened = data[:end].count(b"class ")
    file_scoped = language == "java" or b"namespace" not in data or b";" in data.split(b"namespace", 1)[1].split(b"{", 1)[0]
    return data[:end] + dead.lstrip(b"\n") + data[end:] if end > 0 and opened == 1 and file_scoped else data
