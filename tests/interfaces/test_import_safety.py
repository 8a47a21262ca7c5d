"""Real processes: a fast start, and packages of the scanned repository that stay unimported."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("pydantic", "rich", "yaml", "jinja2", "unstructured", "tree_sitter", "langchain", "chromadb", "openai", "spacy", "numpy")
CONSOLE_SCRIPT = "import sys\nfrom threatloom import main\nsys.exit(main())\n"


def start(arguments: list[str], folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ.get("PATH", ""), "PYTHONDONTWRITEBYTECODE": "1", "HOME": str(folder), **variables}
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.fixture
def decoy(tmp_path: Path) -> Path:
    """A repository whose folders and files are called like ours and like what we depend on."""
    for name in ("ingest", "pipeline", "prompts", "evals", "click", "pydantic", "yaml"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("import pathlib; pathlib.Path('pwned').touch(); raise SystemExit('decoy imported')\n")
    return tmp_path


def test_the_evaluation_of_the_current_folder_is_never_imported(decoy: Path) -> None:
    """Neither by the command nor by the processes it scans in."""
    (decoy / "systems" / "tiny").mkdir(parents=True)
    (decoy / "systems" / "tiny" / "labels.yaml").write_text("{system: tiny, kind: negative, languages: [python]}\n")
    (decoy / "systems" / "tiny" / "app.py").write_text("import openai\n")
    done = start(["-m", "threatloom", "eval", "--systems", "systems"], decoy, PYTHONPATH=str(ROOT))
    assert done.returncode == 0, done.stderr
    assert not list(decoy.rglob("pwned"))


@pytest.mark.parametrize("way", ["module", "script"])
@pytest.mark.parametrize("path", ["", "."])
def test_packages_of_the_current_folder_are_never_imported(
    decoy: Path, tmp_path_factory: pytest.TempPathFactory, way: str, path: str
) -> None:
    script = tmp_path_factory.mktemp("bin") / "threatloom"
    script.write_text(CONSOLE_SCRIPT)
    if way == "script" and not path:
        # Only here: with -m, or with the folder on PYTHONPATH, Python itself reads these before any line of ours.
        for name in ("pathlib.py", "json.py", "typing.py", "importlib.py"):
            (decoy / name).write_text("raise SystemExit('decoy imported')\n")
    # Installed, our folder is on the path without being named; the variable stands in for that here.
    # The current folder comes before it, where it is named at all.
    search = os.pathsep.join([path, str(ROOT)] if path else [str(ROOT)])
    command = ["-m", "threatloom"] if way == "module" else [str(script)]
    done = start([*command, "threats", "--stride", "kindness"], decoy, PYTHONPATH=search)
    assert "is no class of STRIDE" in done.stderr, done.stderr
    assert done.returncode == 2
    assert not (decoy / "pwned").exists()


def test_a_foreign_package_that_came_first_is_named(decoy: Path) -> None:
    (decoy / "pipeline" / "__init__.py").write_text("")
    code = f"import sys; import pipeline; sys.path.append({str(ROOT)!r}); import threatloom"
    done = start(["-c", code], decoy)
    assert "imported as 'pipeline'" in done.stderr


def test_help_is_quick_and_loads_nothing_heavy(tmp_path: Path) -> None:
    code = (
        "import sys\nsys.argv = ['threatloom', '--help']\nimport threatloom\ntry:\n    threatloom.main()\nexcept SystemExit:\n    pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    began = time.monotonic()
    done = start(["-c", code], tmp_path, PYTHONPATH=str(ROOT))
    assert done.stdout.strip().endswith("[]"), done.stdout + done.stderr
    assert "scan" in done.stdout
    assert time.monotonic() - began < 3  # generous: the machine may be busy; importing is what is checked above


def test_a_scan_without_a_model_loads_nothing_of_the_analyst(tmp_path: Path) -> None:
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "app.py").write_text("import openai\n\nclient = openai.OpenAI()\n")
    code = (
        "import sys\nsys.argv = ['threatloom', 'scan', 'tree', '--no-cache', '--format', 'json=out.json', '--quiet', '--jobs', '1']\n"
        "import threatloom\ntry:\n    threatloom.main()\nexcept SystemExit:\n    pass\n"
        "heavy = ('langchain', 'langchain_core', 'langgraph', 'langsmith', 'openai', 'httpx2', 'pipeline.agent', 'pipeline.second_opinion', 'prompts')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = start(["-c", code], tmp_path, PYTHONPATH=str(ROOT))
    assert (tmp_path / "out.json").exists(), done.stderr
    assert done.stdout.strip().endswith("[]"), done.stdout + done.stderr


def test_the_face_of_the_package_is_lazy_and_complete(tmp_path: Path) -> None:
    code = (
        "import sys, threatloom\nassert 'pydantic' not in sys.modules\n"
        "print(threatloom.Finding.__name__, threatloom.Scan.__name__, threatloom.System.__name__, bool(threatloom.__version__), callable(threatloom.scan))"
    )
    done = start(["-c", code], tmp_path, PYTHONPATH=str(ROOT))
    assert done.stdout.split() == ["Finding", "Scan", "System", "True", "True"], done.stderr


def test_a_closed_pipe_is_no_error(tmp_path: Path) -> None:
    code = "import sys, os; sys.argv = ['threatloom', 'scan', '--help']; r, w = os.pipe(); os.dup2(w, 1); os.close(r); os.close(w); import threatloom; threatloom.main()"
    done = start(["-c", code], tmp_path, PYTHONPATH=str(ROOT))
    assert "Traceback" not in done.stderr and "BrokenPipe" not in done.stderr
