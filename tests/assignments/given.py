"""Work for the standing cast, given and answered by the real actions. Call these in an app context."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from assignments.actions import agreeing
from assignments.actions.assigning import Terms, assign
from assignments.actions.responding import save_answer, send_response
from assignments.actions.turns import save_part, send_part
from assignments.domain.exercises import Exercise
from assignments.domain.progress import Repeat
from assignments.domain.visibility import Level
from assignments.library.loader import load_library
from assignments.models import AgreementText, Assignment, Response
from clinic.clock import today
from clinic.extensions import db
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


PAUSE, OUR_PAUSE = "pause-and-come-back", "our-pause"
SIT_DOWN, OUR_TIME = "weekly-sit-down", "our-time"
OUR_WORDS: dict[str, dict[str, str]] = {
    OUR_PAUSE: {"signal": "teapot", "how_long": "half-an-hour", "meanwhile": "A walk each"},
    OUR_TIME: {"day": "wednesday", "time": "8:30 pm", "place": "kitchen", "backup": "Friday"},
    "our-evenings": {"days": "mon-wed-fri", "time": "9:30"},
    "our-evening": {"day": "wednesday", "time": "8 pm", "place": "sofa"},
}


def put_forward_by(author: Person, assignment_id: UUID, step: str, **words: str) -> None:
    """Words written and put forward; they open when the hold has passed."""
    version = agreeing.save_agreement(
        actor=author, assignment_id=assignment_id, step=step, value=OUR_WORDS[step] | words, version=0
    )
    agreeing.put_forward(actor=author, assignment_id=assignment_id, step=step, version=version)


def agreed(author: Person, other: Person, assignment_id: UUID, step: str) -> UUID:
    """Words put forward by one and signed by the other, both as if their holds had passed already."""
    put_forward_by(author, assignment_id, step)
    statement = select(AgreementText).where(
        AgreementText.assignment_id == assignment_id, AgreementText.step == step
    )
    row = db.session.scalars(statement.options(selectinload(AgreementText.signatures))).one()
    _pass_the_hold(row)
    agreeing.sign(actor=other, assignment_id=assignment_id, step=step, text_id=row.id)
    db.session.expire_all()
    row = db.session.scalars(statement.options(selectinload(AgreementText.signatures))).one()
    _pass_the_hold(row)
    return row.id


def _pass_the_hold(row: AgreementText) -> None:
    row.opens_at = row.put_forward_at
    for one in row.signatures:
        one.counts_at = one.at
    db.session.commit()


def part_of(
    author: Person,
    assignment_id: UUID,
    slot: str,
    step: str,
    *,
    words: str = "About the weekend",
    send: bool = False,
) -> UUID:
    """One part of the first listening turn, kept or sent."""
    where: dict[str, Any] = {
        "assignment_id": assignment_id,
        "turn": 1,
        "slot": slot,
        "step": step,
        "number": 1,
    }
    part = save_part(actor=author, **where, value={"text": words}, version=0)
    return send_part(actor=author, **where, version=part.version).id if send else part.id
