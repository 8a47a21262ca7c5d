"""Who is asking: the session cookie that our sign-in page sets after OpenID Connect."""

from dataclasses import dataclass
from typing import Annotated

import jwt
from fastapi import Cookie, Depends, Header, HTTPException

from .settings import settings


@dataclass(frozen=True)
class User:
    id: str
    name: str
    tenant: str
    groups: tuple[str, ...]


def current_user(
    session: Annotated[str | None, Cookie()] = None,
    x_tenant: Annotated[str | None, Header()] = None,
) -> User:
    if session is None:
        raise HTTPException(401)
    try:
        claims = jwt.decode(session, settings.session_key, algorithms=["HS256"], audience="lorebook")
    except jwt.InvalidTokenError:
        raise HTTPException(401) from None
    # Consultants belong to several tenants and switch in the menu, which sends the header.
    return User(
        id=claims["sub"],
        name=claims.get("name", ""),
        tenant=x_tenant or claims["tenant"],
        groups=tuple(claims.get("groups", ())),
    )


CurrentUser = Annotated[User, Depends(current_user)]
