"""`threatloom mcp`: the MCP server, on standard input and output or on a port of this machine."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.interfaces.cli.remembering import OFF, with_record


@click.command(short_help="Offer threat models to agents and editors over MCP.")
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path(path_type=Path))
@click.option("--http", is_flag=True, help="Listen on a port of this machine instead of standard input and output.")
@click.option("--port", type=click.IntRange(1, 65535), default=8738, metavar="N", help="With --http: the port. Default: 8738.")
@with_record
@click.option("--no-record", is_flag=True, help="Neither keep scans in the record nor look at earlier ones.")
def mcp(paths: tuple[Path, ...], http: bool, port: int, record: str | None, no_record: bool) -> None:
    """Serve the Model Context Protocol: scan, findings, ask, explain, flows, matrix, changes.

    Only PATH (default: this folder) and what lies in it may be scanned; other folders are refused. With --http it listens on 127.0.0.1
    alone, under /mcp.
    """
    import os
    from contextlib import ExitStack

    from pipeline.interfaces.cli.version import version
    from pipeline.interfaces.fleet_settings import record_address
    from pipeline.interfaces.mcp_server.roots import Roots
    from pipeline.interfaces.mcp_server.scanning import Scans
    from pipeline.interfaces.mcp_server.server import make_server

    roots = Roots.named(paths)
    named = OFF if no_record else record_address(record, os.environ)
    with ExitStack() as closing:
        server = make_server(roots, Scans(named, os.environ, closing), version())
        if http:
            click.echo(f"threatloom: MCP on http://127.0.0.1:{port}/mcp", err=True)
            server.run("streamable-http", host="127.0.0.1", port=port)
        else:
            server.run("stdio")
