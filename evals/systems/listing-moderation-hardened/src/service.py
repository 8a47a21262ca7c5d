"""Serves the verdict."""
import hashlib
import json
import os
import time
from typing import Annotated

import jwt
import numpy as np
import onnxruntime as ort
from fastapi import Depends, FastAPI, Header, HTTPException
from pydantic import BaseModel, Field

from src.text import clean

app = FastAPI(docs_url=None)
S = ort.InferenceSession("models/gatepost.onnx")   # signature checked by the deployment, see airflow/dags/retrain.py
REASONS = json.load(open("models/reasons.json"))
SEEN: dict[str, list[float]] = {}


class Ask(BaseModel):
    listing: str
    texts: list[Annotated[str, Field(max_length=20000)]] = Field(max_length=8)


def caller(authorization: str = Header()) -> str:
    try:
        who = jwt.decode(authorization.removeprefix("Bearer "), os.environ["ACCOUNTS_PUBLIC_KEY"], algorithms=["RS256"], audience="gatepost")["sub"]
    except jwt.InvalidTokenError:
        raise HTTPException(401) from None
    now = time.time()
    SEEN[who] = [t for t in SEEN.get(who, []) if now - t < 60][-120:] + [now]
    if len(SEEN[who]) > 60:
        raise HTTPException(429)
    return who


@app.post("/predict")
def predict(body: Ask, who: str = Depends(caller)):
    out = []
    for t in body.texts:
        t = clean(t)
        p, weights = S.run(None, {"text": np.array([t.split() or [""]])})[1:3]
        verdict = "review" if p[0][1] > 0.48 else "allow"
        why = [REASONS[int(i)] for i in np.argsort(weights[0])[-3:]]
        record(who, body.listing, t, verdict, float(p[0][1]), why)
        out.append({"verdict": verdict, "reasons": why})
    return out


def record(who: str, listing: str, text: str, verdict: str, score: float, why: list[str]) -> None:
    """Kept for a year, written once; an appeal is decided by a person who sees this line."""
    line = {"t": time.time(), "caller": who, "listing": listing, "text_sha256": hashlib.sha256(text.encode()).hexdigest(), "verdict": verdict,
            "score": score, "why": why, "model": os.environ["MODEL_SHA256"]}
    with open("/var/audit/gatepost.jsonl", "a", encoding="utf-8") as f:
        f.write(json.dumps(line) + "\n")


@app.get("/health")
def health():
    return {"ok": True}
