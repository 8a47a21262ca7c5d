"""First labels for new pictures, so that people only correct them."""

import base64
import json
import sys
from pathlib import Path

from openai import OpenAI
from PIL import Image

from castings.params import params

# The vision model of the works, on the GPU server in the next room.
client = OpenAI(base_url="https://vision.havelguss.example/v1", max_retries=2, timeout=60)


def prelabel(folder: Path, target: Path) -> None:
    classes = params()["data"]["classes"]
    found = {}
    for picture in sorted(folder.glob("*.jpg"))[:2000]:
        text = "Which of %s is this casting? Answer with one word." % ", ".join(classes)
        answer = client.chat.completions.create(
            model="havel-vision-7b",
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
    with Image.open(picture) as image:
        image.verify()
    return "data:image/jpeg;base64," + base64.b64encode(picture.read_bytes()).decode()


if __name__ == "__main__":
    prelabel(Path(sys.argv[1]), Path(sys.argv[2]))
