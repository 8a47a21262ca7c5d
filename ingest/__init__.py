"""Ingest: a folder becomes sources, and every source facts.

`list_paths` says which files there are, `list_sources` which of them are read; `read_source` reads one of them. What a file is read by
follows from its kind; each family of readers is a folder.
"""

from ingest.reading import lines_of, read_source
from ingest.source import SourceSettings
from ingest.sources import Listing, SourceList, list_paths, list_sources

__all__ = ["Listing", "SourceList", "SourceSettings", "lines_of", "list_paths", "list_sources", "read_source"]
