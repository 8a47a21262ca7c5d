"""What a file is for, and which reader it gets, by its path."""

from __future__ import annotations

import pytest

from ingest.purpose import kind_of, purpose_of


@pytest.mark.parametrize(
    ("path", "purpose"),
    [
        ("src/app.py", "product"), ("app/evaluation/score.py", "product"), ("notebooks/train.ipynb", "product"),
        ("prompts/system.md", "product"), ("app/templates/page.html", "product"), ("Dockerfile", "product"),
        ("tests/test_app.py", "test"), ("src/conftest.py", "test"), ("src/app_test.py", "test"), ("pkg/fixtures/a.yaml", "test"),
        ("evals/run.py", "test"), ("spec/app.py", "test"), ("web/app.spec.ts", "test"),
        ("examples/ask.py", "example"), ("benchmarks/speed.py", "example"), ("demo/app.py", "example"), ("docs/examples/a.py", "example"),
        ("docs/conf.py", "documentation"), ("README.md", "documentation"), ("specs/design.md", "documentation"),
        ("vendor/lib.py", "vendored"), ("a/site-packages/b.py", "vendored"), ("api_pb2.py", "generated"),
        ("src/main/java/com/example/demo/App.java", "product"), ("api/src/test/java/com/example/AppTest.java", "test"),
        ("examples/chat/src/main/java/com/acme/App.java", "example"), ("src/contest.py", "product"), ("src/latest.py", "product"), ("requirements.txt", "product"),
    ],
)  # fmt: skip
def test_a_path_tells_what_a_file_is_for(path: str, purpose: str) -> None:
    assert purpose_of(path, b"") == purpose


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("a/requirements-dev.txt", "requirements"), ("requirements/base.in", "requirements"), ("constraints.txt", "requirements"),
        ("notes.txt", "text"), ("docker-compose.prod.yml", "compose"), ("compose.yaml", "compose"), ("values.yaml", None),
        ("sub/.github/workflows/ci.yml", "github_workflow"), (".github/dependabot.yml", None), (".env.example", "dotenv"), (".envrc", None),
        ("prod.env", "dotenv"), ("Dockerfile.gpu", "dockerfile"), ("Dockerfile.md", "markdown"), ("api.dockerfile", "dockerfile"),
        ("docker/entrypoint.sh", "entry_script"), ("docker-entrypoint.sh", "entry_script"), ("build.sh", None),
        (".vscode/mcp.json", "mcp_config"), ("claude_desktop_config.json", "mcp_config"), ("uv.lock", "lockfile"), ("Cargo.lock", None),
        ("package.json", "package_json"), ("app.ts", "typescript"), ("page.jsx", "typescript"), ("types.d.ts", None), ("tsconfig.base.json", "tsconfig"), ("x.pyi", None), ("main.go", None),
    ],
)  # fmt: skip
def test_a_name_tells_the_kind(path: str, kind: str | None) -> None:
    assert kind_of(path) == kind
