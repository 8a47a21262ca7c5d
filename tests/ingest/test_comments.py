"""Comments that speak to threatloom are told from data by the syntax of each format: each pair holds one that counts and one that does not."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.comments import comments_of
from ingest.facts import Comment
from ingest.source import Source, SourceKind

YES, NO = "threatloom: accept yes -- why", "threatloom: accept no -- why"


def said(path: str, kind: SourceKind, text: str) -> tuple[Comment, ...]:
    return comments_of(Source(path, Path("/nowhere"), kind, "product", len(text)), text.encode())


_CELLS = [{"cell_type": "code", "source": [f"# {YES}\n", "f()"]}, {"cell_type": "markdown", "source": f"# {NO}"}]
_NOTEBOOK = json.dumps({"cells": _CELLS})
FORMATS: dict[str, tuple[str, SourceKind, str]] = {
    "python": ("a.py", "python", f'x = "# {NO}"\ny = """\n# {NO}\n"""\n# {YES}\nf()\n'),
    "typescript": ("a.ts", "typescript", f"const a = `// {NO}`;\n// {YES}\nf();\n"),
    "tsx": ("a.tsx", "typescript", f'const a = <p>{{"// {NO}"}} // {NO}</p>;\n// {YES}\nf();\n'),
    "javascript": ("a.js", "typescript", f"const a = '/* {NO} */';\n/* {YES} */\nf();\n"),
    "java": ("A.java", "java", f'class A {{ String a = "// {NO}";\n// {YES}\nint b; }}\n'),
    "kotlin": ("A.kt", "kotlin", f'val a = """\n// {NO}"""\n// {YES}\nval b = "// {NO} $a"\n'),
    "go": ("a.go", "go", f"package a\nvar a = `\n// {NO}\n`\n// {YES}\nfunc f() {{}}\n"),
    "csharp": ("A.cs", "csharp", f'class A {{ string a = @"\n// {NO}";\n// {YES}\nint b; }}\n'),
    "shell": ("a.sh", "shell_script", f"cat <<EOF\n# {NO}\nEOF\n# {YES}\nls\n"),
    "notebook": ("a.ipynb", "notebook", _NOTEBOOK),
    "yaml": ("a.yaml", "kubernetes", f"a: |\n  # {NO}\nb: '# {NO}'\n# {YES}\nc: 1\n"),
    "workflow": (".github/workflows/a.yml", "github_workflow", f"run: |\n  # {NO}\n  ls\n# {YES}\non: push\n"),
    "helm": ("templates/a.yaml", "helm_template", f"{{{{- if .x }}}}\na: {{{{ .y | quote }}}}\nb: |\n  # {NO}\n# {YES}\nc: 1\n{{{{- end }}}}\n"),
    "toml": ("pyproject.toml", "pyproject", f'a = """\n# {NO}\n"""\n# {YES}\nb = 1\n'),
    "json": ("tsconfig.json", "tsconfig", f'{{"a": "// {NO}",\n// {YES}\n"b": 1}}\n'),
    "terraform": ("a.tf", "terraform", f'a = <<EOT\n# {NO}\nEOT\nb = "// {NO}"\n# {YES}\nc = 1\n'),
    "dockerfile": ("Dockerfile", "dockerfile", f"FROM a\nRUN echo # {NO}\nCOPY <<EOF /a\n# {NO}\nEOF\n# {YES}\nUSER b\n"),
    "compose": ("compose.yaml", "compose", f'a: "# {NO}"\n# {YES}\nb: 1\n'),
    "dotenv": (".env", "dotenv", f"A=b # {NO}\n# {YES}\nC=1\n"),
    "requirements": ("requirements.txt", "requirements", f"a==1#{NO}\n# {YES}\nb==1\n"),
    "nginx": ("nginx.conf", "nginx", f"a '# {NO}';\n# {YES}\nb;\n"),
    "maven": ("pom.xml", "maven", f"<a><![CDATA[<!-- {NO} -->]]>\n<!-- {YES} -->\n<b/></a>\n"),
    "go_mod": ("go.mod", "go_mod", f"module a//{NO}\n// {YES}\ngo 1.24\n"),
    "properties": ("application.properties", "spring_settings", f"a = \\\n# {NO}\n# {YES}\nb = 1\n"),
    "markdown": ("a.md", "markdown", f"{NO}\n\n```\n<!-- {NO} -->\n```\n\n`<!-- {NO} -->`\n\n<!-- {YES} -->\nText.\n"),
    "html": ("a.html", "html", f'<script>"<!-- {NO} -->"</script><p>{NO}</p>\n<!-- {YES} -->\n<p>a</p>\n'),
}  # fmt: skip


