"""Leaving the couple: sharing between the two stops at once and for good (decision 19)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update

from assignments.access import has_ended
from assignments.models import Entry, EntryChange, Response, VisibilityChange
from clinic import clock
from clinic.access import require
from clinic.audit import Event, record
from clinic.domain.roles import Permission
from clinic.errors import Conflict
from clinic.extensions import db, transaction
from clinic.models import Couple, Person
from clinic.queries.couples import own_place


@transaction
def leave_couple(*, actor: Person) -> None:
    """End the work together as one of the two. Each keeps their own. Raises Conflict once it has ended."""
    require(actor, Permission.COUPLE_LEAVE)
    hold_couple(actor.practice_id, own_place(actor).couple_id)
    place = own_place(actor)
    if has_ended(place.couple):
        raise Conflict("Practice has ended already.")
    place.left_at = clock.now()
    cancel_widenings(place.couple, place.left_at)
    record(actor, Event.COUPLE_LEFT, place)


def cancel_widenings(couple: Couple, now: datetime) -> None:
    """What was to open later never will; both find it as it was before."""
    for change, kept, key in (
        (VisibilityChange, Response, VisibilityChange.response_id),
        (EntryChange, Entry, EntryChange.entry_id),
    ):
        ours = select(kept.id).where(kept.practice_id == couple.practice_id, kept.couple_id == couple.id)
        db.session.execute(
            update(change)
            .where(
                change.practice_id == couple.practice_id,
                key.in_(ours),
                change.takes_effect_at > now,
                change.takes_effect_at > change.at,
                change.cancelled_at.is_(None),
            )
            .values(cancelled_at=now)
            .execution_options(synchronize_session=False)
        )


def hold_couple(practice_id: UUID, couple_id: UUID) -> None:
    """One ending at a time: the second finds what the first has done."""
    db.session.execute(
        select(Couple.id).where(Couple.practice_id == practice_id, Couple.id == couple_id).with_for_update()
    )
    db.session.expire_all()
