"""A browser for the scout."""

import hashlib
import pathlib
import random

from crewai.tools import BaseTool
from playwright.sync_api import sync_playwright
from pydantic import BaseModel, Field

PROFILE = "/profile"
CACHE = pathlib.Path("/tmp/pages")
LANGUAGES = ["en-GB", "de-DE", "nb-NO"]


class Visit(BaseModel):
    url: str = Field(description="Address of the page")
    click: str | None = Field(default=None, description="Text of a link or button to click after loading")
    fill: dict[str, str] = Field(default_factory=dict, description="Fields to fill in: CSS selector to value")


class BrowserTool(BaseTool):
    name: str = "browser"
    description: str = "Open a page in a real browser, optionally fill in fields and click, and return its text."
    args_schema: type[BaseModel] = Visit

    def _run(self, url: str, click: str | None = None, fill: dict[str, str] | None = None) -> str:
        cached = CACHE / hashlib.md5(url.encode()).hexdigest()
        if not click and not fill and cached.exists():
            return cached.read_text()
        locale = random.choice(LANGUAGES)
        with sync_playwright() as p:
            context = p.chromium.launch_persistent_context(PROFILE, headless=True, locale=locale)
            page = context.new_page()
            page.goto(url, wait_until="domcontentloaded")
            for selector, value in (fill or {}).items():
                page.fill(selector, value)
            if click:
                page.get_by_text(click).first.click()
            text = page.evaluate("document.body.innerText")
            context.close()
        CACHE.mkdir(exist_ok=True)
        cached.write_text(text)
        return text
