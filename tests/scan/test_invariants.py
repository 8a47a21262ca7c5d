"""What must hold for every scan: evidence is what stands on disk, the same input gives the same bytes, nothing of the
tree runs or changes, nothing goes out, and no secret comes back."""

from __future__ import annotations

import hashlib
import os
import pickle
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from evals.labels import SYSTEMS
from pipeline.reports import FORMATS
from tests.ingest.documents.making import design_docx, docx_bytes, pdf_bytes
from tests.ingest.model_files.building import CALLS_SYSTEM
from tests.scan.hostile import notebook
from tests.scan.running import ROOT, Ended, Json, scan_apart, scan_here, timeless
from tests.scan.trees import PROGRAM, write_tree

SAMPLES = ("support-assistant", "support-assistant-hardened")
TREES = (*SAMPLES, "mixed")
KEY = "sk-proj-" + "Zx9Qw8Er7Ty6Ui5Op4As3Df2" + "Gh1Jk0Lm"  # put together here, so that no secret scanner stumbles over this file
DOCUMENT = "# Design\n\nEvery tool call is approved by a human.\n\n```mermaid\nflowchart LR\n  user --> api\n  api --> model\n```\n"


def mixed_tree(folder: Path) -> Path:
    """One file of every kind that is read, with the vulnerable program in several encodings and line ends."""
    files: dict[str, str | bytes] = {
        "crlf.py": PROGRAM.replace("\n", "\r\n"), "cr.py": PROGRAM.replace("\n", "\r"), "utf16.py": PROGRAM.encode("utf-16"),
        "latin.py": b"# -*- coding: latin-1 -*-\n# \xe9\n" + PROGRAM.encode(), "bom.py": b"\xef\xbb\xbf" + PROGRAM.encode(),
        "feed.py": "x = '''\x0c\x0b\u2028'''\n" + PROGRAM, "book.ipynb": notebook("import os\n", PROGRAM),
        "README.md": DOCUMENT, "docs/design.docx": docx_bytes(design_docx()), "docs/paper.pdf": pdf_bytes([["Every refund needs the approval of a human."]]),
        "docs/page.html": "<h1>Design</h1><p>The agent must never run code.</p>", "notes.txt": "The model must never execute replies.\n",
        "requirements.txt": "fastapi\nopenai==1.0\n--extra-index-url https://pypi.example.org/simple\n", "Dockerfile": "FROM python:latest\nCMD python app.py\n",
        "compose.yaml": f"services:\n  api:\n    image: api:latest\n    ports: ['8000:8000']\n    environment:\n      OPENAI_API_KEY: {KEY}\n",
        ".env": f"OPENAI_API_KEY={KEY}\n", "settings.py": f'OPENAI_API_KEY = "{KEY}"\nPASSWORD = "hunter2-Correct-Horse"\n',
        "prompted.py": f'from openai import OpenAI\nSYSTEM = """You are a helper.\nThe key is {KEY}."""\n'
        'def ask(q: str) -> str:\n    return OpenAI().chat.completions.create(model="m", messages=[{"role": "system", "content": SYSTEM}]).choices[0].message.content\n',
        ".github/workflows/ci.yml": "on: pull_request_target\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@main\n      - run: echo ${{ github.event.issue.title }}\n",
        "model.pkl": CALLS_SYSTEM,
        "mcp.json": '{"mcpServers": {"files": {"command": "npx", "args": ["-y", "some-server"]}}}',
    }  # fmt: skip
    return write_tree(folder, files)


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return mixed_tree(tmp_path_factory.mktemp("mixed") / "mixed")


def place_of(name: str, mixed: Path) -> Path:
    return mixed if name == "mixed" else SYSTEMS / name


def evidence_of(found: object) -> list[Json]:
    """Everything that looks like evidence, wherever it stands in a scan."""
    if isinstance(found, dict):
        own = [found] if "quote" in found else []
        return own + [one for value in found.values() for one in evidence_of(value)]
    return [one for value in found for one in evidence_of(value)] if isinstance(found, list) else []


