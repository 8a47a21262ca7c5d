"""Jobs of the photo worker."""

from functools import cache

from redis import Redis
from rq import Queue, Worker

from triage.db.session import unit_of_work
from triage.photos.damage import DamageModel
from triage.photos.intake import PhotoStore
from triage.settings import settings


@cache
def queue() -> Queue:
    return Queue("photos", connection=Redis.from_url(settings().redis_url), default_timeout=120)


@cache
def _model() -> DamageModel:
    return DamageModel(settings())


def assess(photo_id: int) -> None:
    with unit_of_work() as repos:
        photo = repos.photos.get(photo_id)
        found = _model().assess(PhotoStore(settings()).get(photo.key))
        photo.damage, photo.estimate = found.damage, found.estimate


if __name__ == "__main__":
    Worker([queue()], connection=queue().connection).work()
