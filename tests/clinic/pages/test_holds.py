"""Holding a record back from being deleted: one admin asks, a second one grants, and nothing goes meanwhile."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask

from assignments.actions.erasing import ask_for_erasure
from assignments.actions.process_notes import write_note
from assignments.models import ProcessNote
from clinic.actions.holds import ask_to_hold, grant_hold, lift_hold, refuse_hold
from clinic.actions.retention import change_retention, delete_expired_records
from clinic.clock import now
from clinic.domain.roles import Role
from clinic.errors import Conflict, NotAllowed, NotFound
from clinic.extensions import db
from clinic.models import AuditLine, Couple, Person, RetentionHold
from clinic.queries.holds import hold_for
from tests import builders
from tests.at_once import at_once
from tests.cast import AS, Cast
from tests.conftest import Clock
from tests.page import get_page, read_page, submit, submit_and_follow

WHY = "A complaint was made to the professional body"
ASK = "main form[novalidate]"
A_YEAR, THIRTY_DAYS = 366, 31


@pytest.fixture
def bea(cast: Cast, app: Flask) -> Person:
    """A second admin of the practice."""
    with app.app_context():
        return builders.person(
            cast.canal_street, name="Bea", family_name="Holt", role=Role.ADMIN, address="bea@canal.example"
        )


@pytest.fixture
def closed(cast: Cast, app: Flask) -> UUID:
    """Sam and Jo's work is over, and records are kept for a year."""
    with app.app_context():
        change_retention(actor=cast.ada, keep_months=12)
        db.session.get_one(Couple, cast.sam_and_jo.id).closed_at = now()
        db.session.commit()
    return cast.sam_and_jo.id


def asked(cast: Cast, app: Flask, reason: str = WHY) -> UUID:
    with app.app_context():
        return ask_to_hold(actor=cast.ada, couple_id=cast.sam_and_jo.id, reason=reason).id


def is_there(app: Flask, couple_id: UUID) -> bool:
    """Whether the record is there after a round of the worker."""
    with app.app_context():
        delete_expired_records(now())
        return db.session.get(Couple, couple_id) is not None


def test_from_asking_to_granting_to_lifting(cast: Cast, as_: AS, bea: Person) -> None:
    ada, second = as_(cast.ada), as_(bea)
    page = get_page(ada, "/p/held")
    assert "Nothing is held back." in page.words
    page = submit_and_follow(ada, page, {"couple": str(cast.sam_and_jo.id), "reason": WHY}, form=ASK)
    assert "Waits for a second person" in page.words
    assert not page.select("main .panel a")

    page = get_page(second, str(get_page(second, "/p/held").one("main .panel a")["href"]))
    assert WHY in page.words
    page = submit_and_follow(second, page, form="form#grant")
    assert "Held back until an admin lifts it." in page.words
    settings = get_page(as_(cast.priya), f"/c/couples/{cast.sam_and_jo.id}/settings")
    assert "This record is held back" in settings.words
    assert WHY not in settings.words

    page = get_page(ada, str(get_page(ada, "/p/held").one("main .panel a")["href"]))
    page = submit_and_follow(ada, page, form='form[action$="/lift"]')
    assert "Lifted. Nothing goes in the next 30 days." in page.words
    assert "held back" not in get_page(as_(cast.priya), f"/c/couples/{cast.sam_and_jo.id}/settings").words


@pytest.mark.both_databases
def test_nothing_goes_while_it_is_held_back_nor_in_the_thirty_days_after(
    cast: Cast, app: Flask, clock: Clock, closed: UUID, bea: Person, as_: AS
) -> None:
    hold_id = asked(cast, app)
    with app.app_context():
        grant_hold(actor=bea, hold_id=hold_id)
    clock.move(days=3 * A_YEAR)
    assert is_there(app, closed)
    assert "Okafor" not in get_page(as_(cast.ada), "/p/keep").words
    with app.app_context():
        lift_hold(actor=cast.ada, hold_id=hold_id)
    assert is_there(app, closed)
    assert "Okafor" in get_page(as_(cast.ada), "/p/keep").words
    clock.move(days=THIRTY_DAYS)
    assert not is_there(app, closed)
    with app.app_context():
        assert db.session.query(RetentionHold).count() == 0
        events = [row.event for row in db.session.query(AuditLine).order_by(AuditLine.number)]
    assert [one for one in events if "record" in one] == [
        "holding a record back asked for",
        "record held back",
        "record held back no longer",
        "record deleted when its time was up",
    ]


