"""`/v1/stream`: a unit says hello, then sends sound; each end of speech is answered."""

import logging

from msgspec import DecodeError, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.websockets import WebSocket

from roomvoice.common.intents import INTENTS
from roomvoice.common.protocol import EndOfSpeech, Feedback, Hello, Reply, encode, read_from_unit
from roomvoice.server.identity import Unit, unit_of
from roomvoice.server.repositories import Place
from roomvoice.server.services import Services

log = logging.getLogger(__name__)


class VoiceSession:
    def __init__(self, services: Services, unit: Unit, hello: Hello) -> None:
        self._services = services
        self._unit = unit
        self._place = Place(unit.hotel, hello.room)
        self._language = hello.language
        self._pcm = bytearray()

    def hear(self, frame: bytes) -> None:
        self._pcm.extend(frame)

    async def answer(self, end: EndOfSpeech) -> Reply:
        services = self._services
        pcm, self._pcm = bytes(self._pcm), bytearray()
        heard = await run_in_threadpool(services.asr.transcribe, pcm, self._language)
        guess = await run_in_threadpool(services.intents.classify, pcm)
        log.info("%s/%s said %r: %s %.2f", *self._place, heard.text, guess.intent, guess.score)
        answer = await services.actions.perform(self._place, guess, heard.text, services.intents.version)
        await services.archive.keep(end.utterance, self._place, self._unit.serial, pcm, heard.text, guess)
        return Reply(end.utterance, answer.say, guess.intent, answer.confirm)

    async def correct(self, feedback: Feedback) -> None:
        if feedback.intended in INTENTS:
            await self._services.recordings.set_label(
                feedback.utterance, self._unit.hotel, feedback.intended, "guest", self._unit.serial
            )


async def stream(websocket: WebSocket) -> None:
    unit = unit_of(websocket)
    if unit is None:
        await websocket.close(4401)
        return
    await websocket.accept()
    session: VoiceSession | None = None
    while (event := await websocket.receive())["type"] != "websocket.disconnect":
        if (frame := event.get("bytes")) is not None and session:
            session.hear(frame)
            continue
        try:
            message = read_from_unit(event.get("text") or "")
        except (DecodeError, ValidationError):
            await websocket.close(4400)
            return
        match message:
            case Hello():
                session = VoiceSession(websocket.app.state.services, unit, message)
            case EndOfSpeech() if session:
                await websocket.send_text(encode(await session.answer(message)).decode())
            case Feedback() if session:
                await session.correct(message)
