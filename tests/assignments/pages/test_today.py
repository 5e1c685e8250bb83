"""Today: one thing now, from one partner's own acts alone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from assignments.actions.responding import set_aside
from assignments.domain.visibility import Level
from clinic.clock import today
from clinic.extensions import db
from clinic.models import Couple
from tests.assignments.work import give, send, write
from tests.cast import AS, Cast
from tests.conftest import Clock, CountQueries
from tests.page import Page, get_page

FRIDAY = datetime(2026, 9, 18, 18, 0, tzinfo=UTC)


def names(page: Page) -> list[str]:
    return [name.get_text() for name in page.select(".row-name")]


def hero(page: Page) -> str:
    title = page.select_one("#hero-title")
    return title.get_text() if title else ""


def test_with_nothing_set_the_page_says_so_without_reproach(cast: Cast, as_: AS) -> None:
    page = get_page(as_(cast.sam), "/today")
    assert "Nothing set for now." in page.words
    assert not hero(page)


@pytest.mark.parametrize("who", ["priya", "sofia", "ada"])
def test_staff_have_no_today_of_a_partner(cast: Cast, as_: AS, who: str) -> None:
    get_page(as_(getattr(cast, who)), "/today", 404)


def test_the_oldest_new_thing_comes_first_and_started_work_before_it(
    cast: Cast, as_: AS, app: Flask, clock: Clock
) -> None:
    give(app, cast, "gentle-questions")
    clock.move(days=1)
    later = give(app, cast, "what-helps-me-feel-safe")
    page = get_page(as_(cast.sam), "/today")
    assert hero(page) != "What helps me feel safe"
    assert "What helps me feel safe" in names(page)
    write(app, cast.sam, later, "at-ease", {"text": "On walks"})
    page = get_page(as_(cast.sam), "/today")
    assert hero(page) == "What helps me feel safe"
    assert "Carry on" in page.words
    assert "On walks" not in page.response.text


def test_not_tonight_hides_it_until_its_time(cast: Cast, as_: AS, app: Flask, clock: Clock) -> None:
    given = give(app, cast, "gentle-questions")
    before = hero(get_page(as_(cast.sam), "/today"))
    with app.app_context():
        set_aside(actor=cast.sam, assignment_id=given, kind="later", choice="tomorrow")
    page = get_page(as_(cast.sam), "/today")
    assert "Nothing set for now." in page.words
    assert before not in names(page)
    assert hero(get_page(as_(cast.jo), "/today")) == before
    clock.move(days=1, minutes=1)
    assert hero(get_page(as_(cast.sam), "/today")) == before


@pytest.mark.parametrize(("kind", "choice"), [("later", "leave"), ("hard", "skip"), ("hard", "bring")])
def test_what_was_left_stands_as_set_aside_and_can_be_opened(
    cast: Cast, as_: AS, app: Flask, kind: str, choice: str
) -> None:
    given = give(app, cast, "gentle-questions")
    with app.app_context():
        set_aside(actor=cast.sam, assignment_id=given, kind=kind, choice=choice)
    page = get_page(as_(cast.sam), "/today")
    assert not hero(page)
    assert "Set aside" in page.words
    assert page.select_one(f'a.row-link[href="/do/{given}"]')


def test_a_weekly_thing_left_out_one_week_is_new_the_next(
    cast: Cast, as_: AS, app: Flask, clock: Clock
) -> None:
    given = give(app, cast, "phone-free-evening", best_before=None, repeat="weekly")
    with app.app_context():
        set_aside(actor=cast.sam, assignment_id=given, kind="later", choice="leave")
    assert not hero(get_page(as_(cast.sam), "/today"))
    clock.move(days=7)
    assert hero(get_page(as_(cast.sam), "/today")) == "Phones away"


def test_a_smaller_one_says_so(cast: Cast, as_: AS, app: Flask) -> None:
    given = give(app, cast, "phone-free-evening")
    with app.app_context():
        set_aside(actor=cast.sam, assignment_id=given, kind="hard", choice="smaller")
    assert "About 3 minutes." in get_page(as_(cast.sam), "/today").words


def test_after_something_was_done_the_page_rests(cast: Cast, as_: AS, app: Flask) -> None:
    done = give(app, cast, "gentle-questions")
    give(app, cast, "what-helps-me-feel-safe")
    send(app, cast.sam, done, Level.PRIVATE)
    page = get_page(as_(cast.sam), "/today")
    assert not hero(page)
    assert "Done. That is enough for today." in page.words
    assert "You have done 1 thing so far. Nothing to catch up on." in page.words
    assert "What helps me feel safe" in names(page)


def test_there_are_at_most_four_rows_and_nothing_undone_is_counted(cast: Cast, as_: AS, app: Flask) -> None:
    for _ in range(7):
        give(app, cast, "gentle-questions")
    page = get_page(as_(cast.sam), "/today")
    assert len(names(page)) <= 4
    assert not re.search(r"\b(late|overdue|missed|waiting|week streak|%)\b", page.words, re.IGNORECASE)
    assert "7" not in page.words


def test_an_open_check_in_comes_before_new_work_where_it_can_be_given(
    cast: Cast, as_: AS, app: Flask, clock: Clock
) -> None:
    give(app, cast, "gentle-questions")
    clock.set(FRIDAY)
    page = get_page(as_(cast.sam), "/today")
    built = "check_in.check_in" in app.view_functions
    assert (hero(page) == "How was this week?") is built
    assert page.select_one(".hero .btn-main")


@pytest.mark.both_databases
def test_the_other_partners_page_is_the_same_in_both_worlds(
    cast: Cast, as_: AS, app: Flask, clock: Clock
) -> None:
    """Whatever Sam does, Jo's pages keep every byte but the tokens of their forms."""
    ids = [give(app, cast, slug) for slug in ("what-helps-me-feel-safe", "gentle-questions", "i-statements")]
    urls = ["/today", *(f"/do/{one}" for one in ids), f"/do/{ids[0]}/at-ease", f"/do/{ids[0]}/check"]

    def seen() -> list[str]:
        jo = as_(cast.jo)
        return [
            re.sub(r'name="(csrf_token|form_key)" value="[^"]*"|value="[^"]*" name="csrf_token"', "", page)
            for page in (jo.get(url).text for url in urls)
        ]

    def csrf_free(pages: list[str]) -> list[str]:
        return [re.sub(r"<input[^>]*(csrf_token|form_key)[^>]*>", "", page) for page in pages]

    before = csrf_free(seen())
    write(app, cast.sam, ids[0], "at-ease", {"text": "A canary of Sam's"})
    assert csrf_free(seen()) == before
    send(app, cast.sam, ids[0], Level.BOTH)
    send(app, cast.sam, ids[1], Level.PRIVATE)
    with app.app_context():
        set_aside(actor=cast.sam, assignment_id=ids[2], kind="hard", choice="smaller")
    clock.move(minutes=0)
    assert csrf_free(seen()) == before


