"""Each morning: the candidate of the night, measured on our own photos, signed, released after two people agreed."""

import argparse
import base64
import json
import os
import pathlib
import subprocess

import boto3
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from fieldlearn.data import Photos
from fieldlearn.model import DISEASES, accuracy, read_round
from torch.utils.data import DataLoader

STATE = pathlib.Path(os.environ.get("FIELD_STATE", "/state"))
STATION = pathlib.Path("/station")  # 3,100 photos of our experimental station, labelled by the institute; 400 with stickers, hands, tools
BUCKET = "agricoop-models"
FLOOR = {"plain": 0.88, "stickers": 0.80}


def measured(candidate: pathlib.Path) -> dict[str, float]:
    net = read_round(str(candidate))
    found = {}
    for part in FLOOR:
        rows = json.loads((STATION / f"{part}.json").read_text())
        found[part] = accuracy(net, DataLoader(Photos(rows), 32))
        for disease in DISEASES:
            some = [r for r in rows if r[1] == disease]
            if some:
                found[f"{part}/{disease}"] = accuracy(net, DataLoader(Photos(some), 32))
    return found


def good_enough(found: dict[str, float], before: dict[str, float]) -> bool:
    return all(found[p] >= floor for p, floor in FLOOR.items()) and all(found[k] >= before.get(k, 0) - 0.03 for k in found)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("candidate", type=pathlib.Path)
    parser.add_argument("--approved-by", nargs=2, required=True, metavar="NAME")
    given = parser.parse_args()
    if len(set(given.approved_by)) != 2:
        raise SystemExit("two people")
    last = STATE / "released.json"
    before = json.loads(last.read_text()) if last.exists() else {"measured": {}}
    found = measured(given.candidate)
    if not good_enough(found, before["measured"]):
        raise SystemExit(f"not released: {found}")
    version = subprocess.run(["date", "+%Y%m%d"], capture_output=True, text=True, check=True).stdout.strip()
    data = given.candidate.read_bytes()
    key = load_pem_private_key(pathlib.Path("/run/secrets/release_key").read_bytes(), password=None)
    signature = base64.b64encode(key.sign(version.encode() + b"\n" + data)).decode()
    s3 = boto3.client("s3")
    s3.put_object(Bucket=BUCKET, Key=f"{version}.safetensors", Body=data)
    s3.put_object(Bucket=BUCKET, Key="latest.json", Body=json.dumps({"version": version, "signature": signature}).encode())
    (STATE / "model.safetensors").write_bytes(data)
    last.write_text(json.dumps({"version": version, "measured": found, "approved": given.approved_by, "candidate": given.candidate.name}))
    print(f"released {version}")


if __name__ == "__main__":
    main()
