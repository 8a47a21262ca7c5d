"""What signs sessions and tokens, and how settings get a value where none is set: `knowledge/signing.yaml`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property, lru_cache

from pydantic import Field

from pipeline.system.model import Frozen
from pipeline.system.rules.framework import Argument, Pattern
from pipeline.system.rules.knowledge import Known, NameTable
from pipeline.system.rules.knowledge_file import KNOWLEDGE, read_knowledge
from pipeline.system.rules.words import words_of

_FILE = KNOWLEDGE / "signing.yaml"


class SigningRule(Frozen):
    """Calls that sign or verify."""

    call: tuple[str, ...]
    key: Argument
    plain: bool = Field(default=False, description="It makes digests for any end; what the key is named for says whether it signs.")


class Signing(Frozen):
    calls: tuple[SigningRule, ...]
    hashes: tuple[SigningRule, ...]
    attributes: frozenset[str]
    entries: frozenset[str]
    applications: frozenset[str]
    names: Pattern
    names_of_plain: Pattern
    names_of_logins: Pattern
    names_of_callers: Pattern
    credentials: Pattern
    no_credentials: Pattern
    reads: Pattern
    readers: frozenset[str]
    compares: frozenset[str]
    wraps: frozenset[str]
    unwraps: frozenset[str]
    fields: frozenset[str]
    settings: tuple[str, ...]
    schema_defaults: frozenset[str]
    schema_options: frozenset[str]

    @cached_property
    def _table(self) -> NameTable[SigningRule]:
        return NameTable((name, Known(rule, "signing")) for rule in self.calls for name in rule.call)

    def of_call(self, names: Iterable[str]) -> SigningRule | None:
        """The rule of a call by the names it may mean."""
        return next((known.rule for name in names for known in self._table.find(name)), None)

    @cached_property
    def _hashes(self) -> NameTable[SigningRule]:
        return NameTable((name, Known(rule, "hashes")) for rule in self.hashes for name in rule.call)

    def hashing(self, names: Iterable[str]) -> SigningRule | None:
        """The rule of a call that makes of a password what is kept of it."""
        return next((known.rule for name in names for known in self._hashes.find(name)), None)

    def signs(self, name: str) -> bool:
        """Whether a variable, a field or a property is named for a key that signs: `JWT_SECRET`, `jwtSecret`, `app.jwt.secret`."""
        return bool(name) and re.fullmatch(self.names, "_".join(words_of(name[:200]))) is not None

    def opens(self, name: str) -> bool:
        """Whether a variable is named for a word that opens a login: `ADMIN_PASSWORD`, `accessCode`."""
        return bool(name) and re.fullmatch(self.names_of_logins, "_".join(words_of(name[:200]))) is not None

    def lets_in(self, name: str) -> bool:
        """Whether a variable is named for a word that programs are asked for: `API_KEY`, `MCP_AUTH_TOKEN`, `clientSecret`."""
        return bool(name) and re.fullmatch(self.names_of_callers, "_".join(words_of(name[:200]))) is not None

    def is_credential(self, name: str) -> bool:
        """Whether a value is named for a credential: `db_password`, `OPENAI_API_KEY`, `clientSecret`."""
        words = "_".join(words_of(name[:200])) if name else ""
        return bool(words) and re.fullmatch(self.credentials, words) is not None and re.search(self.no_credentials, words) is None

    def signs_plainly(self, name: str) -> bool:
        return re.search(self.names_of_plain, name[:200], re.IGNORECASE) is not None

    def reads_variable(self, callee: str) -> bool:
        return re.fullmatch(self.reads, callee[:80]) is not None


def is_issued(name: str, beside: Iterable[str]) -> bool:
    """Whether a secret is one that another service gives an application with its number: `APP_SECRET` beside `APP_ID`."""
    words = words_of(name[:200])
    if words[-2:] != ["app", "secret"]:
        return False
    numbers = [[*words[:-1], "id"], [*words[:-1], "key"], [*words[:-2], "appid"]]
    return any(words_of(other[:200]) in numbers for other in beside)


@lru_cache(maxsize=1)
def load_signing() -> Signing:
    return read_knowledge(_FILE, Signing)
