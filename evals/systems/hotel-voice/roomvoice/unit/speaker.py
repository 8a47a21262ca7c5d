"""Speaks with piper, on the unit itself."""

import asyncio
import logging

log = logging.getLogger(__name__)


class Speaker:
    def __init__(self, voice: str) -> None:
        self._voice = voice
        self._one_at_a_time = asyncio.Lock()

    async def say(self, text: str) -> None:
        line = f'echo "{text}" | piper --model {self._voice} --output-raw | aplay -q -r 22050 -f S16_LE -t raw -'
        async with self._one_at_a_time:
            process = await asyncio.create_subprocess_shell(line)
            if await process.wait():
                log.warning("could not speak")
