"""`threatloom threats new` and `threats schema`: files that a user begins with, written where they say and never over another."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import click

from ingest.errors import UnusableInput
from pipeline.interfaces.cli.strides import CLASSES, stride_class

FOLDER = Path("threatloom-knowledge")
SCHEMAS = "schemas"
_TEMPLATES = Path(__file__).parents[1] / "templates"


@click.command(name="new", short_help="Write a threat of your own and its page, to fill in.")
@click.argument("slug")
@click.option(
    "--in", "folder", type=click.Path(path_type=Path), default=FOLDER, metavar="DIR", help=f"Folder to write to. Default: {FOLDER}."
)
@click.option("--stride", callback=stride_class, metavar="CLASS", help=f"Its class of STRIDE. Default: {CLASSES[1]}.")
def new(slug: str, folder: Path, stride: str | None) -> None:
    """Write DIR/threats/SLUG.yaml, a threat that is valid as it stands, and DIR/threats/SLUG.md with cases to be written.

    Nothing is overwritten. `threatloom threats test DIR` runs the cases, `threatloom scan --knowledge DIR` looks for the threat.
    """
    from pipeline.threats.own.schema import SLUG

    if not re.fullmatch(SLUG, slug):
        raise click.UsageError(f"{slug!r} is no slug (small letters, digits and single hyphens, such as data-leaves-the-group)")
    said = {"slug": slug, "stride": stride or CLASSES[1], "folder": str(folder), "schema": f"../{SCHEMAS}/threat.schema.json"}
    rendered = {folder / "threats" / f"{slug}.{kind}": _rendered(f"threat.{kind}.j2", said) for kind in ("yaml", "md")}
    write_new(rendered)
    _write_schemas(folder / SCHEMAS)
    for path in rendered:
        click.echo(f"wrote {path}")
    click.echo(f"next: edit both, then threatloom threats test {folder}")


@click.command(name="schema", short_help="Write JSON Schemas of own knowledge, for editors.")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help=f"Folder to write to. Default: {FOLDER / SCHEMAS}.")
def schema(out: Path | None) -> None:
    """Write the JSON Schemas of threats, frameworks, controls and severities; files of the same names there are brought up to date.

    The first line of a file names its schema to editors: `# yaml-language-server: $schema=../schemas/threat.schema.json`.
    """
    folder = out or FOLDER / SCHEMAS
    for path in _write_schemas(folder):
        click.echo(f"wrote {path}")


def write_new(files: Mapping[Path, str]) -> None:
    """Files that are not there yet, all of them or none.

    Raises:
        UnusableInput: one is there, or cannot be written.
    """
    for path in files:
        if path.exists() or path.is_symlink():
            raise UnusableInput("there is a file already", str(path), "choose another slug, or edit that one")
    for path, text in files.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8", newline="\n") as stream:
                stream.write(text)
        except OSError as failure:
            raise UnusableInput("cannot write", str(path), failure.strerror or "choose another folder") from None


def _write_schemas(folder: Path) -> list[Path]:
    from pipeline.interfaces.cli.output import write_whole
    from pipeline.interfaces.schemas import shipped_schemas

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as failure:
        raise UnusableInput("cannot make the folder", str(folder), failure.strerror or "choose another") from None
    made = {folder / name: text for name, text in shipped_schemas().items()}
    for path, text in made.items():
        write_whole(path, text)
    return list(made)


def _rendered(template: str, said: Mapping[str, str]) -> str:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    loader = FileSystemLoader(_TEMPLATES)
    # Plain text: names are checked before they come here, and nothing is shown as markup.
    environment = Environment(loader=loader, autoescape=False, undefined=StrictUndefined, keep_trailing_newline=True)
    return environment.get_template(template).render(said)
