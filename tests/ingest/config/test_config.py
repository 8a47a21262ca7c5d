"""What configuration files say, each format by a file as people write it, and all of them under hostile input."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.config import READERS, read_config
from ingest.facts import ConfigFacts, Setting
from ingest.purpose import kind_of
from ingest.source import ReadError, Skip, Source, SourceKind


def source(path: Path, kind: SourceKind | None = None) -> Source:
    found = kind or kind_of(path.name)
    assert found is not None
    return Source(path.name, path, found, "product", path.stat().st_size)


def read(folder: Path, name: str, text: str | bytes, kind: SourceKind | None = None) -> list[Setting]:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    facts = read_config(source(path, kind))
    assert isinstance(facts, ConfigFacts), facts
    return list(facts.settings)


def one(found: list[Setting], kind: str, name: str) -> Setting:
    (match,) = [setting for setting in found if setting.kind == kind and setting.name == name]
    return match


def error(folder: Path, name: str, text: str | bytes, kind: SourceKind | None = None) -> str:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    start = time.monotonic()
    outcome = read_config(source(path, kind))
    assert time.monotonic() - start < 2
    assert isinstance(outcome, ReadError), outcome
    return outcome.error


def test_requirements_tell_pins_and_where_packages_come_from(tmp_path: Path) -> None:
    text = (
        "# comment\n--extra-index-url https://me:hunter2secret@pypi.corp.net/simple\n--trusted-host pypi.corp.net\nflask==3.0.0 # web\n"
        "torch>=2\nopenai\nnumpy==1.26.0 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n-e git+https://github.com/a/b.git@main#egg=Bee\n"
        "tool @ https://host/tool.whl\n-r other.txt\nuvicorn[standard]==0.3.* ; python_version < '3.12'\n"
    )
    found = read(tmp_path, "requirements.txt", text)
    index = next(setting for setting in found if setting.kind == "package_index" and setting.attributes["extra"])
    assert "hunter2" not in index.name and index.place.start_line == 2
    assert {setting.name: setting.attributes["pin"] for setting in found if setting.kind == "package"} == {
        "flask": "exact", "torch": "range", "openai": "none", "numpy": "hash", "bee": "git", "tool": "url", "uvicorn": "range",
    }  # fmt: skip
    numpy = one(found, "package", "numpy")
    assert (numpy.place.start_line, numpy.place.end_line) == (7, 9)
    assert not [setting for setting in found if setting.kind == "lock"]


def test_go_mod_tells_the_module_and_what_it_requires(tmp_path: Path) -> None:
    text = (
        "module acme.dev/svc/v2\n\ngo 1.24\n\nrequire github.com/gin-gonic/gin v1.10.0\n\nrequire (\n"
        "\tgolang.org/x/net v0.30.0 // indirect\n\tacme.dev/shared v0.0.0\n)\n\nreplace acme.dev/shared => ../shared\n"
    )
    found = read(tmp_path, "go.mod", text)
    assert one(found, "go_module", "acme.dev/svc/v2").place.start_line == 1
    gin = one(found, "package", "github.com/gin-gonic/gin")
    assert gin.attributes == {"direct": True, "ecosystem": "go", "pin": "exact", "specifier": "v1.10.0"}
    assert gin.place.start_line == 5
    assert one(found, "package", "golang.org/x/net").attributes["direct"] is False
    assert [setting.name for setting in found if setting.kind == "package"] == ["github.com/gin-gonic/gin", "golang.org/x/net"]


def test_go_sum_is_a_lock_with_the_hash_of_each_package(tmp_path: Path) -> None:
    text = "a.dev/b v1.0.0 h1:xx=\na.dev/b v1.0.0/go.mod h1:yy=\nc.dev/d v0.1.0/go.mod h1:zz=\n"
    found = read(tmp_path, "go.sum", text)
    assert one(found, "lock", "go.sum").attributes == {"ecosystem": "go", "hashes": True, "packages": 1}


def test_requirements_whose_every_package_has_a_hash_are_a_lock(tmp_path: Path) -> None:
    found = read(tmp_path, "requirements.txt", "a==1 --hash=sha256:aa\nb==2 --hash=sha256:bb\n")
    assert one(found, "lock", "requirements.txt").attributes == {"ecosystem": "pypi", "hashes": True, "packages": 2}


def test_pyproject_entries_are_found_with_their_lines(tmp_path: Path) -> None:
    text = (
        '[project]\nname = "x"\ndependencies = [\n  "flask==3.0",\n  "openai",\n]\n[project.optional-dependencies]\ndev = ["openai>=1"]\n'
        '[tool.uv.sources]\nbee = { git = "https://github.com/a/bee" }\n[[tool.uv.index]]\nurl = "https://pypi.corp/simple"\n'
        '[tool.poetry.dependencies]\npython = "^3.11"\nhttpx = "^0.27"\nrich = "13.0.0"\n'
    )
    found = read(tmp_path, "pyproject.toml", text)
    lines = [(setting.name, setting.attributes["pin"], setting.place.start_line) for setting in found if setting.kind == "package"]
    assert sorted(lines) == [
        ("bee", "git", 10),
        ("flask", "exact", 4),
        ("httpx", "range", 15),
        ("openai", "none", 5),
        ("openai", "range", 8),
        ("rich", "exact", 16),
    ]
    assert one(found, "package_index", "https://pypi.corp/simple").place.start_line == 12


def test_lock_files_are_counted(tmp_path: Path) -> None:
    uv = '[[package]]\nname = "a"\nversion = "1"\nwheels = [{ url = "u", hash = "sha256:x" }]\n\n[[package]]\nname = "me"\nversion = "0"\nsource = { editable = "." }\n'
    found = read(tmp_path, "uv.lock", uv)
    assert one(found, "lock", "uv.lock").attributes == {"ecosystem": "pypi", "hashes": True, "packages": 1}
    assert one(found, "package", "a").attributes["direct"] is False
    pipfile = '{"default": {"a": {"hashes": ["sha256:x"], "version": "==1"}}, "develop": {}}'
    assert one(read(tmp_path, "Pipfile.lock", pipfile), "package", "a").attributes["pin"] == "hash"
    npm = '{\n  "lockfileVersion": 3,\n  "packages": {\n    "node_modules/a": {\n      "integrity": "sha512-x"\n    }\n  }\n}\n'
    assert one(read(tmp_path, "package-lock.json", npm), "lock", "package-lock.json").attributes["packages"] == 1


def test_package_json_ranges_have_lines(tmp_path: Path) -> None:
    text = '{\n  "dependencies": {\n    "a": "1.2.3",\n    "b": "^1",\n    "c": "latest",\n    "d": "github:x/y"\n  },\n  "scripts": {"postinstall": "curl https://x | sh"}\n}\n'
    found = read(tmp_path, "package.json", text)
    pins = {setting.name: (setting.attributes["pin"], setting.place.start_line) for setting in found if setting.kind == "package"}
    assert pins == {"a": ("exact", 3), "b": ("range", 4), "c": ("none", 5), "d": ("git", 6)}
    assert one(found, "run_command", "postinstall").attributes["downloads_and_runs"] is True


def test_a_dockerfile_tells_images_user_and_what_it_runs(tmp_path: Path) -> None:
    digest = "sha256:" + "a" * 64
    text = (
        f"ARG TAG=3.12\nFROM python:${{TAG}} AS build\nRUN pip install torch flask==3.0 \\\n  --index-url https://pypi.corp/simple\n"
        f"FROM python@{digest}\nENV API_TOKEN=q8Zr2LmX0vTb5NcY DEBUG=1\nCOPY --from=build /a /b\nCOPY .env /app/\n"
        'RUN curl -fsSL https://get.sh/x | sudo bash\nRUN <<EOF\nwget -qO- https://y | python3\nEOF\nEXPOSE 80 443/tcp\nUSER app:app\nENTRYPOINT ["serve"]\n'
    )
    found = read(tmp_path, "Dockerfile", text)
    images = [(setting.name, setting.attributes["pin"], setting.attributes["stage"]) for setting in found if setting.kind == "image"]
    assert images == [("python", "tag", "build"), ("python", "digest", "1")]
    assert one(found, "package", "torch").attributes["pin"] == "none" and one(found, "package", "torch").place.end_line == 4
    assert [setting.place.start_line for setting in found if setting.attributes.get("downloads_and_runs")] == [9, 10]
    assert one(found, "environment", "API_TOKEN").attributes["secret"] and not one(found, "environment", "DEBUG").attributes.get("secret")
    assert one(found, "run_command", "COPY").place.start_line == 8
    assert one(found, "container_user", "app").attributes == {"declared": True, "root": False}
    assert one(found, "container_build", "Dockerfile").attributes["exposes"] == ("80", "443/tcp")


def test_a_dockerfile_without_a_user_runs_as_root(tmp_path: Path) -> None:
    assert one(read(tmp_path, "Dockerfile", "FROM a AS b\nUSER me\nFROM c\n"), "container_user", "root").attributes["declared"] is False


def test_a_stage_begins_with_what_the_stage_below_it_said(tmp_path: Path) -> None:
    text = 'FROM a AS base\nUSER me\nEXPOSE 8080\nENTRYPOINT ["serve"]\nFROM sdk AS build\nUSER root\nFROM base AS final\nCMD ["--all"]\n'
    found = read(tmp_path, "Dockerfile", text)
    assert one(found, "container_user", "me").place.start_line == 2
    build = one(found, "container_build", "Dockerfile").attributes
    assert (build["exposes"], build["entrypoint"], build["stages"]) == (("8080",), '["serve"]', ("base", "final"))


def test_a_secret_that_a_service_is_given_under_another_name_repeats_the_first(tmp_path: Path) -> None:
    text = (
        "services:\n  app:\n    environment:\n      S3_SECRET_KEY: q7Rt3Yb9Kc2Nv8Dp\n      MAIL_PASSWORD: Sommer88meadow\n"
        "  store:\n    environment:\n      MINIO_ROOT_PASSWORD: q7Rt3Yb9Kc2Nv8Dp\n  mail:\n    environment:\n      MAIL_PASSWORD: Sommer88meadow\n"
    )
    variables = [s for s in read(tmp_path, "compose.yaml", text) if s.kind == "environment"]
    assert [(s.name, s.attributes.get("repeats")) for s in variables] == [
        ("S3_SECRET_KEY", None), ("MAIL_PASSWORD", None), ("MINIO_ROOT_PASSWORD", "S3_SECRET_KEY"), ("MAIL_PASSWORD", None),
    ]  # fmt: skip


@pytest.mark.parametrize(("password", "repeats"), [("q7Rt3Yb9Kc2Nv8Dp", "POSTGRES_PASSWORD"), ("Zw4mK8sL2xQ9vB6t", None)])
def test_a_password_inside_an_address_repeats_the_one_of_its_server(tmp_path: Path, password: str, repeats: str | None) -> None:
    text = (
        "services:\n  store:\n    environment:\n      POSTGRES_PASSWORD: q7Rt3Yb9Kc2Nv8Dp\n"
        f"  app:\n    environment:\n      DATABASE_URL: postgresql://app:{password}@store:5432/app\n"
    )
    variables = [s for s in read(tmp_path, "compose.yaml", text) if s.kind == "environment"]
    assert [(s.name, s.attributes.get("repeats")) for s in variables] == [("POSTGRES_PASSWORD", None), ("DATABASE_URL", repeats)]


def test_compose_services_tell_what_they_open(tmp_path: Path) -> None:
    text = (
        "x-base: &base\n  privileged: true\n  environment: {MODE: fast}\nservices:\n  app:\n    <<: *base\n    image: corp/app:1.2\n    ports:\n"
        '      - "127.0.0.1:80:80"\n      - target: 90\n        published: 9090\n    volumes: ["/var/run/docker.sock:/var/run/docker.sock"]\n'
        "  db:\n    image: postgres\n    ports: ['127.0.0.1:5432:5432']\n    environment:\n      - POSTGRES_PASSWORD=Winter2031\n      - URL=${URL}\n"
    )
    found = read(tmp_path, "compose.yaml", text)
    app, database = one(found, "service", "app"), one(found, "service", "db")
    assert app.attributes["privileged"] is True and app.attributes["docker_socket"] is True and app.attributes["published"] is True
    assert app.attributes["ports"] == ("127.0.0.1:80:80", "9090:90")
    assert (database.attributes["published"], database.attributes["pin"], database.place.start_line) == (False, "none", 13)
    assert one(found, "environment", "POSTGRES_PASSWORD").attributes["secret"] == "Secret Keyword"
    assert one(found, "environment", "URL").attributes["placeholder"] is True
    assert "Winter2031" not in repr(found)


@pytest.mark.parametrize("text", ["", "# name: ci\n# on: push\n", "---\n", "~\n"])
def test_a_workflow_that_is_commented_out_runs_nothing_and_is_no_error(tmp_path: Path, text: str) -> None:
    assert list(read(tmp_path, "ci.yml", text, "github_workflow")) == []


def test_a_workflow_tells_who_starts_it_and_what_outsiders_write(tmp_path: Path) -> None:
    text = (
        "on:\n  pull_request_target:\n    types: [opened]\njobs:\n  a:\n    runs-on: ubuntu-latest\n    permissions: write-all\n    steps:\n"
        "      - uses: actions/checkout@" + "a" * 40 + "\n        with:\n          ref: ${{ github.event.pull_request.head.sha }}\n"
        '      - name: greet\n        run: |\n          echo "${{ github.event.pull_request.title }}"\n          echo ${{ github.event.pull_request.number }}\n'
        '      - name: safe\n        env:\n          TITLE: ${{ github.event.pull_request.title }}\n          KEY: ${{ secrets.DEPLOY }}\n        run: echo "$TITLE"\n'
        "      - uses: corp/action@main\n"
    )
    found = read(tmp_path, "ci.yml", text, "github_workflow")
    assert one(found, "workflow", "ci.yml").attributes["untrusted_trigger"] is True
    steps = [setting for setting in found if setting.kind == "workflow_step"]
    assert [step.attributes.get("pin") for step in steps] == ["sha", None, None, "branch"]
    assert steps[0].attributes["checks_out_untrusted"] is True
    assert steps[1].attributes["untrusted_input"] == ("github.event.pull_request.title",)
    assert (steps[1].place.start_line, steps[1].place.end_line) == (12, 15)
    assert "untrusted_input" not in steps[2].attributes and steps[2].attributes["secrets"] == ("DEPLOY",)
    assert steps[2].attributes["permissions"] == ("write-all",)


def test_dotenv_names_secrets_and_never_keeps_values(tmp_path: Path) -> None:
    key = "sk-ant-api03-" + "Zq8Rk2Lm0X" * 5
    found = read(
        tmp_path,
        ".env",
        f"\n\n# c\nexport ANTHROPIC_API_KEY={key}\nDB_PASSWORD='Sommer2031x'\nOTHER_KEY=\nOPENAI_API_KEY=your-key-here\nPORT=80\n",
    )
    assert one(found, "environment", "ANTHROPIC_API_KEY").attributes["secret"] == "Anthropic API Key"
    assert one(found, "environment", "ANTHROPIC_API_KEY").place.start_line == 4
    assert one(found, "environment", "DB_PASSWORD").attributes["secret"] == "Secret Keyword"
    assert one(found, "environment", "OTHER_KEY").attributes["has_value"] is False
    assert one(found, "environment", "OPENAI_API_KEY").attributes["placeholder"] is True
    assert key not in repr(found) and "Sommer" not in repr(found)


def test_a_template_of_dotenv_is_to_be_filled_in_and_a_real_key_in_it_is_found(tmp_path: Path) -> None:
    text = (
        "OPENAI_API_KEY=\nPYLON_API_KEY=pylon_api_key_here\nGUEST_SIGNING_KEY=guest_signing_key\nDB_PASSWORD=postgres\nHF_TOKEN=hf_"
        + "Zq8Rk2Lm0X" * 4
        + "\n"
    )
    for name in (".env.example", ".env.sample", ".env.local.template", "dev.example.env"):
        found = read(tmp_path, name, text, "dotenv")
        assert [setting.name for setting in found if setting.attributes.get("secret")] == ["HF_TOKEN"], name
    assert one(read(tmp_path, ".env", text), "environment", "GUEST_SIGNING_KEY").attributes["secret"] == "Secret Keyword"


def test_a_default_password_is_a_fact_of_its_service_and_no_secret(tmp_path: Path) -> None:
    text = (
        "services:\n  db:\n    image: postgres\n    ports: ['5432:5432']\n    environment:\n      - POSTGRES_USER=superagi\n      - POSTGRES_PASSWORD=superagi\n"
        "  graph:\n    image: neo4j\n    environment: {NEO4J_PASSWORD: neo4j123}\n  own:\n    image: mysql\n    environment:\n      MYSQL_PASSWORD: Winter2031\n"
        "  app:\n    image: a\n    environment: {DB_PASSWORD: postgres, DB_HOST: db.example.net, API_KEY: q8Zr2LmX0vTb5NcY}\n"
    )
    found = read(tmp_path, "compose.yaml", text)
    services = {setting.name: setting.attributes for setting in found if setting.kind == "service"}
    assert services["db"]["default_passwords"] == ("POSTGRES_PASSWORD",) and services["db"]["published"] is True
    assert services["graph"]["default_passwords"] == ("NEO4J_PASSWORD",) and services["graph"]["published"] is False
    assert "default_passwords" not in services["own"] and "default_passwords" not in services["app"]
    secrets = [setting.name for setting in found if setting.attributes.get("secret")]
    assert secrets == ["MYSQL_PASSWORD", "DB_PASSWORD", "API_KEY"]


def test_mcp_servers_tell_their_package_and_rights(tmp_path: Path) -> None:
    text = (
        '{\n  // mine\n  "mcpServers": {\n    "files": {\n      "command": "npx", "args": ["-y", "@scope/files@1.2.3", "/"]\n    },\n'
        '    "web": {"command": "uvx", "args": ["mcp-web"], "autoApprove": ["fetch"], "env": {"API_KEY": "q8Zr2LmX0vTb5NcY"}},\n'
        '    "far": {"url": "http://far.corp/mcp"},\n    "box": {"command": "docker", "args": ["run", "-i", "--rm", "-e", "X", "mcp/box:latest"]},\n  }\n}\n'
    )
    found = read(tmp_path, "mcp.json", text)
    files, web, box = (one(found, "mcp_server", name).attributes for name in ("files", "web", "box"))
    assert (files["package"], files["pin"]) == ("@scope/files", "exact")
    assert (web["package"], web["pin"], web["auto_approve"], web["env_secrets"]) == ("mcp-web", "none", ("fetch",), ("API_KEY",))
    assert (box["package"], box["pin"]) == ("mcp/box", "latest")
    assert one(found, "mcp_server", "far").attributes["url"] == "http://far.corp/mcp"
    assert one(found, "mcp_server", "files").place.end_line == 6
    assert "q8Zr2LmX" not in repr(found)


def test_exploding_aliases_are_refused_at_once(tmp_path: Path) -> None:
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    assert "too many" in error(tmp_path, "compose.yaml", "\n".join(levels))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("compose.yaml", "[" * 50_000), ("compose.yaml", "a: &a [*a]\nb: {" * 3), ("compose.yaml", "a: \x00"), ("compose.yaml", "- x\n- y\n"),
        ("compose.yaml", "{a: " * 30_000), ("compose.yaml", "a: !!python/object/apply:os.system [x]\n\tb"), ("package.json", "[" * 100_000),
        ("package.json", '{"a" "b"}'), ("package.json", '{"a": /*'), ("mcp.json", '{"a":1}}'), ("pyproject.toml", "a = " + "[" * 90_000),
        ("pyproject.toml", "[project\n"), ("uv.lock", "x = {" * 3), ("Dockerfile", "RUN \\\n" * 6000), (".env", "A=" + " " * 250_000 + "#"),
    ],
)  # fmt: skip
def test_broken_and_hostile_files_are_errors_in_time(tmp_path: Path, name: str, text: str) -> None:
    assert error(tmp_path, name, text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (".env", ("A=" + " " * 15_000 + "x\n") * 16), ("Dockerfile", "RUN a" + "\\ " * 100_000), ("requirements.txt", "a" + " " * 500_000 + "#\n"),
        ("Dockerfile", "RUN curl " + "curl | " * 20_000), ("requirements.txt", "a; " + "(" * 5000 + "\n"), ("package.json", '{"scripts":{"install":"' + "wget " * 90_000 + '"}}'),
        ("compose.yaml", "services: {a: {image: '" + ":" * 500_000 + "'}}"), ("compose.yaml", "? " * 90 + "a"),
    ],
)  # fmt: skip
def test_what_is_slow_elsewhere_is_quick_here(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    start = time.monotonic()
    read_config(source(path))
    assert time.monotonic() - start < 4


def test_other_kinds_are_skipped(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text("x")
    assert isinstance(read_config(source(path)), Skip)


_PIECES = st.sampled_from(
    ["services:", "\n", "  ", "- ", "a", ":", "{", "}", "[", "]", '"', "'", "&a", "*a", "<<", "FROM ", "RUN ", "<<EOF", "\\\n", "=", "#", "on:", "jobs:",
     "steps:", "run:", "${{", "}}", "|", "\x00", "\u2028", "\r", "--hash=", "-e ", "git+https://", "[project]", "dependencies", "\ufeff", "mcpServers", "ENV "]
)  # fmt: skip


@pytest.mark.parametrize("kind", sorted(READERS))
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.one_of(st.binary(max_size=300), st.lists(_PIECES, max_size=40).map(lambda pieces: "".join(pieces).encode())))
def test_any_bytes_end_in_facts_or_an_error(tmp_path: Path, kind: SourceKind, data: bytes) -> None:
    path = tmp_path / {"lockfile": "uv.lock"}.get(kind, kind)
    path.write_bytes(data)
    outcome = read_config(source(path, kind))
    assert isinstance(outcome, ConfigFacts | ReadError)
    if isinstance(outcome, ReadError):
        assert "reader failed" not in outcome.error
    else:
        assert outcome == read_config(source(path, kind))
        for found in outcome.settings:
            assert 1 <= found.place.start_line <= found.place.end_line <= max(1, outcome.lines)


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("package.json", '{\n"dependencies": [1, 2]}', 'line 2: dependencies is a list, not a mapping: write {"package": "version"}'),
        ("package.json", '{"devDependencies": {\n"a": {"b": 1}}}', "line 2: devDependencies.a is a mapping, not a single value"),
        ("package.json", '["left-pad"]', "line 1: the file is a list, not a mapping"),
        ("package.json", '{"scripts": "wget x | sh"}', "scripts is a single value"),
        ("compose.yaml", "name: x\nservices: web\n", "line 2: services is a single value, not a mapping: write one key per service"),
        ("compose.yaml", "services:\n  web: [nginx]\n", "line 2: services.web is a list"),
        ("compose.yaml", "services:\n  web:\n    image: a\n    ports: 80:80\n", "line 4: services.web.ports is a single value, not a list"),
        ("compose.yaml", "services:\n  web:\n    environment: A=b\n", "services.web.environment is a single value, not a mapping or a list"),
        ("compose.yaml", "- x\n", "the file is a list"),
        (".github/workflows/ci.yml", "on: push\njobs:\n  - build\n", "line 3: jobs is a list, not a mapping"),
        (".github/workflows/ci.yml", "on: push\njobs:\n  a:\n    steps: make\n", "line 4: jobs.a.steps is a single value, not a list"),
        (".github/workflows/ci.yml", "on: push\njobs:\n  a:\n    steps:\n      - make\n", "line 5: a step of jobs.a is a single value"),
        (".github/workflows/ci.yml", "on: push\npermissions: [write-all]\njobs: {}\n", "line 2: permissions is a list"),
        ("pyproject.toml", "# x\nproject = 3\n", "line 2: project is a single value, not a table: write [project], with its keys below"),
        ("pyproject.toml", '[project]\nname = "x"\ndependencies = "flask"\n', "line 3: dependencies is a text, not a list of texts"),
        ("pyproject.toml", "[project]\ndependencies = [1]\n", "line 2: dependencies is a list of something else"),
        ("pyproject.toml", '[tool]\npoetry = ["x"]\n', "line 2: poetry is a list of something else, not a table"),
        ("Pipfile", 'packages = ["x"]\n', "line 1: packages is"),
        ("mcp.json", '{"mcpServers": [\n{"command": "npx"}]}', "line 1: mcpServers is a list, not a mapping: write {"),
        ("mcp.json", '{"servers": {"a": "npx"}}', "a is a single value, not a mapping"),
        ("mcp.json", '{"mcpServers": {"a": {"command": "npx", "args": "-y x"}}}', "a.args is a single value, not a list"),
        ("poetry.lock", "package = 5\n", "package is no list of tables"),
        ("Pipfile.lock", '{"default": 1}', "default is a single value"),
    ],
)  # fmt: skip
def test_a_sound_file_of_the_wrong_shape_is_an_error_with_its_place_and_its_remedy(tmp_path: Path, name: str, text: str, says: str) -> None:
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    kind: SourceKind | None = "github_workflow" if "workflows" in name else None
    found = error(tmp_path, name, text, kind)
    assert says in found and ": write " in found
    assert "\n" not in found and len(found) < 300


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("package.json", '{"dependencies": null, "scripts": {}}'), ("package.json", '{"name": "x"}'), ("compose.yaml", "services:\n"),
        ("compose.yaml", "volumes:\n  data:\n"), ("compose.yaml", "services:\n  web:\n    image: a\n    ports:\n    environment:\n    volumes: ~\n"),
        ("compose.yaml", "services:\n  web:\n    ports: !reset []\n    environment: {A: }\n"), (".github/workflows/ci.yml", "on: push\njobs:\n"),
        (".github/workflows/ci.yml", "on: push\njobs:\n  a:\n    uses: ./x.yml\n  b:\n    steps:\n      - uses: a/b@v1\n        with:\n"),
        ("pyproject.toml", ""), ("pyproject.toml", "[tool.ruff]\nselect = ['E']\n"), ("pyproject.toml", "[dependency-groups]\ndev = [{include-group = 'x'}, 'a']\n"),
        ("pyproject.toml", "[tool.poetry.dependencies]\npython = '^3.11'\na = [{version = '1', python = '<3.12'}]\n"), ("mcp.json", "{}"),
        ("mcp.json", '{"mcpServers": {}}'), ("mcp.json", '{"mcpServers": null, "servers": {"a": {"url": "https://a"}}}'), ("mcp.json", '{"mcpServers": {"a": {"env": null}}}'),
        ("poetry.lock", ""), ("Pipfile.lock", "{}"),
    ],
)  # fmt: skip
def test_what_a_file_leaves_out_is_no_error(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    read(tmp_path, name, text, "github_workflow" if "workflows" in name else None)


@pytest.mark.parametrize(
    ("image", "pin"),
    [
        ("${BASE}", "given"),
        ("$BASE", "given"),
        ("registry.corp/${BASE}", "given"),
        ("python:${VERSION}", "given"),
        ("${BASE}:latest", "latest"),
        ("${REGISTRY}/python", "none"),
        ("${BASE:-python}", "none"),
        ("${KNOWN}", "none"),
    ],
)
def test_an_image_that_is_named_outside_of_the_file_is_given(tmp_path: Path, image: str, pin: str) -> None:
    (found,) = [
        setting for setting in read(tmp_path, "Dockerfile", f"ARG BASE\nARG KNOWN=python\nFROM {image}\n") if setting.kind == "image"
    ]
    assert found.attributes["pin"] == pin
