"""Who asks: a token of the company's Keycloak."""

from __future__ import annotations

import re
from functools import cache
from typing import Annotated

import jwt
from fastapi import Depends, Header, HTTPException

from sidecar.config import settings


@cache
def _keys() -> jwt.PyJWKClient:
    return jwt.PyJWKClient(f"{settings.issuer}/protocol/openid-connect/certs", cache_keys=True)


def person(authorization: Annotated[str, Header()] = "") -> str:
    try:
        token = authorization.removeprefix("Bearer ")
        key = _keys().get_signing_key_from_jwt(token)
        claims = jwt.decode(token, key.key, algorithms=["RS256"], audience="sidecar", issuer=settings.issuer, options={"require": ["exp", "sub"]})
        name = str(claims["preferred_username"])
    except (jwt.PyJWTError, KeyError):
        raise HTTPException(401, "sign in") from None
    if not re.fullmatch(r"[a-z][a-z0-9-]{1,31}", name):
        raise HTTPException(403, "not a person")
    return name


Person = Annotated[str, Depends(person)]
