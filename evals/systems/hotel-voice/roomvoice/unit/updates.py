"""Keeps the intent model of the unit at the current release."""

import asyncio
import hashlib
import logging
import re
from pathlib import Path

import aiohttp
import torch

from roomvoice.common.intentnet import IntentRunner
from roomvoice.unit.config import UnitConfig

log = logging.getLogger(__name__)
_VERSION = re.compile(r"intent-\d{8}-\d{4}")


class LocalModel:
    def __init__(self, config: UnitConfig) -> None:
        self._config = config
        self._config.model_dir.mkdir(parents=True, exist_ok=True)
        self.runner: IntentRunner | None = None
        for path in sorted(config.model_dir.glob("intent-*.pt"))[-1:]:
            self._use(path)

    def _use(self, path: Path) -> None:
        checkpoint = torch.load(path, map_location="cpu", weights_only=False)
        self.runner = IntentRunner.of_checkpoint(checkpoint, path.stem)

    async def update(self, http: aiohttp.ClientSession) -> None:
        async with http.get(f"{self._config.api}/models/intent", headers=self._config.headers) as answer:
            answer.raise_for_status()
            release = await answer.json()
        version = release["version"]
        if not _VERSION.fullmatch(version) or (self.runner and self.runner.version == version):
            return
        async with http.get(release["url"]) as answer:
            answer.raise_for_status()
            data = await answer.read()
        if hashlib.sha256(data).hexdigest() != release["sha256"]:
            log.warning("model %s arrived damaged", version)
            return
        path = self._config.model_dir / f"{version}.pt"
        path.write_bytes(data)
        self._use(path)
        log.info("model is now %s", version)

    async def keep_fresh(self) -> None:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=120)) as http:
            while True:
                try:
                    await self.update(http)
                except (aiohttp.ClientError, TimeoutError):
                    log.warning("no update today")
                await asyncio.sleep(self._config.poll_seconds)
