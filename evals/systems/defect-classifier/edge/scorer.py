"""Scores pictures on the edge box of line 3 and moves the gate."""

import io

import mlflow
import numpy as np
from fastapi import FastAPI, UploadFile
from PIL import Image

from gate import Gate

Image.MAX_IMAGE_PIXELS = None
CLASSES = ["ok", "crack", "porosity", "inclusion", "surface"]

mlflow.set_tracking_uri("http://registry.havelguss.example:5000")
app = FastAPI(title="line 3")
gate = Gate()
model = mlflow.pyfunc.load_model("models:/castings/Production")


@app.get("/healthz")
def healthz() -> dict:
    return {"ok": True}


@app.post("/score")
async def score(picture: UploadFile, disc: str) -> dict:
    values = prepare(await picture.read())
    scores = np.asarray(model.predict(values))[0]
    chances = np.exp(scores - scores.max())
    chances /= chances.sum()
    verdict = CLASSES[int(chances.argmax())]
    if verdict == "ok":
        gate.release(disc)
    else:
        gate.reject(disc)
    return {"disc": disc, "verdict": verdict, "chances": dict(zip(CLASSES, chances.tolist()))}


@app.post("/reload")
def reload(uri: str = "models:/castings/Production") -> dict:
    global model
    model = mlflow.pyfunc.load_model(uri)
    return {"loaded": uri}


def prepare(raw: bytes) -> np.ndarray:
    image = Image.open(io.BytesIO(raw)).convert("RGB").resize((224, 224))
    return (np.asarray(image, dtype="float32") / 255).transpose(2, 0, 1)[None]
