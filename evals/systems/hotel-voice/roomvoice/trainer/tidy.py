"""Daily: removes recordings that are no longer needed. `python -m roomvoice.trainer.tidy`"""

import logging
import os

import boto3
import psycopg

log = logging.getLogger(__name__)

_OLD = """
    delete from recording
     where label is null and recorded_at < now() - make_interval(days => %s)
 returning object_key
"""


def tidy(database_url: str, s3_endpoint: str, bucket: str, days: int) -> int:
    s3 = boto3.client("s3", endpoint_url=s3_endpoint)
    with psycopg.connect(database_url) as connection:
        keys = [key for (key,) in connection.execute(_OLD, (days,))]
        for key in keys:
            s3.delete_object(Bucket=bucket, Key=key)
    return len(keys)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    gone = tidy(
        os.environ["HV_DATABASE_URL"],
        os.environ["HV_S3_ENDPOINT"],
        os.environ["HV_S3_BUCKET"],
        int(os.environ.get("HV_KEEP_DAYS", "30")),
    )
    log.info("%d recordings removed", gone)
