"""The rules of lending."""

import datetime as dt

from sqlalchemy import func, select

from . import memory
from .models import Hold, Item, Loan, Reader, Session, note

WEEKS = 4
RENEWALS = 2
MOST = 30


class Refused(Exception):
    """What the reader is told."""


class LLM:
    """Library Loan Manager."""

    def __init__(self, staff: str) -> None:
        self.staff = staff

    def generate_loan(self, reader: Reader, item: Item) -> Loan:
        if reader.blocked:
            raise Refused("The card is blocked.")
        if item.reading_room_only:
            raise Refused("This item stays in the reading room.")
        open_loans = Session.scalar(select(func.count()).select_from(Loan).where(Loan.reader_id == reader.id, Loan.returned.is_(None)))
        if open_loans >= MOST:
            raise Refused(f"More than {MOST} items.")
        if Session.scalar(select(Loan.id).where(Loan.item_id == item.id, Loan.returned.is_(None))):
            raise Refused("The item is lent.")
        today = dt.date.today()
        loan = Loan(reader=reader, item=item, since=today, due=today + dt.timedelta(weeks=WEEKS))
        Session.add(loan)
        note(self.staff, "loan", f"{reader.card} {item.barcode}")
        Session.commit()
        return loan

    def renew(self, loan: Loan) -> None:
        waiting = Session.scalar(select(func.count()).select_from(Hold).where(Hold.title_id == loan.item.title_id))
        if waiting or loan.renewals >= RENEWALS:
            raise Refused("It cannot be renewed.")
        loan.due += dt.timedelta(weeks=WEEKS)
        loan.renewals += 1
        note(self.staff, "renewal", str(loan.id))
        Session.commit()

    def complete(self, loan: Loan) -> None:
        """Completion of a loan: the item is back."""
        loan.returned = dt.date.today()
        if loan.reader and loan.reader.keeps_memory:
            memory.remember(loan.reader, loan.item.title)
        note(self.staff, "return", str(loan.id))
        Session.commit()
