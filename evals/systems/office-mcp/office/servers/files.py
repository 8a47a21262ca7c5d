"""Files of the sales share."""
import os
import shutil
from datetime import datetime
from pathlib import Path

from fastmcp import FastMCP

SHARE = Path(os.environ.get("SHARE", "/srv/vertrieb"))
TEXT = {".txt", ".md", ".csv", ".eml", ".ini", ".html"}
TEMPLATES = {"offer": "Vorlagen/angebot.md", "reminder": "Vorlagen/erinnerung.md", "thanks": "Vorlagen/danke.md"}

mcp = FastMCP("files", instructions="Offers, drawings and price lists. Paths are relative to the share.")


@mcp.tool
def list_folder(folder: str = ".") -> list[dict]:
    """What lies in a folder of the share."""
    found = []
    for one in sorted((SHARE / folder).iterdir()):
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
    file = SHARE / path
    if file.suffix.lower() not in TEXT:
        return f"{file.name}, {file.stat().st_size} bytes, no text"
    return file.read_text("utf-8", errors="replace")


@mcp.tool
def write_file(path: str, text: str) -> str:
    """Write a file, for example an offer. Folders are made as needed."""
    file = SHARE / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")
    return f"written: {path}"


@mcp.tool
def remove(path: str) -> str:
    """Remove a file or a folder that is no longer needed."""
    file = SHARE / path
    if file.is_dir():
        shutil.rmtree(file)
    else:
        file.unlink()
    return f"removed: {path}"


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
    for root, _, names in os.walk(SHARE / folder):
        for name in names:
            if all(word in name.lower() for word in wanted):
                hits.append(str((Path(root) / name).relative_to(SHARE)))
            if len(hits) >= 50:
                return hits
    return hits


if __name__ == "__main__":
    mcp.run(transport="http", host="0.0.0.0", port=8101)
