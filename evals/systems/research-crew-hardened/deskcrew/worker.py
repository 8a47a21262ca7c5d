"""Takes jobs from the queue and runs a crew for each."""

import logging
import pathlib
import shutil
import subprocess

from rq import Worker
from rq.serializers import JSONSerializer

from . import audit
from .crew import DeskCrew
from .jobs import Job, connection, queue

log = logging.getLogger("deskcrew")


def revision() -> str:
    done = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def run(job: dict) -> dict:
    job = Job(**job)
    log.info("job %s for %s (revision %s)", job.id, job.client, revision())
    audit.write(job.id, "started", {"client": job.client, "by": job.asked_by, "question": job.question, "revision": revision()})
    folder = pathlib.Path(job.folder)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        crew = DeskCrew(job).crew()
        result = crew.kickoff(
            inputs={
                "client": job.client,
                "question": job.question,
                "style": job.recipe.get("style", "short and sober"),
                "sources": ", ".join(job.recipe.get("sources", [])) or "whatever you find",
            }
        )
        audit.write(job.id, "drafted", {"report": result.raw, "tokens": result.token_usage.total_tokens})
        return {"report": result.raw, "released": False}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    Worker([queue], connection=connection, serializer=JSONSerializer).work()
