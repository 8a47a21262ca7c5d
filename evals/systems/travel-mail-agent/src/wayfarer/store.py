"""Everything that is SQL."""

from typing import Any

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb
from psycopg_pool import ConnectionPool

from wayfarer.settings import settings

pool = ConnectionPool(settings.database, open=False, kwargs={"autocommit": True, "row_factory": dict_row})


def one(query: str, *params: Any) -> dict[str, Any] | None:
    with pool.connection() as connection:
        return connection.execute(query, params).fetchone()


def run(query: str, *params: Any) -> int:
    with pool.connection() as connection:
        return connection.execute(query, params).rowcount


def traveller_by_mail(mail: str) -> dict[str, Any] | None:
    return one("SELECT * FROM travellers WHERE mail = %s AND active", mail.lower())


def traveller_of_booking(locator: str) -> dict[str, Any] | None:
    return one("SELECT t.* FROM travellers t JOIN bookings b ON b.traveller_id = t.id WHERE b.locator = %s", locator)


def mails_today(sender: str) -> int:
    found = one("SELECT count(*) AS n FROM mails WHERE sender = %s AND received_at > now() - interval '1 day'", sender)
    return found["n"] if found else 0


def keep_mail(message_id: str, thread: str, sender: str, subject: str, body: str) -> bool:
    """False where it is there already."""
    query = "INSERT INTO mails (message_id, thread, sender, subject, body) VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"
    return run(query, message_id, thread, sender, subject, body) == 1


def audit(thread: str, traveller_id: int | None, tool: str, arguments: dict[str, Any], result: str) -> None:
    query = "INSERT INTO audit (thread, traveller_id, tool, arguments, result) VALUES (%s, %s, %s, %s, %s)"
    run(query, thread, traveller_id, tool, Jsonb(arguments), result[:4000])
