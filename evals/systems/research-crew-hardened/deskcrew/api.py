"""Slack command, job API, and the button with which a consultant releases a report."""

import hashlib
import hmac
import json
import os
import time

from flask import Flask, abort, jsonify, request
from rq.exceptions import NoSuchJobError
from rq.job import Job as QueueJob
from rq.serializers import JSONSerializer

from . import audit, publish
from .jobs import Job, TooMany, connection, recipe_of, submit

app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 16_000
# client -> SHA-256 of its token, 32 random bytes each
TOKENS = json.loads(os.environ["CLIENT_TOKENS"])
ENGAGEMENTS = json.loads(os.environ["ENGAGEMENTS"])  # Slack user -> clients


def from_slack() -> bool:
    stamp = request.headers.get("X-Slack-Request-Timestamp", "0")
    if not stamp.isdigit() or abs(time.time() - int(stamp)) > 300:
        return False
    base = f"v0:{stamp}:".encode() + request.get_data()
    mine = "v0=" + hmac.new(os.environ["SLACK_SIGNING_SECRET"].encode(), base, hashlib.sha256).hexdigest()
    return hmac.compare_digest(mine, request.headers.get("X-Slack-Signature", ""))


def client_of_token() -> str:
    given = hashlib.sha256(request.headers.get("Authorization", "").removeprefix("Bearer ").encode()).hexdigest()
    for client, known in TOKENS.items():
        if hmac.compare_digest(given, known):
            return client
    abort(401)


@app.errorhandler(TooMany)
def too_many(_):
    return jsonify(error="enough for today"), 429


@app.post("/slack/research")
def slack_command():
    if not from_slack():
        abort(401)
    user = request.form["user_id"]
    client, _, question = request.form["text"].partition(" ")
    if client not in ENGAGEMENTS.get(user, []):
        return jsonify(text="You are not on that engagement.")
    job = submit(Job(client=client, question=question, channel=request.form["channel_id"], asked_by=user))
    return jsonify(text=f"On it. Job {job}, about an hour.")


@app.post("/slack/release")
def slack_release():
    """The button under a draft. Folder and channel are those of the engagement, not of the draft."""
    if not from_slack():
        abort(401)
    payload = json.loads(request.form["payload"])
    user, job_id = payload["user"]["id"], payload["actions"][0]["value"]
    job = fetch(job_id)
    client = job.kwargs["job"]["client"]
    if client not in ENGAGEMENTS.get(user, []):
        abort(403)
    link = publish.release(client, job_id, job.return_value()["report"])
    audit.write(job_id, "released", {"by": user, "to": link})
    return jsonify(text=f"Released to {link}.")


@app.post("/jobs")
def create():
    client = client_of_token()
    body = request.get_json()
    job = Job(client=client, question=body["question"], recipe=recipe_of(body.get("recipe")), asked_by=f"token:{client}")
    return jsonify(id=submit(job)), 202


def fetch(job_id: str) -> QueueJob:
    try:
        return QueueJob.fetch(job_id, connection=connection, serializer=JSONSerializer)
    except NoSuchJobError:
        abort(404)


@app.get("/jobs/<job_id>")
def read(job_id: str):
    client = client_of_token()
    job = fetch(job_id)
    if job.kwargs["job"]["client"] != client:
        abort(404)
    return jsonify(status=job.get_status(), result=job.return_value())


@app.get("/health")
def health():
    return jsonify(ok=True)
