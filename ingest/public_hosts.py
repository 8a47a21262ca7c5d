"""Hosts of databases and queues that clouds run, which anybody on the internet may try a login at unless somebody closed them.

Takes an address with a login in it, says whether its host is one. Names of a company's own network are not known here.
"""

from __future__ import annotations

import re

_LOGIN_AT = re.compile(r"[\w+.-]{2,40}://[^\s:/@\"'<>]{0,100}:(?P<password>[^\s@\"'<>]{3,200})@(?P<host>[\w.-]{1,253})")
# Suffixes of the names that providers hand out. Read from their manuals, 2026.
_RUN_BY_CLOUDS = re.compile(
    r"(?:\.neon\.tech|\.supabase\.(?:co|com)|\.rds\.amazonaws\.com|\.redshift\.amazonaws\.com|\.cache\.amazonaws\.com"
    r"|\.(?:postgres|mysql|mariadb)\.database\.azure\.com|\.database\.windows\.net|\.redis\.cache\.windows\.net|\.documents\.azure\.com"
    r"|\.mongodb\.net|\.upstash\.io|\.(?:redislabs|redis-cloud|redns\.redis-cloud)\.com|\.elephantsql\.com|\.cloudamqp\.com|\.rmq\d?\.cloudamqp\.com"
    r"|\.psdb\.cloud|\.aivencloud\.com|\.cockroachlabs\.cloud|\.ondigitalocean\.com|\.render\.com|\.rlwy\.net|\.railway\.app|\.tsdb\.cloud\.timescale\.com"
    r"|\.clickhouse\.cloud|\.databases\.neo4j\.io|\.cloud\.es\.io|\.elastic-cloud\.com|\.fly\.dev|\.xata\.sh|\.tidbcloud\.com|\.planetscale\.com)$",
    re.IGNORECASE,
)
_IN_BYTES = re.compile(rb"://[^\s:/@\"'<>]{0,100}:[^\s@\"'<>]{3,200}@[\w.-]{1,253}\.(?:\w{2,8})\b")


def may_hold_address(data: bytes) -> bool:
    """Whether bytes of a file may hold such an address: quick, and for `opens_at_a_cloud` to say for sure."""
    found = _IN_BYTES.search(data) if b"@" in data else None
    return found is not None and opens_at_a_cloud(data.decode("utf-8", "replace"))


def opens_at_a_cloud(value: str) -> bool:
    """Whether a value is an address with a password, of a database or queue that a cloud runs."""
    return "://" in value and any(_RUN_BY_CLOUDS.search(login["host"]) for login in _LOGIN_AT.finditer(value))
