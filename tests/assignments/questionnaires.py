"""A practice with words for its questionnaires, and a couple that is asked. Call these in an app context."""

from __future__ import annotations

from sqlalchemy import select

from assignments.actions.measuring import switch_on, word_instrument
from assignments.demo.questionnaires import placeholder
from assignments.domain.instruments import INSTRUMENTS
from clinic.domain.roles import Role
from clinic.extensions import db
from clinic.models import Couple, Person


def worded_by(admin: Person, name: str = "csi-4") -> None:
    """The admin has entered every word: made-up ones, for the real ones are the publisher's."""
    word_instrument(actor=admin, name=name, wording=placeholder(INSTRUMENTS[name]), version=0)


def asked(couple: Couple, name: str = "csi-4") -> None:
    """Worded, if it was not, and switched on from today for a couple."""
    admin = db.session.scalars(
        select(Person).where(Person.practice_id == couple.practice_id, Person.role == Role.ADMIN)
    ).one()
    from assignments.queries.instruments import worded

    if not worded(admin, name).is_on:
        worded_by(admin, name)
    switch_on(actor=db.session.get_one(Person, couple.counsellor_id), couple_id=couple.id, name=name)
