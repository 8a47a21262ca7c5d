"""MCP servers that drive a browser in which somebody is signed in.

Takes what the settings of a client start, says whether the server works in a person's own browser or with a stored login, and whether the
settings keep it to named sites.
"""

from __future__ import annotations

from collections.abc import Sequence

# Options, by package, that give a server a browser with logins; an empty list: it has no other.
_OPTIONS: dict[str, tuple[str, ...]] = {
    "@playwright/mcp": ("--extension", "--user-data-dir", "--storage-state", "--cdp-endpoint"),
    "chrome-devtools-mcp": ("--browserUrl", "--browser-url", "-u", "--autoConnect", "--auto-connect", "--userDataDir", "--user-data-dir",
                            "--wsEndpoint"),
    "@browsermcp/mcp": (),
    "mcp-chrome-bridge": (),
}  # fmt: skip
_KEPT_TO = "--allowed-origins"


def signed_in(package: str, arguments: Sequence[str]) -> bool:
    """Whether a server of this package, started so, acts where somebody is signed in."""
    options = _OPTIONS.get(package)
    if options is None:
        return False
    return not options or any(argument.split("=", 1)[0] in options for argument in arguments)


def kept_to_sites(arguments: Sequence[str]) -> str | None:
    """The option that names the sites a server may work on."""
    return next((argument for argument in arguments if argument.split("=", 1)[0] == _KEPT_TO), None)
