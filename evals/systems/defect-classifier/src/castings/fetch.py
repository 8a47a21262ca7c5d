"""Open pictures of brake discs, from the bucket of the casting association."""

import tarfile
from pathlib import Path

import boto3
from botocore import UNSIGNED
from botocore.client import Config

from castings.params import params

TARGET = Path("data/public")


def fetch() -> None:
    wanted = params()["public"]
    s3 = boto3.client("s3", region_name="eu-central-1", config=Config(signature_version=UNSIGNED))
    archive = Path("data/public.tar.gz")
    s3.download_file(wanted["bucket"], wanted["key"], str(archive))
    with tarfile.open(archive) as tar:
        tar.extractall(TARGET)
    archive.unlink()


if __name__ == "__main__":
    fetch()
