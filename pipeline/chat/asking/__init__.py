"""Answers of a model: asked with the same evidence and tools as the analyst, taken over only as far as what they cite can be located."""

from pipeline.chat.asking.talk import ModelTalk

__all__ = ["ModelTalk"]
