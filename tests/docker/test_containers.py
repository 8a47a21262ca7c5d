"""The image, compose and Kubernetes files: held against what they promise, and run as far as that goes without a container engine."""

from __future__ import annotations

import json
import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path, PurePosixPath
from typing import Any

import click
import pytest
import yaml
from dockerfile_parse import DockerfileParser
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from pipeline.fleet.fleet_file import read_fleet
from pipeline.interfaces.cli import cli
from pipeline.scan import ScanSettings, scan

ROOT = Path(__file__).resolve().parents[2]
DOCKER = ROOT / "docker"
BY_DIGEST = re.compile(r"[^@\s]+:[^@\s:]+@sha256:[0-9a-f]{64}")
OURS = ("web", "worker", "scheduler")


def instructions() -> list[tuple[str, str]]:
    """Every instruction of the Dockerfile with its value, in order."""
    parser = DockerfileParser(path=str(DOCKER / "Dockerfile"), parent_env={}, cache_content=False)
    return [(one["instruction"], one["value"]) for one in parser.structure if one["instruction"] != "COMMENT"]


def last_stage() -> list[tuple[str, str]]:
    all_of_it = instructions()
    return all_of_it[max(number for number, (name, _) in enumerate(all_of_it) if name == "FROM") :]


def compose() -> Mapping[str, Any]:  # Any: YAML of mixed shapes
    read = yaml.safe_load((DOCKER / "compose.yaml").read_text(encoding="utf-8"))
    assert isinstance(read, dict)
    return read


def kubernetes() -> dict[str, Any]:
    return {one["kind"]: one for one in yaml.safe_load_all((DOCKER / "cronjob.yaml").read_text(encoding="utf-8"))}


def locked(path: Path) -> dict[str, str]:
    """Each locked package with its version and hashes."""
    entries = re.split(r"\n(?=[A-Za-z0-9])", path.read_text(encoding="utf-8").strip())
    return {entry.partition("==")[0]: " ".join(re.findall(r"(?<===)\S+|sha256:\w+", entry)) for entry in entries}


def is_sent(path: str) -> bool:
    """Whether a file of the source tree gets to the builder: the last pattern that matches it or a folder above it decides."""
    folders = [part.as_posix() for part in (PurePosixPath(path), *PurePosixPath(path).parents)]
    sent = True
    for line in (DOCKER / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            pattern = re.escape(line.lstrip("!")).replace(r"\*\*/", "(?:.*/)?").replace(r"\*", "[^/]*")
            if any(re.fullmatch(pattern, folder) for folder in folders):
                sent = line.startswith("!")
    return sent


def understood(arguments: list[str]) -> click.Context:
    """The command line as our command understands it; raises where it does not."""
    command = cli.commands[arguments[0]]
    return command.make_context(arguments[0], arguments[1:], parent=click.Context(cli, info_name="threatloom", **cli.context_settings))


def test_the_image_is_built_in_stages_from_a_base_pinned_by_digest_and_runs_as_nobody_special() -> None:
    all_of_it = instructions()
    base = next(value.partition("=")[2] for name, value in all_of_it if name == "ARG")
    assert BY_DIGEST.fullmatch(base)
    assert [value for name, value in all_of_it if name == "FROM"] == ["${PYTHON_IMAGE} AS builder", "${PYTHON_IMAGE} AS runtime"]
    assert not [name for name, _ in all_of_it if name == "ADD"]
    runtime = dict(last_stage())
    assert runtime["USER"] == "10001:10001" and runtime["VOLUME"] == '["/data"]'
    assert json.loads(runtime["ENTRYPOINT"]) == ["threatloom"]
    assert runtime["HEALTHCHECK"].endswith('CMD ["healthcheck"]')
    last_run = max(number for number, (name, _) in enumerate(last_stage()) if name == "RUN")
    assert last_run < [name for name, _ in last_stage()].index("USER")


def test_the_context_holds_what_is_copied_and_no_vulnerable_sample() -> None:
    copied = [shlex.split(value)[:-1] for name, value in instructions() if name == "COPY" and "--from" not in value]
    for source in {word for words in copied for word in words if not word.startswith("--")}:
        held = [path for path in [ROOT / source, *(ROOT / source).glob("*.py")] if path.is_file()]
        assert held and all(is_sent(path.relative_to(ROOT).as_posix()) for path in held), f"{source} is copied and not sent"
    for kept_out in ("evals/systems/support-assistant/labels.yaml", "docker/secrets/web_token", ".git/config", "tests/conftest.py", ".env"):
        assert not is_sent(kept_out), kept_out


def test_the_images_packages_are_those_of_the_projects_lock() -> None:
    project, image = locked(ROOT / "requirements.lock"), {**locked(DOCKER / "requirements.lock"), **locked(DOCKER / "build.lock")}
    assert not [name for name, entry in image.items() if project.get(name) != entry], "run make lock"
    import tomllib

    said = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*said["dependencies"], *said["optional-dependencies"]["distributed"]]
    assert not {canonicalize_name(Requirement(one).name) for one in wanted} - locked(DOCKER / "requirements.lock").keys()
    assert not {"pytest", "mypy", "mkdocs", "playwright"} & image.keys()


