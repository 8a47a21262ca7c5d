"""A real browser over a real server on loopback; what the browser complains of is collected, and fails the test."""

from __future__ import annotations

import contextlib
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from starlette.types import ASGIApp

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Error, Page, Request

CHROMIUM = shutil.which("chromium")
WITHOUT = "no `chromium` in PATH: Debian's package of that name is what the pages are driven with (apt-get install chromium)"
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
         "--disable-sync")  # fmt: skip
PATIENCE = 15_000  # milliseconds for one step, on a busy machine


@contextlib.contextmanager
def served(app: ASGIApp) -> Iterator[str]:
    """The application on a free port of this machine, in a thread."""
    import uvicorn

    from pipeline.interfaces.web.serving import listen

    with listen("127.0.0.1", 0) as listening:
        server = uvicorn.Server(
            uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", ws="none", timeout_graceful_shutdown=1)
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(20)


@dataclass
class Visit:
    """One page of a browser, and all it complained of."""

    page: Page
    base: str
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        self.page.goto(self.base + path)

    def on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"console: {message.text}")

    def on_error(self, error: Error) -> None:
        self.complaints.append(f"script: {error}")

    def on_dialog(self, dialog: Dialog) -> None:
        self.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def on_request(self, request: Request) -> None:
        if not request.url.startswith((self.base, "data:")):
            self.complaints.append(f"asked for {request.url}")

    @property
    def path(self) -> str:
        return self.page.url.removeprefix(self.base)


@contextlib.contextmanager
def visit(browser: Browser, base: str, **said: object) -> Iterator[Visit]:
    """A visit with its own cookies. Requests to anywhere else, errors of scripts, and words on the console are complaints."""
    context: BrowserContext = browser.new_context(**said)  # type: ignore[arg-type]  # options of a context
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    told = Visit(page, base)
    page.on("console", told.on_console)
    page.on("pageerror", told.on_error)
    page.on("dialog", told.on_dialog)
    page.on("request", told.on_request)
    page.add_init_script(
        "addEventListener('securitypolicyviolation', (event) => console.error('policy: ' + event.violatedDirective + ' ' + event.sourceFile))"
    )
    try:
        yield told
    finally:
        context.close()
    assert not told.complaints, "; ".join(told.complaints)
