"""The index of a tree: files cut into chunks, with their vectors in Chroma and their words beside them.

`chunk_source` cuts one file; `changes` and `write` bring an index up to date; `IndexReader` asks it.
"""

from ingest.index.chunk import Chunk, Chunked, LeftOut
from ingest.index.chunking import chunk_source
from ingest.index.condition import Condition, condition_of
from ingest.index.embedding import Embedder, Embedding, embedding_named, make_embedder
from ingest.index.place import IndexPlace, default_folder, place_of
from ingest.index.reader import BrokenIndex, IndexReader, Session
from ingest.index.writing import Changes, FileEntry, Retold, Update, Written, changes, marks_known, write

__all__ = [
    "BrokenIndex", "Changes", "Chunk", "Chunked", "Condition", "Embedder", "Embedding", "FileEntry", "IndexPlace", "IndexReader",
    "LeftOut", "Retold", "Session", "Update", "Written", "changes", "chunk_source", "condition_of", "default_folder", "embedding_named",
    "make_embedder", "marks_known", "place_of", "write",
]  # fmt: skip
