"""For schools."""

import hashlib

from flask import Blueprint, abort, jsonify, request
from sqlalchemy import select

from . import search
from .extensions import limiter
from .models import Session, Token

bp = Blueprint("api", __name__, url_prefix="/api/v1")


def school() -> Token:
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    token = Session.scalar(select(Token).where(Token.sha256 == hashlib.sha256(given.encode()).hexdigest(), Token.revoked.is_(False)))
    return token or abort(401)


@bp.get("/titles")
@limiter.limit("600 per hour", key_func=lambda: request.headers.get("Authorization", ""))
def titles():
    school()
    return jsonify(titles=search.retrieve(request.args.get("q", "")[:200], request.args.get("limit", 20, type=int)))
