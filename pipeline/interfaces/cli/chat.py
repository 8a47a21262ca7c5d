"""`threatloom chat`: a conversation about a scan, on the terminal or from standard input."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.interfaces.cli.asking import with_ground

if TYPE_CHECKING:
    from pipeline.chat.rendering import Numbers
    from pipeline.interfaces.cli.asking import Talk

PROMPT = "threatloom> "
LONGEST = 4_000  # characters of a line that are read
_HELP = """\
Ask in your own words, for example:
  what are the top risks?            who can reach the vector store?      what protects POST /chat?
  why is the first one so severe?    how do I fix that?                   which promises are broken?
  what changed since the last scan?  path from the wiki to the agent      what was not examined?
/why      how the last question was understood, and what the answer rests on
/open N   all lines of the place with number N
/new      begin anew: nothing was spoken of
/help     this
/quit     leave; so does the end of input (Ctrl-D)
"""


@click.command(short_help="Talk about a repository's threat model.")
@click.argument("path", default=".", type=click.Path(path_type=Path))
@with_ground
def chat(path: Path, kept: Path | None, quiet: bool, **given: Any) -> None:
    """Answer questions about PATH (default: this folder), one after the other; what was spoken of is remembered ("why?", "and who can
    reach it?", "the second one").

    /help lists what can be said. Questions may also be piped in, one a line.
    """
    from pipeline.chat.rendering import Numbers, render
    from pipeline.interfaces.cli.asking import conversation
    from pipeline.interfaces.cli.output import look_of_stdout

    look, numbers = look_of_stdout(), Numbers()
    with conversation(path, given, kept, quiet=quiet) as talk:
        if sys.stdin.isatty():
            click.echo(f"{_about(talk)} Ask something, or /help.")
        for line in _lines():
            if line in ("/quit", "/exit", "/q"):
                break
            if line.startswith("/"):
                _echo(_told(line, talk, numbers))
            else:
                _echo(render(talk.ask(line), width=look.width, colour=look.colour, numbers=numbers))


def _about(talk: Talk) -> str:
    from pipeline.reports.escape import visible
    from pipeline.reports.wording import verdict

    return f"{visible(talk.scan.target.name)}: {visible(verdict(talk.scan))}."


def _lines() -> Iterator[str]:
    """What is typed or piped in, line by line; the end of it ends the conversation."""
    terminal = sys.stdin.isatty()
    while True:
        if terminal:
            click.echo(PROMPT, nl=False)
            sys.stdout.flush()
        try:
            line = sys.stdin.readline(LONGEST)
        except UnicodeDecodeError:
            click.echo("threatloom: a line is not UTF-8 and was passed over", err=True)
            continue
        if not line:
            if terminal:
                click.echo()
            return
        if line.strip():
            yield line.strip()


def _told(line: str, talk: Talk, numbers: Numbers) -> str:
    from pipeline.chat.rendering import quoted_lines

    command, _, rest = line.partition(" ")
    if command in ("/help", "/?"):
        return _HELP
    if command == "/new":
        talk.forget()
        return "Nothing was spoken of.\n"
    if command == "/why":
        return _why(talk)
    if command == "/open":
        citation = numbers.at(int(rest)) if rest.strip().isdecimal() and len(rest.strip()) < 7 else None
        if citation is None:
            return "No place has this number; numbers stand in brackets behind each statement.\n"
        return "\n".join(quoted_lines(citation)) + "\n"
    return "No such command; /help lists them.\n"


def _why(talk: Talk) -> str:
    from pipeline.chat.questions import load_phrases
    from pipeline.reports.escape import visible

    if not talk.history:
        return "Nothing was asked yet.\n"
    last = talk.history[-1]
    intent = load_phrases().intents.get(last.intent)
    lines = [f"Taken for: {intent.asks if intent else 'a question of no kind of its own: what bears on it was looked for'}."]
    if last.subject:
        lines.append(f"About: {', '.join(visible(f'{one.kind} {one.name}') for one in last.subject[:6])}.")
    rests = {
        "scan": "the scan alone",
        "passages": "lines of the files, found by searching them",
        "model": f"what {last.model} said, located",
    }
    lines.append(f"It rests on {rests[last.origin]}: {sum(len(one.citations) for one in last.statements)} citations.")
    return "\n".join(lines) + "\n"


def _echo(text: str) -> None:
    click.echo(text.encode("utf-8", "backslashreplace"), nl=False)
