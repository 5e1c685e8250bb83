"""Together: the same page for both, and nothing on it that somebody kept."""

from __future__ import annotations

import re
from uuid import UUID, uuid4

import pytest
from flask import Flask

from assignments.actions.assigning import withdraw_assignment
from assignments.actions.entries import save_thanks
from assignments.actions.responding import change_visibility
from assignments.domain.progress import Repeat
from assignments.domain.visibility import Level
from clinic.extensions import db
from clinic.models import Couple
from tests.assignments.given import OPENS_TOGETHER, answered, given
from tests.cast import AS, Cast
from tests.conftest import Clock, CountQueries
from tests.page import Page, get_page

WAITING = "Opens when you both answer"
CLOSED = "Not opening here. You can talk about it in session."
STEP = "at-ease"


@pytest.fixture
def safe(app: Flask, cast: Cast) -> UUID:
    """An exercise that opens together, given to both."""
    with app.app_context():
        return given(cast.priya, cast.sam_and_jo, OPENS_TOGETHER)


def main(page: Page) -> str:
    """The main part, without what differs for each rendering."""
    return re.sub(r'value="[0-9a-zA-Z._-]{30,}"', "", str(page.main))


def test_nothing_yet(cast: Cast, as_: AS) -> None:
    assert "Things you both share will show here." in get_page(as_(cast.sam), "/together").words


def test_it_stands_there_from_the_day_it_starts_whatever_anybody_did(
    cast: Cast, as_: AS, app: Flask, safe: UUID
) -> None:
    with app.app_context():
        later = given(cast.priya, cast.sam_and_jo, starts_in=1)
    for person in (cast.sam, cast.jo):
        page = get_page(as_(person), "/together")
        assert WAITING in page.words
        assert page.select(f'a[href="/together/{safe}"]')
        assert not page.select(f'a[href="/together/{later}"]')
        assert as_(person).get(f"/together/{later}").status_code == 404


@pytest.mark.parametrize("level", [Level.PRIVATE, Level.COUNSELLOR, Level.BOTH])
def test_an_answer_before_the_opening_changes_nothing_for_either(
    cast: Cast, as_: AS, app: Flask, clock: Clock, safe: UUID, level: Level
) -> None:
    addresses = ("/together", f"/together/{safe}")
    before = {(p.id, a): main(get_page(as_(p), a)) for p in (cast.sam, cast.jo) for a in addresses}
    with app.app_context():
        answered(cast.sam, safe, "A calm voice", level, step=STEP)
    clock.move(minutes=10)
    for person in (cast.sam, cast.jo):
        for address in addresses:
            assert main(get_page(as_(person), address)) == before[person.id, address]


def test_both_open_at_once_side_by_side_and_the_same_for_both(
    cast: Cast, as_: AS, app: Flask, clock: Clock, safe: UUID
) -> None:
    with app.app_context():
        answered(cast.sam, safe, "A calm voice", Level.BOTH, step=STEP)
        clock.move(minutes=60)
        answered(cast.jo, safe, "A walk alone", Level.BOTH, step=STEP)
    clock.move(minutes=9)
    assert WAITING in get_page(as_(cast.sam), f"/together/{safe}").words
    clock.move(minutes=1)
    pages = [get_page(as_(person), f"/together/{safe}") for person in (cast.sam, cast.jo)]
    assert main(pages[0]) == main(pages[1])
    captions = pages[0].select("figure figcaption span:not([aria-hidden])")
    assert [caption.get_text() for caption in captions] == ["Sam", "Jo"]
    assert "A calm voice" in pages[0].words
    assert "A walk alone" in pages[0].words
    assert not re.search(r"\d\d:\d\d|\d [ap]m", pages[0].one("main").get_text())
    assert "Open to you both" in get_page(as_(cast.jo), "/together").words


