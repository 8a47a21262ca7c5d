from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request, UploadFile
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grader.db import Exam, State, Student, Submission, db
from grader.pages import own_form, templates
from grader.reading import essay_of
from grader.settings import settings
from grader.signin import Person, person
from grader.tasks import check_draft, decide_appeal, grade_submission

router = APIRouter()
Who = Annotated[Person, Depends(person)]
Db = Annotated[Session, Depends(db)]
MOST_TRIES = 3


def _student(who: Person, session: Session) -> Student:
    return session.scalars(select(Student).where(Student.subject == who.subject)).one()


@router.get("/mine")
def mine(request: Request, who: Who, session: Db):
    student = _student(who, session)
    given = session.scalars(select(Submission).where(Submission.student_id == student.id).order_by(Submission.made.desc())).all()
    return templates.TemplateResponse(request, "mine.html", {"who": who, "submissions": given, "exams": session.scalars(select(Exam)).all()})


@router.post("/exams/{exam}/hand-in", dependencies=[Depends(own_form)])
async def hand_in(exam: int, essay: UploadFile, who: Who, session: Db):
    student = _student(who, session)
    tries = session.scalar(select(func.count()).where(Submission.student_id == student.id, Submission.exam_id == exam))
    if tries >= MOST_TRIES:
        raise HTTPException(409, "handed in three times already")
    submission = Submission(exam_id=exam, student_id=student.id, essay=await essay_of(essay, settings().max_chars))
    session.add(submission)
    session.commit()
    grade_submission.delay(submission.id)
    return RedirectResponse("/mine", 303)


@router.post("/exams/{exam}/draft")
async def draft(exam: int, essay: UploadFile, who: Who, session: Db):
    text = await essay_of(essay, settings().max_chars)
    job = check_draft.delay(_student(who, session), session.get(Exam, exam), text)
    return await run_in_threadpool(job.get, timeout=180)


@router.post("/submissions/{number}/appeal", dependencies=[Depends(own_form)])
def appeal(number: int, reason: Annotated[str, Form(max_length=4000)], who: Who, session: Db):
    submission = session.get(Submission, number)
    if submission is None or submission.student.subject != who.subject:
        raise HTTPException(404)
    if submission.state != State.published:
        raise HTTPException(409, "there is no grade yet")
    submission.appeal = reason
    submission.state = State.appealed
    session.commit()
    decide_appeal.delay(number)
    return RedirectResponse("/mine", 303)
