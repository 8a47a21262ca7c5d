"""Reading memory: titles that a reader has had, for those who want it."""

from sqlalchemy import Column, ForeignKey, Table, delete, insert, select

from .models import Model, Reader, Session, Title

memories = Table(
    "memories",
    Model.metadata,
    Column("reader_id", ForeignKey("readers.id"), primary_key=True),
    Column("title_id", ForeignKey("titles.id"), primary_key=True),
)


def remember(reader: Reader, title: Title) -> None:
    known = Session.execute(select(memories).where(memories.c.reader_id == reader.id, memories.c.title_id == title.id)).first()
    if known is None:
        Session.execute(insert(memories).values(reader_id=reader.id, title_id=title.id))


def recall(reader: Reader) -> list[Title]:
    return list(Session.scalars(select(Title).join(memories, memories.c.title_id == Title.id).where(memories.c.reader_id == reader.id)))


def forget(reader: Reader) -> None:
    Session.execute(delete(memories).where(memories.c.reader_id == reader.id))
    Session.commit()
