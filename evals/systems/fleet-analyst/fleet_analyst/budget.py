"""Tokens per user (or team) and day."""

from fleet_analyst import db
from fleet_analyst.settings import get_settings


class BudgetSpent(Exception):
    pass


def check(who: str) -> None:
    found = db.rows("select tokens from usage where who = %s and day = current_date", (who,))
    if found and found[0]["tokens"] >= get_settings().daily_tokens:
        raise BudgetSpent(f"The daily budget of {who} is used up. It starts anew at midnight.")


def spend(who: str, tokens: int) -> None:
    db.execute(
        """insert into usage (who, day, tokens) values (%s, current_date, %s)
           on conflict (who, day) do update set tokens = usage.tokens + excluded.tokens""",
        (who, tokens),
    )
