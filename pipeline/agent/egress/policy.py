"""What may leave the machine, and to where.

Takes what the user said (offline, globs of files), answers for a path or an endpoint. Globs are those of .gitignore. A file
that may not be sent may still be scanned by rules. Nothing here looks at content.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from pathspec import GitIgnoreSpec

from ingest.addresses import host_of, is_loopback
from ingest.errors import UnusableInput

_FORWARDED = ("-cloud", ":cloud")  # names under which a server on this machine passes the question on to its maker's


@dataclass(frozen=True, slots=True)
class EgressPolicy:
    """What the user allows.

    Raises:
        UnusableInput: a glob is none.
    """

    offline: bool = False
    include: tuple[str, ...] = ()
    """Globs of files that may be sent; without any, all may."""
    exclude: tuple[str, ...] = ()
    """Globs of files that may not, whatever `include` says."""
    _included: GitIgnoreSpec = field(init=False, repr=False, compare=False)
    _excluded: GitIgnoreSpec = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_included", _compiled(self.include))
        object.__setattr__(self, "_excluded", _compiled(self.exclude))

    def may_send(self, path: str) -> bool:
        """Whether words of this file, a path relative to the root, may be sent."""
        parts = PurePosixPath(path).parts
        if not parts or path.startswith("/") or ".." in parts or "\0" in path:
            return False
        return (not self.include or self._included.match_file(path)) and not self._excluded.match_file(path)

    def check(self, address: str, model: str = "") -> None:
        """Whether a model behind this address may be asked at all.

        Raises:
            UnusableInput: the address is none, or it leads off this machine and that is forbidden.
        """
        try:
            split = urlsplit(address)
            usable = split.scheme in {"http", "https"} and bool(split.hostname) and split.port != 0
        except ValueError:
            usable = False
        if not usable:
            raise UnusableInput("the endpoint is no address", ascii(address[:100])[1:-1], "write it as http://127.0.0.1:11434/v1")
        if not self.offline:
            return
        if not is_loopback(address):
            mend = "leave --offline out, or name an endpoint of this machine"
            raise UnusableInput("nothing may leave this machine, and the endpoint is elsewhere", host_of(address), mend)
        if model.lower().endswith(_FORWARDED):
            mend = "leave --offline out, or name a model that runs here"
            raise UnusableInput("nothing may leave this machine, and the model runs elsewhere", ascii(model[:100])[1:-1], mend)


def _compiled(globs: tuple[str, ...]) -> GitIgnoreSpec:
    try:
        return GitIgnoreSpec.from_lines(globs)
    except ValueError:
        where = ascii(", ".join(globs)[:200])[1:-1]
        raise UnusableInput("not a pattern of files that may be sent", where, "write it as in .gitignore: 'folder/'") from None
