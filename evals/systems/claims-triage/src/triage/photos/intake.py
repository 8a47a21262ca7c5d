from uuid import uuid4

import boto3
import requests
from attrs import frozen

from triage.settings import Settings

_TYPES = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}


class NotAPicture(ValueError):
    pass


@frozen
class PhotoStore:
    settings: Settings

    def put(self, claim_id: int, data: bytes, content_type: str) -> str:
        ending = _TYPES.get(content_type.partition(";")[0])
        if ending is None:
            raise NotAPicture(content_type)
        key = f"claims/{claim_id}/{uuid4().hex}.{ending}"
        boto3.client("s3").put_object(
            Bucket=self.settings.photo_bucket, Key=key, Body=data, ContentType=content_type
        )
        return key

    def get(self, key: str) -> bytes:
        return boto3.client("s3").get_object(Bucket=self.settings.photo_bucket, Key=key)["Body"].read()


def from_link(link: str) -> tuple[bytes, str]:
    """The picture behind a link of a garage's own gallery."""
    answer = requests.get(link, timeout=15, headers={"User-Agent": "harbour-claims"})
    answer.raise_for_status()
    return answer.content, answer.headers.get("Content-Type", "image/jpeg")
