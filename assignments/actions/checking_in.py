"""The weekly check-in: one row for each author and week, which can be changed until its hours end."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

from assignments.domain.checkins import CheckinAnswers
from assignments.models import Checkin
from assignments.queries.checkins import open_checkin, own_checkin
from clinic import clock
from clinic.access import require
from clinic.audit import Event, record
from clinic.domain.roles import Permission
from clinic.errors import Conflict
from clinic.extensions import db, transaction
from clinic.models import Person
from clinic.queries.couples import own_place


@transaction
def check_in(*, actor: Person, week_of: date, answers: CheckinAnswers) -> Checkin:
    """Save the author's own check-in about a week; saying it again replaces what was said.

    Raises Conflict when that week's hours have ended, or for an answer to what is not asked this week.
    """
    require(actor, Permission.CHECKIN_WRITE)
    place, now = own_place(actor), clock.now()
    opened = open_checkin(place, now)
    if opened is None or opened.week_of != week_of:
        raise Conflict("This check-in has closed. The next one opens on Friday.")
    asked = {item.key for item in opened.items}
    given = asdict(answers)
    if any(value is not None for key, value in given.items() if key not in asked):
        raise Conflict("Part of this is not asked this week. Look at it again first.")
    row = own_checkin(place, week_of)
    if row is None:
        row = Checkin(
            practice_id=place.practice_id,
            couple_id=place.couple_id,
            author_id=actor.id,
            week_of=week_of,
            version=0,
        )
        db.session.add(row)
    for key, value in given.items():
        setattr(row, key, value)
    row.saved_at = now
    row.version += 1
    db.session.flush()
    record(actor, Event.CHECKED_IN, row)
    return row
