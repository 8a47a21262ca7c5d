"""Near episodes by what is said in them."""

from __future__ import annotations

import faiss
import numpy as np
import psycopg
from sentence_transformers import SentenceTransformer

from picks_train.settings import Settings

NEAR = 50
CHUNK = 1200
LISTED = """
SELECT e.id::text, s.category, s.title || '. ' || e.title || '. ' || s.description || ' ' || e.transcript
  FROM episodes e JOIN shows s ON s.id = e.show_id
 WHERE s.state = 'listed' AND e.publish_at <= now()
 ORDER BY e.id
"""


def listed(db: psycopg.Connection) -> tuple[list[str], list[str], list[str]]:
    rows = db.execute(LISTED).fetchall()
    return [row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows]


def embed(texts: list[str], s: Settings) -> np.ndarray:
    encoder = SentenceTransformer(s.embedding_model, revision=s.embedding_revision)
    vectors = []
    for text in texts:
        chunks = [text[i : i + CHUNK] for i in range(0, len(text), CHUNK)]
        vectors.append(encoder.encode(chunks, normalize_embeddings=True).mean(axis=0))
    return np.asarray(vectors, dtype=np.float32)


def neighbours(episodes: list[str], vectors: np.ndarray) -> dict[str, list[str]]:
    vectors = np.ascontiguousarray(vectors)
    faiss.normalize_L2(vectors)
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    _, found = index.search(vectors, min(NEAR + 1, len(episodes)))
    return {
        episode: [episodes[j] for j in row if j >= 0 and episodes[j] != episode]
        for episode, row in zip(episodes, found, strict=True)
    }
