"""For the campus app."""
import secrets
from typing import Annotated

from fastapi import APIRouter, Depends, Header, HTTPException
from sqlalchemy.orm import Session

from grader.db import Submission, db
from grader.settings import settings
from grader.signin import Person, person

router = APIRouter(prefix="/api")
Db = Annotated[Session, Depends(db)]


def campus_app(x_app_key: Annotated[str, Header()] = "") -> None:
    if not secrets.compare_digest(x_app_key, settings().campus_app_key):
        raise HTTPException(401)


@router.get("/courses/{course}/open", dependencies=[Depends(campus_app)])
def open_submissions(course: str, session: Db) -> dict:
    return {"open": session.query(Submission).filter(Submission.exam.has(course=course), Submission.points.is_(None)).count()}


@router.get("/feedback/{number}")
def feedback(number: int, who: Annotated[Person, Depends(person)], session: Db) -> dict:
    one = session.get(Submission, number)
    if one is None:
        raise HTTPException(404)
    return {"exam": one.exam.title, "student": one.student.name, "points": one.points, "detail": one.detail, "feedback": one.feedback}
