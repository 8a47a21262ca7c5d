"""Who asks, and which depots that person looks after."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scope:
    email: str
    depots: tuple[str, ...] = ()

    def sees(self, depot: str) -> bool:
        return not self.depots or depot in self.depots

    def describe(self) -> str:
        return ", ".join(self.depots) if self.depots else "all depots"


def scope_of(email: str) -> Scope:
    from fleet_analyst import db

    found = db.rows("select depot from user_depots where email = %s order by depot", (email.lower(),))
    return Scope(email=email.lower(), depots=tuple(row["depot"] for row in found))


def company_address(address: str) -> bool:
    """For logins: exactly our domain."""
    from fleet_analyst.settings import get_settings

    local, _, domain = address.strip().lower().rpartition("@")
    return bool(local) and domain == get_settings().mail_domain
