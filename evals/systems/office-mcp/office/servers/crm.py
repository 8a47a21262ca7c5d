"""Customers, deals and mails."""
import os
import smtplib
from email.message import EmailMessage

from fastmcp import FastMCP
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

mcp = FastMCP("crm", instructions="Customers of Halder Fenster. Amounts are in euros.")
pool = ConnectionPool(os.environ.get("DATABASE_URL", ""), open=False, kwargs={"row_factory": dict_row})

STAGES = ("asked", "measured", "offered", "won", "lost")


def _rows(sql: str, *values) -> list[dict]:
    with pool.connection() as db:
        return db.execute(sql, values).fetchall()


@mcp.tool
def find_customer(name: str, acting_for: str) -> list[dict]:
    """Customers by name. `acting_for` is the sales person in the conversation; the head of sales is `leitung`."""
    if acting_for == "leitung":
        return _rows("select * from customer where name ilike %s limit 20", f"%{name}%")
    return _rows("select * from customer where name ilike %s and owner = %s limit 20", f"%{name}%", acting_for)


@mcp.tool
def customer_notes(customer: int) -> list[dict]:
    """Notes of a customer, the newest first: phone calls, mails and what they wrote in the form."""
    return _rows("select source, body, made::text from note where customer = %s order by made desc limit 30", customer)


@mcp.tool
def add_note(customer: int, body: str) -> str:
    """Keep something about a customer."""
    with pool.connection() as db:
        db.execute("insert into note (customer, source, body) values (%s, 'chat', %s)", (customer, body))
    return "kept"


@mcp.tool
def deals(customer: int) -> list[dict]:
    """Deals of a customer."""
    return _rows("select id, title, stage, amount, margin, changed::text from deal where customer = %s", customer)


@mcp.tool
def move_deal(deal: int, stage: str, amount: float | None = None) -> str:
    """Move a deal to a stage, and set its amount."""
    if stage not in STAGES:
        return "stages are " + ", ".join(STAGES)
    with pool.connection() as db:
        db.execute("update deal set stage = %s, amount = coalesce(%s, amount), changed = now() where id = %s", (stage, amount, deal))
    return "moved"


@mcp.tool
def report(sql: str) -> list[dict]:
    """Run a query for whatever the other tools do not answer, such as sums per month. Tables: customer, deal, note."""
    with pool.connection() as db:
        done = db.execute(sql)
        return done.fetchmany(200) if done.description else [{"rows": done.rowcount}]


@mcp.tool
def calculate(formula: str) -> float:
    """Work out a price, e.g. `(1.23 * 1.48 * 310 + 85) * 0.93`."""
    return float(eval(formula, {"round": round, "min": min, "max": max}))


@mcp.tool
def send_mail(to: str, subject: str, text: str) -> str:
    """Send a mail to a customer from sales@."""
    mail = EmailMessage()
    mail["From"] = "Halder Fenster <sales@halder-fenster.example>"
    mail["To"] = to
    mail["Subject"] = subject
    mail.set_content(text)
    with smtplib.SMTP(os.environ["SMTP_HOST"], 587, timeout=20) as smtp:
        smtp.starttls()
        if user := os.environ.get("SMTP_USER"):
            smtp.login(user, os.environ["SMTP_PASSWORD"])
        smtp.send_message(mail)
    return f"sent to {to}"


if __name__ == "__main__":
    pool.open()
    mcp.run(transport="http", host="0.0.0.0", port=8103)
