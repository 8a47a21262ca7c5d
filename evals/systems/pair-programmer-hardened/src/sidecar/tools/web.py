from __future__ import annotations

from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
from markdownify import markdownify

from sidecar.workspace import Workspace

HOSTS = ("docs.python.org", "docs.djangoproject.com", "docs.pydantic.dev", "fastapi.tiangolo.com", "nodejs.org", "react.dev", "go.dev", "doc.rust-lang.org")
SUFFIXES = (".readthedocs.io", ".github.io")
FETCH: dict[str, Any] = {
    "name": "fetch_docs",
    "description": "Read a page of documentation, from one of the hosts that are listed: " + ", ".join(HOSTS + SUFFIXES),
    "input_schema": {"type": "object", "properties": {"url": {"type": "string"}}, "required": ["url"]},
}
MOST, MOST_BYTES, HOPS = 60_000, 4_000_000, 3


def allowed(url: str) -> bool:
    parts = urlsplit(url)
    host = parts.hostname or ""
    plain = parts.scheme == "https" and parts.port in (None, 443) and not parts.username and not parts.query
    return plain and (host in HOSTS or host.endswith(SUFFIXES))


def fetch_docs(workspace: Workspace, url: str) -> str:
    with httpx.Client(timeout=20, follow_redirects=False, headers={"user-agent": "sidecar/0.17"}) as client:
        for _ in range(HOPS):
            if not allowed(url):
                raise ValueError(f"not a listed host, or not a plain address: {url}")
            with client.stream("GET", url) as answer:
                if answer.is_redirect:
                    url = urljoin(url, answer.headers["location"])
                    continue
                answer.raise_for_status()
                body = b""
                for piece in answer.iter_bytes():
                    body += piece
                    if len(body) > MOST_BYTES:
                        raise ValueError("page is too big")
                text = body.decode(answer.encoding or "utf-8", "replace")
                if "html" not in answer.headers.get("content-type", ""):
                    return text[:MOST]
                return markdownify(text, strip=["img", "script", "style"])[:MOST]
    raise ValueError("too many redirects")
