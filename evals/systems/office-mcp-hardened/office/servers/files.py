"""Files of the sales share."""
import os
from datetime import datetime
from pathlib import Path

from fastmcp import FastMCP
from fastmcp.exceptions import ToolError

from office.servers.signin import verifier

SHARE = Path(os.environ.get("SHARE", "/srv/vertrieb"))
TEXT = {".txt", ".md", ".csv", ".eml", ".ini", ".html"}
TEMPLATES = {"offer": "Vorlagen/angebot.md", "reminder": "Vorlagen/erinnerung.md", "thanks": "Vorlagen/danke.md"}
WRITABLE = ("Angebote", "Aufmass")
MAX_CHARS = 40_000

mcp = FastMCP("files", instructions="Offers, drawings and price lists. Paths are relative to the share.", auth=verifier("office-files"))


def inside(path: str) -> Path:
    """The place a path means, links followed; only in the share."""
    found = (SHARE / path).resolve()
    if not found.is_relative_to(SHARE.resolve()):
        raise ToolError("outside of the share")
    return found


@mcp.tool
def list_folder(folder: str = ".") -> list[dict]:
    """What lies in a folder of the share."""
    found = []
    for one in sorted(inside(folder).iterdir())[:500]:
        stat = one.stat()
        found.append({
            "name": one.name,
            "folder": one.is_dir(),
            "size": stat.st_size,
            "changed": datetime.fromtimestamp(stat.st_mtime).isoformat(timespec="minutes"),
        })
    return found


@mcp.tool
def read_file(path: str) -> str:
    """Text of a file. Drawings and PDFs give their name and size only."""
    file = inside(path)
    if file.suffix.lower() not in TEXT:
        return f"{file.name}, {file.stat().st_size} bytes, no text"
    return file.read_text("utf-8", errors="replace")[:MAX_CHARS]


@mcp.tool
def write_file(path: str, text: str) -> str:
    """Write a new text file below Angebote or Aufmass."""
    file = inside(path)
    if file.relative_to(SHARE.resolve()).parts[0] not in WRITABLE or file.suffix.lower() not in {".txt", ".md"}:
        raise ToolError("only new .txt and .md files below " + " or ".join(WRITABLE))
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("x", encoding="utf-8") as new:
        new.write(text[:MAX_CHARS])
    return f"written: {path}"


@mcp.tool
def template(name: str) -> str:
    """A template: offer, reminder or thanks."""
    if name not in TEMPLATES:
        return "no such template, there are: " + ", ".join(TEMPLATES)
    return (SHARE / TEMPLATES[name]).read_text("utf-8")


@mcp.tool
def search(words: str, folder: str = "Angebote") -> list[str]:
    """Files whose name has all the words."""
    wanted = words.lower().split()
    hits = []
    for root, _, names in os.walk(inside(folder)):
        for name in names:
            if all(word in name.lower() for word in wanted):
                hits.append(str((Path(root) / name).relative_to(SHARE.resolve())))
            if len(hits) >= 50:
                return hits
    return hits


if __name__ == "__main__":
    mcp.run(transport="http", host="0.0.0.0", port=8101)
