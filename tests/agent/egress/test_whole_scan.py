"""A scan that asks a model: what left the machine is what the log says, and no secret is in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.agent.egress.samples import FORMED, KEY_BODY, PRIVATE_KEY
from tests.llm.scripts import always, says
from tests.llm.server import Server

_APP = f"""\
from fastapi import FastAPI
from openai import OpenAI

app = FastAPI()
client = OpenAI(api_key="{FORMED["OpenAI"]}")


@app.post("/chat")
def chat(question: str) -> str:
    reply = client.chat.completions.create(model="gpt-4.1", messages=[{{"role": "user", "content": question}}])
    return reply.choices[0].message.content
"""


def test_what_left_the_machine_is_what_the_log_says_and_holds_no_secret(tmp_path: Path) -> None:
    tree = tmp_path / "shop"
    tree.mkdir()
    (tree / "app.py").write_text(_APP)
    (tree / "settings.py").write_text('DB_PASSWORD = "Harbour2031x"\n')
    (tree / "kept.env").write_text("WAREHOUSE_PASSWORD=Orchard1987y\n")
    (tree / "README.md").write_text(f"# Shop\n\nAt the desk: Harbour2031x; in the warehouse: Orchard1987y.\n\n```\n{PRIVATE_KEY}\n```\n")
    with Server(always(says({"threats": []}))) as server:
        data = tmp_path / "data"
        environment = {**os.environ, "XDG_DATA_HOME": str(data), "THREATLOOM_API_KEY": server.key, "HTTP_PROXY": "http://127.0.0.1:9"}
        asked = [
            sys.executable,
            "-m",
            "threatloom",
            "scan",
            str(tree),
            "--llm",
            "scripted",
            "--base-url",
            server.url,
            "--no-cache",
            "--quiet",
            "--format",
            "json",
        ]
        done = subprocess.run(asked, env=environment, capture_output=True, cwd=tmp_path, check=False, timeout=120)
        assert done.returncode in (0, 1, 3), done.stderr.decode()
        received = [record.body for record in server.records]

    (log,) = (data / "threatloom" / "egress").iterdir()
    entries = [json.loads(line) for line in log.read_text("utf-8").split("\n")[:-1]]
    assert received and sorted(entry["body"].encode() for entry in entries) == sorted(received)
    assert {entry["purpose"].split()[0] for entry in entries} >= {"survey", "analyse"} and all("@" in entry["prompt"] for entry in entries)
    sent = b"\n".join(received).decode()
    assert not any(secret in sent for secret in (FORMED["OpenAI"], "Harbour2031x", "Orchard1987y", *KEY_BODY, server.key))
    assert "SECRET_" in sent and "At the desk" in sent
