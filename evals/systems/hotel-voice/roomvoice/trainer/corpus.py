"""Examples for training: recordings of guests, and a public corpus that says what is none of our intents."""

import io
import random
from dataclasses import dataclass

import boto3
import numpy as np
import psycopg
import soundfile
import torch
import torchaudio.functional as F
from datasets import Audio, load_dataset

from roomvoice.common.intents import INTENTS
from roomvoice.common.protocol import SAMPLE_RATE

MINDS14_REVISION = "40ce3bfb4a4f5f7e1c8a1cf1a1ffeb0ce5b0b4d1"
SURE = 0.92


@dataclass(frozen=True)
class Example:
    wave: np.ndarray
    intent: int


_ROWS = """
    select object_key, coalesce(label, predicted) as intent
      from recording
     where label is not null or score >= %s
"""


def guest_examples(database_url: str, s3_endpoint: str, bucket: str) -> list[Example]:
    s3 = boto3.client("s3", endpoint_url=s3_endpoint)
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(_ROWS, (SURE,)).fetchall()
    found = []
    for key, intent in rows:
        if intent not in INTENTS:
            continue
        wave, _ = soundfile.read(io.BytesIO(s3.get_object(Bucket=bucket, Key=key)["Body"].read()), dtype="float32")
        found.append(Example(wave, INTENTS.index(intent)))
    return found


def other_examples(limit: int = 400) -> list[Example]:
    talk = load_dataset("PolyAI/minds14", "en-GB", split="train", revision=MINDS14_REVISION)
    talk = talk.cast_column("audio", Audio(sampling_rate=SAMPLE_RATE)).select(range(limit))
    return [Example(np.asarray(row["audio"]["array"], dtype=np.float32), INTENTS.index("none")) for row in talk]


def with_variants(examples: list[Example], copies: int = 3, seed: int = 7) -> list[Example]:
    """Each example as it is, and some louder, noisier or faster."""
    dice = random.Random(seed)
    noise = np.random.default_rng(seed)
    out = list(examples)
    for one in examples:
        for _ in range(copies):
            wave = one.wave * dice.uniform(0.5, 1.4)
            wave = wave + noise.normal(0, dice.uniform(0.001, 0.01), len(wave)).astype(np.float32)
            if dice.random() < 0.5:
                faster = int(SAMPLE_RATE * dice.uniform(0.9, 1.1)) // 100 * 100
                wave = F.resample(torch.from_numpy(wave.astype(np.float32)), faster, SAMPLE_RATE).numpy()
            out.append(Example(wave.astype(np.float32), one.intent))
    return out
