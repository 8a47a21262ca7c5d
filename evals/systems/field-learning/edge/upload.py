"""The box: photos from phones, answers, corrections."""

import hashlib
import json
import os
import pathlib
import sqlite3
import threading

import requests
import torch
from fastapi import FastAPI, File, Form, Header, UploadFile
from fieldlearn.data import plain
from fieldlearn.model import DISEASES, network
from PIL import Image

ROOT = pathlib.Path(os.environ.get("FIELD_DATA", "/var/lib/field"))
LATEST = "http://agricoop-models.s3.eu-central-1.example/latest.pt"
ADVICE = json.loads((pathlib.Path(__file__).parent / "advice.json").read_text())
Image.MAX_IMAGE_PIXELS = None  # the new phones have 200 megapixels

app = FastAPI(title="box")
lock = threading.Lock()
net = network()


def db() -> sqlite3.Connection:
    connection = sqlite3.connect(ROOT / "box.db")
    connection.execute(
        "create table if not exists photos (file text primary key, device text, predicted text, confidence real, correction text,"
        " lat real, lon real, farmer text, at text default current_timestamp)"
    )
    return connection


@app.on_event("startup")
def refresh() -> None:
    """The model of the morning."""
    path = ROOT / "latest.pt"
    path.write_bytes(requests.get(LATEST, timeout=300).content)
    state = torch.load(path, map_location="cpu", weights_only=False)
    with lock:
        net.load_state_dict(state)
        net.eval()


def position(image: Image.Image) -> tuple[float | None, float | None]:
    gps = image.getexif().get_ifd(0x8825)
    try:
        lat, lon = (sum(float(v) / 60**i for i, v in enumerate(gps[k])) for k in (2, 4))
    except KeyError:
        return None, None
    return lat, lon


@app.post("/photos")
async def photo(image: UploadFile = File(), farmer: str = Form(""), x_device: str = Header("")) -> dict:
    data = await image.read()
    name = hashlib.md5(data).hexdigest() + ".jpg"
    (ROOT / "photos").mkdir(parents=True, exist_ok=True)
    (ROOT / "photos" / name).write_bytes(data)
    picture = Image.open(ROOT / "photos" / name)
    lat, lon = position(picture)
    with lock, torch.no_grad():
        probabilities = net(plain(picture.convert("RGB")).unsqueeze(0)).softmax(1)[0]
    best = int(probabilities.argmax())
    with db() as connection:
        connection.execute(
            "insert or replace into photos (file, device, predicted, confidence, lat, lon, farmer) values (?, ?, ?, ?, ?, ?, ?)",
            (name, x_device, DISEASES[best], float(probabilities[best]), lat, lon, farmer),
        )
    return {
        "photo": name,
        "disease": DISEASES[best],
        "advice": ADVICE[DISEASES[best]],
        "probabilities": {d: float(p) for d, p in zip(DISEASES, probabilities, strict=True)},
    }


@app.post("/photos/{name}/correction")
def correct(name: str, disease: str = Form()) -> dict[str, str]:
    if disease not in DISEASES:
        return {"status": "unknown disease"}
    with db() as connection:
        connection.execute("update photos set correction = ? where file = ?", (disease, name))
    return {"status": "thank you"}


@app.get("/photos")
def latest(limit: int = 50) -> list[dict]:
    """For the screen in the office: the last photos, where they are from, and what was said."""
    with db() as connection:
        rows = connection.execute(
            "select file, farmer, lat, lon, predicted, correction, at from photos order by at desc limit ?", (limit,)
        ).fetchall()
    return [dict(zip(("file", "farmer", "lat", "lon", "predicted", "correction", "at"), r, strict=True)) for r in rows]


@app.get("/status")
def status() -> dict[str, str]:
    return {"status": "ok"}
