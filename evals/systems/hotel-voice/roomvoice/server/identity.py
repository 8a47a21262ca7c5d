"""Who is calling: a unit in a room (token), or a member of staff (session)."""

import functools
import hashlib
import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from roomvoice.server import settings

Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True)
class Unit:
    hotel: str
    serial: str


def _mac(hotel: str, serial: str) -> str:
    return hmac.new(str(settings.UNIT_KEY).encode(), f"{hotel}.{serial}".encode(), hashlib.sha256).hexdigest()


def mint_token(hotel: str, serial: str) -> str:
    return f"{hotel}.{serial}.{_mac(hotel, serial)}"


def unit_of(connection: HTTPConnection) -> Unit | None:
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    parts = token.split(".")
    if scheme.lower() != "unit" or len(parts) != 3:
        return None
    hotel, serial, mac = parts
    return Unit(hotel, serial) if hmac.compare_digest(mac, _mac(hotel, serial)) else None


def unit_only(handler: Handler) -> Handler:
    @functools.wraps(handler)
    async def checked(request: Request) -> Response:
        unit = unit_of(request)
        if unit is None:
            return PlainTextResponse("unit token missing or wrong", 401)
        request.state.unit = unit
        return await handler(request)

    return checked


def staff_only(handler: Handler) -> Handler:
    @functools.wraps(handler)
    async def checked(request: Request) -> Response:
        if "staff" not in request.session:
            return RedirectResponse("/staff/login", 303)
        return await handler(request)

    return checked
