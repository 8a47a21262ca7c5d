"""The reader of pictures that the settings name, with the key of the environment and the words a model is given."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.interfaces.settings import Settings

if TYPE_CHECKING:
    from ingest.pictures.reader import Ocr, PictureReader

_KEYS = ("THREATLOOM_API_KEY", "OPENAI_API_KEY")


def picture_reader(settings: Settings, root: Path, environment: Mapping[str, str]) -> PictureReader | None:
    """The reader, or None where pictures are not read. A vision model on another machine is refused where all has to stay on this one.

    Raises:
        UnusableInput: it is not there, or its name is none.
    """
    ocr = chosen_ocr(settings, environment)
    if ocr is None:
        return None
    from ingest.pictures.reader import make_reader

    return make_reader(ocr, root, offline=settings.offline)


def chosen_ocr(settings: Settings, environment: Mapping[str, str]) -> Ocr | None:
    """Which reader the settings name; nothing is looked for yet."""
    if settings.ocr == "off":
        return None
    from ingest.pictures.reader import ocr_named
    from prompts import load_prompt

    key = next((environment[name] for name in _KEYS if environment.get(name)), None)
    prompt = load_prompt("ingest/transcribe-picture") if settings.ocr.startswith("vision") else None
    return ocr_named(settings.ocr, settings.ocr_url, key, prompt.text if prompt else "")
