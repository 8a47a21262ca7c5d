"""Who is who: readers by card and password, staff by single sign-on."""

import functools
import os
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from authlib.integrations.requests_client import OAuth2Session
from flask import Blueprint, abort, flash, g, redirect, render_template, request, session, url_for
from sqlalchemy import select

from .extensions import limiter
from .models import Reader, Session, note

bp = Blueprint("auth", __name__)
hasher = PasswordHasher()
NOBODY = hasher.hash(secrets.token_hex(16))
SSO = os.environ.get("SSO_URL", "https://sso.kreis.example")


def requires(role: str):
    def wrap(view):
        @functools.wraps(view)
        def inner(*args, **kwargs):
            if session.get("role") != role:
                abort(401 if "role" not in session else 403)
            g.who = session["who"]
            return view(*args, **kwargs)

        inner.role = role
        return inner

    return wrap


def sign_in(role: str, who: str) -> None:
    session.clear()
    session.permanent = True
    session["role"], session["who"] = role, who
    note(who, "sign-in", role)
    Session.commit()


@bp.get("/login")
def login_page():
    return render_template("login.html")


@bp.post("/login")
@limiter.limit("10 per minute")
@limiter.limit("30 per hour", key_func=lambda: request.form.get("card", "")[:12])
def login():
    reader = Session.scalar(select(Reader).where(Reader.card == request.form.get("card", "")[:12]))
    try:
        hasher.verify(reader.password if reader else NOBODY, request.form.get("password", ""))
    except VerifyMismatchError:
        reader = None
    if reader is None:
        flash("Card number and password do not fit.")
        return redirect(url_for("auth.login_page"))
    sign_in("reader", reader.card)
    return redirect(url_for("views.account"))


def client() -> OAuth2Session:
    return OAuth2Session(
        os.environ["SSO_CLIENT"], os.environ["SSO_SECRET"], redirect_uri=url_for("auth.staff_back", _external=True), scope="openid",
        code_challenge_method="S256",
    )  # fmt: skip


@bp.get("/staff/login")
def staff_login():
    session["verifier"] = secrets.token_urlsafe(48)
    address, session["state"] = client().create_authorization_url(f"{SSO}/authorize", code_verifier=session["verifier"])
    return redirect(address)


@bp.get("/staff/back")
def staff_back():
    if not secrets.compare_digest(request.args.get("state", ""), session.pop("state", secrets.token_hex(8))):
        abort(400)
    oauth = client()
    oauth.fetch_token(f"{SSO}/token", authorization_response=request.url, code_verifier=session.pop("verifier", ""), timeout=15)
    about = oauth.get(f"{SSO}/userinfo", timeout=15).json()
    if "bibliothek" not in about.get("groups", []) or about.get("acr") != "mfa":
        abort(403)
    sign_in("staff", about["sub"])
    return redirect(url_for("views.desk"))


@bp.post("/logout")
def logout():
    session.clear()
    return redirect(url_for("views.start"))