def test_a_shared_answer_opens_alone_after_the_hold(cast: Cast, as_: AS, app: Flask, clock: Clock) -> None:
    with app.app_context():
        questions = given(cast.priya, cast.sam_and_jo)
        answered(cast.sam, questions, "Your laugh", Level.SHARED)
    for person in (cast.sam, cast.jo):
        assert "Your laugh" not in get_page(as_(person), f"/together/{questions}").words
    clock.move(minutes=10)
    pages = [get_page(as_(person), f"/together/{questions}") for person in (cast.sam, cast.jo)]
    assert "Your laugh" in pages[0].words
    assert WAITING not in pages[0].words
    assert main(pages[0]) == main(pages[1])


def test_hiding_takes_it_away_from_both_without_a_mark(cast: Cast, as_: AS, app: Flask, clock: Clock) -> None:
    with app.app_context():
        questions = given(cast.priya, cast.sam_and_jo)
        before = main(get_page(as_(cast.jo), f"/together/{questions}"))
        response_id = answered(cast.sam, questions, "Your laugh", Level.SHARED)
        clock.move(minutes=10)
        change_visibility(actor=cast.sam, response_id=response_id, level=Level.PRIVATE)
    assert main(get_page(as_(cast.jo), f"/together/{questions}")) == before
    assert "Your laugh" not in get_page(as_(cast.sam), f"/together/{questions}").words


def test_when_its_time_has_run_out_both_read_the_same(
    cast: Cast, as_: AS, app: Flask, clock: Clock, safe: UUID
) -> None:
    with app.app_context():
        answered(cast.sam, safe, "A calm voice", Level.BOTH, step=STEP)
    clock.move(days=7)
    assert WAITING in get_page(as_(cast.jo), f"/together/{safe}").words
    clock.move(hours=4, minutes=30)  # Midnight in London, after the last day.
    for person in (cast.sam, cast.jo):
        assert CLOSED in get_page(as_(person), f"/together/{safe}").words


@pytest.mark.parametrize("limit", [Level.COUNSELLOR, Level.PRIVATE])
def test_what_may_not_be_shared_never_stands_there(
    cast: Cast, as_: AS, app: Flask, clock: Clock, limit: Level
) -> None:
    with app.app_context():
        kept = given(cast.priya, cast.sam_and_jo, limit=limit)
        answered(cast.sam, kept, "Your laugh", limit)
    clock.move(minutes=10)
    assert "Things you both share" in get_page(as_(cast.jo), "/together").words
    assert as_(cast.jo).get(f"/together/{kept}").data == as_(cast.jo).get("/made/up").data


def test_what_one_was_given_alone_shows_only_once_they_share_it(
    cast: Cast, as_: AS, app: Flask, clock: Clock
) -> None:
    with app.app_context():
        alone = given(cast.priya, cast.sam_and_jo, for_whom="A")
    for person in (cast.sam, cast.jo):
        assert as_(person).get(f"/together/{alone}").status_code == 404
    with app.app_context():
        answered(cast.sam, alone, "Your laugh", Level.SHARED)
    assert as_(cast.jo).get(f"/together/{alone}").status_code == 404
    clock.move(minutes=10)
    assert "Your laugh" in get_page(as_(cast.jo), f"/together/{alone}").words


def test_every_week_of_a_repeated_one_is_its_own(cast: Cast, as_: AS, app: Flask, clock: Clock) -> None:
    with app.app_context():
        weekly = given(cast.priya, cast.sam_and_jo, repeat=Repeat.WEEKLY, days=28)
        answered(cast.sam, weekly, "Your laugh", Level.SHARED)
        clock.move(days=7)
        answered(cast.sam, weekly, "Not for Jo", Level.PRIVATE)
        clock.move(days=7)
    page = get_page(as_(cast.jo), f"/together/{weekly}")
    assert [heading.get_text() for heading in page.select("h2")] == ["Week of 30 Sep", "Week of 16 Sep"]
    assert "Your laugh" in page.words
    assert WAITING in page.words
    assert "Not for Jo" not in page.words


