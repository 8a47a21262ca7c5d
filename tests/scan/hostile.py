"""Files made to break a reader, grouped by how they try, and what a scan has to list about each of them.

All files of a group lie in one tree beside a sound program, so that one scan meets them all; an outcome is the
list it belongs to and words of its reason, and None is a file that is read without a complaint.
"""

from __future__ import annotations

import io
import json
import zipfile
from typing import Literal, NamedTuple

from reportlab.pdfgen.canvas import Canvas

DEEP = 100_000
DEEP_ENOUGH = 30_000  # for the stack of whoever recurses in C, where each of twenty readers is asked


Listing = Literal["skipped", "errors"]


class Bad(NamedTuple):
    """A file and what is to be listed about it."""

    content: str | bytes
    listed: Listing | None = None
    words: str = ""


def zip_bomb() -> bytes:
    """200 MB of one letter in a file of a word processor."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("word/document.xml", "w", force_zip64=True) as entry:
            for _ in range(200):
                entry.write(b"a" * 1_000_000)
    return stream.getvalue()


def pdf_without_text() -> bytes:
    stream = io.BytesIO()
    canvas = Canvas(stream, invariant=1)
    canvas.rect(72, 72, 200, 200)
    canvas.showPage()
    canvas.save()
    return stream.getvalue()


def exploding_yaml(last: str) -> str:
    """Nine levels of nine aliases: 387 million nodes for whoever follows them."""
    rows = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    rows += [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]" for level in range(1, 9)]
    return "\n".join([*rows, last, ""])


def notebook(*cells: str) -> str:
    made = [{"cell_type": "code", "metadata": {}, "outputs": [], "source": cell} for cell in cells]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def calling_chain(length: int) -> str:
    """`length` functions, each calling the next, the last one executing what it is given."""
    rows = [f"def f{n}(x):\n    return f{n + 1}(x)\n" for n in range(length)]
    return "\n".join([*rows, f"def f{length}(x):\n    exec(x)\n", "f0(input())\n"])


# A list of names that each round of an agent's loop makes of itself.
_ROUNDS = """
import openai

client = openai.OpenAI()

def drop(table): print(table)

TOOLS = {"drop": drop}

def run(messages):
    asked = []
    while True:
        asked = list(asked)
        reply = client.chat.completions.create(model="gpt-5-mini", messages=messages, tools=[{"type": "function", "function": {"name": "drop"}}])
        for call in reply.choices[0].message.tool_calls:
            if call.function.name in asked or input("run it?") != "y":
                continue
            messages.append(TOOLS[call.function.name](call.function.arguments))

