"""The pictures of one document, in order, with the page or slide they stand on; and what of them was passed over, and why.

Takes the bytes of a source, gives plain pictures. A PDF's pictures are taken out as they are stored (a scanned page is one or a few of
them), pages are not rendered; Office and OpenDocument files hold them as entries of their archive. The bytes were read as a document
before, and are bounded here once more: a file may have changed since. One picture that cannot be opened costs no other.

Left out: pages drawn with lines and shapes, pictures written into a page's own commands, JBIG2 (its decoder is a program we do not run),
vector pictures (EMF, WMF, SVG), pictures in mails, web pages and embedded documents.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ingest.documents.limits import Deadline, DocumentLimits
from ingest.pictures.opening import Broken, LeftOut, PictureBounds, checked, frames, plain_png
from ingest.pictures.reader import Picture
from ingest.source import SourceKind

if TYPE_CHECKING:
    from PIL.Image import Image
    from pypdf import PageObject

_MEDIA = re.compile(r"(?:word|xl)/media/[^/]+\.(?:png|jpe?g|gif|bmp|tiff?|webp)|Pictures/[^/]+\.(?:png|jpe?g|gif|bmp|tiff?|webp)", re.I)
_PLAIN_NAME = re.compile(r"[\w.-]{1,60}")
_NUMBER = re.compile(r"(\d+)")
_PACKED_WHOLE = frozenset({"/DCTDecode", "/DCT", "/JPXDecode"})  # filters that leave a file of pixels behind
_JBIG2 = "a picture in JBIG2 format was not examined: its decoder is a program of its own"
_MAX_NESTED = 3  # forms inside of forms
_MAX_OBJECTS = 200  # of one page


@dataclass(frozen=True, slots=True)
class Missed:
    """A picture that was not read, and why."""

    reason: str
    broken: bool = False


Found = Iterator[Picture | Missed]
_Images = Iterator["Image"]


def pictures_in(kind: SourceKind, data: bytes, most_side: int, bounds: PictureBounds, limits: DocumentLimits) -> Found:
    """The pictures of a document. Raises what the library that opens the document raises."""
    deadline = Deadline.after(limits.max_seconds)
    taken = 0
    for looked_at, found in enumerate(_stored(kind, data, bounds, limits, deadline)):
        deadline.check()
        if taken >= bounds.max_pictures or looked_at >= bounds.max_looked_at:
            yield Missed(bounds.rest)
            return
        try:
            for image in found.images():
                taken += 1
                yield Picture(found.page, _worded(found, taken), plain_png(image, most_side, found.turned))
        except LeftOut as reason:
            yield Missed(str(reason))
        except Broken as error:
            yield Missed(f"{found.place or 'it'}: {error}" if found.place else str(error), broken=True)


@dataclass(frozen=True, slots=True)
class _Stored:
    """One picture as the document holds it."""

    page: int | None
    place: str
    images: Callable[[], _Images]
    turned: int = 0


def _worded(found: _Stored, number: int) -> str:
    return f"page {number}" if not found.place and number > 1 else found.place


def _stored(kind: SourceKind, data: bytes, bounds: PictureBounds, limits: DocumentLimits, deadline: Deadline) -> Iterator[_Stored]:
    if kind == "picture":
        yield _Stored(None, "", lambda: frames(data, bounds))
    elif kind == "pdf":
        yield from _in_pdf(data, bounds, deadline)
    elif kind == "pptx":
        yield from _in_slides(data, bounds, limits, deadline)
    elif kind in ("docx", "xlsx", "odt"):
        yield from _in_archive(data, bounds, limits, deadline)


# Archives


def _in_archive(data: bytes, bounds: PictureBounds, limits: DocumentLimits, deadline: Deadline) -> Iterator[_Stored]:
    import zipfile

    from ingest.documents.archive import check_archive

    check_archive(data, limits, deadline)
    archive = zipfile.ZipFile(io.BytesIO(data))
    for number, name in enumerate(sorted(filter(_MEDIA.fullmatch, archive.namelist()), key=_counted), start=1):
        plain = name.rpartition("/")[2]
        place = f"picture {plain if _PLAIN_NAME.fullmatch(plain) else number}"
        yield _Stored(None, place, lambda name=name: frames(archive.read(name), bounds))  # type: ignore[misc]  # a default binds the name


def _counted(name: str) -> list[tuple[int, str]]:
    """Names in the order people count them: image2 before image10."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in _NUMBER.split(name)]


def _in_slides(data: bytes, bounds: PictureBounds, limits: DocumentLimits, deadline: Deadline) -> Iterator[_Stored]:
    from ingest.documents.ooxml import open_package

    open_package(data, limits, deadline)
    from pptx import Presentation

    for number, slide in enumerate(Presentation(io.BytesIO(data)).slides, start=1):
        related = sorted(slide.part.rels.items(), key=lambda item: _counted(str(item[0])))
        for _, relation in related:
            if not relation.is_external and relation.reltype.endswith("/image"):
                blob = bytes(relation.target_part.blob)
                if not blob.lstrip()[:5].lower().startswith((b"<svg", b"<?xml")):
                    yield _Stored(number, f"slide {number}", lambda blob=blob: frames(blob, bounds))  # type: ignore[misc]  # as above


# PDF


def _in_pdf(data: bytes, bounds: PictureBounds, deadline: Deadline) -> Iterator[_Stored]:
    import pypdf

    from ingest.documents.pdf import bounded_pypdf

    with bounded_pypdf(4 * bounds.max_pixels), pypdf.apply_configuration(jbig2dec_binary=None):
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted:
            reader.decrypt("")
        for number, page in enumerate(reader.pages, start=1):
            deadline.check()
            for stored in _objects_of(page, 0):
                yield _Stored(
                    number,
                    f"page {number}",
                    lambda stored=stored: _image_of(stored, bounds),  # type: ignore[misc]  # a default binds the object
                    int(page.rotation or 0),
                )


def _objects_of(holder: PageObject | Mapping[str, Any], depth: int) -> Iterator[Any]:
    """Pictures a page or a form names. Any: what a file holds in the place of one may be anything."""
    resources = _mapping(holder.get("/Resources"))
    for named in list(_mapping(resources.get("/XObject")).values())[:_MAX_OBJECTS]:
        thing = getattr(named, "get_object", lambda: None)()
        kind = _mapping(thing).get("/Subtype")
        if kind == "/Image":
            yield thing
        elif kind == "/Form" and depth < _MAX_NESTED:
            yield from _objects_of(_mapping(thing), depth + 1)


def _mapping(given: Any) -> Mapping[str, Any]:
    found = getattr(given, "get_object", lambda: given)()
    return found if isinstance(found, Mapping) else {}


def _image_of(stored: Any, bounds: PictureBounds) -> _Images:
    try:
        checked((int(stored["/Width"]), int(stored["/Height"])), bounds)
        given = getattr(stored.get("/Filter"), "get_object", lambda: None)()
        filters = [str(one) for one in given] if isinstance(given, list) else [str(given)]
        if "/JBIG2Decode" in filters:
            raise LeftOut(_JBIG2)
        packed = stored.get_data() if filters[-1] in _PACKED_WHOLE else None
        image = None if packed is not None else stored.decode_as_image()
    except (LeftOut, Broken):
        raise
    except Exception as problem:  # a library meets hostile bytes here; what it raises is this picture's error
        raise Broken(f"a picture cannot be taken out: {type(problem).__name__}") from None
    if packed is not None:
        yield from frames(packed, bounds)
    elif image is not None:
        checked(image.size, bounds)
        yield image
