"""Messages between a room unit and the backend. Sound travels in binary frames between them (16 kHz, mono, s16le)."""

import io
import wave
from uuid import UUID

from msgspec import Struct, json

SAMPLE_RATE = 16_000


class Hello(Struct, tag="hello"):
    serial: str
    room: str
    language: str = "en"


class EndOfSpeech(Struct, tag="end"):
    utterance: UUID


class Feedback(Struct, tag="feedback"):
    """The guest touched the card on the screen: "I meant ..."."""

    utterance: UUID
    intended: str


class Reply(Struct, tag="reply"):
    utterance: UUID
    say: str
    intent: str
    confirm: bool = False


FromUnit = Hello | EndOfSpeech | Feedback
read_from_unit = json.Decoder(FromUnit).decode
read_from_backend = json.Decoder(Reply).decode
encode = json.encode


def to_wav(pcm: bytes) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(pcm)
    return out.getvalue()
