"""Labels out of Label Studio, one row for each picture."""

import csv
import os
import sys
from collections import Counter

import requests

from castings.params import params

TOKEN = os.environ["LABEL_STUDIO_TOKEN"]


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
            agreed = agreement(task["annotations"], wanted["min_annotators"])
            if agreed is not None:
                rows.writerow([task["data"]["image"], *agreed])


def choice(annotation: dict) -> str:
    return annotation["result"][0]["value"]["choices"][0]


def agreement(annotations: list[dict], at_least: int) -> tuple[str, str] | None:
    """The label and who gave it, when enough different people say the same."""
    votes = {item["completed_by"]: choice(item) for item in annotations}
    if len(votes) < at_least:
        return None
    (label, count), *others = Counter(votes.values()).most_common()
    return (label, "+".join(str(person) for person in sorted(votes))) if not others and count >= at_least else None


if __name__ == "__main__":
    export(sys.argv[1])
