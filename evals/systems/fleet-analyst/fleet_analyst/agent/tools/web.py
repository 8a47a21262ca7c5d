"""Pages of the few sites that the depots use: traffic, fuel prices, the forum of van drivers."""

import re
from html import unescape
from urllib.parse import urlsplit

import httpx
from langchain.tools import tool

from fleet_analyst.settings import get_settings

SCRIPTS = re.compile(r"<(script|style)\b.*?</\1>", re.IGNORECASE | re.DOTALL)
TAGS = re.compile(r"<[^>]+>")


def allowed(url: str) -> bool:
    parts = urlsplit(url)
    return (
        parts.scheme == "https"
        and parts.hostname in get_settings().web_hosts
        and parts.port in (None, 443)
        and parts.username is None
    )


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(TAGS.sub(" ", SCRIPTS.sub(" ", html)))).strip()


@tool
async def fetch_page(url: str) -> str:
    """Read a web page of a site on our list (traffic, fuel prices, drivers' forum)."""
    if not allowed(url):
        return "This site is not on the list: " + ", ".join(get_settings().web_hosts)
    limit = get_settings().web_max_bytes
    body = b""
    async with httpx.AsyncClient(follow_redirects=False, timeout=15) as client:
        async with client.stream("GET", url) as response:
            if response.status_code != 200:
                return f"The site answers {response.status_code}."
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > limit:
                    break
    return plain(body[:limit].decode("utf-8", "replace"))[:12_000]