def test_every_service_is_bounded_and_has_no_way_out() -> None:
    said = compose()
    assert [name for name, network in said["networks"].items() if network and network.get("internal")] == ["back"]
    for name, service in said["services"].items():
        assert service["read_only"] and service["cap_drop"] == ["ALL"] and service["security_opt"] == ["no-new-privileges:true"], name
        assert {"cpus", "memory", "pids"} <= service["deploy"]["resources"]["limits"].keys(), name
        assert "privileged" not in service and "network_mode" not in service, name
        assert name in OURS or "healthcheck" in service, name  # ours have the image's
        assert "egress" not in service["networks"], name
        assert service["networks"] == ["back"] or name == "web", name
        assert name in (*OURS, "ollama") or BY_DIGEST.fullmatch(service["image"]), name
    assert {name: service["ports"] for name, service in said["services"].items() if "ports" in service} == {"web": ["127.0.0.1:8737:8737"]}


def test_secrets_are_files_and_nothing_has_a_password_by_default() -> None:
    said = compose()
    assert all(secret["file"].startswith("./secrets/") for secret in said["secrets"].values())
    for name, service in said["services"].items():
        assert set(service.get("secrets", ())) <= said["secrets"].keys()
        for variable, value in service.get("environment", {}).items():
            assert not re.search(r"PASSWORD|TOKEN|SECRET|KEY", variable) or str(value).startswith("/run/secrets/"), f"{name}: {variable}"
            assert "@" not in str(value), f"{name}: {variable}"
    assert "docker/secrets/" in (ROOT / ".gitignore").read_text(encoding="utf-8")


def test_the_commands_of_the_services_and_their_fleet_are_ours(tmp_path: Path) -> None:
    for name in OURS:
        service = compose()["services"][name]
        context = understood(service["command"])
        if name == "scheduler":
            assert context.params["workers"] == "celery" and context.params["every"].days == 1
        for option in ("record", "broker", "token_file"):
            assert not str(context.params.get(option) or "/run/secrets").partition("/run/secrets")[0]
    (tmp_path / "systems" / "one").mkdir(parents=True)
    (tmp_path / "fleet.yaml").write_text((DOCKER / "fleet.yaml").read_text().replace("/systems", str(tmp_path / "systems")))
    assert [member.name for member in read_fleet(tmp_path / "fleet.yaml").members] == ["one"]


def test_secrets_are_random_readable_inside_and_made_once(tmp_path: Path) -> None:
    shutil.copy(DOCKER / "make-secrets", tmp_path)
    made: list[dict[str, str]] = []
    for _ in range(2):
        run = subprocess.run([str(tmp_path / "make-secrets")], check=True, capture_output=True, text=True)
        made.append({path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()})
        assert not any(text in run.stdout for text in made[-1].values())
    assert made[0] == made[1]
    secrets = made[0]
    assert secrets.keys() >= compose()["secrets"].keys()
    passwords = [secrets[name] for name in ("postgres_password", "redis_password", "web_token")]
    assert len(set(passwords)) == 3 and all(re.fullmatch(r"[0-9a-f]{64}", one) for one in passwords)
    assert secrets["record_url"] == f"postgresql://threatloom:{passwords[0]}@postgres:5432/threatloom"
    assert secrets["broker_url"] == f"redis://:{passwords[1]}@redis:6379/0" and passwords[1] in secrets["redis_conf"]
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "secrets").iterdir()} == {0o444}


def test_the_cron_job_is_restricted_and_its_command_and_fleet_are_ours(tmp_path: Path) -> None:
    said = kubernetes()
    pod = said["CronJob"]["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"] and pod["securityContext"]["runAsUser"] == 10001
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"} and not pod["automountServiceAccountToken"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}, "privileged": False, "readOnlyRootFilesystem": True,
    }  # fmt: skip
    assert container["resources"]["limits"].keys() == {"cpu", "memory", "ephemeral-storage"}
    assert not [one for one in container["env"] if not one["name"].endswith("_FILE")]
    assert (
        said["CronJob"]["spec"]["concurrencyPolicy"] == "Forbid"
        and "activeDeadlineSeconds" in said["CronJob"]["spec"]["jobTemplate"]["spec"]
    )
    assert said["NetworkPolicy"]["spec"]["ingress"] == [] and said["NetworkPolicy"]["spec"]["policyTypes"] == ["Ingress", "Egress"]
    assert all("to" in rule and "ports" in rule for rule in said["NetworkPolicy"]["spec"]["egress"])
    understood(container["args"])
    (tmp_path / "fleet.yaml").write_text(said["ConfigMap"]["data"]["fleet.yaml"])
    assert [member.name for member in read_fleet(tmp_path / "fleet.yaml").members] == ["support-assistant"]


