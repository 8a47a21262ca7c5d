from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Text, create_engine, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship, sessionmaker

from grader.settings import settings

engine = create_engine(settings().database_url, pool_pre_ping=True)
make_session = sessionmaker(engine, expire_on_commit=False)


class Base(DeclarativeBase):
    pass


class State(StrEnum):
    received = "received"
    proposed = "proposed"
    published = "published"
    appealed = "appealed"


class Student(Base):
    __tablename__ = "student"
    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(unique=True)  # of the sign-on
    name: Mapped[str]
    mail: Mapped[str]
    first_language: Mapped[str | None]


class Exam(Base):
    __tablename__ = "exam"
    id: Mapped[int] = mapped_column(primary_key=True)
    course: Mapped[str]
    title: Mapped[str]
    teacher: Mapped[str]  # subject of the sign-on
    question: Mapped[str] = mapped_column(Text)


class Submission(Base):
    __tablename__ = "submission"
    id: Mapped[int] = mapped_column(primary_key=True)
    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"))
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id"))
    essay: Mapped[str] = mapped_column(Text)
    state: Mapped[State] = mapped_column(default=State.received)
    anchor: Mapped[bool] = mapped_column(default=False)
    points: Mapped[float | None]
    detail: Mapped[dict | None] = mapped_column(JSONB)
    feedback: Mapped[str | None] = mapped_column(Text)
    appeal: Mapped[str | None] = mapped_column(Text)
    made: Mapped[datetime] = mapped_column(server_default=func.now())
    changed: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())

    exam: Mapped[Exam] = relationship(lazy="joined")
    student: Mapped[Student] = relationship(lazy="joined")


def db() -> Iterator[Session]:
    with make_session() as session:
        yield session
