"""Settings of the host, and the servers it knows."""
import os
import tomllib
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Server:
    name: str
    url: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    command: str | None = None
    args: list[str] = field(default_factory=list)
    env: dict[str, str] = field(default_factory=dict)


MODEL = os.environ.get("OFFICE_MODEL", "gpt-5.1")
PORT = int(os.environ.get("PORT", "8100"))


def servers(file: str = "servers.toml") -> list[Server]:
    given = tomllib.loads(Path(file).read_text("utf-8"))
    return [Server(name=name, **values) for name, values in given["servers"].items()]
