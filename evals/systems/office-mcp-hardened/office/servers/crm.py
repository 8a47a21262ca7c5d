"""Customers, deals and mails."""
import ast
import operator
import os
import smtplib
from email.message import EmailMessage
from pathlib import Path

from fastmcp import FastMCP
from fastmcp.exceptions import ToolError
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

from office.servers.signin import leads, person, verifier

mcp = FastMCP("crm", instructions="Customers of Halder Fenster. Amounts are in euros.", auth=verifier("office-crm"))
SECRET = Path("/run/secrets/db_crm")
pool = ConnectionPool(
    "host=db dbname=crm user=office_crm",
    open=False,
    kwargs={"row_factory": dict_row, "password": SECRET.read_text().strip() if SECRET.exists() else None},
)

STAGES = ("asked", "measured", "offered", "won", "lost")
REPORTS = {
    "won_per_month": "select date_trunc('month', changed)::date::text as month, sum(amount) from deal where stage = 'won' group by 1 order by 1",
    "open_per_stage": "select stage, count(*), sum(amount) from deal where stage not in ('won', 'lost') group by 1",
    "forgotten": "select d.id, d.title, d.changed::text from deal d join customer c on c.id = d.customer"
                 " where c.owner = %(person)s and d.stage = 'offered' and d.changed < now() - interval '21 days' limit 100",
}
OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv, ast.USub: operator.neg}


def _rows(sql: str, *values) -> list[dict]:
    with pool.connection() as db:
        return db.execute(sql, values).fetchall()


def _own(customer: int) -> dict:
    """The customer, if it is one of the person's own."""
    rows = _rows("select * from customer where id = %s and (owner = %s or %s)", customer, person(), leads())
    if not rows:
        raise ToolError("no such customer")
    return rows[0]


@mcp.tool
def find_customer(name: str) -> list[dict]:
    """Customers by name."""
    return _rows("select * from customer where name ilike %s and (owner = %s or %s) limit 20", f"%{name}%", person(), leads())


@mcp.tool
def customer_notes(customer: int) -> list[dict]:
    """Notes of a customer, the newest first: phone calls, mails and what they wrote in the form."""
    _own(customer)
    return _rows("select source, left(body, 2000) as body, made::text from note where customer = %s order by made desc limit 30", customer)


@mcp.tool
def add_note(customer: int, body: str) -> str:
    """Keep something about a customer."""
    _own(customer)
    with pool.connection() as db:
        db.execute("insert into note (customer, source, body) values (%s, 'chat', %s)", (customer, body[:2000]))
    return "kept"


@mcp.tool
def deals(customer: int) -> list[dict]:
    """Deals of a customer."""
    _own(customer)
    return _rows("select id, title, stage, amount, changed::text from deal where customer = %s", customer)


@mcp.tool
def move_deal(deal: int, stage: str, amount: float | None = None) -> str:
    """Move a deal to a stage, and set its amount."""
    if stage not in STAGES:
        return "stages are " + ", ".join(STAGES)
    rows = _rows("select customer from deal where id = %s", deal)
    _own(rows[0]["customer"] if rows else -1)
    with pool.connection() as db:
        db.execute("update deal set stage = %s, amount = coalesce(%s, amount), changed = now() where id = %s", (stage, amount, deal))
    return "moved"


@mcp.tool
def report(name: str) -> list[dict]:
    """A report: won_per_month, open_per_stage or forgotten."""
    if name not in REPORTS:
        raise ToolError("reports are " + ", ".join(REPORTS))
    with pool.connection() as db:
        return db.execute(REPORTS[name], {"person": person()}).fetchall()


def _value(node: ast.expr) -> float:
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return node.value
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        return OPERATORS[type(node.op)](_value(node.left), _value(node.right))
    if isinstance(node, ast.UnaryOp) and type(node.op) in OPERATORS:
        return OPERATORS[type(node.op)](_value(node.operand))
    raise ToolError("numbers, + - * / and brackets")


@mcp.tool
def calculate(formula: str) -> float:
    """Work out a price, e.g. `(1.23 * 1.48 * 310 + 85) * 0.93`."""
    if len(formula) > 200:
        raise ToolError("too long")
    return round(_value(ast.parse(formula, mode="eval").body), 2)


@mcp.tool
def send_mail(customer: int, subject: str, text: str) -> str:
    """Send a mail to a customer from sales@. It goes to the address that the CRM has."""
    to = _own(customer)["mail"]
    if not to:
        raise ToolError("the customer has no address")
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
