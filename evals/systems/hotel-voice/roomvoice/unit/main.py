"""The program of a room unit."""

import asyncio
import contextlib
import logging
from uuid import UUID, uuid4

import aiohttp
import websockets

from roomvoice.common.protocol import EndOfSpeech, Hello, Reply, encode, read_from_backend
from roomvoice.unit.config import UnitConfig, read_config
from roomvoice.unit.controls import obey
from roomvoice.unit.microphone import Microphone
from roomvoice.unit.offline import OfflineMode
from roomvoice.unit.speaker import Speaker
from roomvoice.unit.updates import LocalModel

log = logging.getLogger(__name__)


class RoomUnit:
    def __init__(self, config: UnitConfig) -> None:
        self._config = config
        self._microphone = Microphone(config)
        self._speaker = Speaker(config.voice)
        self._model = LocalModel(config)
        self._offline = OfflineMode(config, self._model)

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._microphone.run())
            group.create_task(self._converse())
            group.create_task(obey(self._config))
            group.create_task(self._model.keep_fresh())

    async def _converse(self) -> None:
        again = False
        while True:
            if not again:
                await self._microphone.wait_for_wake_word()
            utterance, heard = uuid4(), bytearray()
            try:
                reply = await self._ask(utterance, heard)
                again = reply.confirm
                say = reply.say
                with contextlib.suppress(aiohttp.ClientError):
                    await self._offline.hand_over()
            except (OSError, websockets.WebSocketException):
                again = False
                say = await self._offline.answer(utterance, bytes(heard))
            await self._speaker.say(say)

    async def _ask(self, utterance: UUID, heard: bytearray) -> Reply:
        config = self._config
        try:
            socket = await websockets.connect(config.stream, additional_headers=config.headers, open_timeout=3)
        except (OSError, TimeoutError, websockets.WebSocketException):
            async for frame in self._microphone.speech():
                heard.extend(frame)
            raise
        async with socket:
            await socket.send(encode(Hello(config.serial, config.room, config.language)).decode())
            async for frame in self._microphone.speech():
                heard.extend(frame)
                await socket.send(frame)
            await socket.send(encode(EndOfSpeech(utterance)).decode())
            return read_from_backend(await asyncio.wait_for(socket.recv(), 15))


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    asyncio.run(RoomUnit(read_config()).run())
