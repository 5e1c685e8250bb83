"""What a counsellor sets for one couple: how far they may share at most, and whether the work goes on."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from assignments.access import has_ended
from assignments.actions.leaving import cancel_widenings, hold_couple
from assignments.actions.levels import cancel_pending
from assignments.domain.visibility import Level
from assignments.models import Entry, EntryChange, Response, VisibilityChange
from clinic import clock
from clinic.access import require
from clinic.audit import Event, record
from clinic.domain.roles import Permission
from clinic.errors import Conflict
from clinic.extensions import db, transaction
from clinic.models import Couple, Person
from clinic.queries.couples import couple_for
from clinic.queries.people import practice_of


@transaction
def limit_sharing(*, actor: Person, couple_id: UUID, limit: Level) -> None:
    """The loosest level either partner may choose from now on. What was sent keeps its own.

    A tighter limit also stops what is on its way past it. Raises Conflict for a level the practice does not allow.
    """
    require(actor, Permission.COUPLE_SETTINGS)
    hold_couple(actor.practice_id, couple_id)
    couple = couple_for(actor, couple_id)
    if limit is Level.COUNSELLOR and not practice_of(actor).allows_counsellor_only:
        raise Conflict("Your practice keeps no secrets from a partner. Choose another limit.")
    _stop_what_goes_past(couple, limit)
    couple.sharing_limit = limit.value
    record(actor, Event.COUPLE_CHANGED, couple, couple_id=couple.id, what="sharing limit")


def _stop_what_goes_past(couple: Couple, limit: Level) -> None:
    now = clock.now()
    answers = (
        select(VisibilityChange)
        .join(Response, Response.id == VisibilityChange.response_id)
        .where(
            VisibilityChange.practice_id == couple.practice_id,
            Response.couple_id == couple.id,
            VisibilityChange.cancelled_at.is_(None),
            VisibilityChange.takes_effect_at > now,
        )
    )
    entries = (
        select(EntryChange)
        .join(Entry, Entry.id == EntryChange.entry_id)
        .where(
            EntryChange.practice_id == couple.practice_id,
            Entry.couple_id == couple.id,
            EntryChange.cancelled_at.is_(None),
            EntryChange.takes_effect_at > now,
        )
    )
    pending: list[VisibilityChange | EntryChange] = [
        *db.session.execute(answers).scalars(),
        *db.session.execute(entries).scalars(),
    ]
    cancel_pending([one for one in pending if Level(one.to).is_looser_than(limit)], now)


@transaction
def end_work(*, actor: Person, couple_id: UUID) -> None:
    """Close the work with a couple: sharing stops, both keep their own. Raises Conflict once it is closed."""
    require(actor, Permission.COUPLE_END)
    hold_couple(actor.practice_id, couple_id)
    couple = couple_for(actor, couple_id)
    if couple.closed_at is not None:
        raise Conflict("Their work is closed already.")
    close(actor, couple, clock.now())


@transaction
def reopen_work(*, actor: Person, couple_id: UUID) -> None:
    """Go on with a couple whose work was closed. What was to open meanwhile does not.

    Raises Conflict where it is open, and where one of them has left: that is not the counsellor's to undo.
    """
    require(actor, Permission.COUPLE_END)
    hold_couple(actor.practice_id, couple_id)
    couple = couple_for(actor, couple_id)
    if couple.closed_at is None:
        raise Conflict("Their work goes on already.")
    reopen(actor, couple)
    if has_ended(couple):
        raise Conflict("One of them has left. They can be added again as a new couple.")


def close(actor: Person, couple: Couple, at: datetime) -> None:
    """End the work with a couple that the caller holds and may end, alone or with others."""
    couple.closed_at = at
    record(actor, Event.COUPLE_CLOSED, couple, couple_id=couple.id)


def reopen(actor: Person, couple: Couple) -> None:
    """Go on with a closed couple that the caller holds. What would have opened since it was closed stays shut."""
    cancel_widenings(couple, couple.closed_at or clock.now())
    couple.closed_at = None
    record(actor, Event.COUPLE_REOPENED, couple, couple_id=couple.id)
