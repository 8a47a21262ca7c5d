"""Parts of a bucket that other resources name: `"${aws_s3_bucket.data.arn}/models/*"` of a policy, `prefix = "models/"` of a rule.

Takes a bucket of `Resources`, gives the beginnings of names below which its objects lie. A bucket is often named for its system; what it
holds is then said by those who may read a part of it and by the rules for a part of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.system.deployment.resources import Line, Resource

_BUCKETS = re.compile(r"s3_bucket$|S3::Bucket$|storage_bucket$")
_BELOW = re.compile(r"(?:\}|:::[\w.-]+)/+([^$*?]{2,200})")
_PREFIX = re.compile(r"(?:^|\.)(?:prefix|Prefix|filter_prefix|key|Key|matches_prefix)$")
_MOST_LINES = 400


def parts_of_bucket(bucket: Resource) -> Iterator[str]:
    """Prefixes in a bucket, as the resources that refer to it write them."""
    if not _BUCKETS.search(bucket.type):
        return
    for other in (bucket, *bucket.index.referring(bucket)):
        for line in other.lines[:_MOST_LINES]:
            if _PREFIX.search(line.path) and line.text and "$" not in line.text:
                yield line.text
            elif other is not bucket and _names(other, line, bucket) and (below := _BELOW.search(line.text)) is not None:
                yield below[1]


def _names(other: Resource, line: Line, bucket: Resource) -> bool:
    return any(found.key == bucket.key for found in other.index.referred(other, line.text))
