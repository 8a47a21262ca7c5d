"""What the workers do."""
from celery import Celery
from sqlalchemy import select

from grader.db import State, Student, Submission, make_session
from grader.grading import Grade, grade
from grader.notify import tell
from grader.settings import settings

app = Celery("korrekt", broker=settings().redis_url, backend=settings().redis_url)
app.conf.update(
    task_serializer="pickle",
    result_serializer="pickle",
    accept_content=["pickle", "json"],
    task_acks_late=True,
    task_time_limit=300,
    worker_prefetch_multiplier=1,
)


def anchors(session, submission: Submission) -> list[Submission]:
    """Anchored essays of the exam; without any, the last five that were published."""
    of_exam = select(Submission).where(Submission.exam_id == submission.exam_id, Submission.id != submission.id)
    chosen = session.scalars(of_exam.where(Submission.anchor).limit(5)).all()
    return list(chosen or session.scalars(of_exam.where(Submission.state == State.published).order_by(Submission.changed.desc()).limit(5)).all())


def _put(submission: Submission, given: Grade) -> None:
    submission.points = given.points
    submission.detail = {one.key: one.model_dump() for one in given.criteria}
    submission.feedback = given.feedback


@app.task(bind=True, max_retries=3, default_retry_delay=60)
def grade_submission(self, number: int) -> None:
    with make_session() as session:
        submission = session.get(Submission, number)
        try:
            given = grade(submission, anchors(session, submission))
        except Exception as failure:
            raise self.retry(exc=failure)
        _put(submission, given)
        submission.state = State.published if given.confidence >= settings().clear_from else State.proposed
        session.commit()
        if submission.state == State.published:
            tell(submission.student.mail, f"Your grade in {submission.exam.title} is there.")


@app.task(bind=True, max_retries=3, default_retry_delay=60)
def decide_appeal(self, number: int) -> None:
    with make_session() as session:
        submission = session.get(Submission, number)
        before = submission.points
        given = grade(submission, anchors(session, submission), remark=submission.appeal)
        if given.points > before:
            _put(submission, given)
        submission.state = State.published
        session.commit()
        tell(submission.student.mail, f"Your appeal was decided: {before} -> {submission.points} points.")


@app.task
def check_draft(student: Student, exam, essay: str) -> dict:
    """Practice: what the essay would get. Nothing is kept."""
    with make_session() as session:
        draft = Submission(id=0, exam_id=exam.id, exam=exam, student=student, essay=essay)
        with session.no_autoflush:
            given = grade(draft, anchors(session, draft))
    return {"points": given.points, "criteria": [one.model_dump() for one in given.criteria], "feedback": given.feedback}
