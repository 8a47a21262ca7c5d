from typing import Annotated

from authlib.integrations.starlette_client import OAuth
from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import RedirectResponse
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.db import Student, db
from grader.settings import settings

router = APIRouter()
oauth = OAuth()
oauth.register(
    "campus",
    server_metadata_url=f"{settings().oidc_issuer}/.well-known/openid-configuration",
    client_id=settings().oidc_client_id,
    client_secret=settings().oidc_client_secret,
    client_kwargs={"scope": "openid profile email groups", "code_challenge_method": "S256"},
)


class Person(BaseModel):
    subject: str
    name: str
    mail: str
    groups: list[str] = []

    @property
    def teaches(self) -> bool:
        return "teachers" in self.groups


def person(request: Request) -> Person:
    if not (known := request.session.get("person")):
        raise HTTPException(303, headers={"Location": "/login"})
    return Person(**known)


def teacher(who: Annotated[Person, Depends(person)]) -> Person:
    if not who.teaches:
        raise HTTPException(403)
    return who


@router.get("/login")
async def login(request: Request):
    return await oauth.campus.authorize_redirect(request, request.url_for("signed_in"))


@router.get("/signed-in", name="signed_in")
async def signed_in(request: Request, session: Annotated[Session, Depends(db)]):
    token = await oauth.campus.authorize_access_token(request)
    claims = token["userinfo"]
    who = Person(subject=claims["sub"], name=claims["name"], mail=claims["email"], groups=claims.get("groups", []))
    request.session["person"] = who.model_dump()
    if not who.teaches and session.scalar(select(Student).where(Student.subject == who.subject)) is None:
        session.add(Student(subject=who.subject, name=who.name, mail=who.mail, first_language=claims.get("first_language")))
        session.commit()
    return RedirectResponse("/exams" if who.teaches else "/mine", 303)