# Evidence


@pytest.mark.parametrize("name", TREES)
def test_evidence_is_what_stands_on_disk(name: str, mixed: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    root = place_of(name, mixed)
    scan = scan_here(capsysbinary, root, "--jobs", "1").scan
    evidence = evidence_of(scan)
    assert len({e["path"] for e in evidence}) >= 8
    assert all(finding["evidence"] for finding in scan["findings"])
    compared = 0
    for e in evidence:
        place = root / e["path"]
        assert place.is_file() and not place.is_symlink() and ".." not in Path(e["path"]).parts, e
        assert 1 <= e["start_line"] <= e["end_line"], e
        if e["page"] is None and e["unit"] == "line" and place.suffix != ".html":
            lines = _lines(place)
            assert e["end_line"] <= len(lines), e
            stands = "\n".join(lines[e["start_line"] - 1 : e["end_line"]])
            assert e["quote"] == stands or _is_masked(e["quote"], stands), (e, stands)
            compared += 1
    assert compared > len(evidence) / 2


def _is_masked(quote: str, stands: str) -> bool:
    """Whether the quote is the text with some words replaced by the mask, and nothing else."""
    pattern = r"[^\n]+?".join(re.escape(part) for part in quote.split("****"))
    return "****" in quote and re.fullmatch(pattern, stands) is not None


def _lines(place: Path) -> list[str]:
    # On purpose not by the product's own reader: these are the bytes, cut where editors cut them.
    data = place.read_bytes()
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "latin-1" if b"coding: latin-1" in data else "utf-8-sig"
    return re.split("\r\n|\r|\n", data.decode(encoding))


def test_every_place_a_finding_names_is_part_of_the_system(mixed: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    for name in TREES:
        scan = scan_here(capsysbinary, place_of(name, mixed), "--jobs", "1").scan
        elements = {element["id"] for element in scan["system"]["elements"]}
        findings = {finding["id"] for finding in scan["findings"]}
        assert len(findings) == len(scan["findings"])
        assert all(finding["element"] in elements and set(finding["attack_path"]) <= elements for finding in scan["findings"])
        cells = [(cell["element"], cell["stride"]) for cell in scan["coverage"]]
        assert len(set(cells)) == len(cells) == 6 * len(elements)
        assert all(set(cell["findings"]) <= findings for cell in scan["coverage"])


SECRETS_IN = ("compose.yaml", "src/support_assistant/config.py", "src/support_assistant/agent/prompts.py")


def test_no_report_holds_a_secret(mixed: Path, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    for name in ("support-assistant", "mixed"):
        root = place_of(name, mixed)
        values = {KEY, "hunter2-Correct-Horse"} if name == "mixed" else _sample_secrets(root)
        assert values
        files = {form.name: tmp_path / f"{name}.{form.name}" for form in FORMATS}
        ended = scan_here(capsysbinary, root, "--jobs", "1", *(f"--format={form}={file}" for form, file in files.items()))
        assert ended.code == 0
        for form, file in files.items():
            shown = file.read_text("utf-8")
            assert "****" in shown or form in ("mermaid", "cyclonedx", "code-quality"), (name, form)  # these quote nothing
            assert not [value for value in values if value in shown], (name, form)


def _sample_secrets(root: Path) -> set[str]:
    """Values the sample's own files give to names of secrets, long enough to be told from words."""
    found = set()
    for name in SECRETS_IN:
        for line in (root / name).read_text("utf-8").splitlines():
            match = re.search(
                r"""(?i)(?:password|secret|api_?key|token|code)\w*["']?\s*(?:[:=]|is)(?:\s*str\s*=)?\s*["']?([^\s"'#${}()]{8,})""", line
            )
            if match and not match[1].startswith(("str", "http", "os.")):
                found.add(match[1].rstrip(".,"))
            found.update(re.findall(r"://[^:/\s]+:([^@\s]{6,})@", line))
    return found


# Determinism


def test_processes_order_and_hash_seed_change_no_byte(mixed: Path, tmp_path: Path) -> None:
    tree = tmp_path / "here" / "system"
    shutil.copytree(SYSTEMS / "support-assistant", tree)
    shutil.copytree(mixed, tree / "mixed")
    copied = tmp_path / "there" / "system"
    for place in sorted((place for place in tree.rglob("*") if place.is_file()), key=lambda place: place.name[::-1], reverse=True):
        target = copied / place.relative_to(tree)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(place.read_bytes())
    runs = [
        scan_apart(root, "--jobs", jobs, variables={"PYTHONHASHSEED": seed, "TZ": zone})
        for root, jobs, seed, zone in ((tree, "1", "0", "UTC"), (copied, "2", "1", "Asia/Tokyo"), (tree, "2", "2", "UTC"))
    ]
    assert all(run.err == "" for run in runs)
    first, *others = (_without_time(run) for run in runs)
    assert timeless(runs[0].out)["findings"]
    assert all(other == first for other in others)


def _without_time(run: Ended) -> str:
    text = re.sub(r'"started_at": "[^"]*"', "", run.out, count=1)
    return re.sub(r'"duration_s": [\d.e-]+', "", text, count=1)


@pytest.mark.parametrize("form", [form.name for form in FORMATS if form.name != "json"])
def test_every_report_is_the_same_twice(mixed: Path, capsysbinary: pytest.CaptureFixture[bytes], form: str) -> None:
    volatile = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z?|\d{4}-\d\d-\d\d \d\d:\d\d(?: UTC)?|\d+(?:\.\d+)? ?s\b")
    one, two = (volatile.sub("", scan_here(capsysbinary, mixed, "--jobs", "1", "--format", form).out) for _ in range(2))
    assert one == two


# Nothing of the tree runs, nothing changes, nothing goes out


class _Runs:
    """Writes the canary where it is unpickled."""

    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self) -> tuple[object, ...]:
        return (Path.touch, (self.canary,))


def living_tree(folder: Path, canary: Path) -> Path:
    """A tree in which every file that anything might run leaves a canary."""
    code = f"open({str(canary)!r}, 'w').close()\n"
    shell = f"#!/bin/sh\ntouch '{canary}'\n"
    names = (
        "setup.py", "conftest.py", "sitecustomize.py", "usercustomize.py", "__init__.py", "pkg/__init__.py", "pkg/__main__.py", "__main__.py",
        "ingest/__init__.py", "pipeline/__init__.py", "prompts/__init__.py", "yaml.py", "click.py", "json.py", "typing.py", "tests/conftest.py",
        "noxfile.py", "docs/conf.py", "en_core_web_sm/__init__.py", "spacy.py",
    )  # fmt: skip
    files: dict[str, str | bytes] = dict.fromkeys(names, code + PROGRAM)
    files |= {
        "model.pkl": pickle.dumps(_Runs(canary)), "model.pt": pickle.dumps(_Runs(canary)), "cache.joblib": pickle.dumps(_Runs(canary)),
        "evil.pth": f"import pathlib; pathlib.Path({str(canary)!r}).touch()\n", "Makefile": f"all:\n\ttouch '{canary}'\n$(shell touch '{canary}')\n",
        "settings.yaml": f"!!python/object/apply:os.system ['touch {canary}']\n", "compose.yaml": f"services: !!python/object/apply:os.system ['touch {canary}']\n",
        "pyproject.toml": f'[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n[tool.pytest.ini_options]\naddopts = "-p pkg"\n# {canary}\n',
        "backend.py": code, "git": shell, "bin/git": shell, ".envrc": shell, "requirements.txt": "-e .\n.\n",
        "run.ipynb": notebook(f"!touch '{canary}'", code), ".env": f"A=$(touch '{canary}')\nB=`touch '{canary}'`\n",
        ".gitattributes": "* filter=evil diff=evil merge=evil\n",
    }  # fmt: skip
    write_tree(folder, files)
    for name in ("git", "bin/git"):
        (folder / name).chmod(0o755)
    git = shutil.which("git")
    if git is not None:
        environment = {"PATH": os.defpath, "HOME": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
        who = ("-c", "user.name=a", "-c", "user.email=a@b")
        for arguments in (("init", "-q"), ("add", "-A"), (*who, "commit", "-q", "-m", "x")):
            subprocess.run([git, *arguments], cwd=folder, env=environment, check=True, capture_output=True)
        command = f"sh -c 'touch {canary}; cat'"
        with (folder / ".git" / "config").open("a") as stream:
            stream.write(
                f'[core]\n\tfsmonitor = "{command}"\n\tpager = "{command}"\n\tsshCommand = "{command}"\n\thooksPath = .git/hooks\n'
            )
            stream.write(
                f'\tworktree = /\n[filter "evil"]\n\tclean = "{command}"\n\tsmudge = "{command}"\n\tprocess = "{command}"\n\trequired = true\n'
            )
            stream.write(
                f'[diff "evil"]\n\tcommand = "{command}"\n\ttextconv = "{command}"\n[diff]\n\texternal = "{command}"\n[alias]\n\tls-files = "!{command}"\n'
            )
        for hook in ("post-index-change", "pre-commit", "post-checkout", "fsmonitor-watchman", "reference-transaction"):
            (folder / ".git" / "hooks").mkdir(exist_ok=True)
            (folder / ".git" / "hooks" / hook).write_text(shell)
            (folder / ".git" / "hooks" / hook).chmod(0o755)
        (folder / "setup.py").write_text(code + "# changed\n")  # so that git has a reason to look
    return folder


def test_nothing_of_the_tree_is_run_and_nothing_in_it_is_changed(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    tree = living_tree(tmp_path / "tree", canary)
    assert not canary.exists()
    before = _state(tree)
    # As from a shell inside of the tree, whose own `bin` comes first on the path.
    search = os.pathsep.join([".", "bin", os.environ.get("PATH", os.defpath)])
    ended = scan_apart(".", folder=tree, variables={"PATH": search})
    assert ended.err == "" and ended.findings
    assert not canary.exists()
    assert _state(tree) == before


def test_the_canary_would_sing(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    pickle.loads(pickle.dumps(_Runs(canary)))
    assert canary.exists()


def _state(tree: Path) -> dict[str, tuple[int, int, str]]:
    found = {}
    for place in sorted(tree.rglob("*")):
        status = place.lstat()
        digest = hashlib.sha256(place.read_bytes()).hexdigest() if stat.S_ISREG(status.st_mode) else ""
        found[str(place.relative_to(tree))] = (status.st_mode, status.st_mtime_ns, digest)
    return found


CLOSED = """
import os, socket, sys

def refuse(name):
    def refused(*arguments, **named):
        os.write(2, f"reached out: {name} {arguments}\\n".encode())
        os._exit(99)
    return refused

for name in ("connect", "connect_ex", "sendto", "sendmsg", "listen"):
    setattr(socket.socket, name, refuse(name))
for name in ("getaddrinfo", "gethostbyname", "gethostbyaddr", "create_connection", "getfqdn"):
    setattr(socket, name, refuse(name))

def heard(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "urllib.Request"):
        refuse(event)(arguments)

sys.addaudithook(heard)
"""


def test_nothing_goes_out(mixed: Path, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(CLOSED)
    closed = {"PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])}
    for root in (SYSTEMS / "support-assistant", mixed):
        ended = scan_apart(root, "--jobs", "2", variables=closed)
        assert (ended.code, ended.err) == (0, "")
        assert ended.findings


def test_the_closed_network_is_closed(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(CLOSED)
    code = "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9')"
    done = subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": str(tmp_path)}, capture_output=True, check=False)
    assert done.returncode == 99
