"""Several couples at once: more time, an exercise for all, closing; whom they leave alone; and undo."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from flask import Flask

from assignments.actions.assigning import change_assignment, withdraw_assignment
from assignments.actions.bulk import Common, extend_several, give_to_several
from assignments.actions.erasing import ask_for_erasure
from assignments.domain.bulk import Until
from assignments.domain.progress import Repeat
from assignments.domain.visibility import Level
from assignments.models import Assignment
from clinic.actions.talks import ask_to_talk
from clinic.clock import now
from clinic.errors import Conflict, NotFound
from clinic.extensions import db
from clinic.models import Couple, SafetyConversation
from tests import builders
from tests.assignments.given import exercise, given
from tests.cast import AS, Cast
from tests.conftest import Clock
from tests.page import Page, get_page, read_page, submit, submit_and_follow

FORM = "main form[novalidate]"


def both(cast: Cast) -> list[str]:
    return [str(cast.sam_and_jo.id), str(cast.ade_and_ruth.id)]


def work(app: Flask, couple: Couple) -> list[Assignment]:
    with app.app_context():
        rows = db.session.query(Assignment).filter_by(couple_id=couple.id)
        return rows.order_by(Assignment.assigned_at).all()


def give(cast: Cast, as_: AS, **fields: str | list[str]) -> Page:
    client = as_(cast.priya)
    page = get_page(client, "/c/assign/gentle-questions/several")
    return submit_and_follow(client, page, {"couples": both(cast), "until": "week", **fields}, form=FORM)


def test_one_exercise_for_all_of_them_and_back_again(cast: Cast, as_: AS, app: Flask) -> None:
    client = as_(cast.priya)
    page = get_page(client, "/c/assign/gentle-questions/several")
    page = submit_and_follow(client, page, {"couples": both(cast), "until": "week"}, form=FORM)
    assert "2 of 2 couples." in page.words
    for couple in (cast.sam_and_jo, cast.ade_and_ruth):
        (only,) = work(app, couple)
        assert (only.for_whom, only.best_before) == ("both", date(2026, 9, 23))
    assert "gentle" in as_(cast.sam).get("/today").text.casefold()
    page = submit_and_follow(client, page, form='form[action$="/undo"]')
    assert "Taken back." in page.words
    assert not page.select('form[action$="/undo"]')
    assert "nothing set" in get_page(as_(cast.sam), "/today").words.casefold()


def test_each_couples_own_next_appointment_counts(cast: Cast, as_: AS, app: Flask) -> None:
    with app.app_context():
        builders.appointment(cast.sam_and_jo, starts_at=datetime(2026, 9, 22, 9, tzinfo=UTC))
    page = give(cast, as_, until="appointment")
    assert "1 of 2 couples." in page.words
    assert "Adeyemi and Clarke No later appointment is booked with both." in page.words
    assert [one.best_before for one in work(app, cast.sam_and_jo)] == [date(2026, 9, 22)]
    assert work(app, cast.ade_and_ruth) == []


def hold(couple: Couple) -> None:
    db.session.get_one(Couple, couple.id).held_at = now()


def end(couple: Couple) -> None:
    db.session.get_one(Couple, couple.id).closed_at = now()


def unspoken(couple: Couple) -> None:
    db.session.query(SafetyConversation).filter_by(couple_id=couple.id).delete()


def tighter(couple: Couple) -> None:
    db.session.get_one(Couple, couple.id).sharing_limit = Level.COUNSELLOR


@pytest.mark.parametrize(
    ("gate", "why"),
    [
        (hold, "Paused for safety. Look at them one by one."),
        (unspoken, "The safety conversations come first."),
        (tighter, "Their own sharing limit does not go with this exercise."),
    ],
)
def test_whoever_may_not_have_it_is_left_alone_and_told_of(
    cast: Cast, as_: AS, app: Flask, gate: Callable[[Couple], None], why: str
) -> None:
    with app.app_context():
        gate(cast.ade_and_ruth)
        db.session.commit()
    page = give(cast, as_)
    assert f"Adeyemi and Clarke {why}" in page.words
    assert len(work(app, cast.sam_and_jo)) == 1
    assert work(app, cast.ade_and_ruth) == []


def test_an_ended_couple_is_not_offered_and_is_left_alone_when_it_ends_meanwhile(
    cast: Cast, as_: AS, app: Flask
) -> None:
    client = as_(cast.priya)
    page = get_page(client, "/c/several")
    with app.app_context():
        end(cast.ade_and_ruth)
        db.session.commit()
        act = extend_several(actor=cast.priya, couple_ids=[cast.ade_and_ruth.id], until=Until.WEEK)
        assert [item.left_alone for item in act.items] == ["ended"]
    submit(client, page, {"couples": both(cast), "until": "week"}, form=FORM, status=422)
    assert "Adeyemi" not in get_page(client, "/c/several").one(FORM).get_text()


def test_who_has_it_already_does_not_get_it_twice(cast: Cast, as_: AS, app: Flask) -> None:
    give(cast, as_)
    page = give(cast, as_)
    assert page.words.count("They have this open already.") == 2
    assert len(work(app, cast.sam_and_jo)) == 1


def test_an_exercise_for_one_partner_is_given_couple_by_couple(cast: Cast, app: Flask) -> None:
    alone = exercise("gentle-questions").model_copy(update={"who": "one"})
    common = Common(Until.WEEK, Repeat.ONCE, Level.COUNSELLOR)
    with app.app_context(), pytest.raises(Conflict, match="for one partner"):
        give_to_several(actor=cast.priya, couple_ids=[cast.sam_and_jo.id], exercise=alone, common=common)


def extend(cast: Cast, as_: AS, until: str) -> Page:
    client = as_(cast.priya)
    page = get_page(client, "/c/several")
    return submit_and_follow(client, page, {"couples": both(cast), "until": until}, form=FORM)


def test_a_week_more_for_what_is_open_and_for_nothing_else(cast: Cast, as_: AS, app: Flask) -> None:
    with app.app_context():
        open_one = given(cast.priya, cast.sam_and_jo, days=3)
        without_a_day = given(cast.priya, cast.sam_and_jo, slug="midday-message", days=None)
        gone = given(cast.priya, cast.sam_and_jo, slug="phone-free-evening", days=3)
        withdraw_assignment(actor=cast.priya, couple_id=cast.sam_and_jo.id, assignment_id=gone)
    page = extend(cast, as_, "week")
    assert "Okafor and Lind 1 thing moved" in page.words
    assert "Adeyemi and Clarke Nothing of theirs is open with a day." in page.words
    days = {one.id: one.best_before for one in work(app, cast.sam_and_jo)}
    assert days == {open_one: date(2026, 9, 26), without_a_day: None, gone: date(2026, 9, 19)}


def test_until_the_appointment_after_the_one_it_is_meant_for(cast: Cast, as_: AS, app: Flask) -> None:
    with app.app_context():
        for day in (22, 29):
            builders.appointment(cast.sam_and_jo, starts_at=datetime(2026, 9, day, 9, tzinfo=UTC))
        given(cast.priya, cast.sam_and_jo, days=6)
        given(cast.priya, cast.ade_and_ruth, days=6)
    page = extend(cast, as_, "appointment")
    assert [one.best_before for one in work(app, cast.sam_and_jo)] == [date(2026, 9, 29)]
    assert "No later appointment is booked with both." in page.words


def test_undo_leaves_what_was_changed_since_and_ends_after_ten_minutes(
    cast: Cast, as_: AS, app: Flask, clock: Clock
) -> None:
    with app.app_context():
        first, second = (
            given(cast.priya, cast.sam_and_jo, days=3),
            given(cast.priya, cast.ade_and_ruth, days=3),
        )
    client = as_(cast.priya)
    page = get_page(client, "/c/several")
    page = submit_and_follow(client, page, {"couples": both(cast), "until": "week"}, form=FORM)
    with app.app_context():
        change_assignment(
            actor=cast.priya,
            couple_id=cast.ade_and_ruth.id,
            assignment_id=second,
            best_before=date(2026, 10, 10),
            sharing_limit=Level.SHARED,
            note="",
            version=2,
        )
    after = submit_and_follow(client, page, form='form[action$="/undo"]')
    assert "1 changed since and stay as they are." in after.words
    with app.app_context():
        assert db.session.get_one(Assignment, first).best_before == date(2026, 9, 19)
        assert db.session.get_one(Assignment, second).best_before == date(2026, 10, 10)
    page = get_page(client, "/c/several")
    page = submit_and_follow(client, page, {"couples": both(cast), "until": "week"}, form=FORM)
    clock.move(minutes=10, seconds=1)
    page = submit_and_follow(client, page, form='form[action$="/undo"]')
    assert "Ten minutes have passed." in page.words


def close(cast: Cast, as_: AS, app: Flask) -> tuple[Page, list[bool]]:
    client = as_(cast.priya)
    page = submit_and_follow(client, get_page(client, "/c/several/close"), {"couples": both(cast)}, form=FORM)
    return page, closed(cast, app)


def closed(cast: Cast, app: Flask) -> list[bool]:
    with app.app_context():
        ids = (cast.sam_and_jo.id, cast.ade_and_ruth.id)
        return [db.session.get_one(Couple, one).closed_at is not None for one in ids]


def test_closing_several_at_the_end_of_a_year_and_opening_them_again(cast: Cast, as_: AS, app: Flask) -> None:
    client = as_(cast.priya)
    page = submit_and_follow(client, get_page(client, "/c/several/close"), {"couples": both(cast)}, form=FORM)
    assert closed(cast, app) == [True, True]
    assert "Practice has ended." in get_page(as_(cast.sam), "/today").words
    submit(client, page, form='form[action$="/undo"]')
    assert closed(cast, app) == [False, False]
    assert "Practice has ended." not in get_page(as_(cast.sam), "/today").words


def test_closing_asks_for_the_pass_phrase_afresh(cast: Cast, as_: AS, clock: Clock) -> None:
    client = as_(cast.priya)
    clock.move(minutes=11)
    reply = client.get("/c/several/close")
    assert reply.location == "/sign-in/again?next=/c/several/close"


def test_nobody_who_waits_for_an_answer_is_closed(cast: Cast, as_: AS, app: Flask) -> None:
    with app.app_context():
        ask_to_talk(actor=cast.jo, reach="")
        ask_for_erasure(actor=cast.ade)
    page, ended = close(cast, as_, app)
    assert ended == [False, False]
    assert "asked to talk alone. See to that first." in page.words
    assert "asked for their account to be deleted." in page.words


def test_a_couple_of_somebody_else_is_refused_and_nothing_is_done(cast: Cast, as_: AS, app: Flask) -> None:
    client = as_(cast.priya)
    page = get_page(client, "/c/several")
    others = [str(cast.sam_and_jo.id), str(cast.nia_and_owen.id)]
    with app.app_context():
        given(cast.priya, cast.sam_and_jo, days=3)
    reply = submit(client, page, {"couples": others, "until": "week"}, form=FORM, status=422)
    assert read_page(reply, 422).select("#couples-error")
    with app.app_context(), pytest.raises(NotFound):
        extend_several(actor=cast.priya, couple_ids=[UUID(one) for one in others], until=Until.WEEK)
    assert [one.best_before for one in work(app, cast.sam_and_jo)] == [date(2026, 9, 19)]


def test_the_result_is_its_authors_alone(cast: Cast, as_: AS, app: Flask) -> None:
    page = extend(cast, as_, "week")
    for name in ("marcus", "sofia", "ada", "sam", "hana"):
        get_page(as_(getattr(cast, name)), page.address, 404)
