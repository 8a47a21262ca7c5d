"""What reads the text in a picture: a program of this machine, or a model behind an address. The user alone chooses it.

Takes an `Ocr` (which reader, which languages or model, at which address), gives a `PictureReader`. Nothing here reads the environment or
a settings file, and the scanned tree is never asked: a repository can neither turn reading on nor say where pictures go.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from ingest.addresses import OPENAI, host_of, is_loopback
from ingest.errors import UnusableInput

LANGUAGES = re.compile(r"[A-Za-z0-9_]{2,30}(?:\+[A-Za-z0-9_]{2,30}){0,9}")
_SAID = "write off, tesseract, tesseract:LANGUAGES (such as deu+eng) or vision:MODEL"


@dataclass(frozen=True, slots=True)
class Ocr:
    """Which reader. `address`, `key` and `instructions` are for a vision model alone."""

    provider: Literal["tesseract", "vision"]
    model: str  # languages of tesseract, or the name of the model
    address: str | None = None
    key: str | None = None
    instructions: str = ""

    @property
    def endpoint(self) -> str:
        """Where pictures are sent to, named or not."""
        return self.address or OPENAI

    def __repr__(self) -> str:  # a key is never shown
        return f"Ocr({self.provider!r}, {self.model!r}, {self.address!r})"


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture, unpacked within bounds and packed anew as a plain PNG."""

    page: int | None  # page or slide it stands on; None where there are none
    place: str  # where it stands in words: "page 3"; empty where the file is the picture
    png: bytes


class NotRead(Exception):
    """A picture that the reader could not read; the message is the reason shown to the user."""


class PictureReader(Protocol):
    """Reads one picture at a time; asked from several threads."""

    @property
    def identity(self) -> str:
        """Names the reader and its edition: facts that another one read are other facts."""

    @property
    def told(self) -> str:
        """Who read it, as places say it: "OCR"."""

    @property
    def sent_to(self) -> str:
        """The host that pictures are sent to; empty where they stay on this machine."""

    @property
    def most_side(self) -> int:
        """Pixels of the longer side that are of use; larger pictures are made smaller."""

    def lines(self, picture: Picture) -> tuple[str, ...]:
        """The text in the picture, an empty line between paragraphs. Raises `NotRead`."""


def ocr_named(text: str, address: str | None = None, key: str | None = None, instructions: str = "") -> Ocr | None:
    """`off`, `tesseract`, `tesseract:LANGUAGES` or `vision:MODEL`.

    Raises:
        UnusableInput: it is none of these.
    """
    provider, _, model = text.partition(":")
    if text == "off":
        return None
    if provider == "tesseract" and (not model or LANGUAGES.fullmatch(model)):
        return Ocr("tesseract", model or "eng")
    if provider == "vision" and model:
        return Ocr("vision", model, address, key, instructions)
    raise UnusableInput("no such reader of pictures", text[:100], _SAID)


def make_reader(ocr: Ocr, root: Path, *, offline: bool = False) -> PictureReader:
    """The reader, found or connected; nothing below `root` is ever run.

    Raises:
        UnusableInput: it is not installed, its language is not, or it would need the network while that is forbidden.
    """
    if ocr.provider == "tesseract":
        from ingest.pictures.tesseract import Tesseract

        return Tesseract.found(ocr.model, root)
    if offline and not is_loopback(ocr.endpoint):
        raise UnusableInput(
            "ocr would send pictures over the network, and --offline forbids that", host_of(ocr.endpoint), "use tesseract, or a model here"
        )
    from ingest.pictures.vision import VisionModel

    return VisionModel.connected(ocr)
