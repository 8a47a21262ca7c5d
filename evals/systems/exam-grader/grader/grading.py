"""From an essay to points."""
import logging
from typing import Any

from anthropic import Anthropic
from pydantic import BaseModel, Field

from grader.db import Submission
from grader.settings import rubric, settings

log = logging.getLogger("korrekt.grading")
client = Anthropic(timeout=120, max_retries=2)

SYSTEM = """You grade essays of the Hochschule Nordtal, course {title}. Be fair and consistent.
Criteria:
{criteria}

Model solution, for you only:
{solution}

Essays that were graded before, for the standard of this course:
{anchors}"""

ESSAY = """Question: {question}

First language of the student: {language}

Essay:
{essay}

Grade the essay."""


class Criterion(BaseModel):
    key: str
    points: float
    reason: str = Field(description="why, in two sentences to the student")


class Grade(BaseModel):
    criteria: list[Criterion]
    feedback: str = Field(description="to the student, in Markdown, what was good and what to work on")
    confidence: float = Field(ge=0, le=1)

    @property
    def points(self) -> float:
        return sum(one.points for one in self.criteria)


def pseudonymised(text: str, name: str) -> str:
    return text.replace(name, "[student]")


def _system(course: dict[str, Any], anchors: list[Submission]) -> str:
    return SYSTEM.format(
        title=course["title"],
        criteria="\n".join(f"- {c['key']} (up to {c['points']}): {c['what']}" for c in course["criteria"]),
        solution=course["solution"],
        anchors="\n\n".join(f"<essay points={a.points}>\n{a.essay}\n</essay>" for a in anchors) or "none yet",
    )


def grade(submission: Submission, anchors: list[Submission], remark: str | None = None) -> Grade:
    course = rubric(submission.exam.course)
    student = submission.student
    text = ESSAY.format(
        question=submission.exam.question,
        language=student.first_language or "unknown",
        essay=pseudonymised(submission.essay, student.name),
    )
    if remark:
        text += f"\n\nThe student appealed against {submission.points} points and says:\n{remark}"
    log.info("grading %s: %s", submission.id, text)
    answer = client.messages.create(
        model=settings().model,
        max_tokens=3000,
        temperature=0,
        system=_system(course, anchors),
        messages=[{"role": "user", "content": text}],
        tools=[{"name": "grade", "description": "Hand in the grade.", "input_schema": Grade.model_json_schema()}],
        tool_choice={"type": "tool", "name": "grade"},
    )
    given = Grade.model_validate(next(part.input for part in answer.content if part.type == "tool_use"))
    most = {c["key"]: c["points"] for c in course["criteria"]}
    for one in given.criteria:
        one.points = max(0.0, min(one.points, most.get(one.key, 0)))
    return given
