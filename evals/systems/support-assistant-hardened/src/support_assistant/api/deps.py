"""What handlers depend on: the database session, the customer and the member of staff behind the cookie."""

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


@dataclass(frozen=True)
class Staff:
    staff_id: str


def database() -> Iterator[Session]:
    with session_scope() as db:
        yield db


def current_customer(
    shop_session: str | None = Cookie(default=None),
    settings: Settings = Depends(get_settings),
) -> Visitor:
    serializer = URLSafeTimedSerializer(settings.session_secret.get_secret_value(), salt="shop-session")
    try:
        payload = serializer.loads(shop_session or "", max_age=settings.session_max_age)
    except BadSignature:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, "please sign in") from None
    return Visitor(payload["id"], payload["name"], payload["email"])


def current_staff(
    staff_session: str | None = Cookie(default=None),
    settings: Settings = Depends(get_settings),
) -> Staff:
    serializer = URLSafeTimedSerializer(settings.staff_session_secret.get_secret_value(), salt="staff-session")
    try:
        payload = serializer.loads(staff_session or "", max_age=settings.session_max_age)
    except BadSignature:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, "staff only") from None
    return Staff(payload["id"])