def test_it_stays_from_the_asking_until_somebody_has_had_time_to_decide(
    cast: Cast, app: Flask, clock: Clock, closed: UUID
) -> None:
    clock.move(days=A_YEAR - 2)
    asked(cast, app)
    clock.move(days=14)
    assert is_there(app, closed)
    clock.move(days=THIRTY_DAYS - 2)
    assert is_there(app, closed)
    clock.move(days=2)
    assert not is_there(app, closed)


def test_what_was_refused_goes_thirty_days_later(
    cast: Cast, app: Flask, clock: Clock, closed: UUID, bea: Person
) -> None:
    clock.move(days=A_YEAR)
    hold_id = asked(cast, app)
    with app.app_context():
        refuse_hold(actor=bea, hold_id=hold_id)
    assert is_there(app, closed)
    clock.move(days=THIRTY_DAYS)
    assert not is_there(app, closed)


def test_it_takes_two(cast: Cast, app: Flask, as_: AS, bea: Person) -> None:
    hold_id = asked(cast, app)
    with app.app_context():
        with pytest.raises(Conflict, match="It takes two"):
            grant_hold(actor=cast.ada, hold_id=hold_id)
        with pytest.raises(Conflict, match="It takes two"):
            refuse_hold(actor=cast.ada, hold_id=hold_id)
        for stranger in (cast.priya, cast.sofia, cast.sam):
            with pytest.raises(NotAllowed):
                grant_hold(actor=stranger, hold_id=hold_id)
        with pytest.raises(NotFound):
            grant_hold(actor=cast.iris, hold_id=hold_id)
    client = as_(cast.ada)
    page = get_page(client, f"/p/held/{hold_id}")
    assert "It takes two" in page.words
    assert not page.select("form#grant")


@pytest.mark.both_databases
@pytest.mark.parametrize("grants_first", [True, False])
def test_two_who_decide_at_once_decide_it_once(
    grants_first: bool, cast: Cast, app: Flask, bea: Person
) -> None:
    """Of the two the second finds it decided; a row that was granted and refused would let the record go."""
    with app.app_context():
        carl = builders.person(
            cast.canal_street, name="Carl", family_name="Ito", role=Role.ADMIN, address="carl@canal.example"
        )
    hold_id = asked(cast, app)

    def grant() -> None:
        read = hold_for(bea, hold_id, now())  # Its page has read it before, and has it still.
        grant_hold(actor=bea, hold_id=read.row.id)

    def refuse() -> None:
        read = hold_for(carl, hold_id, now())
        refuse_hold(actor=carl, hold_id=read.row.id)

    both = (grant, refuse) if grants_first else (refuse, grant)
    assert at_once(app, *both) == [None, Conflict]
    with app.app_context():
        row = db.session.query(RetentionHold).one()
        assert (row.granted_at is not None, row.refused_at is not None) == (grants_first, not grants_first)


@pytest.mark.both_databases
def test_what_is_asked_while_the_worker_is_at_it_still_counts(
    cast: Cast, app: Flask, clock: Clock, closed: UUID
) -> None:
    clock.move(days=A_YEAR)
    gone: list[int] = []

    def ask() -> None:
        ask_to_hold(actor=cast.ada, couple_id=closed, reason=WHY)

    assert at_once(app, ask, lambda: gone.append(delete_expired_records(now()))) == [None, None]
    assert gone == [0]
    assert is_there(app, closed)


def test_one_admin_alone_cannot_hold_it_back_for_good(
    cast: Cast, app: Flask, clock: Clock, closed: UUID, bea: Person
) -> None:
    hold_id = asked(cast, app)
    with app.app_context():
        refuse_hold(actor=bea, hold_id=hold_id)
        with pytest.raises(Conflict, match="another admin asks"):
            ask_to_hold(actor=cast.ada, couple_id=closed, reason=WHY)
        clock.move(minutes=1)
        ask_to_hold(actor=bea, couple_id=closed, reason=WHY)
    clock.move(days=15)
    with app.app_context():
        with pytest.raises(Conflict, match="another admin asks"):
            ask_to_hold(actor=bea, couple_id=closed, reason=WHY)
        ask_to_hold(actor=cast.ada, couple_id=closed, reason=WHY)


