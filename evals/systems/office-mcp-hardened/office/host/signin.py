"""The person behind a request, and tokens for the servers."""
import os
from dataclasses import dataclass

import httpx
import jwt
from aiohttp import web

from office.host.config import ISSUER, Server

_keys = jwt.PyJWKClient(f"{ISSUER}/protocol/openid-connect/certs", cache_keys=True)


@dataclass(frozen=True)
class Person:
    name: str
    token: str


def person_of(request: web.Request) -> Person:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme != "Bearer":
        raise web.HTTPUnauthorized
    try:
        key = _keys.get_signing_key_from_jwt(token).key
        claims = jwt.decode(token, key, algorithms=["RS256"], audience="office-host", issuer=ISSUER, options={"require": ["exp", "sub"]})
    except jwt.PyJWTError:
        raise web.HTTPUnauthorized from None
    if not any(group == "/sales" or group.startswith("/sales/") for group in claims.get("groups", [])):
        raise web.HTTPForbidden
    return Person(claims["preferred_username"], token)


async def headers_for(server: Server, person: Person) -> dict[str, str]:
    """The person's rights at one of our servers; of a foreign server our own key."""
    if server.token_from:
        return {"Authorization": f"Bearer {os.environ[server.token_from]}"}
    async with httpx.AsyncClient(timeout=10) as http:
        answer = await http.post(f"{ISSUER}/protocol/openid-connect/token", data={
            "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
            "client_id": os.environ["HOST_CLIENT_ID"],
            "client_secret": os.environ["HOST_CLIENT_SECRET"],
            "subject_token": person.token,
            "subject_token_type": "urn:ietf:params:oauth:token-type:access_token",
            "audience": server.audience,
            "scope": "office",
        })
        answer.raise_for_status()
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}
