"""What is counted, or looked for without being handed on, is one's own: another couple's changes no answer.

No row comes out of these queries, so `tests/test_whose_rows.py` cannot see whose they read. Here everything is asked
before and after somebody else of the same practice has got one of each.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import NoResultFound

from clinic.actions.accounts import disown_sign_in
from clinic.actions.appointments import Row, book_appointment, import_rows
from clinic.actions.break_glass import ask_to_break_glass, grant_glass
from clinic.actions.factors import new_spare_codes
from clinic.actions.reminders import make_calendar_address
from clinic.actions.sign_ins import issue_recovery_code, start_recovery, start_sign_in
from clinic.actions.talks import ask_to_talk
from clinic.actions.tokens import digest
from clinic.clock import now
from clinic.domain.roles import Role
from clinic.errors import NotFound
from clinic.extensions import db
from clinic.models import BreakGlass, Person, SignIn
from clinic.queries.appointments import imported_together, numbered_since
from clinic.queries.break_glass import told_of, told_one
from clinic.queries.couples import seen_among, visible_couples
from clinic.queries.factors import spare_codes_left
from clinic.queries.people import (
    invitations_alike,
    is_known_device,
    open_disownings,
    open_recovery,
    person_in,
)
from clinic.queries.reminders import entries_at_address
from clinic.queries.talks import who_waits
from tests import builders
from tests.cast import Cast

DEVICE = "a browser of Nia's"


def answers(cast: Cast, address: str, stranger: Person) -> dict[str, Any]:
    """Whatever Jo, their counsellor and a supervisor of nobody are told."""
    return {
        "recovery codes": spare_codes_left(cast.jo),
        "said it was not me": open_disownings(cast.jo),
        "a device": is_known_device(cast.jo, digest(DEVICE)),
        "a recovery": open_recovery(cast.jo, now()),
        "a calendar": [one.starts_at for one in entries_at_address(address, now())],
        "numbers of appointments": [
            number for _, number in numbered_since(cast.priya, cast.sam_and_jo, now() - timedelta(days=1))
        ],
        "who waits": who_waits(cast.priya, [cast.sam_and_jo.id]),
        "told of broken glass": told_of(cast.priya, now()),
        "couples of a supervisor of nobody": list(db.session.scalars(visible_couples(stranger))),
        "among these": seen_among(cast.priya, [cast.ade_and_ruth.id]),
    }


def disown(person: Person) -> None:
    """They say of one of their sign-ins that it was not them.

    As the session knows them: what was asked for them before may still be there, and then the cast's own is one too many.
    """
    mine = select(SignIn).where(SignIn.practice_id == person.practice_id, SignIn.person_id == person.id)
    known = db.session.get_one(Person, person.id)
    known.sign_in = db.session.scalars(mine).one()
    disown_sign_in(actor=known, sign_in_id=known.sign_in.id)


def somebody_else_gets_one_of_each(cast: Cast) -> BreakGlass:
    """Nia and Owen, of the same practice, whose counsellor is Marcus."""
    new_spare_codes(cast.nia, now())
    start_sign_in(cast.nia, device=DEVICE)
    start_recovery(address="nia@mail.example")
    issue_recovery_code(actor=cast.marcus, couple_id=cast.nia_and_owen.id, slot="A")
    ask_to_talk(actor=cast.nia, reach="By phone")
    disown(cast.nia)
    for days in (-3, 4):
        builders.appointment(cast.nia_and_owen, starts_at=now() + timedelta(days=days))
    glass = ask_to_break_glass(
        actor=cast.omar, reader_id=cast.omar.id, counsellor_id=cast.marcus.id, about="Nia", reason="A call"
    )
    return grant_glass(actor=cast.ada, glass_id=glass.id, couple_id=cast.nia_and_owen.id)


def test_what_is_counted_or_looked_for_is_ones_own(cast: Cast, app: Flask) -> None:
    with app.app_context():
        address = digest(make_calendar_address(actor=cast.jo))
        stranger = builders.person(
            cast.canal_street, name="Tess", role=Role.SUPERVISOR, address="t@x.example"
        )
        book_appointment(actor=cast.priya, couple_id=cast.sam_and_jo.id, starts_at=now() + timedelta(days=2))
        before = answers(cast, address, stranger)
        assert before["a calendar"]
        assert before["numbers of appointments"] == [1]
        glass = somebody_else_gets_one_of_each(cast)
        assert told_one(cast.marcus, glass.id)
        with pytest.raises(NotFound):
            told_one(cast.priya, glass.id)
        for name, answer in answers(cast, address, stranger).items():
            assert answer == before[name], name


def test_what_came_out_of_a_colleagues_file_is_not_found(cast: Cast, app: Flask) -> None:
    with app.app_context():
        rows = [(cast.nia_and_owen.id, Row((now() + timedelta(days=3),)))]
        imported = import_rows(actor=cast.marcus, rows=rows)
        assert imported_together(cast.marcus, imported.id)
        with pytest.raises(NotFound):
            imported_together(cast.priya, imported.id)


def test_an_invitation_to_the_same_inbox_is_alike_only_within_one_couple(cast: Cast, app: Flask) -> None:
    """Another couple's may go to the same inbox as well; its code opens no door here."""
    with app.app_context():
        inbox = {"contact_address": "home@mail.example"}
        people = []
        for first, second in (("Ann Bell", "Bo Crane"), ("Cy Dale", "Di Eve")):
            couple = builders.couple(
                cast.priya, first=first, second=second, joined=False, first_fields=inbox, second_fields=inbox
            )
            people += [builders.partner_person(couple, slot) for slot in ("A", "B")]
        invited = [builders.invitation(one, cast.priya)[0] for one in people]
        alike = {one.id for one in invitations_alike(invited[0], people[0], now())}
        assert alike == {invited[0].id, invited[1].id}


def test_whoever_is_of_another_practice_is_not_found_by_their_id(cast: Cast, app: Flask) -> None:
    with app.app_context():
        assert person_in(cast.canal_street.id, cast.jo.id).name == "Jo"
        with pytest.raises(NoResultFound):
            person_in(cast.canal_street.id, cast.lea.id)
