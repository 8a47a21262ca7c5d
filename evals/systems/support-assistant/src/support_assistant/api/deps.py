"""What handlers depend on: the database session and the customer behind the cookie."""

from collections.abc import Iterator
from dataclasses import dataclass

from fastapi import Cookie, Depends, HTTPException, status
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy.orm import Session

from support_assistant.config import Settings, get_settings
from support_assistant.storage.db import session_scope


@dataclass(frozen=True)
class Visitor:
    customer_id: int
    display_name: str
    email: str


def database() -> Iterator[Session]:
    with session_scope() as db:
        yield db


def optional_customer(
    shop_session: str | None = Cookie(default=None),
    settings: Settings = Depends(get_settings),
) -> Visitor | None:
    if not shop_session:
        return None
    serializer = URLSafeTimedSerializer(settings.session_secret, salt="shop-session")
    try:
        payload = serializer.loads(shop_session, max_age=settings.session_max_age)
    except BadSignature:
        return None
    return Visitor(payload["id"], payload["name"], payload["email"])


def current_customer(visitor: Visitor | None = Depends(optional_customer)) -> Visitor:
    if visitor is None:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, "please sign in")
    return visitor