def test_a_withdrawn_one_stays_only_where_words_lie_open(
    cast: Cast, as_: AS, app: Flask, clock: Clock, safe: UUID
) -> None:
    with app.app_context():
        questions = given(cast.priya, cast.sam_and_jo)
        answered(cast.sam, questions, "Your laugh", Level.SHARED)
        answered(cast.sam, safe, "A calm voice", Level.PRIVATE, step=STEP)
        for assignment_id in (questions, safe):
            withdraw_assignment(actor=cast.priya, couple_id=cast.sam_and_jo.id, assignment_id=assignment_id)
    clock.move(minutes=10)
    page = get_page(as_(cast.jo), "/together")
    assert page.select(f'a[href="/together/{questions}"]')
    assert not page.select(f'a[href="/together/{safe}"]')


def test_while_the_couple_is_held_nothing_is_open(
    cast: Cast, as_: AS, app: Flask, clock: Clock, safe: UUID
) -> None:
    with app.app_context():
        for person in (cast.sam, cast.jo):
            answered(person, safe, f"{person.name} was here", Level.BOTH, step=STEP)
        clock.move(minutes=10)
        db.session.get_one(Couple, cast.sam_and_jo.id).held_at = clock.now
        db.session.commit()
    page = get_page(as_(cast.jo), f"/together/{safe}")
    assert "was here" not in page.words
    assert WAITING in page.words


def test_once_the_work_has_ended_nothing_opens_any_more(
    cast: Cast, as_: AS, app: Flask, clock: Clock, safe: UUID
) -> None:
    with app.app_context():
        db.session.get_one(Couple, cast.sam_and_jo.id).closed_at = clock.now
        db.session.commit()
    for person in (cast.sam, cast.jo):
        client = as_(person)
        assert "Practice has ended. Your own answers stay yours." in get_page(client, "/together").words
        assert client.get(f"/together/{safe}").status_code == 404


def test_it_is_ordered_by_when_it_was_given(cast: Cast, as_: AS, app: Flask, clock: Clock) -> None:
    with app.app_context():
        first = given(cast.priya, cast.sam_and_jo)
        clock.move(days=1)
        second = given(cast.priya, cast.sam_and_jo, "active-listening")
        answered(cast.sam, first, "Your laugh", Level.SHARED)
    clock.move(minutes=10)
    links = [str(link["href"]) for link in get_page(as_(cast.jo), "/together").select("main li a")]
    assert links == [f"/together/{second}", f"/together/{first}"]


def test_another_couples_is_not_found(cast: Cast, as_: AS, app: Flask, safe: UUID) -> None:
    for stranger in (cast.ade, cast.nia, cast.lea, cast.priya, cast.ada):
        client = as_(stranger)
        assert client.get(f"/together/{safe}").data == client.get(f"/together/{uuid4()}").data
        assert client.get(f"/together/{safe}").status_code == 404


def test_words_cannot_become_a_page(cast: Cast, as_: AS, app: Flask, clock: Clock) -> None:
    with app.app_context():
        questions = given(cast.priya, cast.sam_and_jo)
        answered(cast.sam, questions, "<script>alert(1)</script>", Level.SHARED)
        save_thanks(actor=cast.sam, what="<b>Tea</b>", meant="", level=Level.SHARED)
    clock.move(minutes=10)
    assert "<script>alert(1)</script>" in get_page(as_(cast.jo), f"/together/{questions}").words
    page = get_page(as_(cast.jo), "/together")
    assert "<b>Tea</b>" in page.words


def test_its_cost_does_not_grow_with_what_is_there(
    cast: Cast, as_: AS, app: Flask, clock: Clock, count_queries: CountQueries
) -> None:
    def cost() -> int:
        client = as_(cast.jo)
        client.get("/help")
        with count_queries() as queries:
            client.get("/together")
        return len(queries)

    with app.app_context():
        questions = given(cast.priya, cast.sam_and_jo)
        answered(cast.sam, questions, "Your laugh", Level.SHARED)
    clock.move(minutes=10)
    few = cost()
    with app.app_context():
        for number in range(6):
            answered(cast.sam, given(cast.priya, cast.sam_and_jo), f"Answer {number}", Level.SHARED)
            save_thanks(actor=cast.sam, what=f"Tea {number}", meant="", level=Level.SHARED)
    clock.move(minutes=10)
    assert cost() == few
