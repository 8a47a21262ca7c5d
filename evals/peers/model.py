"""A peer: which packages it is, how it is started, in what form it answers."""

from __future__ import annotations

from pathlib import Path

from evals.peers.reading import Form
from evals.yaml_file import read_yaml
from pipeline.system.model import Frozen

FILE = Path(__file__).with_name("peers.yaml")
NPM = "npm:"


class Peer(Frozen):
    name: str
    packages: tuple[str, ...]
    """Of PyPI, with `==`; of npm, with `npm:` before the name and `@` before the version."""
    about: str
    command: tuple[str, ...]
    format: Form
    output: str | None = None
    """Name of the file it writes into its folder, where it takes no name."""
    nothing: str = ""
    """What it says, and writes no report, where it has nothing to look at: an answer without findings."""
    together: bool = False
    """Run once over all systems, for a tool that takes longer to start than to look."""


def read_peers(file: Path = FILE) -> tuple[Peer, ...]:
    """The peers in the order of their file; a pydantic error names what is wrong with one."""
    return tuple(Peer.model_validate(entry) for entry in read_yaml(file)["peers"])
