import logging
from dataclasses import dataclass

import numpy as np
from faster_whisper import WhisperModel
from openai import OpenAI

from roomvoice.common.protocol import to_wav
from roomvoice.server import settings

log = logging.getLogger(__name__)
LANGUAGES = frozenset({"en", "de", "fr", "it", "es", "nl", "pl", "ja"})


@dataclass(frozen=True)
class Heard:
    text: str
    logprob: float


class SpeechRecogniser:
    def __init__(self) -> None:
        self._whisper = WhisperModel(settings.ASR_DIR, device="auto", compute_type="int8", local_files_only=True)
        key = str(settings.OPENAI_API_KEY)
        self._second_opinion = OpenAI(api_key=key, timeout=4.0, max_retries=0) if key else None

    def transcribe(self, pcm: bytes, language: str) -> Heard:
        samples = np.frombuffer(pcm, dtype="<i2").astype(np.float32) / 32768
        segments, _ = self._whisper.transcribe(
            samples, language=language if language in LANGUAGES else None, beam_size=2, condition_on_previous_text=False
        )
        parts = list(segments)
        text = " ".join(part.text.strip() for part in parts)
        logprob = min((part.avg_logprob for part in parts), default=-9.0)
        if logprob < settings.ASR_FLOOR and self._second_opinion is not None:
            text = self._ask_again(pcm) or text
        return Heard(text, logprob)

    def _ask_again(self, pcm: bytes) -> str:
        try:
            answer = self._second_opinion.audio.transcriptions.create(model="whisper-1", file=("speech.wav", to_wav(pcm)))
        except Exception:
            log.warning("no second opinion", exc_info=True)
            return ""
        return answer.text.strip()
