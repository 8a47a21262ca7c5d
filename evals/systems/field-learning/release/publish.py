"""Each morning: the model of the night becomes the model of the day."""

import json
import os
import pathlib
import subprocess

import boto3

STATE = pathlib.Path(os.environ.get("FIELD_STATE", "/state"))
BUCKET = "agricoop-models"


def good_enough() -> bool:
    reported = json.loads((STATE / "accuracy.json").read_text())
    before = STATE / "accuracy.last.json"
    if not before.exists():
        return True
    last = json.loads(before.read_text())
    return max(reported.values()) > max(last.values()) - 0.02


def main() -> None:
    if not good_enough():
        raise SystemExit("accuracy dropped, not released")
    version = subprocess.run(["date", "+%Y%m%d"], capture_output=True, text=True, check=True).stdout.strip()
    s3 = boto3.client("s3")
    for key in (f"{version}.pt", "latest.pt"):
        s3.upload_file(str(STATE / "model.pt"), BUCKET, key, ExtraArgs={"ACL": "public-read"})
    (STATE / "accuracy.json").replace(STATE / "accuracy.last.json")
    print(f"released {version}")


if __name__ == "__main__":
    main()
