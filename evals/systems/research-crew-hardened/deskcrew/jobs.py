"""What a job is, and the queue."""

import os
import re
import time
import uuid
from dataclasses import asdict, dataclass, field

import yaml
from pydantic import BaseModel, ConfigDict, Field
from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer

connection = Redis.from_url(os.environ["REDIS_URL"])
queue = Queue("research", connection=connection, default_timeout=5400, serializer=JSONSerializer)
JOBS_PER_DAY = 12
CLIENT = re.compile(r"[a-z][a-z0-9-]{1,30}")


class Recipe(BaseModel):
    model_config = ConfigDict(extra="forbid")

    style: str = Field(default="short and sober", max_length=200)
    sources: list[str] = Field(default_factory=list, max_length=20)


class TooMany(Exception):
    """The client has used up today's jobs."""


@dataclass
class Job:
    client: str
    question: str
    recipe: dict = field(default_factory=dict)
    channel: str | None = None
    asked_by: str = ""
    id: str = field(default_factory=lambda: uuid.uuid4().hex)

    def __post_init__(self) -> None:
        if not CLIENT.fullmatch(self.client) or not 10 <= len(self.question) <= 1500:
            raise ValueError("client or question")
        if not re.fullmatch(r"[0-9a-f]{32}", self.id):
            raise ValueError("id")

    @property
    def folder(self) -> str:
        return f"/jobs/{self.id}"


def recipe_of(text: str | None) -> dict:
    """Recipes are YAML; people may send their own with the job."""
    if not text:
        return {}
    return Recipe.model_validate(yaml.safe_load(text[:4000])).model_dump()


def submit(job: Job) -> str:
    day = f"jobs:{job.client}:{time.strftime('%Y-%m-%d')}"
    if connection.incr(day) > JOBS_PER_DAY:
        raise TooMany
    connection.expire(day, 2 * 86400)
    queue.enqueue("deskcrew.worker.run", kwargs={"job": asdict(job)}, job_id=job.id, result_ttl=86400)
    return job.id
