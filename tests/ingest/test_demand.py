"""Which code is read: what mentions a topic, what imports it, what these use; and nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import pytest

from ingest.demand import Topics, demanded
from ingest.source import Source, SourceKind

TOPICS = Topics(about=((re.compile(rb"import ai\b"),),), beside=(re.compile(rb"@tool"),), alone=(re.compile(rb"KEY = "),))
_KINDS: dict[str, SourceKind] = {".py": "python", ".ipynb": "notebook", ".ts": "typescript", ".java": "java", ".kt": "kotlin"}


def needed(folder: Path, files: Mapping[str, str | bytes], topics: Topics = TOPICS) -> set[str]:
    """Paths that are read, of a tree of these files."""
    code: list[Source] = []
    manifests: list[Source] = []
    for name, content in sorted(files.items()):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
        kind = _KINDS.get(PurePosixPath(name).suffix, "package_json")
        (manifests if kind == "package_json" else code).append(Source(name, target, kind, "product", target.stat().st_size))
    demand = demanded(code, topics, manifests)
    assert {source.path for source in (*demand.needed, *demand.passed_over)} == {source.path for source in code}
    return {source.path for source in demand.needed}


def test_what_mentions_a_topic_is_read_and_what_stands_apart_is_not(tmp_path: Path) -> None:
    assert needed(tmp_path, {"model.py": "import ai\n", "billing.py": "import decimal\n"}) == {"model.py"}


def test_callers_are_read_and_what_they_use_too(tmp_path: Path) -> None:
    files = {
        "app/__init__.py": "",
        "app/main.py": "from app import views\n",
        "app/views.py": "from .model import ask\nfrom .guards import allowed\n",
        "app/model.py": "import ai\n",
        "app/guards.py": "from app.users import known\n",
        "app/users.py": "",
        "app/report.py": "from app.users import known\n",
    }
    assert needed(tmp_path, files) == set(files) - {"app/report.py"}


@pytest.mark.parametrize(
    "statement",
    [
        "import pkg.model\n", "import os, pkg.model\n", "from pkg import model\n", "from pkg import (\n    other,  # not, this\n    model as m,\n)\n",
        "from pkg import other, \\\n    model\n", "    from pkg.model import ask\n", "load('pkg.model')\n", "HOOK = 'pkg.model:ask'\n", "from pkg.model import *\n",
        "from pkg import other; from pkg import model\n", "try: import pkg.model\nexcept ImportError: pass\n", "import os; import pkg.model\n",
    ],
)  # fmt: skip
def test_every_form_of_an_import_is_followed(tmp_path: Path, statement: str) -> None:
    files = {"pkg/__init__.py": "", "pkg/model.py": "import ai\n", "pkg/other.py": "", "main.py": statement}
    assert "main.py" in needed(tmp_path, files)


def test_relative_imports_are_followed_upwards(tmp_path: Path) -> None:
    files = {f"{folder}__init__.py": "" for folder in ("a/", "a/b/", "a/b/c/")}
    files |= {"a/model.py": "import ai\n", "a/b/c/deep.py": "from ...model import ask\n", "a/b/c/wrong.py": "from .model import ask\n"}
    assert {"a/b/c/deep.py", "a/b/c/wrong.py"} & needed(tmp_path, files) == {"a/b/c/deep.py"}


def test_packages_above_what_is_read_are_read(tmp_path: Path) -> None:
    assert needed(tmp_path, {"a/__init__.py": "", "a/b/__init__.py": "", "a/b/model.py": "import ai\n"}) == {
        "a/__init__.py", "a/b/__init__.py", "a/b/model.py",
    }  # fmt: skip


def test_what_joins_itself_by_registering_is_read(tmp_path: Path) -> None:
    files = {"registry.py": "", "agent.py": "import ai\nimport registry\n", "plain.py": "import registry\n"}
    files |= {"shell.py": "import registry\n@tool\ndef run(): ...\n", "apart.py": "@tool\ndef run(): ...\n"}
    assert needed(tmp_path, files) == {"registry.py", "agent.py", "shell.py"}


def test_what_offers_itself_in_the_same_package_is_read(tmp_path: Path) -> None:
    files = {
        "app/__init__.py": "",
        "app/model.py": "import ai\n",
        "app/packs/__init__.py": "",
        "app/packs/shell.py": "@tool\ndef run(): ...\n",
    }
    files |= {"app/words.py": "X = 1\n", "other/__init__.py": "", "other/shell.py": "@tool\ndef run(): ...\n"}
    assert needed(tmp_path, files) == {"app/__init__.py", "app/model.py", "app/packs/__init__.py", "app/packs/shell.py"}


def test_a_credential_makes_only_its_own_file_read(tmp_path: Path) -> None:
    files = {"settings.py": "KEY = 'x'\nimport other\n", "other.py": "", "user.py": "import settings\n"}
    assert needed(tmp_path, files) == {"settings.py"}


def test_notebooks_are_read_whatever_they_say(tmp_path: Path) -> None:
    assert needed(tmp_path, {"a.ipynb": "{", "b.py": ""}) == {"a.ipynb"}


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
def test_words_in_wide_encodings_are_found(tmp_path: Path, encoding: str) -> None:
    assert needed(tmp_path, {"wide.py": "import ai\n".encode(encoding)}) == {"wide.py"}


def test_a_file_that_cannot_be_opened_is_left_to_its_reader(tmp_path: Path) -> None:
    gone = Source("gone.py", tmp_path / "gone.py", "python", "product", 1)
    assert demanded([gone], TOPICS).needed == (gone,)


def test_a_javascript_package_is_read_whole_and_with_those_that_use_it(tmp_path: Path) -> None:
    files = {
        "package.json": '{"name": "root"}',
        "apps/web/package.json": '{"name": "web"}',
        "apps/web/app/route.ts": 'import { ask } from "@acme/ai/client";\n',
        "apps/web/middleware.ts": "export function middleware() {}\n",
        "apps/site/package.json": '{"name": "site"}',
        "apps/site/index.ts": "export {};\n",
        "packages/ai/package.json": '{"name": "@acme/ai"}',
        "packages/ai/src/client.ts": "import ai\n",
        "packages/ai/src/text.ts": 'import { t } from "../../text/src/t";\n',
        "packages/text/package.json": '{"name": "@acme/text"}',
        "packages/text/src/t.ts": "",
    }
    assert needed(tmp_path, files) == {
        "apps/web/app/route.ts", "apps/web/middleware.ts", "packages/ai/src/client.ts", "packages/ai/src/text.ts", "packages/text/src/t.ts",
    }  # fmt: skip


def test_files_of_another_language_are_read_all_or_none(tmp_path: Path) -> None:
    assert needed(tmp_path / "with", {"A.java": "import ai;\n", "b/B.java": ""}) == {"A.java", "b/B.java"}
    assert needed(tmp_path / "both", {"A.java": "", "b/B.kt": "import ai\n"}) == {"A.java", "b/B.kt"}
    assert needed(tmp_path / "without", {"A.java": "", "b.py": "import ai\n"}) == {"b.py"}


def test_circles_of_imports_end(tmp_path: Path) -> None:
    files = {f"m{n}.py": f"import m{(n + 1) % 500}\nimport m{(n + 7) % 500}\n" for n in range(500)}
    assert needed(tmp_path / "without", files) == set()
    assert needed(tmp_path / "with", files | {"m0.py": "import ai\nimport m1\n"}) == set(files)


@pytest.mark.parametrize("command", ["python collect.py", "python3 -u ./collect.py --days 7", "python -m collect"])
def test_a_script_that_a_pipeline_runs_is_read_whatever_it_speaks_of(tmp_path: Path, command: str) -> None:
    (tmp_path / "collect.py").write_text("import urllib\n")
    (tmp_path / "billing.py").write_text("import urllib\n")
    (tmp_path / "dvc.yaml").write_text(f"stages:\n  rows:\n    cmd: {command}\n")
    code = [Source(name, tmp_path / name, "python", "product", 14) for name in ("billing.py", "collect.py")]
    pipeline = Source("dvc.yaml", tmp_path / "dvc.yaml", "ml_pipeline", "product", 40)
    assert [source.path for source in demanded(code, TOPICS, (), [pipeline]).needed] == ["collect.py"]


PAGE = """
const body = await (await fetch(`/api/ask/${id}`, {method: "POST"})).json();
document.querySelector("#log").innerHTML = body.answer;
"""


def test_a_script_of_a_page_is_read_where_it_asks_what_is_served_and_writes_markup(tmp_path: Path) -> None:
    served = {"app.py": 'import ai\n@app.post("/ask/{id}")\ndef ask(id): ...\n', "web/other.ts": "let x = 1;\n"}
    assert needed(tmp_path / "a", {**served, "web/chat.ts": PAGE}) == {"app.py", "web/chat.ts"}
    assert needed(tmp_path / "b", {**served, "web/chat.ts": PAGE.replace("innerHTML", "textContent")}) == {"app.py"}
    assert needed(tmp_path / "c", {**served, "web/chat.ts": PAGE.replace("/api/ask/", "/api/bills/")}) == {"app.py"}
