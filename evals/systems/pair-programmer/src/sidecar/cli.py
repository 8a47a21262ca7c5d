from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markdown import Markdown

from sidecar.agent import Agent, Session
from sidecar.index import Index
from sidecar.workspace import Workspace

app = typer.Typer(no_args_is_help=True)
out = Console()
Root = Annotated[Path, typer.Option("--root", "-C", exists=True, file_okay=False)]


def _tell(kind: str, text: str) -> None:
    if kind == "tool":
        out.print(f"  · {text}", style="dim", markup=False)


@app.command()
def index(root: Root = Path(".")) -> None:
    """Embed what has changed."""
    out.print(f"{Index(root.resolve()).build()} new chunks")


@app.command()
def ask(question: str, edit: bool = False, root: Root = Path(".")) -> None:
    """One question, one answer."""
    session = Session("cli", Workspace(root.resolve()), edit=edit)
    out.print(Markdown(Agent().say(session, question, _tell)))


@app.command()
def chat(root: Root = Path(".")) -> None:
    """A conversation that may edit files."""
    session = Session("cli", Workspace(root.resolve()), edit=True)
    agent = Agent()
    while (text := out.input("[bold]> [/]")).strip() not in {"", "exit"}:
        out.print(Markdown(agent.say(session, text, _tell)))
        if session.workspace.changed:
            out.print(f"changed: {', '.join(sorted(session.workspace.changed))}", style="green")
            session.workspace.changed.clear()


@app.command()
def serve(host: str = "0.0.0.0", port: int = 8040) -> None:
    """The HTTP service."""
    import uvicorn

    uvicorn.run("sidecar.server:api", host=host, port=port)


if __name__ == "__main__":
    app()
