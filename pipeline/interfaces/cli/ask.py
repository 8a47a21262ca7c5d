"""`threatloom ask`: one question about a scan, answered with the places that show it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from pipeline.interfaces.cli.asking import with_ground


@click.command(short_help="Ask one question about a repository's threat model.")
@click.argument("question")
@click.argument("path", default=".", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="For people (default) or for programs.")
@with_ground
def ask(question: str, path: Path, form: str, kept: Path | None, quiet: bool, **given: Any) -> None:
    """Answer QUESTION about PATH (default: this folder) out of its last scan, which is made first where there is none of these files.

    Every statement cites the scan: elements, flows, controls, findings, with their lines. What the evidence does not answer is said not to
    be answered. Nothing is sent anywhere unless a model is named, and what that cites is located before it is shown.

    \b
    threatloom ask "what can go wrong with the refund tool?"
    threatloom ask "who can reach the vector store?" path/to/repository
    """
    from ingest.errors import UnusableInput
    from pipeline.chat.rendering import render
    from pipeline.interfaces.cli.asking import conversation
    from pipeline.interfaces.cli.output import look_of_stdout
    from pipeline.reports.escape import model_json

    if not question.strip():
        raise UnusableInput("nothing is asked for", "QUESTION", "write a question, such as: what are the top risks?")
    with conversation(path, given, kept, quiet=quiet) as talk:
        answer = talk.ask(question)
    if form == "json":
        click.echo(model_json(answer), nl=False)
        return
    look = look_of_stdout()
    text = render(answer, width=look.width, colour=look.colour)
    click.echo(text.encode("utf-8", "backslashreplace"), nl=False)
