"""What was hidden while a clock was ahead stays hidden when it is put right, and on a host whose clock is behind."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from assignments.actions.entries import change_thanks, save_thanks
from assignments.actions.leaving import leave_couple
from assignments.actions.responding import change_visibility
from assignments.actions.turns import hide_part
from assignments.domain.visibility import Level
from assignments.models import VisibilityChange
from clinic.extensions import db
from tests.assignments.given import answered, given, part_of
from tests.cast import AS, Cast
from tests.conftest import Clock
from tests.page import get_page, submit

WORDS = "A heron on the roof"
# A host that is as far ahead as hosts may be, and a clock that somebody set a year on.
AHEAD = [{"minutes": 14}, {"days": 400}]
SHARING = 'form[action$="/sharing"]'


@pytest.fixture
def shared(cast: Cast, app: Flask, clock: Clock) -> tuple[UUID, UUID]:
    """Sam's answer, past its hold, and what it answers."""
    with app.app_context():
        assignment_id = given(cast.priya, cast.sam_and_jo)
        response_id = answered(cast.sam, assignment_id, WORDS, Level.SHARED)
    clock.move(minutes=11)
    return assignment_id, response_id


def hide(cast: Cast, as_: AS, response_id: UUID, level: Level = Level.PRIVATE) -> None:
    sam = as_(cast.sam)
    submit(sam, get_page(sam, f"/me/history/{response_id}"), {"visibility": level.value}, form=SHARING)


@pytest.mark.parametrize("ahead", AHEAD, ids=str)
def test_the_partner_and_the_counsellor_read_it_no_more(
    ahead: dict[str, int], cast: Cast, as_: AS, clock: Clock, shared: tuple[UUID, UUID]
) -> None:
    assignment_id, response_id = shared
    together = f"/together/{assignment_id}"
    answer = f"/c/couples/{cast.sam_and_jo.id}/answers/{response_id}"
    assert WORDS in get_page(as_(cast.jo), together).words
    assert WORDS in get_page(as_(cast.priya), answer).words
    clock.move(**ahead)
    hide(cast, as_, response_id)
    clock.move(**{unit: -number for unit, number in ahead.items()})
    assert WORDS not in as_(cast.jo).get(together).get_data(as_text=True)
    assert as_(cast.priya).get(answer).status_code == 404
    page = get_page(as_(cast.sam), f"/me/history/{response_id}")
    assert "Only me" in page.words
    assert not page.select('form[action$="/cancel"]')


def test_opening_it_again_waits_as_ever_and_hiding_it_again_holds(
    cast: Cast, app: Flask, as_: AS, clock: Clock, shared: tuple[UUID, UUID]
) -> None:
    assignment_id, response_id = shared
    together = f"/together/{assignment_id}"
    clock.move(days=400)
    hide(cast, as_, response_id)
    clock.move(days=-400)
    hide(cast, as_, response_id, Level.SHARED)
    assert WORDS not in as_(cast.jo).get(together).get_data(as_text=True)
    clock.move(hours=23)
    assert WORDS not in as_(cast.jo).get(together).get_data(as_text=True)
    clock.move(hours=2)
    assert WORDS in get_page(as_(cast.jo), together).words
    with app.app_context():
        change_visibility(actor=cast.sam, response_id=response_id, level=Level.PRIVATE)
    assert WORDS not in as_(cast.jo).get(together).get_data(as_text=True)


def test_leaving_does_not_open_to_the_counsellor_what_was_hidden(
    cast: Cast, app: Flask, as_: AS, clock: Clock, shared: tuple[UUID, UUID]
) -> None:
    _, response_id = shared
    clock.move(minutes=14)
    hide(cast, as_, response_id)
    clock.move(minutes=-14)
    with app.app_context():
        leave_couple(actor=cast.jo)
    assert as_(cast.priya).get(f"/c/couples/{cast.sam_and_jo.id}/answers/{response_id}").status_code == 404


@pytest.mark.parametrize("between", [Level.COUNSELLOR, Level.BOTH])
def test_hiding_it_still_more_with_the_right_clock_is_what_counts(
    between: Level, cast: Cast, app: Flask, as_: AS, clock: Clock, shared: tuple[UUID, UUID]
) -> None:
    """Both changes count from one moment then, and a database may give them back in either order."""
    assignment_id, response_id = shared
    with app.app_context():
        answered(cast.jo, assignment_id, "A kettle on", Level.SHARED)
    clock.move(minutes=11 + 14)
    hide(cast, as_, response_id, between)
    clock.move(minutes=-14)
    hide(cast, as_, response_id)
    with app.app_context():
        first, second = db.session.scalars(select(VisibilityChange).order_by(VisibilityChange.to)).all()
        assert first.takes_effect_at == second.takes_effect_at
        # As a server does that puts a new row where an older one lay.
        first.to, second.to = second.to, first.to
        db.session.commit()
    assert WORDS not in as_(cast.jo).get(f"/together/{assignment_id}").get_data(as_text=True)
    answer = f"/c/couples/{cast.sam_and_jo.id}/answers/{response_id}"
    assert as_(cast.priya).get(answer).status_code == 404


@pytest.mark.parametrize("ahead", AHEAD, ids=str)
def test_a_thank_you_and_a_part_stay_hidden_as_well(
    ahead: dict[str, int], cast: Cast, app: Flask, as_: AS, clock: Clock
) -> None:
    with app.app_context():
        turns = given(cast.priya, cast.sam_and_jo, "reflect-and-check")
        part = part_of(cast.sam, turns, "A", "thought", words=WORDS, send=True)
        thanks = save_thanks(actor=cast.sam, what=WORDS, meant="", level=Level.SHARED)
        entry_id, version = thanks.id, thanks.version
    clock.move(minutes=11)
    pages = ("/thanks", f"/together/{turns}")
    assert all(WORDS in get_page(as_(cast.jo), page).words for page in pages)
    clock.move(**ahead)
    with app.app_context():
        hide_part(actor=cast.sam, part_id=part)
        change_thanks(
            actor=cast.sam, entry_id=entry_id, what=WORDS, meant="", level=Level.PRIVATE, version=version
        )
    clock.move(**{unit: -number for unit, number in ahead.items()})
    for page in pages:
        assert WORDS not in as_(cast.jo).get(page).get_data(as_text=True)
