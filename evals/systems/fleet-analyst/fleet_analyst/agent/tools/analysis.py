"""Python for questions that SQL does not answer: trends, clusters, forecasts."""

import ast
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from langchain.tools import ToolRuntime, tool

from fleet_analyst.agent.context import FleetContext
from fleet_analyst.agent.tools.sql import frame
from fleet_analyst.settings import get_settings

LIBRARIES = {"pandas", "numpy", "sklearn", "math", "statistics", "datetime", "json", "re", "collections", "itertools"}
PRELUDE = "import pandas as pd\nimport numpy as np\nfrom pathlib import Path\ndf = pd.read_csv('data.csv') if Path('data.csv').exists() else None\n"
MAX_SECONDS = 60
MAX_OUTPUT = 8_000


def check_imports(code: str) -> None:
    for node in ast.walk(ast.parse(code)):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        for name in names:
            if name.split(".")[0] not in LIBRARIES:
                raise ValueError(f"{name} is not available here")


def _limits() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_SECONDS, MAX_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))


def run(code: str, folder: Path) -> str:
    check_imports(code)
    done = subprocess.run(
        [sys.executable, "-c", PRELUDE + code],
        cwd=folder,
        env={**os.environ, "MPLBACKEND": "Agg"},
        capture_output=True,
        text=True,
        timeout=MAX_SECONDS + 10,
        preexec_fn=_limits,
    )
    output = done.stdout if done.returncode == 0 else done.stdout + done.stderr[-1_500:]
    return output[-MAX_OUTPUT:] or "(nothing was printed)"


@tool
def run_python(code: str, runtime: ToolRuntime[FleetContext], query: str | None = None) -> str:
    """Run Python (pandas as pd, numpy as np). The rows of `query`, where given, are in the data frame `df`. Print what you want to see."""
    work_dir = get_settings().work_dir
    work_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=work_dir) as folder:
        try:
            if query:
                frame(query, runtime.context.scope).to_csv(Path(folder) / "data.csv", index=False)
            return run(code, Path(folder))
        except (ValueError, SyntaxError) as error:
            return f"Not run: {error}"
        except subprocess.TimeoutExpired:
            return f"Stopped after {MAX_SECONDS} seconds."
