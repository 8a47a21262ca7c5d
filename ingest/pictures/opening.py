"""One picture unpacked within bounds: bytes or an image of a library go in, a plain grey PNG comes out.

Only formats of pixels are opened, whatever the name says; the size is looked at before anything is unpacked, and a file that ends too
early is refused rather than filled up. What is too small to hold text, and what is larger than the bounds, ends as a
`LeftOut`, what is broken as a `Broken`. Left out: colours, animation behind the first image, metadata.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

_FORMATS = ("PNG", "JPEG", "JPEG2000", "TIFF", "WEBP", "BMP", "GIF")
_IN_FRAMES = frozenset({"TIFF"})  # whose further images are further pages
TOO_SMALL = "pictures too small to hold text in it were not examined"


@dataclass(frozen=True, slots=True)
class PictureBounds:
    """Bounds on one picture and on all pictures of one document."""

    max_bytes: int = 20 * 2**20
    max_pixels: int = 40_000_000  # an A3 page scanned at 400 dpi has 31 million
    min_side: int = 80
    min_pixels: int = 40_000
    max_pictures: int = 60  # of one document
    max_looked_at: int = 1_000  # the same, those included that are too small

    @property
    def rest(self) -> str:
        return f"pictures after the first {self.max_pictures} in it were not examined"


class LeftOut(Exception):
    """A picture that is passed over; the message is the reason shown to the user."""


class Broken(Exception):
    """Bytes that are no picture; the message is the error shown to the user."""


def frames(data: bytes, bounds: PictureBounds) -> Iterator[Image]:
    """The images of a file: one, or the pages of a TIFF, each looked at before it is unpacked. Raises as `checked` does."""
    from PIL import Image

    if len(data) > bounds.max_bytes:
        raise LeftOut(f"a picture larger than {bounds.max_bytes} bytes was not examined")
    try:
        with _silent():
            image = Image.open(io.BytesIO(data), formats=_FORMATS)
        for number in count() if image.format in _IN_FRAMES else (0,):
            try:
                image.seek(number)
            except EOFError:
                return
            if number >= bounds.max_pictures:
                raise LeftOut(bounds.rest)
            checked(image.size, bounds)
            with _silent():
                image.load()
            yield image
    except (LeftOut, Broken):
        raise
    except Image.DecompressionBombError:
        raise LeftOut(_too_large(bounds)) from None
    except Exception as problem:  # a library of decoders meets hostile bytes here; what it raises is this picture's error
        raise Broken(f"is no readable picture: {type(problem).__name__}: {str(problem)[:120]}") from None


@contextmanager
def _silent() -> Iterator[None]:
    """Without warnings: sizes are looked at here, and odd metadata are not read."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def checked(size: tuple[int, int], bounds: PictureBounds) -> None:
    """Raises `LeftOut` where a picture of this size is not to be unpacked."""
    width, height = size
    if width * height > bounds.max_pixels:
        raise LeftOut(_too_large(bounds))
    if min(width, height) < bounds.min_side or width * height < bounds.min_pixels:
        raise LeftOut(TOO_SMALL)


def plain_png(image: Image, most_side: int, turned: int = 0) -> bytes:
    """A picture as a grey PNG on white ground, turned clockwise by so many degrees, its longer side no longer than asked for."""
    from PIL import Image

    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        shown = image.convert("RGBA")
        ground = Image.new("RGBA", shown.size, "white")
        ground.alpha_composite(shown)
        image = ground
    grey = image.convert("L")
    if max(grey.size) > most_side:
        grey.thumbnail((most_side, most_side))
    if turned % 360:
        grey = grey.rotate(-turned, expand=True)
    stream = io.BytesIO()
    grey.save(stream, "PNG", compress_level=3)
    return stream.getvalue()


def _too_large(bounds: PictureBounds) -> str:
    return f"a picture of more than {bounds.max_pixels // 1_000_000} million pixels was not examined"
