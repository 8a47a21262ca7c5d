"""A small client for the wiki's API. Reading uses the integration's token, which cannot write; edits go out with the person's own token."""

from urllib.parse import urlsplit

import httpx

from .settings import settings

client = httpx.Client(
    base_url=settings.pagewright_url,
    headers={"Authorization": f"Bearer {settings.pagewright_token}"},
    timeout=20,
)
files = httpx.Client(timeout=20, follow_redirects=False)


class Refused(Exception):
    """An attachment we do not fetch."""


def download(url: str) -> bytes:
    """An attachment from the wiki's CDN, with a signed address and without our token."""
    parts = urlsplit(url)
    if parts.scheme != "https" or parts.hostname not in settings.attachment_hosts or parts.port not in (None, 443):
        raise Refused(f"host {parts.hostname}")
    with files.stream("GET", url) as answer:
        answer.raise_for_status()
        data = bytearray()
        for block in answer.iter_bytes():
            data += block
            if len(data) > settings.max_attachment_bytes:
                raise Refused("too large")
    return bytes(data)


def page(tenant: str, page_id: str) -> dict | None:
    answer = client.get(f"/v2/tenants/{tenant}/pages/{page_id}")
    if answer.status_code == 404:
        return None
    answer.raise_for_status()
    return answer.json()


def pages(tenant: str):
    cursor = None
    while True:
        answer = client.get(f"/v2/tenants/{tenant}/pages", params={"cursor": cursor} if cursor else None)
        answer.raise_for_status()
        body = answer.json()
        yield from body["pages"]
        cursor = body.get("next")
        if not cursor:
            return


def write_page(person_token: str, tenant: str, page_id: str, html: str, comment: str) -> int:
    answer = client.put(
        f"/v2/tenants/{tenant}/pages/{page_id}",
        json={"body": html, "comment": comment},
        headers={"Authorization": f"Bearer {person_token}"},
    )
    answer.raise_for_status()
    return answer.json()["version"]
