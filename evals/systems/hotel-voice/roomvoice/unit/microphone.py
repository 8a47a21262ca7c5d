"""Listening: first for the wake word, then until the guest stops speaking."""

import asyncio
from collections.abc import AsyncIterator

import numpy as np
import sounddevice
import torch
from openwakeword.model import Model as WakeModel

from roomvoice.common.protocol import SAMPLE_RATE
from roomvoice.unit.config import UnitConfig

WAKE_FRAME = 1280
VAD_FRAME = 512
SILENT_FRAMES = 25


class Microphone:
    def __init__(self, config: UnitConfig) -> None:
        self._config = config
        self._wake = WakeModel(wakeword_models=[config.wake_model], inference_framework="onnx")
        self._vad, _ = torch.hub.load("snakers4/silero-vad", "silero_vad", trust_repo=True)
        self._frames: asyncio.Queue[np.ndarray] = asyncio.Queue(maxsize=64)

    async def run(self) -> None:
        loop = asyncio.get_running_loop()

        def arrived(data: np.ndarray, frames: int, when: object, status: object) -> None:
            loop.call_soon_threadsafe(self._offer, data[:, 0].copy())

        with sounddevice.InputStream(SAMPLE_RATE, WAKE_FRAME, channels=1, dtype="int16", callback=arrived):
            await asyncio.Event().wait()

    def _offer(self, frame: np.ndarray) -> None:
        if self._frames.full():
            self._frames.get_nowait()
        self._frames.put_nowait(frame)

    async def wait_for_wake_word(self) -> None:
        self._wake.reset()
        while True:
            scores = self._wake.predict(await self._frames.get())
            if max(scores.values()) >= self._config.wake_threshold:
                return

    async def speech(self) -> AsyncIterator[bytes]:
        silent = 0
        for _ in range(self._config.max_seconds * SAMPLE_RATE // WAKE_FRAME):
            frame = await self._frames.get()
            yield frame.tobytes()
            part = torch.from_numpy(frame[:VAD_FRAME].astype(np.float32) / 32768)
            silent = 0 if self._vad(part, SAMPLE_RATE).item() > 0.4 else silent + 1
            if silent >= SILENT_FRAMES:
                return
