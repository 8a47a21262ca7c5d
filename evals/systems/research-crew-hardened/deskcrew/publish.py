"""Publishing of released reports. Only the API process holds the token."""

import json
import os

import requests

SHAREPOINT = "https://graph.microsoft.example/v1.0/drives/brightwell"
FOLDERS = json.loads(os.environ.get("CLIENT_FOLDERS", "{}"))


def release(client: str, job: str, text: str) -> str:
    folder = FOLDERS[client]
    answer = requests.put(
        f"{SHAREPOINT}/root:/{folder}/research-{job}.md:/content",
        data=text.encode(),
        headers={"Authorization": f"Bearer {os.environ['SHAREPOINT_TOKEN']}"},
        timeout=30,
    )
    answer.raise_for_status()
    return f"{folder}/research-{job}.md"
