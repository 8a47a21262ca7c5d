"""Slack command and job API."""

import hashlib
import hmac
import os
import time

from flask import Flask, abort, jsonify, request
from rq.exceptions import NoSuchJobError
from rq.job import Job as QueueJob

from .jobs import Job, connection, recipe_of, submit

app = Flask(__name__)


def from_slack() -> bool:
    stamp = request.headers.get("X-Slack-Request-Timestamp", "0")
    if abs(time.time() - int(stamp)) > 300:
        return False
    base = f"v0:{stamp}:".encode() + request.get_data()
    mine = "v0=" + hmac.new(os.environ["SLACK_SIGNING_SECRET"].encode(), base, hashlib.sha256).hexdigest()
    return hmac.compare_digest(mine, request.headers.get("X-Slack-Signature", ""))


@app.post("/slack/research")
def slack_command():
    if not from_slack():
        abort(401)
    client, _, question = request.form["text"].partition(" ")
    job = submit(Job(client=client, question=question, channel=request.form["channel_id"]))
    return jsonify(text=f"On it. Job {job}, about an hour.")


@app.post("/jobs")
def create():
    body = request.get_json()
    job = Job(
        client=body["client"],
        question=body["question"],
        recipe=recipe_of(body.get("recipe")),
        callback_url=body.get("callback_url"),
    )
    return jsonify(id=submit(job)), 202


@app.get("/jobs/<job_id>")
def read(job_id: str):
    try:
        job = QueueJob.fetch(job_id, connection=connection)
    except NoSuchJobError:
        abort(404)
    return jsonify(status=job.get_status(), report=job.return_value())


@app.get("/health")
def health():
    return jsonify(ok=True)
