"""Takes jobs from the queue and runs a crew for each."""

import importlib.util
import logging
import pathlib
import shutil
import subprocess

import requests
from rq import Worker

from .crew import DeskCrew
from .jobs import Job, connection, queue

log = logging.getLogger("deskcrew")
PLUGINS = pathlib.Path("/plugins")


def plugins() -> list:
    """Tools that the offices share."""
    found = []
    for path in sorted(PLUGINS.glob("*.py")):
        spec = importlib.util.spec_from_file_location(path.stem, path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        found.extend(getattr(module, "TOOLS", []))
    return found


def revision() -> str:
    done = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def run(job: Job) -> str:
    log.info("job %s for %s (revision %s)", job.id, job.client, revision())
    folder = pathlib.Path(job.folder)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        crew = DeskCrew(job, extra=plugins()).crew()
        result = crew.kickoff(
            inputs={
                "client": job.client,
                "question": job.question,
                "folder": job.folder,
                "style": job.recipe.get("style", "short and sober"),
                "sources": ", ".join(job.recipe.get("sources", [])) or "whatever you find",
            }
        )
        report = result.raw
        if job.callback_url:
            requests.post(job.callback_url, json={"id": job.id, "report": report}, timeout=30)
        return report
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    Worker([queue], connection=connection).work()
