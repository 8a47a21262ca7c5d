"""Design documents as passages and diagrams: takes a `Source`, gives `DocumentFacts`, a `Skip` or a `ReadError`.

`FORMATS` names the kinds of source that are read here; each is a module of this folder.
"""

from ingest.documents.limits import DocumentLimits
from ingest.documents.offline_nlp import active_pipeline
from ingest.documents.position import cell_place
from ingest.documents.reading import FORMATS, LIBRARIES, PARAGRAPH_KINDS, quotable_text, read_document

__all__ = ["FORMATS", "LIBRARIES", "PARAGRAPH_KINDS", "DocumentLimits", "active_pipeline", "cell_place", "quotable_text", "read_document"]
