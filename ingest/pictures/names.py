"""Which files are pictures, and which of them may describe the system, judged by their path alone.

A repository holds far more icons, screenshots and samples of data than drawings and scans. A picture is looked at where its folder is
one of documents, or its name says that something is drawn; what a name says to be ornament never is. Pictures that the user names
as documents are not asked.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

WITH_PICTURES = frozenset({"picture", "pdf", "docx", "odt", "pptx", "xlsx"})  # kinds of sources
PICTURE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".bmp", ".gif"})
_DOCUMENT_FOLDERS = frozenset({
    "doc", "docs", "documentation", "design", "designs", "architecture", "arch", "diagram", "diagrams", "drawings", "adr", "adrs", "rfc",
    "rfcs", "spec", "specs", "specification", "wiki", "threat-model", "threat_model", "threatmodel", "scans", "whiteboard", "whiteboards",
})  # fmt: skip
_OTHER_FOLDERS = frozenset({
    "data", "dataset", "datasets", "icons", "icon", "logos", "favicons", "fonts", "emoji", "sprites", "thumbnails", "avatars", "badges",
    "screenshots", "node_modules", "train", "val", "public", "drawable",
})  # fmt: skip
_DRAWN = re.compile(
    r"(?:^|[^a-z])(?:architecture|diagram|design|dfd|data-?flow|flow-?chart|sequence|deployment|topology|threat-?model|trust-?boundar"
    r"(?:y|ies)|whiteboard|infrastructure|network|overview|scan(?:ned)?)(?:$|[^a-z])"
)
_ORNAMENT = re.compile(r"(?:^|[^a-z])(?:logo|icon|favicon|badge|banner|avatar|screenshot|screen-?shot|thumbnail|cover|hero|sprite|emoji)s?")


def is_picture(path: str) -> bool:
    """Whether a file's name says it is a picture that can be opened."""
    return PurePosixPath(path.lower()).suffix in PICTURE_SUFFIXES


def may_describe(path: str) -> bool:
    """Whether a picture may be a drawing or a scan that tells of the system."""
    pure = PurePosixPath(path.lower())
    folders = set(pure.parts[:-1])
    name = pure.stem.replace("_", "-")
    if not is_picture(path) or folders & _OTHER_FOLDERS or _ORNAMENT.search(name):
        return False
    return bool(folders & _DOCUMENT_FOLDERS) or _DRAWN.search(name) is not None
