"""Work for the standing cast, given and answered by the real actions. Call these in an app context."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from assignments.actions.assigning import Terms, assign
from assignments.actions.responding import save_answer, send_response
from assignments.domain.exercises import Exercise
from assignments.domain.progress import Repeat
from assignments.domain.visibility import Level
from assignments.library.loader import load_library
from assignments.models import Assignment, Response
from clinic.clock import today
from clinic.models import Couple, Person

OPENS_TOGETHER = "what-helps-me-feel-safe"
# The check-in opens at six o'clock in London, in summer time, about the week of that Monday.
FRIDAY_EVENING = datetime(2026, 9, 18, 17, 0, tzinfo=UTC)
WEEK = date(2026, 9, 14)


def exercise(slug: str) -> Exercise:
    """One exercise of the library."""
    found = load_library().get(slug)
    assert found is not None
    return found


def given(
    counsellor: Person,
    couple: Couple,
    slug: str = "gentle-questions",
    *,
    for_whom: str = "both",
    limit: Level | None = None,
    days: int | None = 7,
    repeat: Repeat = Repeat.ONCE,
    starts_in: int = 0,
) -> UUID:
    """An exercise given today, as open as it may be unless told otherwise; `days` until its best before."""
    wanted = exercise(slug)
    starts_on = today("Europe/London") + timedelta(days=starts_in)
    terms = Terms(
        for_whom=for_whom,
        starts_on=starts_on,
        best_before=starts_on + timedelta(days=days) if days is not None else None,
        repeat=repeat,
        sharing_limit=limit or Level(wanted.sharing),
    )
    made: Assignment = assign(actor=counsellor, couple_id=couple.id, exercise=wanted, terms=terms)
    return made.id


def drafted(author: Person, assignment_id: UUID, words: str, *, step: str) -> None:
    """One step written and not sent."""
    save_answer(actor=author, assignment_id=assignment_id, step=step, value={"text": words}, version=0)


def answered(author: Person, assignment_id: UUID, words: str, level: Level, *, step: str = "answer") -> UUID:
    """One step written and sent."""
    drafted(author, assignment_id, words, step=step)
    sent: Response = send_response(actor=author, assignment_id=assignment_id, level=level)
    return sent.id
