"""The window that schools embed in their pages: public catalogue data, no session."""

from flask import Blueprint, make_response, render_template, request

from . import search

bp = Blueprint("embed", __name__)


@bp.get("/embed")
def embedding():
    query = request.args.get("q", "")[:200]
    response = make_response(render_template("embed.html", query=query, titles=search.retrieve(query, 5)))
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'self'; frame-ancestors https:"
    return response
