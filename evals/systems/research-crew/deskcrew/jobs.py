"""What a job is, and the queue."""

import os
import uuid
from dataclasses import dataclass, field

import yaml
from redis import Redis
from rq import Queue

connection = Redis.from_url(os.environ.get("REDIS_URL", "redis://localhost:6379/0"))
queue = Queue("research", connection=connection, default_timeout=-1)


@dataclass
class Job:
    client: str
    question: str
    recipe: dict = field(default_factory=dict)
    callback_url: str | None = None
    channel: str | None = None
    id: str = field(default_factory=lambda: uuid.uuid4().hex[:10])

    @property
    def folder(self) -> str:
        return f"/jobs/{self.id}"


def recipe_of(text: str | None) -> dict:
    """Recipes are YAML; people may send their own with the job."""
    if not text:
        return {}
    return yaml.load(text, Loader=yaml.Loader)


def submit(job: Job) -> str:
    queue.enqueue("deskcrew.worker.run", job, job_id=job.id, result_ttl=86400)
    return job.id
