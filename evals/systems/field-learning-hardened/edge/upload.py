"""The box: photos from phones, answers, corrections."""

import hashlib
import hmac
import io
import json
import os
import pathlib
import sqlite3
import threading
import time
from typing import Annotated

import torch
from fastapi import Depends, FastAPI, File, Form, Header, HTTPException, UploadFile
from fieldlearn.data import plain
from fieldlearn.model import DISEASES, read_round
from PIL import Image

from .latest import verified_model

ROOT = pathlib.Path(os.environ.get("FIELD_DATA", "/var/lib/field"))
ADVICE = json.loads((pathlib.Path(__file__).parent / "advice.json").read_text())
OFFICE = os.environ["OFFICE_TOKEN_SHA256"]
SURE = 0.85
LARGEST = 25_000_000
PHOTOS_PER_HOUR = 40
Image.MAX_IMAGE_PIXELS = 220_000_000  # the new phones have 200 megapixels; beyond that Pillow warns, and we refuse

app = FastAPI(title="box")
lock = threading.Lock()
path, VERSION = verified_model(ROOT)
net = read_round(str(path)).eval()


def db() -> sqlite3.Connection:
    connection = sqlite3.connect(ROOT / "box.db")
    connection.executescript(
        "create table if not exists devices (sha256 text primary key, id text, revoked integer default 0);"
        "create table if not exists photos (file text primary key, device text, predicted text, confidence real, model text,"
        " correction text, confirmed text, confirmed_by text, at real);"
    )
    return connection


def device(authorization: Annotated[str, Header()] = "") -> str:
    """Phones get a token at the office, by a QR code."""
    given = hashlib.sha256(authorization.removeprefix("Bearer ").encode()).hexdigest()
    with db() as connection:
        row = connection.execute("select id from devices where sha256 = ? and not revoked", (given,)).fetchone()
        if row is None:
            raise HTTPException(401)
        count = connection.execute("select count(*) from photos where device = ? and at > ?", (row[0], time.time() - 3600)).fetchone()[0]
    if count >= PHOTOS_PER_HOUR:
        raise HTTPException(429)
    return row[0]


def office(authorization: Annotated[str, Header()] = "") -> None:
    given = hashlib.sha256(authorization.removeprefix("Bearer ").encode()).hexdigest()
    if not hmac.compare_digest(given, OFFICE):
        raise HTTPException(401)


Device = Annotated[str, Depends(device)]


def cleaned(data: bytes) -> Image.Image:
    """The picture without metadata, or an error."""
    try:
        Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP")).verify()
        picture = Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP"))
        if picture.width * picture.height > Image.MAX_IMAGE_PIXELS:
            raise HTTPException(413)
        picture.draft("RGB", (1024, 1024))
        picture.thumbnail((1024, 1024))
        return picture.convert("RGB")
    except (OSError, SyntaxError, Image.DecompressionBombError):
        raise HTTPException(422, "not a photo") from None


@app.post("/photos")
def photo(who: Device, image: UploadFile = File()) -> dict:
    data = image.file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise HTTPException(413)
    picture = cleaned(data)
    name = hashlib.sha256(data).hexdigest() + ".jpg"
    (ROOT / "photos").mkdir(parents=True, exist_ok=True)
    picture.save(ROOT / "photos" / name, quality=92)
    with lock, torch.no_grad():
        x = plain(picture).unsqueeze(0)
        probabilities = (net(x).softmax(1)[0] + net(x.flip(3)).softmax(1)[0]) / 2
    best = int(probabilities.argmax())
    sure = float(probabilities[best]) >= SURE
    with db() as connection:
        connection.execute(
            "insert or ignore into photos (file, device, predicted, confidence, model, at) values (?, ?, ?, ?, ?, ?)",
            (name, who, DISEASES[best], float(probabilities[best]), VERSION, time.time()),
        )
    if not sure:
        return {"photo": name, "disease": None, "advice": "Not sure. Please show the leaf at the office.", "model": VERSION}
    return {"photo": name, "disease": DISEASES[best], "advice": ADVICE[DISEASES[best]], "model": VERSION}


@app.post("/photos/{name}/correction")
def correct(name: str, who: Device, disease: str = Form()) -> dict[str, str]:
    if disease not in DISEASES:
        return {"status": "unknown disease"}
    with db() as connection:
        done = connection.execute("update photos set correction = ? where file = ? and device = ?", (disease, name, who))
    return {"status": "thank you" if done.rowcount else "not your photo"}


@app.get("/office/photos", dependencies=[Depends(office)])
def latest(limit: int = 50) -> list[dict]:
    """For the agronomist: the last photos and what was said."""
    with db() as connection:
        rows = connection.execute(
            "select file, predicted, correction, confirmed, at from photos order by at desc limit ?", (min(limit, 200),)
        ).fetchall()
    return [dict(zip(("file", "predicted", "correction", "confirmed", "at"), r, strict=True)) for r in rows]


@app.post("/office/photos/{name}/confirm", dependencies=[Depends(office)])
def confirm(name: str, disease: str = Form(), agronomist: str = Form(min_length=2)) -> dict[str, str]:
    """Only what an agronomist has looked at is learned from."""
    if disease not in DISEASES:
        raise HTTPException(422)
    with db() as connection:
        connection.execute("update photos set confirmed = ?, confirmed_by = ? where file = ?", (disease, agronomist, name))
    return {"status": "confirmed"}


@app.get("/status")
def status() -> dict[str, str]:
    return {"status": "ok"}
