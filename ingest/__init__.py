"""Ingest: a folder becomes sources, and every source facts.

`list_sources` says which files there are; `read_source` reads one of them. What a file is read by
follows from its kind; each family of readers is a folder.
"""

from ingest.reading import lines_of, read_source
from ingest.sources import SourceList, SourceSettings, list_sources

__all__ = ["SourceList", "SourceSettings", "lines_of", "list_sources", "read_source"]
