"""Staff of a tenant."""
from dataclasses import dataclass
from typing import Annotated

import jwt
from fastapi import Depends, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.ext.asyncio import AsyncSession

from deskloft import store
from deskloft.settings import settings
from deskloft.tables import Tenant, make_session

_keys = jwt.PyJWKClient(f"{settings().issuer}/protocol/openid-connect/certs", cache_keys=True)
_bearer = HTTPBearer()


async def db():
    async with make_session() as session, session.begin():
        yield session


Db = Annotated[AsyncSession, Depends(db)]


@dataclass(frozen=True)
class Staff:
    name: str
    tenant: Tenant


async def staff(given: Annotated[HTTPAuthorizationCredentials, Depends(_bearer)], session: Db) -> Staff:
    try:
        key = _keys.get_signing_key_from_jwt(given.credentials).key
        claims = jwt.decode(
            given.credentials, key, algorithms=["RS256"], audience=settings().audience, issuer=settings().issuer,
            options={"require": ["exp", "sub", "tenant"]},
        )
    except jwt.PyJWTError:
        raise HTTPException(401) from None
    tenant = await store.tenant_by_slug(session, claims["tenant"])
    if tenant is None:
        raise HTTPException(403)
    return Staff(claims["sub"], tenant)


Who = Annotated[Staff, Depends(staff)]
