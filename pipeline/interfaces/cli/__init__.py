"""The command line: parses, asks the pipeline, writes what comes back, ends with the contract's exit codes.

0 done; 1 findings at or above --fail-on, or a score under its bar; 2 wrong usage or unusable input, one line on stderr; 3 the scan ended
incomplete; 130 interrupted. Modules here import click alone at their top, so that `--help` is quick.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from ingest.errors import UnusableInput
from pipeline.interfaces.cli.ask import ask
from pipeline.interfaces.cli.bom import bom
from pipeline.interfaces.cli.catalog import controls, frameworks
from pipeline.interfaces.cli.chat import chat
from pipeline.interfaces.cli.ci import ci
from pipeline.interfaces.cli.decide import accept, dismiss, reopen
from pipeline.interfaces.cli.diff import diff
from pipeline.interfaces.cli.doctor import doctor
from pipeline.interfaces.cli.eval import evaluate
from pipeline.interfaces.cli.explain import explain
from pipeline.interfaces.cli.history import history
from pipeline.interfaces.cli.index import index
from pipeline.interfaces.cli.init import init
from pipeline.interfaces.cli.knowledge import knowledge
from pipeline.interfaces.cli.landscape import landscape
from pipeline.interfaces.cli.mcp import mcp
from pipeline.interfaces.cli.scan import scan
from pipeline.interfaces.cli.search import search
from pipeline.interfaces.cli.serve import serve
from pipeline.interfaces.cli.threats import threats
from pipeline.interfaces.cli.watch import watch
from pipeline.interfaces.cli.worker import worker

__all__ = ["COMMANDS", "cli", "main", "run"]

COMMANDS = (
    scan, diff, watch, history, accept, dismiss, reopen,
    ask, chat,
    mcp,
    bom, explain, threats, controls, frameworks, knowledge,
    index, search,
    serve,
    landscape, worker,
    ci, init,
    evaluate, doctor,
)  # fmt: skip
USAGE, INTERRUPTED = 2, 130


def _version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        from pipeline.interfaces.cli.version import version

        click.echo(f"threatloom {version()}")
        context.exit()


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version and leave.")
def cli() -> None:
    """Evidence-backed STRIDE-for-AI threat models from source code and design documents, offline."""


for _command in COMMANDS:
    cli.add_command(_command)


def run(arguments: Sequence[str]) -> int:
    """Run one command; give its exit code. A user's mistake becomes one line, a bug keeps its traceback."""
    try:
        code = cli.main(list(arguments), prog_name="threatloom", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except click.exceptions.NoArgsIsHelpError as help_text:
        click.echo(help_text.format_message(), err=True)
        return USAGE
    except click.ClickException as failure:
        return _failed(failure.format_message())
    except UnusableInput as failure:
        return _failed(*failure.lines)
    except (click.Abort, KeyboardInterrupt):
        click.echo("threatloom: interrupted; nothing was written", err=True)
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of stdout has gone (`| head`). Python flushes once more at exit: give it somewhere to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def main() -> None:
    sys.exit(run(sys.argv[1:]))


def _failed(*messages: str) -> int:
    from pipeline.reports.escape import visible

    for message in messages:
        click.echo(f"threatloom: error: {visible(' '.join(message.split()))}", err=True)
    return USAGE
