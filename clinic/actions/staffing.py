"""Who works here and with whom: closing a colleague's account, supervision, giving a couple to another counsellor."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import delete, func, select, update

from clinic import clock
from clinic.access import require
from clinic.actions.sign_ins import end_sign_ins
from clinic.audit import Event, record
from clinic.domain.roles import Permission, Role
from clinic.errors import Conflict
from clinic.extensions import db, transaction
from clinic.models import Appointment, CalendarFeed, Couple, Person, Supervision
from clinic.queries.people import staff_member, staff_of
from clinic.queries.practices import couple_of_practice


@transaction
def close_staff_account(*, actor: Person, person_id: UUID) -> Person:
    """Nobody can sign in with it from now on, and every sign-in ends.

    Raises Conflict for one's own, and for a counsellor whose couples still come.
    """
    require(actor, Permission.STAFF_DISABLE)
    person = staff_member(actor, person_id)
    if person.id == actor.id:
        raise Conflict("Ask another admin to close your own account.")
    if person.disabled_at is not None:
        raise Conflict("That account is closed already.")
    if _open_couples(person):
        raise Conflict("Give their couples to somebody else first.")
    person.disabled_at = clock.now()
    end_sign_ins(person, person.disabled_at)
    db.session.execute(
        delete(CalendarFeed).where(
            CalendarFeed.practice_id == person.practice_id, CalendarFeed.person_id == person.id
        )
    )
    record(actor, Event.STAFF_DISABLED, person)
    return person


@transaction
def open_staff_account(*, actor: Person, person_id: UUID) -> Person:
    """They can sign in again, with what they had. Raises Conflict where the account is open."""
    require(actor, Permission.STAFF_DISABLE)
    person = staff_member(actor, person_id)
    if person.disabled_at is None:
        raise Conflict("That account is open already.")
    person.disabled_at = None
    record(actor, Event.STAFF_ENABLED, person)
    return person


def _open_couples(person: Person) -> int:
    return db.session.execute(
        select(func.count(Couple.id)).where(
            Couple.practice_id == person.practice_id,
            Couple.counsellor_id == person.id,
            Couple.closed_at.is_(None),
        )
    ).scalar_one()


@transaction
def set_supervision(*, actor: Person, person_id: UUID, counsellor_ids: Iterable[UUID]) -> None:
    """Whose couples a supervisor sees, from now on. Raises Conflict for anybody who is no supervisor or counsellor."""
    require(actor, Permission.SUPERVISION_ASSIGN)
    supervisor = staff_member(actor, person_id)
    counsellors = {one.id for one in staff_of(actor) if one.kind is Role.COUNSELLOR}
    wanted = set(counsellor_ids)
    if supervisor.kind is not Role.SUPERVISOR or wanted - counsellors:
        raise Conflict("A supervisor sees the couples of counsellors, and nobody else does.")
    kept = {
        row.counsellor_id: row
        for row in db.session.execute(
            select(Supervision).where(
                Supervision.practice_id == actor.practice_id, Supervision.supervisor_id == supervisor.id
            )
        ).scalars()
    }
    for counsellor_id, row in kept.items():
        if counsellor_id not in wanted:
            db.session.delete(row)
    for counsellor_id in wanted - set(kept):
        db.session.add(
            Supervision(
                practice_id=actor.practice_id,
                supervisor_id=supervisor.id,
                counsellor_id=counsellor_id,
                since=clock.now(),
            )
        )
    record(actor, Event.SUPERVISION_CHANGED, supervisor)


@transaction
def reassign_couple(*, actor: Person, couple_id: UUID, counsellor_id: UUID) -> Couple:
    """Give a couple to another counsellor, with what is booked. The one before sees nothing of it any more.

    Raises Conflict for somebody who is no counsellor here, cannot sign in, or has the couple already.
    """
    require(actor, Permission.COUPLE_REASSIGN)
    couple = couple_of_practice(actor, couple_id)
    counsellor = staff_member(actor, counsellor_id)
    if counsellor.kind is not Role.COUNSELLOR or counsellor.disabled_at is not None:
        raise Conflict("Choose a counsellor whose account is open.")
    if counsellor.id == couple.counsellor_id:
        raise Conflict(f"{counsellor.name} has this couple already.")
    couple.counsellor_id, couple.counsellor = counsellor.id, counsellor
    db.session.execute(
        update(Appointment)
        .where(
            Appointment.practice_id == couple.practice_id,
            Appointment.couple_id == couple.id,
            Appointment.starts_at > clock.now(),
        )
        .values(counsellor_id=counsellor.id)
        .execution_options(synchronize_session=False)
    )
    record(actor, Event.COUPLE_REASSIGNED, couple, couple_id=couple.id)
    return couple