_PIECES = (
    "threatloom: accept a-b -- c",
    "#",
    "//",
    "/*",
    "*/",
    "<!--",
    "-->",
    "<![x[",
    "\n",
    "\r",
    '"',
    "'",
    "`",
    '"""',
    "{{",
    "}}",
    "<<EOF",
    "EOF",
    "@*",
    "*@",
    ": |",
    "  ",
    "\x00",
    "\u2028",
)


@pytest.mark.parametrize("name", FORMATS)
def test_a_comment_counts_and_what_looks_like_one_in_data_does_not(name: str) -> None:
    path, kind, text = FORMATS[name]
    assert [comment.text for comment in said(path, kind, text)] == ["accept yes -- why"]


@pytest.mark.parametrize(
    ("path", "kind"), [("prompts/system.txt", "prompt_file"), ("a.txt", "text"), ("a.j2", "prompt_file"), ("p.lock", "lockfile")]
)
def test_prompts_and_plain_text_have_no_comments(path: str, kind: SourceKind) -> None:
    assert said(path, kind, f"# {NO}\n// {NO}\n<!-- {NO} -->\n") == ()


def test_the_words_stand_at_the_beginning_of_a_comment_or_behind_another() -> None:
    text = f"f()  # noqa: S301  # {YES}\ng()  # as in '{NO}'\n"
    assert [(comment.text, comment.beside) for comment in said("a.py", "python", text)] == [("accept yes -- why", (1, 1))]


def test_a_comment_of_its_own_is_about_the_next_line_with_code() -> None:
    text = f"# {YES}\n\n# more\n# {YES}\nf()\nf()\n"
    assert [comment.beside for comment in said("a.py", "python", text)] == [(1, 5), (4, 5)]


def test_a_comment_before_decorators_is_about_the_whole_head_of_the_definition() -> None:
    text = f"# {YES}\n@tool(\n    name='a',\n)\nasync def f(\n    a, b,\n):\n    g()\n"
    assert [comment.beside for comment in said("a.py", "python", text)] == [(1, 5)]


def test_a_reason_may_go_on_in_a_comment_of_several_lines() -> None:
    text = "/* threatloom: accept yes -- why\n * and more\n *\n * other words\n */\nf();\n"
    assert [comment.text for comment in said("a.js", "typescript", text)] == ["accept yes -- why and more"]


def test_broken_and_deeply_nested_files_have_no_comments_and_break_nothing() -> None:
    hostile: tuple[tuple[str, SourceKind, str], ...] = (
        ("a.yaml", "kubernetes", f'a: "\n# {NO}\n'),
        ("a.ipynb", "notebook", f"# {NO}"),
        ("a.tf", "terraform", f"/* {NO}"),
        ("a.json", "mcp_config", "[" * 50_000 + f'"// {NO}"'),
    )
    for path, kind, text in hostile:
        assert said(path, kind, text) == ()
    deep = "(" * 30_000 + f"# {YES}\n"
    assert len(said("a.py", "python", deep)) <= 1


def test_many_comments_take_no_longer_than_a_file_of_their_size() -> None:
    many = "# a\n" * 60_000 + f"# {YES}\n"
    kinds: tuple[tuple[str, SourceKind], ...] = (
        ("a.py", "python"),
        ("a.yaml", "compose"),
        ("a.toml", "pyproject"),
        ("a.sh", "shell_script"),
    )
    for path, kind in kinds:
        begun = time.process_time()
        assert len(said(path, kind, many)) == 1
        assert time.process_time() - begun < 3


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(FORMATS)), st.lists(st.sampled_from([*_PIECES]) | st.text(max_size=8), max_size=25))
def test_any_text_ends_in_comments_of_its_lines_or_in_none(name: str, pieces: list[str]) -> None:
    path, kind, _ = FORMATS[name]
    text = "".join(pieces)
    lines = text.count("\n") + 1
    for comment in comments_of(Source(path, Path("/nowhere"), kind, "product", 1), text.encode("utf-8", "replace")):
        assert comment.place.start_line >= 1 and comment.beside[0] <= comment.beside[1]
        assert comment.place.page is not None or comment.beside[1] <= lines + text.count("\r") + 5
