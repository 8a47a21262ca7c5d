"""How much a person and a tenant may ask."""

import logging
import time

import redis
from fastapi import HTTPException

from .auth import CurrentUser
from .settings import settings

log = logging.getLogger("lorebook.limits")
_redis = redis.Redis.from_url(settings.redis_url, socket_timeout=1)


def _count(key: str, seconds: int) -> int:
    slot = f"limit:{key}:{int(time.time()) // seconds}"
    with _redis.pipeline() as pipe:
        count, _ = pipe.incr(slot).expire(slot, seconds).execute()
    return count


def within_limits(user: CurrentUser) -> None:
    try:
        over = (
            _count(f"user:{user.tenant}:{user.id}", 3600) > settings.questions_per_hour
            or _count(f"tenant:{user.tenant}", 86400) > settings.tenant_questions_per_day
        )
    except redis.RedisError:
        log.exception("no counters, question passes")
        return
    if over:
        raise HTTPException(429, "Enough for now.")
