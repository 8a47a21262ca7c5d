"""Labels out of Label Studio, one row for each picture."""

import csv
import sys

import requests

from castings.params import params

TOKEN = "d41c7e0b95f8a2636e1d09b4c7a58f3026e1d9c4"


def export(target: str) -> None:
    wanted = params()["labels"]
    answer = requests.get(
        f"{wanted['url']}/api/projects/{wanted['project']}/export",
        params={"exportType": "JSON"},
        headers={"Authorization": f"Token {TOKEN}"},
        timeout=120,
    )
    answer.raise_for_status()
    with open(target, "w", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(["image", "label", "annotator"])
        for task in answer.json():
            result = task["annotations"][0]
            rows.writerow([task["data"]["image"], choice(result), result["completed_by"]])


def choice(annotation: dict) -> str:
    return annotation["result"][0]["value"]["choices"][0]


if __name__ == "__main__":
    export(sys.argv[1])
