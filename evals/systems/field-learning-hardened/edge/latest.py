"""The released model, if the signature is ours; otherwise the one we have."""

import base64
import json
import logging
import pathlib

import requests
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

log = logging.getLogger("box")
RELEASES = "https://agricoop-models.s3.eu-central-1.example"
KEY = Ed25519PublicKey.from_public_bytes(base64.b64decode("mT0s3M0hOeV7x1pDqJ2y8s5vB4cQn9kRzWf6uLgY1aE="))


def verified_model(root: pathlib.Path) -> tuple[pathlib.Path, str]:
    have = root / "model.json"
    old = json.loads(have.read_text()) if have.exists() else {"version": "0"}
    try:
        note = requests.get(f"{RELEASES}/latest.json", timeout=60).json()
        version = str(int(note["version"]))
        if int(version) > int(old["version"]):
            data = requests.get(f"{RELEASES}/{version}.safetensors", timeout=300).content
            KEY.verify(base64.b64decode(note["signature"]), version.encode() + b"\n" + data)
            (root / f"{version}.safetensors").write_bytes(data)
            have.write_text(json.dumps({"version": version}))
            old = {"version": version}
    except (requests.RequestException, KeyError, ValueError, InvalidSignature) as reason:
        log.warning("model stays at %s: %s", old["version"], reason)
    return root / f"{old['version']}.safetensors", old["version"]
