"""The package that Word, PowerPoint and Excel files are: parts of XML in an archive, joined by relationships.

Takes the bytes, gives parts as trees (entities left unresolved, no network, nothing outside of the archive), the parts that one is
related to, the document's metadata, and what is in the package but is not read: macros, pictures, embedded files. Nothing of it
is run. `archive.py` has unpacked all of it once before. Left out: signatures, themes, fonts, external relationships.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.documents.archive import check_archive
from ingest.documents.limits import EMBEDDED, PICTURES, Deadline, DocumentLimits, Unreadable
from ingest.documents.outline import squeezed

if TYPE_CHECKING:
    from lxml.etree import _Element  # type: ignore[import-untyped]  # lxml ships no types

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_PACKAGE = "{http://schemas.openxmlformats.org/package/2006/relationships}"
_STRICT = "http://purl.oclc.org/ooxml/"
MACROS = "macros in it were not examined and never run"
_PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".emf", ".wmf", ".svg", ".webp")
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # the container of old binary documents, and of encrypted new ones
_LONGEST_PROPERTY = 20_000  # characters


@dataclass(frozen=True, slots=True)
class Package:
    """One opened package; `main` is the name of the part the document is."""

    archive: zipfile.ZipFile
    names: frozenset[str]
    main: str

    def tree(self, name: str) -> _Element | None:
        """The root of a part, or None where there is no such part. Raises `Unreadable` where it is no XML."""
        return parsed(self.archive, name) if name in self.names else None

    def related(self, name: str, kind: str) -> Iterator[tuple[str, str]]:
        """Id and name of the parts a part is related to by a kind (`comments`, `image`), in the order of the file."""
        folder, _, file = name.rpartition("/")
        for identity, type_, target in _relations(self.archive, self.names, f"{folder}/_rels/{file}.rels".lstrip("/")):
            if type_.rsplit("/", 1)[-1] == kind:
                yield identity, _resolved(folder, target)


def open_package(data: bytes, limits: DocumentLimits, deadline: Deadline) -> Package:
    """The package in the bytes. Raises where it is none, or unpacks to more than the limits allow."""
    if data.startswith(_COMPOUND):
        raise Unreadable("is encrypted with a password, or of the binary format used before 2007")
    check_archive(data, limits, deadline)
    archive = zipfile.ZipFile(io.BytesIO(data))
    names = frozenset(archive.namelist())
    main = next((_resolved("", t) for _, kind, t in _relations(archive, names, "_rels/.rels") if kind.endswith("/officeDocument")), "")
    if main not in names:
        raise Unreadable("is no Office document: its package has no main part")
    return Package(archive, names, main)


def metadata(package: Package) -> tuple[tuple[str, str], ...]:
    """Names and texts of the document's properties that people write: title, keywords, custom ones."""
    found: list[tuple[str, str]] = []
    for part in ("docProps/core.xml", "docProps/custom.xml", "docProps/app.xml"):
        root = package.tree(part)
        for child in () if root is None else root:
            if not isinstance(child.tag, str):
                continue
            name = child.get("name") or child.tag.rsplit("}", 1)[-1]
            text = squeezed(" ".join(child.itertext()))[:_LONGEST_PROPERTY]
            if text and (part != "docProps/app.xml" or name in ("Manager", "Company", "HyperlinkBase")) and not _is_by_the_writer(name):
                found.append((name, text))
    return tuple(found)


def unexamined(package: Package) -> tuple[str, ...]:
    """What is in the package and is not read."""
    lowered = [name.lower() for name in package.names]
    found = []
    if any(name.endswith(("vbaproject.bin", "vbadata.xml")) or "/macrosheets/" in name for name in lowered):
        found.append(MACROS)
    if any(name.endswith(_PICTURE_SUFFIXES) and "/media/" in name for name in lowered):
        found.append(PICTURES)
    if any("/embeddings/" in name or "/activex/" in name for name in lowered):
        found.append(EMBEDDED)
    return tuple(found)


def is_on(element: _Element | None, attribute: str = W + "val") -> bool:
    """Whether a switch (`<w:vanish/>`, `w:val="0"`) is there and turned on."""
    return element is not None and str(element.get(attribute, "1")).lower() not in ("0", "false", "off", "none")


def parsed(archive: zipfile.ZipFile, name: str) -> _Element:
    from lxml import etree  # type: ignore[import-untyped]  # lxml ships no types

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(archive.read(name), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable(f"holds a part that is no XML ({name.rsplit('/', 1)[-1]}): {error}") from error
    if _STRICT in str(root.tag):
        raise Unreadable("is written in the strict variant of Office Open XML, for which there is no reader")
    return root


def _relations(archive: zipfile.ZipFile, names: frozenset[str], name: str) -> Iterator[tuple[str, str, str]]:
    """Id, type and target of each relationship inside of the package."""
    if name not in names:
        return
    for relation in parsed(archive, name).iter(_PACKAGE + "Relationship"):
        if relation.get("TargetMode") != "External":
            yield str(relation.get("Id")), str(relation.get("Type")), str(relation.get("Target"))


def _resolved(folder: str, target: str) -> str:
    """A target as the name of an entry; names are looked up in the archive alone, so that `..` leads nowhere else."""
    return posixpath.normpath(target if target.startswith("/") else f"/{folder}/{target}").lstrip("/")


def _is_by_the_writer(name: str) -> bool:
    return name in ("created", "modified", "lastPrinted", "revision", "version", "lastModifiedBy", "creator", "language", "ContentTypeId")