def test_a_safety_hold_leaves_a_plain_page(cast: Cast, as_: AS, app: Flask, clock: Clock) -> None:
    given = give(app, cast, "gentle-questions")
    with app.app_context():
        db.session.get_one(Couple, cast.sam_and_jo.id).held_at = clock.now
        db.session.commit()
    assert "Nothing set for now." in get_page(as_(cast.sam), "/today").words
    get_page(as_(cast.sam), f"/do/{given}", 404)


def test_a_safety_hold_does_not_take_the_check_in_away(cast: Cast, as_: AS, app: Flask, clock: Clock) -> None:
    clock.set(FRIDAY)
    sam = as_(cast.sam)
    before = hero(get_page(sam, "/today"))
    with app.app_context():
        db.session.get_one(Couple, cast.sam_and_jo.id).held_at = clock.now
        db.session.commit()
    assert hero(get_page(sam, "/today")) == before == "How was this week?"


def test_today_costs_the_same_for_much_work(
    cast: Cast, as_: AS, app: Flask, count_queries: CountQueries
) -> None:
    give(app, cast, "gentle-questions")
    sam = as_(cast.sam)
    with count_queries() as few:
        get_page(sam, "/today")
    for _ in range(5):
        give(app, cast, "i-statements")
    with count_queries() as many:
        get_page(sam, "/today")
    assert len(many) == len(few) <= 13


def test_what_starts_tomorrow_waits(cast: Cast, as_: AS, app: Flask) -> None:
    with app.app_context():
        day = today(cast.canal_street.timezone)
    given = give(app, cast, "gentle-questions", starts_on=day + timedelta(days=1))
    assert "Nothing set for now." in get_page(as_(cast.sam), "/today").words
    get_page(as_(cast.sam), f"/do/{given}", 404)
