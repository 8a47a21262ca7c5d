"""The pages."""

from decimal import Decimal, InvalidOperation

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from sqlalchemy import select

from . import agents, memory, search
from .auth import requires
from .manager import LLM, Refused
from .models import Agent, Hold, Item, Loan, Order, Reader, Session

bp = Blueprint("views", __name__)


def me() -> Reader:
    return Session.scalar(select(Reader).where(Reader.card == g.who)) or abort(404)


@bp.get("/")
def start():
    query = request.args.get("q", "")[:200]
    return render_template("start.html", query=query, titles=search.retrieve(query))


@bp.get("/account")
@requires("reader")
def account():
    reader = me()
    return render_template("account.html", reader=reader, memory=memory.recall(reader) if reader.keeps_memory else [])


@bp.post("/account/memory")
@requires("reader")
def switch_memory():
    reader = me()
    reader.keeps_memory = request.form.get("keep") == "yes"
    Session.commit()
    if not reader.keeps_memory:
        memory.forget(reader)
    return redirect(url_for("views.account"))


@bp.post("/loans/<int:loan_id>/renew")
@requires("reader")
def renew(loan_id: int):
    loan = Session.scalar(select(Loan).where(Loan.id == loan_id, Loan.reader_id == me().id)) or abort(404)
    try:
        LLM(g.who).renew(loan)
    except Refused as reason:
        flash(str(reason))
    return redirect(url_for("views.account"))


@bp.post("/titles/<int:title_id>/hold")
@requires("reader")
def hold(title_id: int):
    reader = me()
    if not Session.scalar(select(Hold.id).where(Hold.reader_id == reader.id, Hold.title_id == title_id)):
        Session.add(Hold(reader_id=reader.id, title_id=title_id))
        Session.commit()
    return redirect(url_for("views.account"))


@bp.get("/desk")
@requires("staff")
def desk():
    waiting = Session.scalars(select(Order).where(Order.state == "open")).all()
    return render_template("desk.html", orders=waiting)


@bp.post("/desk/loan")
@requires("staff")
def lend():
    reader = Session.scalar(select(Reader).where(Reader.card == request.form["card"])) or abort(404)
    item = Session.scalar(select(Item).where(Item.barcode == request.form["barcode"])) or abort(404)
    try:
        LLM(g.who).generate_loan(reader, item)
    except Refused as reason:
        flash(str(reason))
    return redirect(url_for("views.desk"))


@bp.post("/desk/return")
@requires("staff")
def give_back():
    loan = Session.scalar(select(Loan).join(Item).where(Item.barcode == request.form["barcode"], Loan.returned.is_(None))) or abort(404)
    LLM(g.who).complete(loan)
    return redirect(url_for("views.desk"))


@bp.post("/desk/agents/<int:agent_id>/order")
@requires("staff")
def order(agent_id: int):
    agent = Session.get(Agent, agent_id) or abort(404)
    try:
        agents.run_agent(agent, request.form["isbn"], Decimal(request.form["price"]))
    except (agents.AgentError, InvalidOperation) as reason:
        flash(f"Not ordered: {reason}")
    return redirect(url_for("views.desk"))


@bp.post("/desk/orders/<int:order_id>/approve")
@requires("staff")
def approve(order_id: int):
    agents.approve(Session.get(Order, order_id) or abort(404), g.who)
    return redirect(url_for("views.desk"))
