"""Break-glass: one person asks with a reason, a second one grants, a day later it is over (R17)."""

from __future__ import annotations

from uuid import UUID, uuid4

from sqlalchemy import update

from clinic import clock, crypto
from clinic.access import require
from clinic.audit import Event, record
from clinic.domain.break_glass import LASTS, LONGEST_ABOUT, LONGEST_REASON, WAITS
from clinic.domain.roles import Permission, Role
from clinic.errors import Conflict
from clinic.extensions import db, transaction
from clinic.models import BreakGlass, Person
from clinic.queries.break_glass import counsellors_and_supervisors, glass_for, told_one
from clinic.queries.practices import couple_of_practice


@transaction
def ask_to_break_glass(
    *, actor: Person, reader_id: UUID, counsellor_id: UUID, about: str, reason: str
) -> BreakGlass:
    """Ask that one supervisor may read one couple's record for a day.

    A supervisor asks for themselves. Raises Conflict for a reader who is no supervisor, or without a reason.
    """
    require(actor, Permission.BREAK_GLASS_ASK)
    counsellors, supervisors = counsellors_and_supervisors(actor)
    if counsellor_id not in {one.id for one in counsellors}:
        raise Conflict("Choose a counsellor of this practice.")
    if reader_id not in {one.id for one in supervisors}:
        raise Conflict("Choose the supervisor who would read it.")
    if actor.kind is Role.SUPERVISOR and reader_id != actor.id:
        raise Conflict("You can ask for yourself alone.")
    if not about.strip() or not reason.strip():
        raise Conflict("Say whom it is about, and why.")
    if len(about) > LONGEST_ABOUT or len(reason) > LONGEST_REASON:
        raise Conflict(f"Use at most {LONGEST_REASON} characters.")
    # The id is made here, because the words are sealed to it before the row is inserted.
    row = BreakGlass(
        id=uuid4(),
        practice_id=actor.practice_id,
        author_id=actor.id,
        reader_id=reader_id,
        counsellor_id=counsellor_id,
        asked_at=clock.now(),
    )
    row.about_sealed = crypto.seal(row, "about_sealed", about)
    row.reason_sealed = crypto.seal(row, "reason_sealed", reason)
    db.session.add(row)
    record(actor, Event.GLASS_ASKED, row)
    return row


@transaction
def grant_glass(*, actor: Person, glass_id: UUID, couple_id: UUID) -> BreakGlass:
    """The second person opens the record of the couple that is meant, for 24 hours from now.

    Raises Conflict for whoever asked, for a couple of another counsellor, and once it was decided.
    """
    row = _to_decide(actor, glass_id)
    couple = couple_of_practice(actor, couple_id)
    if couple.counsellor_id != row.counsellor_id:
        raise Conflict("Choose a couple of the counsellor who is named.")
    now = clock.now()
    row.couple_id, row.decided_by_id = couple.id, actor.id
    row.granted_at, row.ends_at = now, now + LASTS
    record(actor, Event.GLASS_GRANTED, row)
    return row


@transaction
def refuse_glass(*, actor: Person, glass_id: UUID) -> BreakGlass:
    """The second person says no, and the words of the request go. Raises Conflict for whoever asked, and once it was decided."""
    row = _to_decide(actor, glass_id)
    row.refused_at, row.decided_by_id = clock.now(), actor.id
    row.about_sealed = row.reason_sealed = None
    record(actor, Event.GLASS_REFUSED, row)
    return row


@transaction
def forget_lapsed_requests() -> None:
    """Take the words out of requests that nobody decided in time; that somebody asked stays."""
    lapsed = BreakGlass.asked_at < clock.now() - WAITS
    undecided = BreakGlass.granted_at.is_(None)
    db.session.execute(
        update(BreakGlass)
        .where(lapsed, undecided, BreakGlass.about_sealed.is_not(None))
        .values(about_sealed=None, reason_sealed=None)
    )


def _to_decide(actor: Person, glass_id: UUID) -> BreakGlass:
    require(actor, Permission.BREAK_GLASS_APPROVE)
    glass = glass_for(actor, glass_id, clock.now())
    if glass.row.author_id == actor.id:
        raise Conflict("It takes two. Somebody else decides what you asked for.")
    if not glass.waits:
        raise Conflict("That was decided already, or has lapsed.")
    return glass.row


@transaction
def end_glass(*, actor: Person, glass_id: UUID) -> None:
    """Close the record again before the day is over. Raises Conflict where nothing is open."""
    require(actor, Permission.BREAK_GLASS_END)
    glass = glass_for(actor, glass_id, clock.now())
    if not glass.is_open:
        raise Conflict("Nothing is open here.")
    glass.row.ended_at = clock.now()
    record(actor, Event.GLASS_ENDED, glass.row)


@transaction
def take_note_of_glass(*, actor: Person, glass_id: UUID) -> None:
    """The counsellor has read that somebody could read her couple's record, and why."""
    require(actor, Permission.BREAK_GLASS_TOLD)
    row = told_one(actor, glass_id)
    row.told_at = clock.now()
    record(actor, Event.GLASS_NOTED, row)
