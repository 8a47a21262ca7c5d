"""Retrieval: a question about a system becomes passages of its files, with their places.

`index_tree` brings the index of a tree up to date, `Retriever` answers from it.
"""

from pipeline.retrieval.indexing import IndexReport, IndexSettings, index_tree
from pipeline.retrieval.result import Filter, Hit, Query, ScoreParts
from pipeline.retrieval.retriever import Retriever

__all__ = ["Filter", "Hit", "IndexReport", "IndexSettings", "Query", "Retriever", "ScoreParts", "index_tree"]
