"""`threatloom threats words`: the words that threats and frameworks of one's own may use, with what each says."""

from __future__ import annotations

import click


@click.command(name="words", short_help="The words that conditions of threats may use.")
@click.argument("containing", required=False, default="")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", help="For people (default) or for programs.")
def words(containing: str, form: str) -> None:
    """List kinds of elements, labels, roles, zones, relations, controls, factors and attributes; only those CONTAINING a text, if given."""
    from pipeline.interfaces.vocabulary import vocabulary
    from pipeline.reports.escape import json_text

    found = {part: {word: said for word, said in listed.items() if containing in word} for part, listed in vocabulary().items()}
    if form == "json":
        click.echo(json_text(found), nl=False)
        return
    for part, listed in found.items():
        if not listed:
            continue
        click.secho(part, bold=True)
        width = max(map(len, listed))
        for word, said in listed.items():
            click.echo(f"  {word:<{width}}  {said}".rstrip())
    if not any(found.values()):
        raise click.UsageError(f"no word contains {containing!r} (`threatloom threats words` lists them all)")
