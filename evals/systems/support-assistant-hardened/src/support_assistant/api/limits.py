"""Request limits, counted per signed-in customer and per address otherwise."""

from hashlib import sha256

from fastapi import Request
from slowapi import Limiter
from slowapi.util import get_remote_address


def caller(request: Request) -> str:
    session = request.cookies.get("shop_session") or request.cookies.get("staff_session")
    return sha256(session.encode()).hexdigest() if session else get_remote_address(request)


limiter = Limiter(key_func=caller, default_limits=["120/minute"])
CHAT_LIMIT = "10/minute;200/day"
