import secrets
from typing import Annotated

import markdown
from fastapi import Form, HTTPException, Request
from fastapi.templating import Jinja2Templates
from markupsafe import Markup

templates = Jinja2Templates("grader/templates")
templates.env.filters["markdown"] = lambda text: Markup(markdown.markdown(text or "", extensions=["tables"]))


def form_token(request: Request) -> str:
    return request.session.setdefault("form_token", secrets.token_urlsafe(24))


templates.env.globals["form_token"] = form_token


def own_form(request: Request, token: Annotated[str, Form()] = "") -> None:
    if not secrets.compare_digest(token, request.session.get("form_token", "-")):
        raise HTTPException(403, "the form is too old")