def test_our_own_scanner_finds_nothing_bad_in_these_files() -> None:
    result = scan(DOCKER, ScanSettings(jobs=1))
    assert {"compose.yaml", "cronjob.yaml", "Dockerfile"} <= {
        piece.path for element in result.system.elements for piece in element.evidence
    }
    assert not [f"{finding.severity} {finding.threat}" for finding in result.findings if finding.severity in ("critical", "high")]


@pytest.fixture
def pages() -> Iterator[dict[str, int]]:
    """A server whose `/health` answers with a status of ours."""
    state = {"status": 200}

    class Health(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(state["status"] if self.path == "/health" else 404)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Health) as server:
        state["port"] = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield state
        server.shutdown()
        thread.join()


def test_the_health_check_asks_what_the_container_is_there_for(pages: dict[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    check = runpy.run_path(str(DOCKER / "healthcheck.py"))
    is_well, program = check["is_well"], ["/opt/threatloom/bin/python", "/opt/threatloom/bin/threatloom"]
    assert is_well([*program, "serve", "--port", str(pages["port"]), ""])
    assert is_well([*program, "serve", f"--port={pages['port']}"])
    pages["status"] = 503
    with pytest.raises(OSError, match="503"):
        is_well([*program, "serve", "--port", str(pages["port"])])
    assert is_well([*program, "landscape", "fleet.yaml", ""]) and is_well([*program, "scan", "/src"])
    monkeypatch.delenv("THREATLOOM_BROKER", raising=False)
    assert not is_well([*program, "worker", ""])  # it has no broker


def run_steps() -> list[str]:
    return [value for name, value in instructions() if name == "RUN"]


@pytest.mark.slow
def test_what_the_build_does_gives_a_program_that_scans(tmp_path: Path) -> None:
    """The steps that make our wheel and install it, on what the context sends; packages of others are those that are here."""
    context, wheels = tmp_path / "build", tmp_path / "wheels"
    for name in ("pyproject.toml", "README.md", "LICENSE", "threatloom.py", "ingest", "pipeline", "prompts", "evals"):
        for path in [ROOT / name] if (ROOT / name).is_file() else (ROOT / name).rglob("*"):
            inside = path.relative_to(ROOT)
            if path.is_file() and is_sent(inside.as_posix()):
                (context / inside).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, context / inside)
    step = next(step for step in run_steps() if "/opt/threatloom/bin/python install" in step)
    step = step.replace("/opt/threatloom", str(tmp_path / "env")).replace("/wheels", str(wheels))
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "PIP_NO_CACHE_DIR": "1"}
    subprocess.run(["sh", "-ec", step], cwd=context, env=environment, check=True, timeout=300)
    (wheel,) = wheels.glob("threatloom-*.whl")
    here = next(path for path in sys.path if path.endswith("site-packages"))
    installed = next((tmp_path / "env" / "lib").glob("python*/site-packages"))
    (installed / "others.pth").write_text(here)
    for shadow in Path(here).glob("__editable__*threatloom*"):
        assert shadow.exists()  # our editable install lies there too; the one of the environment comes first
    program = tmp_path / "env" / "bin" / "threatloom"
    clean = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path / "home"), "LANG": "C.UTF-8"}
    elsewhere = tmp_path / "system"
    elsewhere.mkdir()
    (elsewhere / "app.py").write_text(
        "from openai import OpenAI\nclient = OpenAI()\nprint(eval(client.responses.create(model='m', input=input()).output_text))\n"
    )
    where = "import pipeline, threatloom; print(pipeline.__file__)"
    found = subprocess.run([tmp_path / "env/bin/python", "-c", where], cwd=elsewhere, env=clean, check=True, capture_output=True, text=True)
    assert str(installed) in found.stdout
    assert subprocess.run([program, "--version"], env=clean, check=True, capture_output=True, text=True).stdout.startswith("threatloom ")
    scanned = subprocess.run(
        [program, "scan", ".", "--format", "json"], cwd=elsewhere, env=clean, capture_output=True, text=True, check=False
    )
    assert scanned.returncode == 0, scanned.stderr
    assert json.loads(scanned.stdout)["findings"]
    history = subprocess.run([program, "history", "."], cwd=elsewhere, env=clean, capture_output=True, text=True, check=False)
    assert history.returncode == 0, history.stderr  # the record's migrations are in the wheel
    assert wheel.stat().st_size < 20_000_000
