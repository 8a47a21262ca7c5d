"""What every request passes before a page sees it, and every answer on its way out.

Refused are: hosts by other names (DNS rebinding), posts from pages of others, bodies without end, and where a token is asked for, who has
not given it. Every answer carries the policy that lets nothing run or load but this server's own files, and none is kept by a cache. An
exception becomes a page without a trace; the trace goes to the log.
"""

from __future__ import annotations

import ipaddress
import logging
import re
import secrets
from collections.abc import Callable
from urllib.parse import quote

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline.interfaces.web.sessions import Sessions
from pipeline.interfaces.web.settings import MOST_BODY, WebSettings

logger = logging.getLogger(__name__)
SESSION, VISIT = "threatloom_session", "threatloom_visit"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",  # nothing for others; without it, browsers would not say that a form comes from here
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
OPEN = ("/static/", "/login", "/health")  # what is shown before anybody is known
_VISIT = re.compile(r"[A-Za-z0-9_-]{43}")
_LONGEST_PATH = 2048


class TooLarge(Exception):
    """A body went past what is read."""


class Gate:
    """The outermost part of the application."""

    def __init__(self, app: ASGIApp, settings: WebSettings, sessions: Sessions, refusal: Callable[[Request, int, str], Response]) -> None:
        self._app, self._settings, self._sessions, self._refusal = app, settings, sessions, refusal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        request = Request(scope)
        visit = request.cookies.get(VISIT, "")
        fresh = not _VISIT.fullmatch(visit)
        scope.setdefault("state", {})["visit"] = visit = secrets.token_urlsafe(32) if fresh else visit
        started = False

        async def answered(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                self._dress(scope, message, visit if fresh else "")
            await send(message)

        refused = self._refused(request)
        if refused is not None:
            await refused(scope, receive, answered)
            return
        try:
            await self._app(scope, _bounded(receive), answered)
        except TooLarge:
            if not started:
                await self._refusal(request, 413, f"more than {MOST_BODY // 1024} KiB were sent")(scope, receive, answered)
        except Exception:
            logger.exception("a page failed")
            if started:
                raise
            await self._refusal(request, 500, "the page could not be made; the log of the server says why")(scope, receive, answered)

    def _refused(self, request: Request) -> Response | None:
        """The answer to a request that no page is to see."""
        if len(request.scope.get("raw_path") or b"") + len(request.scope.get("query_string") or b"") > _LONGEST_PATH:
            return self._refusal(request, 414, "the address is too long")
        hosts = Headers(scope=request.scope).getlist("host")
        if len(hosts) != 1 or not self._is_ours(hosts[0]):
            return self._refusal(request, 421, "this server is not called by that name; start it with --name to allow it")
        length = request.headers.get("content-length", "0")
        if not length.isascii() or not length.isdigit() or int(length) > MOST_BODY:
            return self._refusal(request, 413, f"more than {MOST_BODY // 1024} KiB were sent")
        if request.method not in ("GET", "HEAD", "POST"):
            return self._refusal(request, 405, "only GET, HEAD and POST are understood")
        if request.method == "POST" and not _is_own_page(request, hosts[0]):
            return self._refusal(request, 403, "the request came from a page of somebody else")
        return None if str(request.scope["path"]).startswith(OPEN) else self._unknown(request)

    def _unknown(self, request: Request) -> Response | None:
        """The answer to who has not said who they are."""
        if not self._sessions.needed or self._sessions.is_open(request.cookies.get(SESSION, "")):
            return None
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        fits: bool | None = False
        if scheme.lower() == "bearer" and token:
            fits = self._sessions.fits(token.strip(), address_of(request))
            if fits:
                return None
        if request.url.path.startswith("/api/"):
            status, what = (429, "too many wrong tokens; wait a minute") if fits is None else (401, "a token is needed")
            return JSONResponse({"error": what}, status, {"www-authenticate": "Bearer"} if status == 401 else {"retry-after": "60"})
        wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/login?next={quote(wanted, safe='')}" if request.method == "GET" else "/login", 303)

    def _is_ours(self, host: str) -> bool:
        match = re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[^:\[\]/@\s]+)(?::\d{1,5})?", host)
        if match is None:
            return False
        name = match[1].strip("[]").rstrip(".").lower()
        if name in self._settings.names:
            return True
        if not self._settings.any_address:
            return False
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True

    def _dress(self, scope: Scope, message: Message, visit: str) -> None:
        headers = MutableHeaders(scope=message)
        for name, value in HEADERS.items():
            headers[name] = value
        headers.setdefault("cache-control", "no-store")
        if visit and headers.get("content-type", "").startswith("text/html"):
            headers.append("set-cookie", cookie(VISIT, visit, secure=scope.get("scheme") == "https"))


def cookie(name: str, value: str, *, secure: bool, seconds: int | None = None) -> str:
    """A cookie that no script reads and no page of others sends along."""
    age = f"; Max-Age={seconds}" if seconds is not None else ""
    return f"{name}={value}; Path=/; HttpOnly; SameSite=Strict{age}{'; Secure' if secure else ''}"


def address_of(request: Request) -> str:
    """Who connects; what a proxy says of others is not believed."""
    return request.client.host if request.client else ""


def _is_own_page(request: Request, host: str) -> bool:
    """Whether a post comes from a page of this server, or from a program; browsers say where theirs come from."""
    origin = request.headers.get("origin")
    if origin is not None:
        return re.fullmatch(r"https?://" + re.escape(host), origin, re.IGNORECASE) is not None
    return request.headers.get("sec-fetch-site", "same-origin") == "same-origin"


def _bounded(receive: Receive) -> Receive:
    read = 0

    async def bounded() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > MOST_BODY:
            raise TooLarge
        return message

    return bounded
