"""What an endpoint's address says of where things are sent."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

OPENAI = (
    "https://api.openai.com/v1"  # where a model of OpenAI is asked unless an address is named; the library would look into the environment
)


def is_loopback(address: str) -> bool:
    """Whether what is sent to an address stays on this machine."""
    host = _host(address).lower()
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def host_of(address: str) -> str:
    """Host and port of an endpoint, without whatever else its address may hold."""
    host = _host(address) or "?"
    try:
        port = urlsplit(address).port
    except ValueError:
        return host
    return f"{host}:{port}" if port else host


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:  # brackets that hold no address
        return ""
