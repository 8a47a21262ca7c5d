"""`python -m evals.judged`: drafts of judged packages, and judged packages held against new scans."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from pydantic import ValidationError

from evals.judged.comparing import Compared, compare, told
from evals.judged.drafting import draft
from evals.judged.model import UnusableJudgement, read_packages
from evals.precision.present import FILE, present
from pipeline.findings.model import Scan

ROOT = Path(__file__).resolve().parents[2]


def main(given: list[str] | None = None) -> int:
    """Exit code 1: a finding that was judged right is no longer reported; 2: an unusable file."""
    arguments = _parser().parse_args(given)
    try:
        if arguments.command == "draft":
            return _draft(arguments)
        return _present(arguments.scans) if arguments.command == "present" else _compare(arguments.judged, arguments.scans)
    except UnusableJudgement as failure:
        sys.stderr.write(f"{failure}\n")
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m evals.judged", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    comparing = commands.add_parser("compare", help="what new scans do to judged findings")
    comparing.add_argument("judged", type=Path, help="a NAME.yaml, or a folder of them")
    comparing.add_argument("scans", type=Path, help="folder with NAME.json of each, from `threatloom scan --format json`")
    now = commands.add_parser("present", help="keep what new scans of the judged packages report, for the page of figures")
    now.add_argument("scans", type=Path, help="folder with NAME.json of each")
    drafting = commands.add_parser("draft", help="write a draft with empty verdicts to stdout")
    drafting.add_argument("scan", type=Path, help="NAME.json")
    drafting.add_argument("--source", required=True, help="github:owner/name@commit, pypi:name==version, npm:name@version")
    drafting.add_argument("--package", help="its name (default: the name of the file)")
    drafting.add_argument("--at", help="commit of threatloom that made the scan (default: the one checked out)")
    return parser


def _draft(arguments: argparse.Namespace) -> int:
    at = arguments.at or subprocess.run(["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout
    sys.stdout.write(draft(_scan(arguments.scan), arguments.package or arguments.scan.stem, arguments.source, at.strip()))
    return 0


def _present(scans: Path) -> int:
    described = subprocess.run(["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True)
    packages = {name: package for name, package in read_packages().items() if (scans / f"{name}.json").exists()}
    compared = [compare(package, _scan(scans / f"{name}.json")) for name, package in packages.items()]
    FILE.write_text(present(described.stdout.strip(), compared).model_dump_json(indent=1) + "\n", encoding="utf-8", newline="\n")
    sys.stdout.write(f"written: {FILE.relative_to(ROOT).as_posix()}, of {len(compared)} packages\n")
    return 0


def _compare(judged: Path, scans: Path) -> int:
    compared: dict[str, Compared] = {}
    for name, package in read_packages(judged).items():
        file = scans / f"{name}.json"
        if file.exists():
            compared[name] = compare(package, _scan(file))
        else:
            sys.stdout.write(f"{name}: no scan ({file.name} is not in the folder)\n")
    sys.stdout.writelines(f"{line}\n" for line in told(compared))
    return 1 if any(one.lost for one in compared.values()) else 0


def _scan(file: Path) -> Scan:
    try:
        return Scan.model_validate_json(file.read_bytes())
    except (OSError, ValidationError) as failure:
        raise UnusableJudgement(f"{file} is no scan (make it with --format json): {str(failure).splitlines()[0]}") from None


if __name__ == "__main__":
    sys.exit(main())
