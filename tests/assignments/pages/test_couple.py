"""One couple's page: the weeks, the charts, what comes next, and what is never told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from assignments.actions.entries import change_thanks, save_thanks
from assignments.actions.responding import change_visibility, record_outcome, set_aside
from assignments.domain.visibility import Level
from assignments.models import CoupleLook, Response
from clinic.clock import now
from clinic.extensions import db
from clinic.models import Couple
from tests import builders
from tests.assignments.pages.test_board import check_in
from tests.assignments.work import give, send, write
from tests.cast import AS, Cast
from tests.conftest import Clock, CountQueries
from tests.page import Page, get_page, submit_and_follow


def address(cast: Cast) -> str:
    return f"/c/couples/{cast.sam_and_jo.id}"


def sides(page: Page) -> tuple[str, str]:
    """Everything that stands in Sam's column and in Jo's."""
    cells: tuple[list[str], list[str]] = ([], [])
    for tr in page.select("table.timeline tbody tr:not(.across)"):
        for column, td in zip(cells, tr.select("td"), strict=True):
            column.append(" ".join(td.get_text(" ").split()))
    return " | ".join(cells[0]), " | ".join(cells[1])


def across(page: Page) -> list[str]:
    return [" ".join(tr.get_text(" ").split()) for tr in page.select("table.timeline tr.across")]


def test_a_couple_without_anything_is_invited_to_a_first_small_thing(cast: Cast, as_: AS) -> None:
    page = get_page(as_(cast.priya), address(cast))
    assert "Nothing yet. Give them a first small thing. Assign" in page.words
    assert "svg" not in [figure.name for figure in page.select("svg.chart")]


def test_each_partner_has_a_side_and_appointments_cut_across(
    cast: Cast, as_: AS, app: Flask, clock: Clock
) -> None:
    given = give(app, cast, "gentle-questions")
    with app.app_context():
        builders.appointment(cast.sam_and_jo, starts_at=now() - timedelta(days=1))
        builders.appointment(cast.sam_and_jo, starts_at=now() + timedelta(days=6))
        set_aside(actor=cast.jo, assignment_id=given, kind="hard", choice="smaller")
        record_outcome(actor=cast.sam, assignment_id=given, turn=1, tried="tried", useful=7)
    send(app, cast.sam, given, Level.SHARED)
    check_in(app, cast.jo, cast.sam_and_jo, 1, closeness=6, tension=5)
    page = get_page(as_(cast.priya), address(cast))
    sam, jo = sides(page)
    assert "Gentle questions: done, useful 7 of 10" in sam
    assert "Felt hard: Gentle questions" in jo
    assert "Check-in: closeness 6, tension 5" in jo
    assert "Felt hard" not in sam
    assert any("Appointment 1, 19:30" in one for one in across(page))
    assert any("Appointment 2 to come, 19:30" in one for one in across(page))
    assert any("Given to both: Gentle questions" in one for one in across(page))


def test_a_kept_answer_is_done_like_any_other_and_nothing_more(
    cast: Cast, as_: AS, app: Flask, clock: Clock
) -> None:
    given = give(app, cast, "gentle-questions")
    send(app, cast.sam, given, Level.PRIVATE)
    with app.app_context():
        save_thanks(actor=cast.sam, what="For the tea", meant="", level=Level.PRIVATE)
        save_thanks(actor=cast.jo, what="For the walk", meant="", level=Level.SHARED)
    clock.move(minutes=10)
    page = get_page(as_(cast.priya), address(cast))
    sam, jo = sides(page)
    assert sam == "Sam Gentle questions: done"
    assert "1 thank-you shared" in jo
    for told in ("Only me", "private", "kept", "For the"):
        assert told not in page.words, told


def test_a_draft_is_not_told(cast: Cast, as_: AS, app: Flask) -> None:
    given = give(app, cast, "what-helps-me-feel-safe")
    before = get_page(as_(cast.priya), address(cast)).words
    write(app, cast.jo, given, "at-ease", {"text": "On walks"})
    assert get_page(as_(cast.priya), address(cast)).words == before


def test_what_has_not_been_read_is_marked_new(cast: Cast, as_: AS, app: Flask) -> None:
    send(app, cast.sam, give(app, cast, "gentle-questions"), Level.COUNSELLOR)
    page = get_page(as_(cast.priya), address(cast))
    assert sides(page)[0].endswith("done New")


def test_filters_leave_one_kind_and_the_appointments(cast: Cast, as_: AS, app: Flask) -> None:
    send(app, cast.sam, give(app, cast, "gentle-questions"), Level.SHARED)
    check_in(app, cast.sam, cast.sam_and_jo, 0, closeness=6)
    with app.app_context():
        builders.appointment(cast.sam_and_jo, starts_at=now() - timedelta(days=1))
    page = get_page(as_(cast.priya), address(cast) + "?kind=checkins")
    assert sides(page) == ("Sam Check-in: closeness 6 New", "Jo – Nothing")
    assert len(across(page)) == 1
    assert "Gentle questions" in get_page(as_(cast.priya), address(cast) + "?kind=nonsense").words


def test_charts_keep_gaps_say_themselves_in_words_and_turn_into_tables(
    cast: Cast, as_: AS, app: Flask
) -> None:
    for weeks_ago, closeness in ((5, 4), (4, 5), (2, 6), (1, 7)):
        check_in(app, cast.sam, cast.sam_and_jo, weeks_ago, closeness=closeness, tension=3)
    check_in(app, cast.jo, cast.sam_and_jo, 5, closeness=2)
    page = get_page(as_(cast.priya), address(cast))
    drawn = page.select("svg.chart")
    assert drawn[0]["aria-label"] == (
        "Closeness, 0 to 10. Sam: 4 in week 0, 7 in week 4, 1 week without an answer between."
        " Jo: 2 in week 0."
    )
    # Two runs of weeks, with nothing drawn between them.
    assert str(drawn[0].select("path.c-a")[0]["d"]).count("M") == 2
    page = get_page(as_(cast.priya), address(cast) + "?charts=table")
    assert not page.select("svg.chart")
    rows = [" ".join(tr.get_text(" ").split()) for tr in page.select("table.data tbody tr")]
    assert rows[:4] == ["Week 0 4 2", "Week 1 5 –", "Week 2 – –", "Week 3 6 –"]


def test_the_next_step_stands_first_until_it_is_done(cast: Cast, as_: AS, app: Flask) -> None:
    with app.app_context():
        new = builders.couple(cast.priya, first="Kit Park", second="Pat Moss", joined=False, safety=False)
        builders.safety_conversation(new, builders.partner_person(new, "A"))
    page = get_page(as_(cast.priya), f"/c/couples/{new.id}")
    assert "Next: speak with Pat alone" in page.words
    assert "Next: Kit joins" in page.words
    assert "/c/assign" not in page.response.text
    assert "Next:" not in get_page(as_(cast.priya), address(cast)).words


def test_a_hold_and_an_ending_are_said(cast: Cast, as_: AS, app: Flask) -> None:
    with app.app_context():
        db.session.get_one(Couple, cast.sam_and_jo.id).held_at = now()
        db.session.commit()
    assert "Joint practice is on hold" in get_page(as_(cast.priya), address(cast)).words
    with app.app_context():
        db.session.get_one(Couple, cast.sam_and_jo.id).closed_at = now()
        db.session.commit()
    page = get_page(as_(cast.priya), address(cast))
    assert "Work with this couple has ended" in page.words
    assert "/c/assign" not in page.response.text


def test_many_weeks_show_the_newest_eight_and_a_way_to_the_rest(cast: Cast, as_: AS, app: Flask) -> None:
    for weeks_ago in range(1, 12):
        check_in(app, cast.sam, cast.sam_and_jo, weeks_ago, closeness=5)
    page = get_page(as_(cast.priya), address(cast))
    assert len(page.select("table.timeline tbody tr")) == 8
    assert "Show all weeks" in page.words
    assert (
        len(get_page(as_(cast.priya), address(cast) + "?weeks=all").select("table.timeline tbody tr")) == 11
    )


def test_weeks_far_apart_and_long_ago_are_found_all_the_same(cast: Cast, as_: AS, app: Flask) -> None:
    """The page reads back from the newest thing there is, and further where that finds too few weeks."""
    for weeks_ago in (*range(60, 200, 20), 250, 300, 301):
        check_in(app, cast.sam, cast.sam_and_jo, weeks_ago, closeness=5)
    shown = get_page(as_(cast.priya), address(cast))
    every = get_page(as_(cast.priya), address(cast) + "?weeks=all")
    weeks = [" ".join(tr.get_text(" ").split()) for tr in every.select("table.timeline tbody tr")]
    assert len(weeks) == 10
    assert [" ".join(tr.get_text(" ").split()) for tr in shown.select("table.timeline tbody tr")] == weeks[:8]
    assert "Show all weeks" in shown.words
    assert "Show all weeks" not in every.words


@pytest.mark.both_databases
def test_what_was_never_read_stays_new_however_old_it_is(
    cast: Cast, as_: AS, app: Flask, clock: Clock
) -> None:
    given = give(app, cast, "gentle-questions")
    send(app, cast.sam, given, Level.COUNSELLOR)
    send(app, cast.jo, given, Level.PRIVATE)
    clock.move(days=7 * 60)
    with app.app_context():
        for weeks_ago in range(15):
            builders.appointment(cast.sam_and_jo, starts_at=now() - timedelta(weeks=weeks_ago))
    page = get_page(as_(cast.priya), address(cast))
    assert "1 new since" in page.words
    assert len(across(page)) == 8
    assert "Appointment 15, " in across(page)[0]
    assert "Gentle questions" not in page.words
    every = get_page(as_(cast.priya), address(cast) + "?kind=new&weeks=all")
    assert sides(every) == ("Sam Gentle questions: done New", "Jo – Nothing")


def test_what_was_kept_for_a_year_and_opened_now_is_new_however_old_it_is(
    cast: Cast, as_: AS, app: Flask, clock: Clock
) -> None:
    given = give(app, cast, "gentle-questions")
    send(app, cast.sam, given, Level.PRIVATE)
    clock.move(days=7 * 60)
    with app.app_context():
        row = db.session.scalars(select(Response)).one()
        change_visibility(actor=cast.sam, response_id=row.id, level=Level.COUNSELLOR)
    clock.move(days=4)
    with app.app_context():
        for weeks_ago in range(15):
            builders.appointment(cast.sam_and_jo, starts_at=now() - timedelta(weeks=weeks_ago))
    page = get_page(as_(cast.priya), address(cast))
    assert "1 new since" in page.words
    assert "Gentle questions" not in page.words


def test_what_is_told_or_opened_now_of_something_old_stands_in_this_week(
    cast: Cast, as_: AS, app: Flask, clock: Clock
) -> None:
    """That week is all the page reads, and what it belongs to is of more than a year ago."""
    given = give(app, cast, "gentle-questions", best_before=None)
    with app.app_context():
        kept = save_thanks(actor=cast.jo, what="For the tea", meant="", level=Level.PRIVATE)
    clock.move(days=7 * 60)
    with app.app_context():
        record_outcome(actor=cast.sam, assignment_id=given, turn=1, tried="not", useful=None)
        words, version = {"what": "For the tea", "meant": ""}, kept.version
        change_thanks(actor=cast.jo, entry_id=kept.id, **words, level=Level.SHARED, version=version)
    clock.move(hours=25)
    with app.app_context():
        for weeks_ago in range(15):
            builders.appointment(cast.sam_and_jo, starts_at=now() - timedelta(weeks=weeks_ago))
    page = get_page(as_(cast.priya), address(cast))
    assert "Show all weeks" in page.words
    sam, jo = sides(page)
    assert "Gentle questions: not tried" in sam
    assert "1 thank-you shared" in jo


def test_an_appointment_to_come_is_no_time_they_were_last_here(cast: Cast, as_: AS, app: Flask) -> None:
    check_in(app, cast.sam, cast.sam_and_jo, 0, closeness=6)
    with app.app_context():
        for away in (timedelta(hours=-3), timedelta(days=6)):
            builders.appointment(cast.sam_and_jo, starts_at=now() + away)
    assert "1 new since Wed 16 Sep, 16:30." in get_page(as_(cast.priya), address(cast)).words


def test_the_pages_of_a_couple_share_one_row_of_links(cast: Cast, as_: AS) -> None:
    page = get_page(as_(cast.priya), address(cast))
    links = [a.get_text() for a in page.select("nav.local a")]
    assert links == ["Timeline", "Answers", "Plan", "Notes", "Signs", "Appointments", "Settings"]
    for link in page.select("nav.local a"):
        get_page(as_(cast.priya), str(link["href"]))


@pytest.mark.parametrize("who", ["marcus", "omar", "ada", "hana", "sam", "lea"])
def test_nobody_else_gets_the_page(cast: Cast, as_: AS, who: str) -> None:
    get_page(as_(getattr(cast, who)), address(cast), 404)


def test_a_supervisor_reads_it_without_a_button_to_change_anything(cast: Cast, as_: AS, app: Flask) -> None:
    given = give(app, cast, "gentle-questions")
    page = get_page(as_(cast.sofia), address(cast))
    assert "/c/assign" not in page.response.text
    page = get_page(as_(cast.sofia), f"{address(cast)}/assignments/{given}")
    assert not page.select("main form")


def test_the_page_costs_the_same_however_much_has_happened(
    cast: Cast, as_: AS, app: Flask, count_queries: CountQueries
) -> None:
    send(app, cast.sam, give(app, cast, "gentle-questions"), Level.SHARED)
    check_in(app, cast.sam, cast.sam_and_jo, 1, closeness=5)
    client = as_(cast.priya)

    def cost() -> int:
        with count_queries() as queries:
            get_page(client, address(cast))
        return len(queries)

    cost()
    few = cost()
    for slug in ("one-question-a-week", "go-first", "find-the-word", "my-part"):
        send(app, cast.jo, give(app, cast, slug), Level.SHARED)
    for weeks_ago in range(2, 9):
        check_in(app, cast.sam, cast.sam_and_jo, weeks_ago, closeness=5)
    assert cost() == few
    assert few <= 26


def test_a_kept_thank_you_on_its_way_is_not_told_while_it_can_be_cancelled(
    cast: Cast, as_: AS, app: Flask, clock: Clock
) -> None:
    with app.app_context():
        kept = save_thanks(actor=cast.sam, what="For the tea", meant="", level=Level.PRIVATE)
        change_thanks(
            actor=cast.sam,
            entry_id=kept.id,
            what="For the tea",
            meant="",
            level=Level.SHARED,
            version=kept.version,
        )
    clock.move(hours=23)
    assert "thank-you" not in sides(get_page(as_(cast.priya), address(cast)))[0]
    clock.move(hours=1)
    assert "1 thank-you shared" in sides(get_page(as_(cast.priya), address(cast)))[0]


def test_what_came_after_the_last_look_is_new_and_can_be_shown_alone(
    cast: Cast, as_: AS, app: Flask, clock: Clock
) -> None:
    check_in(app, cast.sam, cast.sam_and_jo, 0, closeness=6)
    priya = as_(cast.priya)
    # Without a look and without an appointment nothing is compared, so nothing is called new.
    page = get_page(priya, address(cast))
    assert "new since" not in page.words
    assert not page.select(".timeline .chip")
    with app.app_context():
        builders.appointment(cast.sam_and_jo, starts_at=now() - timedelta(hours=3))
    page = get_page(priya, address(cast))
    assert "1 new since Wed 16 Sep, 16:30." in page.words
    clock.move(minutes=1)
    page = submit_and_follow(priya, page, form='form[action$="/look"]')
    assert "Nothing new since Wed 16 Sep, 19:31." in page.words
    clock.move(minutes=1)
    with app.app_context():
        set_aside(
            actor=cast.jo,
            assignment_id=give(app, cast, "gentle-questions"),
            kind="hard",
            choice="smaller",
        )
    page = get_page(priya, f"{address(cast)}?kind=new")
    assert sides(page) == ("Sam – Nothing", "Jo Felt hard: Gentle questions New")
    # Somebody else's look is their own.
    assert "2 new since Wed 16 Sep, 16:30." not in get_page(as_(cast.sofia), address(cast)).words


def test_fetching_the_page_changes_nothing(cast: Cast, as_: AS, app: Flask) -> None:
    get_page(as_(cast.priya), address(cast))
    with app.app_context():
        assert not list(db.session.scalars(select(CoupleLook)))
