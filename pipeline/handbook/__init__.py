"""The handbook: the catalog joined into one value, for programs (JSON), for the terminal and as a static site.

Takes the knowledge files as their rooms load them; gives `Handbook`. It describes what a scan looks for and judges nothing.
"""

from __future__ import annotations

from pipeline.handbook.build import handbook_of
from pipeline.handbook.model import Handbook
from pipeline.handbook.words import load_control_words, load_glossary

__all__ = ["Handbook", "handbook_of", "load_control_words", "load_glossary"]
