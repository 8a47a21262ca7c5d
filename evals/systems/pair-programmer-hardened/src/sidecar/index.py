"""Chunks of a repository and their vectors.

Text lies in SQLite, vectors beside it in one array; both are in the cache folder of the user. Nothing that a clone brings is loaded.
"""

from __future__ import annotations

import fnmatch
import hashlib
import sqlite3
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from sentence_transformers import SentenceTransformer

from sidecar.config import HIDDEN, settings

LINES, OVERLAP = 60, 10
SKIPPED = {".png", ".jpg", ".gif", ".pdf", ".zip", ".lock", ".woff2", ".ico"}


@dataclass(frozen=True, slots=True)
class Chunk:
    path: str
    first: int
    text: str

    @property
    def key(self) -> str:
        return hashlib.sha1(f"{self.path}\0{self.text}".encode(), usedforsecurity=False).hexdigest()


@cache
def _embedder() -> SentenceTransformer:
    return SentenceTransformer(settings.embedder, revision=settings.embedder_revision, trust_remote_code=False, model_kwargs={"use_safetensors": True})


def tracked_files(root: Path) -> list[str]:
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=root, capture_output=True, check=True)
    return [name for name in listed.stdout.decode().split("\0") if name and Path(name).suffix not in SKIPPED]


def chunks(root: Path) -> Iterator[Chunk]:
    for name in tracked_files(root):
        if (root / name).is_symlink() or any(fnmatch.fnmatch(part, pattern) for part in Path(name).parts for pattern in HIDDEN):
            continue
        try:
            lines = (root / name).read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            continue
        for start in range(0, max(len(lines), 1), LINES - OVERLAP):
            text = "\n".join(lines[start : start + LINES]).strip()
            if text:
                yield Chunk(name, start + 1, text)


class Index:
    def __init__(self, root: Path, folder: Path) -> None:
        self.root = root
        self.folder = folder
        self.db = sqlite3.connect(self.folder / "chunks.db")
        self.db.execute("CREATE TABLE IF NOT EXISTS chunk (key TEXT PRIMARY KEY, path TEXT, first INTEGER, text TEXT)")
        self.vectors: dict[str, np.ndarray] = self._load()

    def _load(self) -> dict[str, np.ndarray]:
        kept = self.folder / "vectors.npz"
        if not kept.exists():
            return {}
        with np.load(kept, allow_pickle=False) as file:
            return dict(file)

    def build(self) -> int:
        found = {chunk.key: chunk for chunk in chunks(self.root)}
        new = [chunk for key, chunk in found.items() if key not in self.vectors]
        if new:
            made = _embedder().encode([chunk.text for chunk in new], batch_size=16, normalize_embeddings=True)
            self.vectors.update({chunk.key: vector for chunk, vector in zip(new, made, strict=True)})
        self.vectors = {key: vector for key, vector in self.vectors.items() if key in found}
        with self.db:
            self.db.execute("DELETE FROM chunk")
            rows = [(chunk.key, chunk.path, chunk.first, chunk.text) for chunk in found.values()]
            self.db.executemany("INSERT INTO chunk VALUES (?, ?, ?, ?)", rows)
        np.savez(self.folder / "vectors.npz", **self.vectors)
        return len(new)

    def search(self, query: str, limit: int = 12) -> list[Chunk]:
        if not self.vectors:
            return []
        keys = list(self.vectors)
        asked = _embedder().encode([query], normalize_embeddings=True)[0]
        scores = np.stack([self.vectors[key] for key in keys]) @ asked
        best = [keys[place] for place in np.argsort(scores)[::-1][:limit]]
        rows = [self.db.execute("SELECT path, first, text FROM chunk WHERE key = ?", (key,)).fetchone() for key in best]
        return [Chunk(*row) for row in rows if row]
