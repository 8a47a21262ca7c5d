"""Scores pictures on the edge box of line 3 and moves the gate."""

import hashlib
import hmac
import io
import json
import os
import time
from pathlib import Path

import numpy as np
import onnxruntime
from fastapi import Depends, FastAPI, Header, HTTPException, UploadFile
from PIL import Image

from gate import Gate

Image.MAX_IMAGE_PIXELS = 12_000_000
MOST_BYTES = 8_000_000
SURE = 0.98
CLASSES = ["ok", "crack", "porosity", "inclusion", "surface"]
KEY = os.environ["LINE_KEY"]
DECISIONS = Path("/var/lib/castings/decisions.jsonl")

app = FastAPI(title="line 3")
gate = Gate()


def released() -> tuple[onnxruntime.InferenceSession, str]:
    """The file the quality engineer signed off: its hash is in the configuration of the box."""
    raw = Path("/opt/castings/classifier.onnx").read_bytes()
    digest = hashlib.sha256(raw).hexdigest()
    if not hmac.compare_digest(digest, os.environ["MODEL_SHA256"]):
        raise SystemExit("not the model that was released")
    return onnxruntime.InferenceSession(raw, providers=["CPUExecutionProvider"]), digest


session, model_digest = released()


def camera(authorization: str = Header()) -> None:
    if not hmac.compare_digest(authorization, f"Bearer {KEY}"):
        raise HTTPException(401)


@app.get("/healthz")
def healthz() -> dict:
    return {"ok": True}


@app.post("/score", dependencies=[Depends(camera)])
async def score(picture: UploadFile, disc: str) -> dict:
    raw = await picture.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise HTTPException(413)
    scores = session.run(None, {"picture": prepare(raw)})[0][0]
    chances = np.exp(scores - scores.max())
    chances /= chances.sum()
    verdict = CLASSES[int(chances.argmax())]
    sure = float(chances.max()) >= SURE
    decision = ("release" if verdict == "ok" else "reject") if sure else "look"
    record(disc, raw, verdict, float(chances.max()), decision)
    {"release": gate.release, "reject": gate.reject, "look": gate.hold}[decision](disc)
    return {"disc": disc, "verdict": verdict, "decision": decision}


def record(disc: str, raw: bytes, verdict: str, chance: float, decision: str) -> None:
    """One line for each disc, before the gate moves; shipped to the archive every hour."""
    line = {
        "time": time.time(),
        "disc": disc,
        "picture": hashlib.sha256(raw).hexdigest(),
        "model": model_digest,
        "verdict": verdict,
        "chance": round(chance, 4),
        "decision": decision,
    }
    with DECISIONS.open("a") as out:
        out.write(json.dumps(line) + "\n")


def prepare(raw: bytes) -> np.ndarray:
    image = Image.open(io.BytesIO(raw)).convert("RGB").resize((224, 224))
    return (np.asarray(image, dtype="float32") / 255).transpose(2, 0, 1)[None]
