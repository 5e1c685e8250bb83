"""What somebody does for themselves, in one of two worlds: of none of it may the other see anything."""

from __future__ import annotations

from datetime import UTC, datetime

import pyotp
from sqlalchemy import select

from assignments.actions.entries import save_thanks
from assignments.actions.erasing import ask_for_erasure
from assignments.actions.exporting import choose_record_consent
from assignments.actions.own_copy import make_own_copy
from assignments.actions.pausing import come_back
from assignments.domain.visibility import Consent, Level
from assignments.models import Pause
from clinic.actions.accounts import disown_sign_in
from clinic.actions.factors import begin_app, confirm_app
from clinic.actions.people import choose_theme
from clinic.actions.reminders import make_calendar_address, set_reminders
from clinic.actions.sign_ins import pass_phone, start_sign_in
from clinic.actions.talks import ask_to_talk
from clinic.domain.reminders import Timetable
from clinic.extensions import db
from clinic.models import Person, SignIn
from clinic.queries.factors import factor_of, key_of
from tests import builders
from tests.noninterference.worlds import WORDS, World


def sets_reminders_and_makes_a_calendar_address(world: World, person: Person) -> object:
    set_reminders(actor=person, timetable=Timetable(frozenset({0, 4}), 21 * 60, on=True))
    return make_calendar_address(actor=person)


def asks_for_their_account_to_be_deleted(world: World, person: Person) -> object:
    return ask_for_erasure(actor=db.session.get_one(Person, person.id))


def takes_a_copy(world: World, person: Person) -> object:
    return make_own_copy(actor=db.session.get_one(Person, person.id))


def signed_in_elsewhere(world: World, person: Person) -> object:
    choose_theme(actor=db.session.get_one(Person, person.id), theme="dark")
    return start_sign_in(person, device="another", device_name="Another phone")


def hands_their_phone_over(world: World, person: Person) -> object:
    """On one of their sign-ins; it says who held what, and to nobody else."""
    own = db.session.get_one(Person, person.id)
    start_sign_in(own, device="a third", device_name="A third phone")
    return pass_phone(actor=own)


def a_second_step_set_up(world: World, person: Person) -> object:
    own = db.session.get_one(Person, person.id)
    begin_app(actor=own)
    factor = factor_of(own)
    assert factor is not None
    code = pyotp.TOTP(key_of(factor)).at(datetime.now(UTC))
    builders.passkey(own)
    return confirm_app(actor=own, code=code, device="another")


def a_sign_in_that_was_not_theirs(world: World, person: Person) -> object:
    own = db.session.get_one(Person, person.id)
    row = db.session.scalars(select(SignIn.id).where(SignIn.person_id == person.id)).first()
    assert row is not None
    return disown_sign_in(actor=own, sign_in_id=row)


def lets_the_record_be_handed_on(world: World, person: Person) -> object:
    own = db.session.get_one(Person, person.id)
    for choice in (Consent.COUNSELLOR, Consent.SHARED):
        choose_record_consent(actor=own, choice=choice)
    return None


def asks_to_talk_alone(world: World, person: Person) -> object:
    return ask_to_talk(actor=person, reach=WORDS)


def a_pause_come_back_from(world: World, person: Person) -> object:
    mine = db.session.scalars(select(Pause.id).where(Pause.author_id == person.id)).one()
    return come_back(actor=person, pause_id=mine)


def a_private_thank_you(world: World, person: Person) -> object:
    return save_thanks(actor=person, what=WORDS, meant=WORDS, level=Level.PRIVATE)
