"""Keeps what was said: the sound in the bucket, the rest in the database."""

from uuid import UUID

import aioboto3

from roomvoice.common.intents import Guess
from roomvoice.common.protocol import to_wav
from roomvoice.server.repositories import Place, Recording, RecordingRepository


class Bucket:
    def __init__(self, endpoint: str, name: str) -> None:
        self._session = aioboto3.Session()
        self._endpoint = endpoint
        self._name = name

    async def write(self, key: str, data: bytes) -> None:
        async with self._session.client("s3", endpoint_url=self._endpoint) as s3:
            await s3.put_object(Bucket=self._name, Key=key, Body=data)

    async def read(self, key: str) -> bytes:
        async with self._session.client("s3", endpoint_url=self._endpoint) as s3:
            found = await s3.get_object(Bucket=self._name, Key=key)
            return await found["Body"].read()


class Archive:
    def __init__(self, bucket: Bucket, recordings: RecordingRepository) -> None:
        self._bucket = bucket
        self._recordings = recordings

    async def keep(self, utterance: UUID, place: Place, serial: str, pcm: bytes, transcript: str, guess: Guess) -> None:
        key = f"recordings/{place.hotel}/{place.room}/{utterance}.wav"
        await self._bucket.write(key, to_wav(pcm))
        await self._recordings.add(Recording(utterance, *place, serial, key, transcript, guess.intent, guess.score))
