"""`threatloom init`: a settings file and a CI job for a repository, each with comments; nothing is written over."""

from __future__ import annotations

from pathlib import Path

import click

WORKFLOWS = {"github": Path(".github/workflows/threatloom.yml"), "gitlab": Path(".gitlab/threatloom.yml")}
SETTINGS = Path(".threatloom.yaml")


@click.command(short_help="Write a settings file and a CI job.")
@click.argument("path", default=".", type=click.Path(path_type=Path))
@click.option(
    "--ci", "host", type=click.Choice(["auto", "github", "gitlab", "none"]), default="auto",
    help="Whose CI job to write. Default: that of the repository's origin.",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Write over files that are there.")
def init(path: Path, host: str, force: bool) -> int:
    """Write .threatloom.yaml and a CI job into the repository at PATH (default: this folder), and say what to do next.

    Files that are there already stay as they are, unless --force says otherwise.
    """
    from ingest.errors import UnusableInput

    if not path.is_dir():
        raise UnusableInput("no such folder", str(path), "give the folder of the repository")
    if host == "auto":
        host = _host_of(path)
    wanted = {SETTINGS: "settings.yaml.j2"}
    if host in WORKFLOWS:
        wanted[WORKFLOWS[host]] = f"{host}.yml.j2"
    for file, template in wanted.items():
        _write(path, file, template, force=force)
    if host == "none":
        click.echo("no CI job: --ci github or --ci gitlab writes one")
    if host == "gitlab":
        click.echo(f"include the job in .gitlab-ci.yml:  include: {{ local: {WORKFLOWS['gitlab']} }}")
    click.echo(f"next: threatloom scan {'.' if path == Path() else path}")
    return 0


def _host_of(path: Path) -> str:
    """By the address of the origin; where that does not tell, by what lies there."""
    from ingest.origin import origin_of

    address = origin_of(path) or ""
    for host in ("github", "gitlab"):
        if host in address.partition("://")[2].partition("/")[0]:
            return host
    if (path / ".gitlab-ci.yml").is_file():
        return "gitlab"
    return "github" if (path / ".github").is_dir() else "none"


def _write(root: Path, file: Path, template: str, *, force: bool) -> None:
    from ingest.errors import UnusableInput

    place = root / file
    if place.is_symlink() or any(parent.is_symlink() for parent in list(place.parents)[: len(file.parts) - 1]):
        raise UnusableInput("a link stands in the way", str(file), "make it a plain file or folder")
    if place.exists() and not force:
        click.echo(f"kept    {file}, which is there already (--force writes over it)")
        return
    text = filled(template, branch=_branch(root))
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    except OSError as problem:
        raise UnusableInput(f"cannot be written, {problem.strerror or type(problem).__name__}", str(file), "check its rights") from None
    click.echo(f"wrote   {file}")


def filled(template: str, *, branch: str = "main") -> str:
    """A template with the version of this threatloom and the name of the branch that changes go to."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    from pipeline.interfaces.cli.version import version

    folder = Path(__file__).parent.parent / "ci" / "templates"
    templates = Environment(loader=FileSystemLoader(folder), undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False)
    return templates.get_template(template).render(version=version(), branch=branch)


def _branch(root: Path) -> str:
    """The branch that changes go to, where the clone says it and it is plain; else main."""
    import re

    try:
        said = (root / ".git" / "refs" / "remotes" / "origin" / "HEAD").read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return "main"
    match = re.fullmatch(r"ref: refs/remotes/origin/([A-Za-z0-9][\w./-]{0,80})\s*", said)
    return match[1] if match else "main"
