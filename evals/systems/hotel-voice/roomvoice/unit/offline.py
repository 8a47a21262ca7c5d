"""What a unit does while the backend is away: the blinds, and keeping what it heard for later."""

import io
from collections import deque
from uuid import UUID

import aiohttp
import numpy as np

from roomvoice.common.intents import LOCAL_INTENTS
from roomvoice.unit.config import UnitConfig
from roomvoice.unit.controls import Command, operate
from roomvoice.unit.updates import LocalModel

KEPT = 20


class OfflineMode:
    def __init__(self, config: UnitConfig, model: LocalModel) -> None:
        self._config = config
        self._model = model
        self._waiting: deque[dict] = deque(maxlen=KEPT)

    async def answer(self, utterance: UUID, pcm: bytes) -> str:
        self._waiting.append(
            {"id": str(utterance), "language": self._config.language, "pcm": np.frombuffer(pcm, dtype="<i2")}
        )
        guess = self._model.runner.classify(pcm) if self._model.runner else None
        if guess is None or guess.intent not in LOCAL_INTENTS or guess.score < 0.7:
            return "I cannot do that at the moment."
        await operate(Command("blinds", "up" if guess.intent == "blinds.open" else "down"))
        return "Done."

    async def hand_over(self) -> None:
        if not self._waiting:
            return
        out = io.BytesIO()
        np.savez_compressed(out, utterances=np.array(list(self._waiting), dtype=object))
        async with aiohttp.ClientSession(headers=self._config.headers) as http:
            async with http.post(f"{self._config.api}/units/batch", data=out.getvalue()) as answer:
                answer.raise_for_status()
        self._waiting.clear()
