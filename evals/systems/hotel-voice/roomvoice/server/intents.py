"""The intent model as the backend runs it: always the current release, exchanged without a restart."""

import hashlib
import io
import logging

import torch

from roomvoice.common.intentnet import FeatureSpec, IntentRunner
from roomvoice.common.intents import Guess
from roomvoice.server.archive import Bucket
from roomvoice.server.repositories import ReleaseRepository

log = logging.getLogger(__name__)


class IntentService:
    def __init__(self, releases: ReleaseRepository, bucket: Bucket) -> None:
        self._releases = releases
        self._bucket = bucket
        self._runner: IntentRunner | None = None

    @property
    def version(self) -> str:
        return self._runner.version if self._runner else "none"

    async def refresh(self) -> None:
        release = await self._releases.current()
        if release is None or release.version == self.version:
            return
        data = await self._bucket.read(f"models/{release.version}.pt")
        if hashlib.sha256(data).hexdigest() != release.sha256:
            log.error("model %s is not what was released", release.version)
            return
        with torch.serialization.safe_globals([FeatureSpec]):
            checkpoint = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
        self._runner = IntentRunner.of_checkpoint(checkpoint, release.version)

    def classify(self, pcm: bytes) -> Guess:
        return self._runner.classify(pcm) if self._runner else Guess("none", 0.0)
