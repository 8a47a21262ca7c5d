"""`threatloom ci`: what a job on GitHub or GitLab runs. It knows the change the job is about, and tells the host what came of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.interfaces.cli.gate import FOUND, INCOMPLETE, SEVERITIES

if TYPE_CHECKING:
    from pipeline.findings.model import Scan

COMMENT, SARIF, SCAN, QUALITY = "comment.md", "threatloom.sarif", "threatloom.json", "gl-code-quality-report.json"


@click.group(short_help="Scan a change in a job of GitHub or GitLab.")
def ci() -> None:
    """What a CI job runs: scan a change against what it is made to, and tell the host. `threatloom init` writes the job."""


@ci.command("scan", short_help="Scan the change the job is about.")
@click.argument("path", default=".", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("threatloom-report"), help="Folder of the reports. Default: threatloom-report."
)
@click.option(
    "--fail-on",
    type=click.Choice([*SEVERITIES, "never"]),
    default="high",
    help="Fail on a new finding at least this severe. Default: high.",
)
@click.option(
    "--baseline", metavar="REV", default="auto", help="What to compare with. Default: where the change begins; none compares with nothing."
)
@click.option(
    "--trust", type=click.Choice(["auto", "tree", "baseline"]), default="auto",
    help="Whose settings and suppressions count. Default, auto: of a change from a fork those of the baseline, else those of the tree.",
)  # fmt: skip
@click.option("--incomplete", type=click.Choice(["warn", "fail"]), default="warn", help="What a scan that could not read everything is.")
@click.option("--docs", multiple=True, metavar="PATH", help="A design document, or a folder of them. Repeatable.")
@click.option("--exclude", multiple=True, metavar="GLOB", help="Leave out what matches, as .gitignore would. Repeatable.")
def scan_change(
    path: Path, out: Path, fail_on: str, baseline: str, trust: str, incomplete: str, docs: tuple[str, ...], exclude: tuple[str, ...]
) -> int:
    """Scan PATH against where the change began, and write reports for people and for the host.

    Fails (exit code 1) on a new finding at or above --fail-on. A baseline that is missing is an error, never a green run.
    """
    import os

    from pipeline.interfaces.ci import change_of, merge_base
    from pipeline.interfaces.ci.github import tell_outputs, tell_summary
    from pipeline.interfaces.cli.scan import scan

    change = change_of(os.environ)
    base = (merge_base(path, change) if baseline == "auto" else None if baseline == "none" else baseline) or None
    if trust == "auto":
        trust = "baseline" if change.stranger and base is not None else "tree"
    out.mkdir(parents=True, exist_ok=True)
    (out / ".gitignore").write_text("*\n", "utf-8")  # it may lie in the tree, and is no part of it
    for old in (COMMENT, SARIF, SCAN, QUALITY):
        (out / old).unlink(missing_ok=True)  # a report of another run must not be told as this one's
    arguments = [str(path), "--no-record", "--fail-on", fail_on, "--format", "table"]
    arguments += [part for name in docs if name for part in ("--docs", name)] + [
        part for name in exclude if name for part in ("--exclude", name)
    ]
    arguments += ["--baseline", base, "--new-only", "--trust", trust] if base is not None else []
    formats = {"pr-comment": COMMENT, "sarif-github": SARIF, "json": SCAN, **({"code-quality": QUALITY} if change.host == "gitlab" else {})}
    arguments += [part for name, file in formats.items() for part in ("--format", f"{name}={out / file}")]
    click.echo(
        f"threatloom: compared with {base or 'nothing: everything counts as new'}; settings and suppressions of the {trust}", err=True
    )
    code = scan.main(arguments, prog_name="threatloom scan", standalone_mode=False)
    result = _result(out / SCAN)
    if change.host == "github" and result is not None:
        tell_summary(os.environ, (out / COMMENT).read_text("utf-8"))
        told = {"sarif": str(out / SARIF), "json": str(out / SCAN), "comment": str(out / COMMENT)}
        tell_outputs(os.environ, {**told, "new": str(result.summary.new), "fixed": str(result.summary.fixed), "exit-code": str(code)})
    whole = result is not None and not any(error.path == "." for error in result.errors)  # else nothing can be said of the system
    if code == INCOMPLETE and incomplete == "warn" and whole:
        click.echo("threatloom: the scan is incomplete, as the report says; --incomplete fail makes that a failure", err=True)
        return 0
    return FOUND if code == FOUND else int(code or 0)


@ci.command("comment", short_help="Write the comment of the pull request.")
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("threatloom-report"), help="Folder of the reports. Default: threatloom-report."
)
def comment_change(out: Path) -> int:
    """Write what `ci scan` found as a comment of the pull request, in the place of the last one.

    The token comes from GITHUB_TOKEN alone. Where it may not write, nothing fails: the job's summary has the same.
    """
    import os

    from ingest.errors import UnusableInput
    from pipeline.interfaces.ci import change_of
    from pipeline.interfaces.ci.github import comment
    from pipeline.reports.pr_comment import MARKER

    result = _result(out / SCAN)
    if result is None:
        raise UnusableInput("no report of a scan", str(out / SCAN), "run threatloom ci scan before")
    change = change_of(os.environ)
    text = (out / COMMENT).read_text("utf-8")
    said = (
        comment(os.environ, change, text, MARKER, only_update=not _says_something(result)) if change.host == "github" else "not on GitHub"
    )
    click.echo(f"threatloom: {said}", err=True)
    return 0


def _result(file: Path) -> Scan | None:
    from pipeline.baseline.sides import read_scan

    return read_scan(file) if file.is_file() else None


def _says_something(scan: Scan) -> bool:
    """Whether a change adds or resolves anything, so that a comment is worth somebody's time."""
    from pipeline.reports.decided import added

    told = scan.story is not None and any(line.tone != "neutral" for line in scan.story.lines)
    changed = any(one.status in ("new", "reopened", "fixed") or one.status_reason.startswith("was ") for one in scan.findings)
    return bool(told or changed or added(scan) or scan.errors)
