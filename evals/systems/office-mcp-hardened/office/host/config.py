"""Settings of the host, and the servers it knows."""
import os
import tomllib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Server:
    name: str
    url: str
    tools: list[str]
    audience: str | None = None
    token_from: str | None = None
    sha256: str | None = None


MODEL = os.environ.get("OFFICE_MODEL", "gpt-5.1")
PORT = int(os.environ.get("PORT", "8100"))
ISSUER = os.environ.get("OIDC_ISSUER", "https://login.halder-fenster.example/realms/office")
ORIGIN = os.environ.get("ORIGIN", "https://vertrieb.halder-fenster.example")
MAX_ROUNDS = 12
TOKENS_A_DAY = 400_000
ACTING = {"write_file", "book", "add_note", "move_deal", "send_mail"}


def servers(file: str = "servers.toml") -> list[Server]:
    given = tomllib.loads(Path(file).read_text("utf-8"))
    return [Server(name=name, **values) for name, values in given["servers"].items()]
