"""How each tool is started over a tree, and what it says it looked at and found.

Nothing here reaches the network: semgrep has local rules, no metrics and no version check, and every run's proxy leads
nowhere. All tools get the same tree, the same number of processes and a home folder of the session's own, so that
neither settings nor caches of the one who measures play a part.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.runs import Kind

_HERE = Path(__file__).parent
RULES = _HERE / "semgrep-rules.yaml"


@dataclass(frozen=True, slots=True)
class Place:
    """Where things are: the product's interpreter and source tree, this environment's programs, a folder to write to."""

    product_python: Path
    product_root: Path
    programs: Path
    work: Path
    cores: int

    @property
    def home(self) -> Path:
        """The home folder of every run."""
        return self.work / "home"


@dataclass(frozen=True, slots=True)
class Said:
    """What a tool's own output says."""

    files: int | None = None
    findings: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Tool:
    command: Callable[[Place, Path, Path], list[str]]  # place, tree, output file
    read: Callable[[Any], Said]  # Any: the tool's JSON
    good_codes: frozenset[int] = frozenset({0})


def environment(place: Place) -> dict[str, str]:
    """All that a run sees of the environment."""
    nowhere = "http://127.0.0.1:9"
    return {
        "PATH": f"{place.programs}:/usr/local/bin:/usr/bin:/bin",
        "HOME": str(place.home),
        "XDG_CACHE_HOME": str(place.home / ".cache"),
        "XDG_CONFIG_HOME": str(place.home / ".config"),
        "LANG": "C.UTF-8",
        "http_proxy": nowhere,
        "https_proxy": nowhere,
        "SEMGREP_SEND_METRICS": "off",
        "SEMGREP_ENABLE_VERSION_CHECK": "0",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": "/dev/null",
    }


def _raw(place: Place, tree: Path, output: Path) -> list[str]:
    return [str(place.product_python), str(_HERE / "raw_parse.py"), str(tree), str(output)]


def _ours(place: Place, tree: Path, output: Path) -> list[str]:
    program = str(place.product_root / "threatloom.py")
    return [
        str(place.product_python),
        program,
        "scan",
        str(tree),
        "--format",
        f"json={output}",
        "--jobs",
        str(place.cores),
        "--quiet",
        "--no-record",
    ]


def _bandit(place: Place, tree: Path, output: Path) -> list[str]:
    return [str(place.programs / "bandit"), "-r", "-q", "--exit-zero", "-f", "json", "-o", str(output), str(tree)]


def _semgrep(place: Place, tree: Path, output: Path) -> list[str]:
    local = ["--config", str(RULES), "--metrics=off", "--disable-version-check"]
    every_file = ["--no-git-ignore", "--x-ignore-semgrepignore-files"]  # its defaults pass over tests, which all others read
    writing = ["--quiet", "--json", "--output", str(output)]
    return [str(place.programs / "semgrep"), "scan", *local, *every_file, *writing, "--jobs", str(place.cores), str(tree)]


def _said_by_raw(data: Any) -> Said:
    return Said(data["files"], None, f"{data['with_errors']} files with syntax errors" if data["with_errors"] else "")


def _said_by_ours(data: Any) -> Said:
    return Said(data["summary"]["files"], len(data["findings"]), _errors(data["errors"]))


def _said_by_bandit(data: Any) -> Said:
    return Said(len(set(data["metrics"]) - {"_totals"}), len(data["results"]), _errors(data["errors"]))


def _said_by_semgrep(data: Any) -> Said:
    return Said(len(data["paths"]["scanned"]), len(data["results"]), _errors(data["errors"]))


def _errors(errors: list[object]) -> str:
    return f"{len(errors)} errors reported" if errors else ""


_THREATLOOM = Tool(_ours, _said_by_ours, frozenset({0, 3}))
TOOLS: Mapping[Kind, Tool] = {
    "raw": Tool(_raw, _said_by_raw),
    "cold": _THREATLOOM,
    "same": _THREATLOOM,
    "one": _THREATLOOM,
    "twenty": _THREATLOOM,
    "bandit": Tool(_bandit, _said_by_bandit),
    "semgrep": Tool(_semgrep, _said_by_semgrep, frozenset({0, 2})),  # 2: some files were not parsed, the rest was read
}


def said(tool: Tool, output: Path) -> Said:
    """What the tool wrote, or the note that it wrote nothing readable."""
    try:
        return tool.read(json.loads(output.read_bytes()))
    except (OSError, ValueError, KeyError, TypeError) as failure:
        return Said(note=f"no readable output ({type(failure).__name__})")
