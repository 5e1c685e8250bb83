"""Which pins hold: the ones no appointment has come after. No words and no names stand here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from assignments.models import Pin
from clinic.domain.appointments import BOTH
from clinic.extensions import db
from clinic.models import Appointment, Couple


def pins_in_force(couple: Couple, now: datetime) -> Sequence[Pin]:
    """The rows that hold, for acts about them."""
    rows = db.session.scalars(
        select(Pin)
        .where(
            Pin.practice_id == couple.practice_id,
            Pin.couple_id == couple.id,
            Pin.by_id == couple.counsellor_id,
            Pin.taken_off_at.is_(None),
        )
        .order_by(Pin.at, Pin.id)
    ).all()
    if not rows:
        return []
    held = db.session.execute(
        select(Appointment.starts_at, Appointment.minutes).where(
            Appointment.practice_id == couple.practice_id,
            Appointment.couple_id == couple.id,
            # What was pinned was pinned for both; an hour with one of them alone leaves it where it is.
            Appointment.for_whom == BOTH,
            Appointment.cancelled_at.is_(None),
            Appointment.starts_at > rows[0].at,
            Appointment.starts_at <= now,
        )
    ).all()
    over = [at for at, minutes in held if at + timedelta(minutes=minutes) <= now]
    return [row for row in rows if not any(at > row.at for at in over)]


def pin_on_turn(couple: Couple, assignment_id: UUID, turn: int, now: datetime) -> UUID | None:
    """The pin on a turn of listening turns, if there is one."""
    wanted = (assignment_id, turn, None)
    pins = pins_in_force(couple, now)
    return next((row.id for row in pins if (row.assignment_id, row.turn, row.response_id) == wanted), None)
