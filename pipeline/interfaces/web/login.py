"""Coming in and leaving, where a token is asked for."""

from __future__ import annotations

import re

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from pipeline.interfaces.web.desk import At, Posted, field
from pipeline.interfaces.web.gate import SESSION, address_of, cookie

router = APIRouter(include_in_schema=False)
_HERE = re.compile(r"/(?![/\\])[\w/.~%?=&+-]*")  # an address of this server, and of no other


@router.get("/login")
def asked(request: Request, desk: At, next: str = "/") -> Response:
    if not desk.sessions.needed or desk.sessions.is_open(request.cookies.get(SESSION, "")):
        return RedirectResponse(_here(next), 303)
    return desk.page(request, "login", next=_here(next), refused="")


@router.post("/login")
def given(request: Request, desk: At, form: Posted) -> Response:
    target = _here(field(form, "next", 1000))
    fits = desk.sessions.fits(field(form, "token", 1000), address_of(request))
    if not fits:
        if fits is None:
            return desk.page(request, "login", 429, next=target, refused="Too many wrong tokens came lately. Wait a minute and try again.")
        return desk.page(request, "login", 401, next=target, refused="That is not the token this server was started with.")
    answer = RedirectResponse(target, 303)
    secure = request.url.scheme == "https"
    answer.headers.append("set-cookie", cookie(SESSION, desk.sessions.begin(), secure=secure, seconds=desk.settings.session_hours * 3600))
    return answer


@router.post("/logout")
def left(request: Request, desk: At, form: Posted) -> Response:
    desk.sessions.end(request.cookies.get(SESSION, ""))
    desk.conversations.leave(request.state.visit)
    answer = RedirectResponse("/login", 303)
    answer.headers.append("set-cookie", cookie(SESSION, "", secure=request.url.scheme == "https", seconds=0))
    return answer


def _here(address: str) -> str:
    return address if _HERE.fullmatch(address) else "/"