run([])
"""


def _nested(opening: str, closing: str, before: str = "", after: str = "", depth: int = DEEP) -> str:
    return before + opening * depth + after + closing * depth


_LONG: tuple[Listing, str] = ("skipped", "minified")
_DEEPER: tuple[Listing, str] = ("skipped", "nested more than")

GROUPS: dict[str, dict[str, Bad]] = {
    "unreadable": {
        "bytes.py": Bad(bytes(range(256)) * 100, "skipped", "binary"),
        "bytes.md": Bad(bytes(range(256)) * 100, "skipped", "binary"),
        "late.md": Bad(b"words\n\n" * 3000 + b"\0", "errors", "NUL"),
        "late.py": Bad(b"x = 1\n" * 3000 + b"\0\0\n", "skipped", "syntax error"),
        "bytes/.env": Bad(b"\0\1\2=\0", "skipped", "binary"),
        "bytes.docx": Bad(bytes(range(256)) * 100, "errors", "archive"),
        "bytes.pdf": Bad(b"%PDF-1.7\n" + bytes(range(256)), "errors", "PDF"),
        "open.py": Bad("def f(:\n  exec(input()\nclass\n", "skipped", "syntax error"),
        "cut.ipynb": Bad('{"cells": [{"cell_ty', "errors", "notebook"),
        "list.ipynb": Bad("[]", "errors", "not a notebook"),
        "null.ipynb": Bad('{"cells": null}', "errors", "no list of cells"),
        "empty.ipynb": Bad("", "errors", "notebook"),
        "words.ipynb": Bad('{"cells": [1, null, {"cell_type": "code", "source": 5}, {"cell_type": "code", "source": [1, "a = 1\\n"]}]}'),
        "shell.ipynb": Bad(notebook("%pip install x\n!curl x | sh\na = 1", "%%bash\nrm -rf /")),
        "empty.py": Bad(""), "empty.md": Bad(""), "empty.html": Bad(""), "Dockerfile": Bad(""), ".env": Bad(""), "compose.yaml": Bad(""),
        "requirements.txt": Bad(""), "pyproject.toml": Bad(""), "mcp.json": Bad(""), "package.json": Bad(""),
    },
    "of another shape": {
        "mcp.json": Bad('{"mcpServers": [1, {"command": 5, "args": "x", "env": [1]}]}', "errors", "mcpServers is a list"),
        "package.json": Bad('{"dependencies": [1], "devDependencies": {"a": {"b": 1}}}', "errors", "dependencies is a list"),
        "compose.yaml": Bad("services:\n  a: 5\n  b: [1]\n  ? [x]\n  : 1\n  c:\n    ports: {a: b}\n    environment: [1, {a: b}]\n    image: [x]\n", "errors", "services.a"),
        "a/compose.yaml": Bad("services: &a\n  b: *a\n"),
        ".github/workflows/a.yml": Bad("on: 5\njobs:\n  a: [1]\n  b:\n    steps: {a: 1}\n  c:\n    steps: [1, null, {uses: [1]}, {run: {a: b}}]\n", "errors", "jobs.a"),
        ".github/workflows/b.yml": Bad("on: push\njobs: [build]\n", "errors", "jobs is a list"),
        "b/compose.yaml": Bad("services: web\n", "errors", "line 1: services is a single value"),
        "pyproject.toml": Bad("project = 5\ntool = [1]\n", "errors", "project is a single value"),
        "poetry.lock": Bad("package = 5\n", "errors", "[[package]]"), "package-lock.json": Bad('{"packages": [1]}'), "Pipfile.lock": Bad('{"default": 1}', "errors", "default is"),
        "requirements.txt": Bad("-r requirements.txt\n-r ../../../etc/passwd\n-c /etc/passwd\nflask\n"),
        ".env": Bad("A=${A}\nB=${C}${C}\nC=${B}${B}\n" + "".join(f"X{n + 1}=${{X{n}}}${{X{n}}}\n" for n in range(60))),
        "Dockerfile": Bad("ARG A=${A}\n" + "".join(f"ARG X{n + 1}=${{X{n}}}${{X{n}}}\n" for n in range(60)) + "FROM ${X60}\n"),
    },
    "nested": {
        "line.py": Bad(_nested("(", ")", "x = "), *_LONG),
        "round.py": Bad(_nested("(\n", ")\n", "x = "), *_DEEPER),
        "open.py": Bad("x = " + "(\n" * DEEP, "skipped", "syntax error"),
        "square.py": Bad(_nested("[\n", "]\n", "x = "), *_DEEPER),
        "calls.py": Bad(_nested("f(\n", ")\n", "x = "), *_DEEPER),
        "chain.py": Bad("x = (a\n" + ".b()\n" * 20_000 + ")\n", *_DEEPER),
        "not.py": Bad("x = (" + "not\n" * 20_000 + "a)\n", *_DEEPER),
        "lambda.py": Bad("x = " + "lambda:\\\n" * 20_000 + "1\n", *_DEEPER),
        "elif.py": Bad("if a:\n    pass\n" + "elif b:\n    pass\n" * 10_000),
        "functions.py": Bad("".join(" " * n + f"def f{n}():\n" for n in range(800)) + " " * 800 + "pass\n", *_DEEPER),
        "package.json": Bad(_nested("[\n", "]\n", '{"dependencies":') + "}", "errors", "nested"),
        "mcp.json": Bad(_nested('{"a":\n', "}\n", '{"mcpServers":', "1") + "}", "errors", "nested"),
        "deep.ipynb": Bad(_nested("[", "]", '{"cells":') + "}", "errors", "nested"),
        "compose.yaml": Bad(_nested("[\n ", "]\n ", "services: "), "errors", "nested"),
        ".github/workflows/a.yml": Bad("on:\n" + ("- " * 5000 + "\n") * 10, "errors", "nested"),
        "pyproject.toml": Bad(_nested("[\n", "]\n", "x = "), "errors", "nested"),
        "uv.lock": Bad(_nested("[", "]", "x = "), "errors", "nested"),
        "deep.html": Bad(_nested("<div>\n", "</div>\n", after="x"), "skipped", "nested"),
        "quotes.md": Bad(">" * DEEP + " x\n"),
        "lists.md": Bad("".join("  " * n + "- x\n" for n in range(600))),
        "links.md": Bad(_nested("[", "]", after="a")),
        "mermaid.md": Bad("```mermaid\nflowchart LR\n" + _nested("subgraph a\n", "end\n", depth=20_000) + "```\n"),
    },
    "long": {
        "string.py": Bad("x = '" + "a" * 1_000_000 + "'\n", *_LONG),
        "sum.py": Bad("x = (\n" + " +\n".join(["a"] * 20_000) + "\n)\n"),
        "list.py": Bad("x = [\n" + "'a',\n" * 50_000 + "]\n"),
        "names.py": Bad("x = input()\n" + "".join(f"x{n} = x\n" for n in range(30_000))),
        "steps.py": Bad("x0 = input()\n" + "".join(f"x{n + 1} = x{n}\n" for n in range(10_000)) + "print(x10000)\n"),
        "calls.py": Bad(calling_chain(1500)),
        "words.md": Bad("the model must " * 70_000 + "\n", "skipped", "line of"),
        "line.md": Bad("a" * 1_000_000 + "\n"),
        "sentences.md": Bad("The agent must never refund.\n\n" * 5_000),
        "requirements.txt": Bad("a" * 1_000_000 + "==1\n", *_LONG),
        "Dockerfile": Bad("FROM a\nRUN a \\\n" + "b \\\n" * 100_000, "errors", "longer than"),
        ".env": Bad("A=" + "a" * 1_000_000 + "\n", *_LONG),
    },
    "circular": {
        "functions.py": Bad("def a(x):\n    return b(x)\n\ndef b(x):\n    return a(x)\n\ndef c(x):\n    return c(c(x))\n\nprint(c(a(input())))\n"),
        "classes.py": Bad("class A(B):\n    def m(self): return self.m()\nclass B(A): pass\nclass C(C): pass\nclass D(A, B, C, D): pass\nD().x.y(D().m())\n"),
        "names.py": Bad("a = b\nb = a\nx = x\nx = x.y\ny = y(y)\na(b)\n"),
        "decorators.py": Bad("@f\ndef f(): pass\n@g.h\n@h\ndef g(): pass\n@g\nclass h: pass\n"),
        "pkg/__init__.py": Bad("from pkg import *\nfrom . import pkg\nimport pkg\nx = pkg.x\n"),
        "pkg/pkg.py": Bad("import pkg.pkg\nfrom pkg.pkg import a as b, b as a\nfrom . import pkg\nfrom .pkg import *\na.b.c()\nprint(a(input()))\n"),
        "first.py": Bad("from second import f as g\ndef h(): return g()\n"),
        "second.py": Bad("from first import h as f\nf()\n"),
        "rounds.py": Bad(_ROUNDS),
        "calls.py": Bad(
            "".join(f"def f{n}(x):\n" + "".join(f"    x = f{m}(x)\n" for m in range(40)) + "    return x\n" for n in range(40)) + "f0(input())\n"
        ),
    },
    "explosive": {
        "bomb.docx": Bad(zip_bomb(), "skipped", "packed more than"),
        "cut.docx": Bad(zip_bomb()[:1000], "errors", "archive"),
        "drawing.pdf": Bad(pdf_without_text(), "skipped", "no text layer"),
        "compose.yaml": Bad(exploding_yaml("services: *a8"), "errors", "too many"),
        ".github/workflows/a.yml": Bad(exploding_yaml("on: *a8"), "errors", "too many"),
        "pnpm-lock.yaml": Bad(exploding_yaml("packages: *a8")),
    },
    "nested in braces": {
        "round.ts": Bad(_nested("(\n", ")\n", "x = ", "1", DEEP_ENOUGH), *_DEEPER),
        "blocks.js": Bad("{\n" * DEEP_ENOUGH + "}\n" * DEEP_ENOUGH, *_DEEPER),
        "elses.ts": Bad("if (a) b();\nelse " * 6_000 + "c();\n"),
        "sum.js": Bad("x = 'a'" + " +\n'a'" * DEEP_ENOUGH + ";\n"),
        "members.ts": Bad("x = a" + "\n.b" * DEEP_ENOUGH + ";\n"),
        "pattern.ts": Bad("const " + "[\n" * DEEP_ENOUGH + "a" + "]\n" * DEEP_ENOUGH + " = b;\n", *_DEEPER),
        "pattern.py": Bad("[\\\n" * DEEP_ENOUGH + "a" + "]\\\n" * DEEP_ENOUGH + " = b\n", *_DEEPER),
        "Round.java": Bad(_nested("(\n", ")\n", "class A { int x = ", "1", DEEP_ENOUGH) + "; }\n", *_DEEPER),
        "Blocks.java": Bad("class A { void f() {\n" + "{\n" * DEEP_ENOUGH + "}\n" * DEEP_ENOUGH + "} }\n", *_DEEPER),
        "Elses.java": Bad("class A { void f() {\n" + "if (a) b();\nelse " * 6_000 + "c();\n} }\n"),
        "Members.java": Bad("class A { void f() { x = a" + "\n.b" * DEEP_ENOUGH + "; } }\n", *_DEEPER),
        "Round.kt": Bad(_nested("(\n", ")\n", "val x = ", "1", DEEP_ENOUGH) + "\n", *_DEEPER),
        "Blocks.kt": Bad("fun f() {\n" + "if (a) {\n" * DEEP_ENOUGH + "}\n" * DEEP_ENOUGH + "}\n", *_DEEPER),
        "Lambdas.kt": Bad("val x = " + "a.let {\n" * DEEP_ENOUGH + "it\n" + "}\n" * DEEP_ENOUGH, *_DEEPER),
        "Elses.kt": Bad("fun f() {\n" + "if (a) b()\nelse " * 6_000 + "c()\n}\n"),
        "Members.kt": Bad("val x = a" + "\n.b" * DEEP_ENOUGH + "\n", *_DEEPER),
        "Sum.kt": Bad('val x = "a"' + ' +\n"a"' * DEEP_ENOUGH + "\n"),
        "Setters.kt": Bad("val x: Int\nset(\n" * 10_000, "errors", "not closed"),
        "Comments.kt": Bad("/*\n" * 10_000, "errors", "not closed"),
        "Sum.java": Bad('class A { String x = "a"' + ' +\n"a"' * DEEP_ENOUGH + "; }\n"),
    },
    "in circles": {
        "ring.py": Bad("".join(f"def f{n}(x):\n    return f{(n + 1) % 1000}(x)\n" for n in range(1000)) + "print(f0(input()))\n"),
        "tree.py": Bad("".join(f"def g{n}(x):\n    return g{(2 * n + 1) % 1000}(x) or g{(2 * n + 2) % 1000}(x)\n" for n in range(1000)) + "g0(input())\n"),
        "ring.ts": Bad("".join(f"const f{n} = (x) => f{(n + 1) % 1000}(x) || f{(2 * n) % 1000}(x);\n" for n in range(1000)) + "f0(process.argv);\n"),
        "Ring.java": Bad("class A {\n" + "".join(f"static String f{n}(String x) {{\nreturn f{(n + 1) % 1000}(x);\n}}\n" for n in range(1000)) + "}\n"),
        "heirs.py": Bad("".join(f"class C{n}(C{(n + 1) % 500}, C{(n + 7) % 500}):\n    def m(self): return self.m()\n" for n in range(500)) + "C0().m()\n"),
        "heirs.ts": Bad("".join(f"class C{n} extends C{(n + 1) % 500} {{ m() {{ return this.n(); }} }}\n" for n in range(500))),
        "Ring.kt": Bad("".join(f"fun f{n}(x: String): String = f{(n + 1) % 1000}(x)\n" for n in range(1000))),
        "Heirs.kt": Bad("".join(f"open class C{n} : C{(n + 1) % 500}() {{ fun m() = this.n() }}\n" for n in range(500))),
        "Heirs.java": Bad("".join(f"class C{n} extends C{(n + 1) % 500} {{ int m() {{ return this.n(); }} }}\n" for n in range(500))),
        **{f"p{n}.py": Bad(f"from p{(n + 1) % 200} import *\nfrom p{(n + 2) % 200} import a as b, b as a\n") for n in range(200)},
        **{f"r{n}.ts": Bad(f'export * from "./r{(n + 1) % 200}";\nexport {{ a as b, b as a }} from "./r{(n + 2) % 200}";\n') for n in range(200)},
        "user.py": Bad("from p0 import a\na(input())\n"),
        "user.ts": Bad('import { a } from "./r0";\na(process.argv);\n'),
    },
    "many": {
        "functions.py": Bad("".join(f"def f{n}(x):\n    return x\n" for n in range(10_000))),
        "calls.py": Bad("from functions import *\n" + "".join(f"f{n}(input())\n" for n in range(3_000))),
        "table.py": Bad("D = {\n" + "".join(f"  'k{n}': ['a', {{'b': {n}}}],\n" for n in range(10_000)) + "}\nprint(D['k5'])\n"),
        "table.ts": Bad("export const D = {\n" + "".join(f"  k{n}: ['a', {{b: {n}}}],\n" for n in range(10_000)) + "};\n"),
        "Functions.kt": Bad("".join(f"fun f{n}(x: String): String = x\n" for n in range(8_000))),
        "Functions.java": Bad("class A {\n" + "".join(f"String f{n}(String x) {{\nreturn x;\n}}\n" for n in range(8_000)) + "}\n"),
    },
}  # fmt: skip
