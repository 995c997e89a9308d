"""What is to be done for whom, and when: the scheduler's own list."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from demo.members.tables import Errand, Member
from demo.store import Store

__all__ = ["Agenda"]


class Agenda:
    """The errands of all members. There is one of each kind for a member: planning it anew moves it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def plan(self, writing: Session, member: Member, what: str, due: datetime) -> None:
        """Plan an errand for her, in the caller's transaction."""
        self.drop(writing, member, what)
        writing.add(Errand(member_id=member.id, clock=member.clock, what=what, due=due))
        writing.flush()

    def drop(self, writing: Session, member: Member, *what: str) -> None:
        """Give up these errands for her, or all of them where none is named."""
        hers = sa.delete(Errand).where(Errand.member_id == member.id)
        writing.execute(hers.where(Errand.what.in_(what)) if what else hers)

    def next(self, clock: str, now: datetime) -> Errand | None:
        """Return the errand on this clock that has been due for longest at `now`."""
        due = sa.select(Errand).where(Errand.clock == clock, Errand.due <= now)
        with self._store.read() as reading:
            return reading.scalar(due.order_by(Errand.due, Errand.id).limit(1))

    def next_due(self, clock: str) -> datetime | None:
        """Return when the next errand on this clock is due."""
        with self._store.read() as reading:
            return reading.scalar(sa.select(sa.func.min(Errand.due)).where(Errand.clock == clock))

    def stands(self, errand_id: int) -> bool:
        """Return whether this errand is still to be done."""
        with self._store.read() as reading:
            return reading.get(Errand, errand_id) is not None

    def take(self, writing: Session, errand_id: int) -> bool:
        """Strike an errand off, in the transaction that does it; False where that was done or given up already."""
        return writing.scalar(sa.delete(Errand).where(Errand.id == errand_id).returning(Errand.id)) is not None

    def put_off(self, errand_id: int, until: datetime) -> None:
        """Let an errand wait that could not be done now."""
        with self._store.write() as writing:
            writing.execute(sa.update(Errand).where(Errand.id == errand_id).values(due=until))
