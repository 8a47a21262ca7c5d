from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import RedirectResponse
from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.db import Exam, State, Submission, db
from grader.notify import tell
from grader.pages import own_form, templates
from grader.settings import rubric
from grader.signin import Person, teacher

router = APIRouter()
Teacher = Annotated[Person, Depends(teacher)]
Db = Annotated[Session, Depends(db)]


def _own(number: int, who: Person, session: Session) -> Submission:
    submission = session.get(Submission, number)
    if submission is None or submission.exam.teacher != who.subject:
        raise HTTPException(404)
    return submission


@router.get("/exams")
def exams(request: Request, who: Teacher, session: Db):
    return templates.TemplateResponse(request, "exams.html", {"who": who, "exams": session.scalars(select(Exam).where(Exam.teacher == who.subject)).all()})


@router.get("/exams/{number}")
def exam(number: int, request: Request, who: Teacher, session: Db):
    found = session.get(Exam, number)
    if found is None or found.teacher != who.subject:
        raise HTTPException(404)
    given = session.scalars(select(Submission).where(Submission.exam_id == number).order_by(Submission.state, Submission.id)).all()
    return templates.TemplateResponse(request, "exam.html", {"who": who, "exam": found, "submissions": given})


@router.get("/submissions/{number}")
def submission(number: int, request: Request, who: Teacher, session: Db):
    one = _own(number, who, session)
    return templates.TemplateResponse(request, "submission.html", {"who": who, "one": one, "rubric": rubric(one.exam.course)})


@router.post("/submissions/{number}/confirm", dependencies=[Depends(own_form)])
def confirm(number: int, points: Annotated[float, Form(ge=0)], who: Teacher, session: Db):
    one = _own(number, who, session)
    one.points = min(points, rubric(one.exam.course)["points"])
    one.state = State.published
    session.commit()
    tell(one.student.mail, f"Your grade in {one.exam.title} is there.")
    return RedirectResponse(f"/exams/{one.exam_id}", 303)


@router.post("/submissions/{number}/anchor", dependencies=[Depends(own_form)])
def anchor(number: int, who: Teacher, session: Db):
    one = _own(number, who, session)
    one.anchor = not one.anchor
    session.commit()
    return RedirectResponse(f"/submissions/{number}", 303)
