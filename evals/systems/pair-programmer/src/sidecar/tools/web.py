from __future__ import annotations

from typing import Any

import httpx
from markdownify import markdownify

from sidecar.workspace import Workspace

FETCH: dict[str, Any] = {
    "name": "fetch_docs",
    "description": "Read a page of documentation, an issue or a changelog on the web.",
    "input_schema": {"type": "object", "properties": {"url": {"type": "string"}}, "required": ["url"]},
}
MOST = 60_000


def fetch_docs(workspace: Workspace, url: str) -> str:
    answer = httpx.get(url, follow_redirects=True, timeout=20, headers={"user-agent": "sidecar/0.14"})
    answer.raise_for_status()
    if "html" not in answer.headers.get("content-type", ""):
        return answer.text[:MOST]
    return markdownify(answer.text, strip=["img", "script", "style"])[:MOST]
