import hashlib
from datetime import UTC, datetime
from pathlib import Path

import boto3
import httpx


class ReleaseClient:
    """Puts a checkpoint where units find it and tells the backend."""

    def __init__(self, s3_endpoint: str, bucket: str, backend: str, public_url: str) -> None:
        self._s3 = boto3.client("s3", endpoint_url=s3_endpoint)
        self._bucket = bucket
        self._backend = backend
        self._public = public_url.rstrip("/")

    def release(self, checkpoint: Path) -> str:
        data = checkpoint.read_bytes()
        version = f"intent-{datetime.now(UTC):%Y%m%d-%H%M}"
        key = f"models/{version}.pt"
        self._s3.put_object(Bucket=self._bucket, Key=key, Body=data)
        answer = httpx.post(
            f"{self._backend}/v1/models/intent",
            json={
                "version": version,
                "url": f"{self._public}/{self._bucket}/{key}",
                "sha256": hashlib.sha256(data).hexdigest(),
            },
            timeout=30,
        )
        answer.raise_for_status()
        return version
