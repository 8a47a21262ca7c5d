"""A small client for the wiki's API. The token is that of the Lorebook integration and may read and write all spaces."""

import httpx

from .settings import settings

client = httpx.Client(
    base_url=settings.pagewright_url,
    headers={"Authorization": f"Bearer {settings.pagewright_token}"},
    timeout=20,
    follow_redirects=True,
)


def download(url: str) -> bytes:
    """An attachment; the address comes with the event and may be on their CDN."""
    answer = client.get(url)
    answer.raise_for_status()
    return answer.content


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


def write_page(tenant: str, page_id: str, html: str, comment: str) -> int:
    answer = client.put(f"/v2/tenants/{tenant}/pages/{page_id}", json={"body": html, "comment": comment})
    answer.raise_for_status()
    return answer.json()["version"]
