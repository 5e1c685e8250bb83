"""Asking for a pause, and saying that one is back."""

from __future__ import annotations

from datetime import time
from uuid import UUID
from zoneinfo import ZoneInfo

from assignments.domain.pauses import Back, until
from assignments.models import Pause
from assignments.queries.pauses import own_pause
from clinic import clock
from clinic.access import require
from clinic.audit import Event, record
from clinic.domain.roles import Permission
from clinic.errors import Conflict
from clinic.extensions import db, transaction
from clinic.models import Person
from clinic.queries.couples import own_place
from clinic.queries.people import practice_of


@transaction
def ask_for_a_pause(*, actor: Person, back: Back, at: time | None = None) -> Pause:
    """Tell the other partner and the counsellor that a pause was asked for. A new one replaces one's own before.

    Raises Conflict where tomorrow has no time.
    """
    require(actor, Permission.PAUSE_ASK)
    place, now = own_place(actor), clock.now()
    try:
        moment = until(back, now, at=at, zone=ZoneInfo(practice_of(actor).timezone))
    except ValueError as problem:
        raise Conflict(str(problem)) from problem
    pause = Pause(
        practice_id=place.practice_id,
        couple_id=place.couple_id,
        author_id=actor.id,
        asked_at=now,
        until=moment,
    )
    db.session.add(pause)
    db.session.flush()
    record(actor, Event.PAUSE_ASKED, pause, back=back)
    return pause


@transaction
def come_back(*, actor: Person, pause_id: UUID) -> None:
    """ "I'm back", said by whoever asked. Saying it again changes nothing."""
    require(actor, Permission.PAUSE_ASK)
    pause = own_pause(own_place(actor), pause_id)
    if pause.returned_at is None:
        pause.returned_at = clock.now()
        record(actor, Event.PAUSE_ENDED, pause)
