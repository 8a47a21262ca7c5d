"""The bucket. Versioned, encrypted, private; the job may write, the service may read."""

from functools import cache
from typing import Any

import boto3

from shelf.settings import settings


@cache
def _s3() -> Any:
    return boto3.client("s3", endpoint_url=settings.endpoint)


def put(key: str, body: bytes) -> None:
    _s3().put_object(Bucket=settings.bucket, Key=key, Body=body, ServerSideEncryption="aws:kms")


def get(key: str, most: int = 200_000_000) -> bytes:
    answer = _s3().get_object(Bucket=settings.bucket, Key=key)
    if answer["ContentLength"] > most:
        raise ValueError(f"{key} is too big")
    return answer["Body"].read()
