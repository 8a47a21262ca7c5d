"""Copies the community wiki into the knowledge base: `python -m support_assistant.ingest.wiki`."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin

import httpx
from bs4 import BeautifulSoup

from support_assistant.agent.knowledge import add_documents
from support_assistant.config import get_settings

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class WikiPage:
    url: str
    title: str
    headings: list[str]
    text: str


def parse_page(url: str, html: str) -> WikiPage:
    soup = BeautifulSoup(html, "html.parser")
    body = soup.find("main") or soup
    return WikiPage(
        url=url,
        title=soup.title.get_text(strip=True) if soup.title else url,
        headings=[heading.get_text(strip=True) for heading in body.find_all(["h2", "h3"])],
        text=body.get_text("\n", strip=True),
    )


def fetch_category(category: str) -> Iterator[WikiPage]:
    base = get_settings().wiki_base_url
    with httpx.Client(timeout=30, follow_redirects=True) as http:
        listing = BeautifulSoup(http.get(f"{base}/category/{category}").text, "html.parser")
        for link in listing.select("ul.pages a[href]"):
            url = urljoin(base, link["href"])
            yield parse_page(url, http.get(url).text)


def reindex_wiki() -> int:
    total = 0
    for category in get_settings().wiki_categories:
        for page in fetch_category(category):
            total += add_documents([f"{page.title}\n{page.text}"], source=page.url)
    logger.info("wiki indexed, %d chunks", total)
    return total


if __name__ == "__main__":
    reindex_wiki()
