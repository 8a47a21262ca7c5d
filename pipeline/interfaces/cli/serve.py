"""`threatloom serve`: the pages and the JSON over the record."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.interfaces.cli.remembering import with_record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.interfaces.web.settings import WebSettings

TOKEN = "THREATLOOM_TOKEN"
SHORTEST_TOKEN, LONGEST_TOKEN_FILE = 16, 4096


@click.command(short_help="Pages and JSON over the record, for a browser.")
@click.option(
    "--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="Address to listen on. Any but loopback needs a token."
)
@click.option("--port", default=8737, show_default=True, type=click.IntRange(0, 65535), help="Port to listen on; 0: one that is free.")
@with_record
@click.option("--token-file", type=click.Path(path_type=Path), metavar="FILE", help="File that holds the token. Default: THREATLOOM_TOKEN.")
@click.option("--name", "names", multiple=True, metavar="HOST", help="Another name this server may be called by. Repeatable.")
@click.option(
    "--files/--no-files", default=None, help="Show lines around quotes where the scanned files are on this machine. Default: on loopback."
)
def serve(host: str, port: int, record: str | None, token_file: Path | None, names: tuple[str, ...], files: bool | None) -> None:
    """Show the record in a browser: systems, findings, coverage, data flows, changes; decide, and ask.

    It listens on this machine alone unless --host says otherwise, which takes a token: at least 16 characters, in THREATLOOM_TOKEN or a
    file. It speaks HTTP; put a proxy with TLS before it where it is reached over a network.
    """
    import os

    from ingest.errors import UnusableInput
    from pipeline.interfaces.cli.remembering import OFF
    from pipeline.interfaces.cli.stderr import log_to_stderr
    from pipeline.interfaces.fleet_settings import record_address
    from pipeline.interfaces.web.app import create_app
    from pipeline.interfaces.web.serving import listen, run
    from pipeline.record import open_record

    settings = web_settings(host, names, token_of(token_file, os.environ), files, os.environ)
    log_to_stderr(verbose=False, quiet=False)
    address = record_address(record, os.environ)
    if address == OFF:
        raise UnusableInput("there is no record to show", "the record is off", "give --record, or unset THREATLOOM_RECORD")
    with open_record(address) as opened, listen(host, port) as listening:
        where = f"[{host}]" if ":" in host else host
        click.echo(f"threatloom: http://{where}:{listening.getsockname()[1]}/ (Ctrl-C ends it)", err=True)
        run(create_app(opened, settings), listening)


def token_of(file: Path | None, environment: Mapping[str, str]) -> str | None:
    """The token that is asked for; None: none is.

    Raises:
        UnusableInput: it cannot be read, or is too easily guessed.
    """
    from ingest.errors import UnusableInput
    from ingest.text import reason_of

    if file is not None:
        try:
            with file.open("rb") as opened:
                token = opened.read(LONGEST_TOKEN_FILE).decode().strip()
        except (OSError, ValueError) as problem:
            raise UnusableInput(f"the token cannot be read, {reason_of(problem)}", str(file), "correct --token-file") from None
        where = str(file)
    elif TOKEN in environment:
        token, where = environment[TOKEN].strip(), TOKEN
    else:
        return None
    if len(token) < SHORTEST_TOKEN:
        raise UnusableInput(
            f"the token has fewer than {SHORTEST_TOKEN} characters",
            where,
            "python -c 'import secrets; print(secrets.token_urlsafe())' makes one",
        )
    return token


def web_settings(host: str, names: tuple[str, ...], token: str | None, files: bool | None, environment: Mapping[str, str]) -> WebSettings:
    """What the pages are made with.

    Raises:
        UnusableInput: others could connect, and nothing is asked of them.
    """
    from ingest.addresses import is_loopback
    from ingest.errors import UnusableInput
    from pipeline.interfaces.web.settings import LOOPBACK, WebSettings

    local = host == "localhost" or is_loopback(f"http://[{host}]" if ":" in host else f"http://{host}")
    if not local and token is None:
        raise UnusableInput(f"listening on {host} without a token would show the record to everyone who can connect", "--host",
                            f"set {TOKEN} or --token-file, or leave out --host")  # fmt: skip
    known = {*LOOPBACK, *(name.lower().rstrip(".") for name in names)} | (set() if host in ("0.0.0.0", "::") else {host.lower()})
    return WebSettings(
        token=token, names=tuple(sorted(known)), any_address=not local, 
        decides=environment.get("USER", environment.get("USERNAME", ""))[:120], files=local if files is None else files,
    )  # fmt: skip
