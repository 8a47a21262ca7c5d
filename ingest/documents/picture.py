"""Pictures that are files of their own: nothing of them is text, so what is read of them comes from a reader of pictures alone."""

from __future__ import annotations

from ingest.documents.limits import Deadline, DocumentLimits, Pages, Reading


def read_pages(data: bytes, limits: DocumentLimits, deadline: Deadline) -> Pages:
    """No lines."""
    return {}


def read_passages(path: str, data: bytes, limits: DocumentLimits, deadline: Deadline) -> Reading:
    """No passages."""
    return Reading("", (), (), 0, textless="a picture; OCR is not set up")
