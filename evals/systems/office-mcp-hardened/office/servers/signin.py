"""Who calls: checked by each server for itself."""
import os

from fastmcp.exceptions import ToolError
from fastmcp.server.auth.providers.jwt import JWTVerifier
from fastmcp.server.dependencies import get_access_token

ISSUER = os.environ.get("OIDC_ISSUER", "https://login.halder-fenster.example/realms/office")


def verifier(audience: str) -> JWTVerifier:
    return JWTVerifier(
        jwks_uri=f"{ISSUER}/protocol/openid-connect/certs",
        issuer=ISSUER,
        audience=audience,
        algorithm="RS256",
        required_scopes=["office"],
    )


def person() -> str:
    token = get_access_token()
    name = token.claims.get("preferred_username") if token else None
    if not name:
        raise ToolError("not signed in")
    return name


def leads() -> bool:
    token = get_access_token()
    return bool(token) and "/sales/lead" in token.claims.get("groups", [])
