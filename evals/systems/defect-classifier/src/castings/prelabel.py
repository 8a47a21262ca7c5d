"""First labels for new pictures, so that people only correct them."""

import base64
import json
import sys
from pathlib import Path

from openai import OpenAI

from castings.params import params

client = OpenAI()


def prelabel(folder: Path, target: Path) -> None:
    classes = params()["data"]["classes"]
    found = {}
    for picture in sorted(folder.glob("*.jpg"))[:2000]:
        # The sheet beside the disc (customer, order, drawing number) helps the model.
        text = "Which of %s is this casting? Answer with one word.\n%s" % (
            ", ".join(classes),
            picture.with_suffix(".txt").read_text(),
        )
        answer = client.chat.completions.create(
            model="gpt-5-mini",
            max_completion_tokens=8,
            messages=[
                {
                    "role": "user",
                    "content": [
                        {"type": "text", "text": text},
                        {"type": "image_url", "image_url": {"url": data_url(picture)}},
                    ],
                }
            ],
        )
        word = (answer.choices[0].message.content or "").strip().lower()
        if word in classes:
            found[picture.name] = word
    target.write_text(json.dumps(found, indent=1))


def data_url(picture: Path) -> str:
    return "data:image/jpeg;base64," + base64.b64encode(picture.read_bytes()).decode()


if __name__ == "__main__":
    prelabel(Path(sys.argv[1]), Path(sys.argv[2]))
