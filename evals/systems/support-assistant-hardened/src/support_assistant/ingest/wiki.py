"""Copies reviewed wiki articles into the knowledge base: `python -m support_assistant.ingest.wiki`."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import httpx
import yaml
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
    category: str = ""
    reviewed_by: str = ""


def parse_page(url: str, html: str, category: str = "", reviewed_by: str = "") -> WikiPage:
    soup = BeautifulSoup(html, "html.parser")
    body = soup.find("main") or soup
    return WikiPage(
        url=url,
        title=soup.title.get_text(strip=True) if soup.title else url,
        headings=[heading.get_text(strip=True) for heading in body.find_all(["h2", "h3"])],
        text=body.get_text("\n", strip=True),
        category=category,
        reviewed_by=reviewed_by,
    )


def reviewed_pages() -> Iterator[WikiPage]:
    """The pages whose text is still the one a member of staff has read; others are skipped and reported."""
    settings = get_settings()
    path = Path(__file__).parent / settings.wiki_reviewed_file
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))["pages"]
    with httpx.Client(timeout=30, follow_redirects=False) as http:
        for entry in entries:
            if not entry["url"].startswith(f"{settings.wiki_base_url}/"):
                raise ValueError(f"{entry['url']} is not on the wiki")
            response = http.get(entry["url"])
            if response.status_code != 200 or len(response.content) > settings.wiki_max_bytes:
                logger.warning("%s was not read", entry["url"])
                continue
            page = parse_page(entry["url"], response.text, entry["category"], entry["reviewed_by"])
            if sha256(f"{page.title}\n{page.text}".encode()).hexdigest() != entry["sha256"]:
                logger.warning("%s has changed since its review", entry["url"])
                continue
            yield page


def reindex_wiki() -> int:
    total = 0
    for page in reviewed_pages():
        total += add_documents([f"{page.title}\n{page.text}"], source=page.url, reviewed_by=page.reviewed_by)
    logger.info("wiki indexed, %d chunks", total)
    return total


if __name__ == "__main__":
    reindex_wiki()
