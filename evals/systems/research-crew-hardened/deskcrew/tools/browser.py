"""A browser for the scout."""

import ipaddress
import json
import random
import socket
from urllib.parse import urlsplit

from crewai.tools import BaseTool
from playwright.sync_api import Route, sync_playwright
from pydantic import BaseModel, Field

LANGUAGES = ["en-GB", "de-DE", "nb-NO"]
LONGEST = 30_000


class Visit(BaseModel):
    url: str = Field(description="Address of the page", max_length=1000)
    click: str | None = Field(default=None, description="Text of a link or button to click after loading", max_length=100)


def public(url: str) -> bool:
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or parts.port not in (None, 443):
        return False
    try:
        found = {info[4][0] for info in socket.getaddrinfo(parts.hostname, 443, proto=socket.IPPROTO_TCP)}
    except OSError:
        return False
    return bool(found) and all(ipaddress.ip_address(a).is_global for a in found)


def only_public(route: Route) -> None:
    if public(route.request.url):
        route.continue_()
    else:
        route.abort()


class BrowserTool(BaseTool):
    name: str = "browser"
    description: str = "Open a public page in a fresh browser, optionally click once, and return its text."
    args_schema: type[BaseModel] = Visit

    def _run(self, url: str, click: str | None = None) -> str:
        if not public(url):
            return "That address is not open to us."
        locale = random.choice(LANGUAGES)
        with sync_playwright() as p:
            browser = p.chromium.launch(headless=True)
            context = browser.new_context(locale=locale, accept_downloads=False, service_workers="block")
            context.set_default_timeout(20_000)
            context.route("**/*", only_public)
            page = context.new_page()
            page.goto(url, wait_until="domcontentloaded")
            if click:
                page.get_by_text(click).first.click()
            text = page.evaluate("document.body.innerText")[:LONGEST]
            browser.close()
        return json.dumps({"quoted_page": url, "text": text}, ensure_ascii=True)