def test_no_note_in_it_can_be_deleted_meanwhile(cast: Cast, app: Flask, as_: AS, bea: Person) -> None:
    couple_id, priya = cast.sam_and_jo.id, as_(cast.priya)
    with app.app_context():
        note = write_note(actor=cast.priya, couple_id=couple_id, about_day=now().date(), words="A note")
        path = f"/c/couples/{couple_id}/notes/{note.id}/delete"
    hold_id = asked(cast, app)
    page = read_page(submit(priya, get_page(priya, path), {"sure": "y"}, form=ASK, status=422), 422)
    assert "This record is held back, so no note in it can be deleted now." in page.words
    with app.app_context():
        assert db.session.query(ProcessNote).count() == 1
        refuse_hold(actor=bea, hold_id=hold_id)
    submit_and_follow(priya, get_page(priya, path), {"sure": "y"}, form=ASK)
    with app.app_context():
        assert db.session.query(ProcessNote).count() == 0


def test_the_log_names_whose_record_it_is(cast: Cast, app: Flask, as_: AS, bea: Person) -> None:
    hold_id = asked(cast, app)
    with app.app_context():
        grant_hold(actor=bea, hold_id=hold_id)
        lift_hold(actor=bea, hold_id=hold_id)
    rows = [row.get_text(" ") for row in get_page(as_(cast.ada), "/p/log").select("main tbody tr")]
    told = [row for row in rows if "held back" in row.lower() or "holding" in row.lower()]
    assert len(told) == 3
    assert all("Okafor" in row for row in told), told


def test_it_is_decided_once(cast: Cast, app: Flask, clock: Clock, bea: Person) -> None:
    hold_id = asked(cast, app)
    with app.app_context():
        with pytest.raises(Conflict, match="not held back by it"):
            lift_hold(actor=bea, hold_id=hold_id)
        with pytest.raises(Conflict, match="held back already"):
            ask_to_hold(actor=bea, couple_id=cast.sam_and_jo.id, reason=WHY)
        grant_hold(actor=bea, hold_id=hold_id)
        with pytest.raises(Conflict, match="decided already"):
            refuse_hold(actor=bea, hold_id=hold_id)
        lift_hold(actor=bea, hold_id=hold_id)
    late = asked(cast, app)
    clock.move(days=15)
    with app.app_context(), pytest.raises(Conflict, match="has lapsed"):
        grant_hold(actor=bea, hold_id=late)


def test_a_clock_that_is_put_back_lets_no_request_lapse(
    cast: Cast, app: Flask, clock: Clock, closed: UUID
) -> None:
    clock.move(days=A_YEAR + 40)
    asked(cast, app)
    clock.set(now() - timedelta(days=20))
    assert is_there(app, closed)


def test_without_a_reason_nothing_is_asked_and_what_was_chosen_stays(cast: Cast, as_: AS) -> None:
    ada = as_(cast.ada)
    typed = {"couple": str(cast.sam_and_jo.id), "reason": " "}
    page = read_page(submit(ada, get_page(ada, "/p/held"), typed, form=ASK, status=422), 422)
    assert "Say why. The second admin reads it." in page.words
    assert page.one("select option[selected]")["value"] == str(cast.sam_and_jo.id)


def test_no_client_learns_of_it_and_whoever_deletes_an_account_does(
    cast: Cast, app: Flask, as_: AS, bea: Person
) -> None:
    pages = ("/today", "/me", "/me/leave-couple", "/me/delete-account")
    hold_id = asked(cast, app)
    with app.app_context():
        grant_hold(actor=bea, hold_id=hold_id)
        erasure_id = ask_for_erasure(actor=cast.sam).id
    assert "This record is held back" in get_page(as_(cast.priya), f"/deletions/{erasure_id}").words
    for client in (as_(cast.sam), as_(cast.jo)):
        for path in pages:
            assert "held back" not in get_page(client, path).words
