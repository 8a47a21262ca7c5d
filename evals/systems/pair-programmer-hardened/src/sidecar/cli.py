from __future__ import annotations

import getpass
import subprocess
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markdown import Markdown
from rich.syntax import Syntax

from sidecar.agent import Agent, Session
from sidecar.approval import Approver, Nobody, Throwaway
from sidecar.workspace import Workspace

app = typer.Typer(no_args_is_help=True)
out = Console()
Root = Annotated[Path, typer.Option("--root", "-C", exists=True, file_okay=False)]


class AtTerminal:
    def asks(self, tool: str, shown: str) -> str | None:
        out.print(Syntax(shown, "diff") if tool == "apply_patch" else Syntax(shown, "console"))
        return getpass.getuser() if out.input(f"{tool}? [y/N] ", markup=False).strip().lower() == "y" else None


def _tell(kind: str, text: str) -> None:
    if kind == "tool":
        out.print(f"  · {text}", style="dim", markup=False)


def _session(root: Path, approver: Approver, edit: bool) -> Session:
    return Session("cli", Workspace(root), getpass.getuser(), approver, edit=edit)


@app.command()
def index(root: Root = Path(".")) -> None:
    """Embed what has changed."""
    out.print(f"{Workspace(root).index.build()} new chunks")


@app.command()
def ask(question: str, edit: bool = False, root: Root = Path(".")) -> None:
    """One question, one answer."""
    out.print(Markdown(Agent().say(_session(root, AtTerminal() if edit else Nobody(), edit), question, _tell)))


@app.command()
def propose(task: str, to: Annotated[Path, typer.Option("--out")], root: Root = Path(".")) -> None:
    """Work on a checkout that is thrown away and keep the patch."""
    session = _session(root, Throwaway(), edit=True)
    out.print(Markdown(Agent().say(session, task, _tell)))
    subprocess.run(["git", "add", "--intent-to-add", "--", *sorted(session.workspace.changed)], cwd=session.workspace.root, check=True)
    made = subprocess.run(["git", "diff", "--no-ext-diff", "--", *sorted(session.workspace.changed)], cwd=session.workspace.root, check=True, capture_output=True)
    to.write_bytes(made.stdout)


@app.command()
def chat(root: Root = Path(".")) -> None:
    """A conversation that may edit files."""
    session = _session(root, AtTerminal(), edit=True)
    agent = Agent()
    while (text := out.input("[bold]> [/]")).strip() not in {"", "exit"}:
        out.print(Markdown(agent.say(session, text, _tell)))
        if session.workspace.changed:
            out.print(f"changed: {', '.join(sorted(session.workspace.changed))}", style="green")
            session.workspace.changed.clear()


@app.command()
def serve(host: str = "127.0.0.1", port: int = 8040) -> None:
    """The HTTP service."""
    import uvicorn

    uvicorn.run("sidecar.server:api", host=host, port=port)


if __name__ == "__main__":
    app()
