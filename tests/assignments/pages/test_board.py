"""The counsellor's first page: who is on it, why, and what it costs."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from assignments.actions.deciding import decide
from assignments.actions.plans import answer_checkpoint
from assignments.actions.responding import set_aside
from assignments.actions.reviewing import mark_parts_read
from assignments.actions.turns import save_part, send_part
from assignments.domain.progress import Repeat
from assignments.domain.signs import DecisionState
from assignments.domain.visibility import Level
from assignments.models import Checkin
from assignments.queries.plans import checks_due, plan_for_staff
from clinic.clock import now
from clinic.extensions import db
from clinic.models import Couple, Person
from tests import builders
from tests.assignments.planned import planned
from tests.assignments.work import give, send, write
from tests.cast import AS, Cast
from tests.conftest import Clock, CountQueries
from tests.page import Page, get_page

THIS_MONDAY = date(2026, 9, 14)


def check_in(app: Flask, person: Person, couple: Couple, weeks_ago: int, **answers: Any) -> None:
    with app.app_context():
        db.session.add(
            Checkin(
                practice_id=couple.practice_id,
                couple_id=couple.id,
                author_id=person.id,
                week_of=THIS_MONDAY - timedelta(weeks=weeks_ago),
                saved_at=now(),
                **answers,
            )
        )
        db.session.commit()


def row(page: Page, couple_name: str) -> str:
    """The words of one couple's row."""
    found = [tr for tr in page.select("table.triage tr") if couple_name in tr.get_text()]
    assert len(found) == 1, f"{couple_name}: {len(found)} rows"
    return " ".join(found[0].get_text(" ").split())


def groups(page: Page) -> list[str]:
    return [" ".join(th.get_text(" ").split()) for th in page.select("tr.group th")]


def test_a_counsellor_without_couples_is_invited_to_add_one(cast: Cast, as_: AS, app: Flask) -> None:
    with app.app_context():
        new = builders.person(cast.canal_street, name="Nell", address="nell@canal.example")
    assert "Add your first couple." in get_page(as_(new), "/c").words


def test_all_on_track_is_said_and_kept_a_click_away(cast: Cast, as_: AS) -> None:
    page = get_page(as_(cast.priya), "/c")
    assert "No one needs you now. 2 on track." in page.words
    assert not page.select("table.triage")
    page = get_page(as_(cast.priya), "/c?show=track")
    assert groups(page) == ["On track 2"]
    assert "Nothing needs you now." in row(page, "Okafor and Lind")


def test_only_the_readers_own_couples_are_on_it(cast: Cast, as_: AS) -> None:
    for who, seen in (("priya", True), ("sofia", True), ("marcus", False), ("omar", False), ("hana", False)):
        page = get_page(as_(getattr(cast, who)), "/c?show=all")
        assert ("Okafor and Lind" in page.words) is seen, who


def test_a_new_answer_brings_a_couple_here_and_what_is_kept_private_does_not(
    cast: Cast, as_: AS, app: Flask
) -> None:
    send(app, cast.sam, give(app, cast, "gentle-questions"), Level.PRIVATE)
    assert "No one needs you now." in get_page(as_(cast.priya), "/c").words
    send(app, cast.sam, give(app, cast, "gentle-questions"), Level.SHARED)
    page = get_page(as_(cast.priya), "/c")
    assert groups(page) == ["New answers 1"]
    assert "1 new answer to read." in row(page, "Okafor and Lind")
    assert "Sam 2 of 2 Jo 0 of 2" in row(page, "Okafor and Lind")


def test_put_off_three_times_is_a_reason_with_its_rule(cast: Cast, as_: AS, app: Flask) -> None:
    given = give(app, cast, "gentle-questions")
    with app.app_context():
        for _ in range(3):
            set_aside(actor=cast.jo, assignment_id=given, kind="later", choice="tonight")
    page = get_page(as_(cast.priya), "/c")
    assert groups(page) == ["Stalled 1"]
    assert "Jo put it off 3 times." in row(page, "Okafor and Lind")
    link = page.select_one("a.rule-link")
    assert link is not None
    assert page.one(str(link["href"])).get_text() == "Put off 3 times or more."
    action = page.select_one("td.do-cell a")
    assert action is not None
    assert action["href"] == f"/c/assign?couple={cast.sam_and_jo.id}"


def test_what_was_set_today_has_not_gone_undone(cast: Cast, as_: AS, app: Flask, clock: Clock) -> None:
    for slug in ("gentle-questions", "active-listening", "midday-message"):
        give(app, cast, slug)
    assert "No one needs you now." in get_page(as_(cast.priya), "/c").words
    clock.move(days=14)
    page = get_page(as_(cast.priya), "/c")
    assert "Sam: nothing done for 14 days." in row(page, "Okafor and Lind")


def test_nothing_is_asked_of_a_couple_on_hold_or_one_that_has_ended(
    cast: Cast, as_: AS, app: Flask, clock: Clock
) -> None:
    give(app, cast, "gentle-questions")
    clock.move(days=20)
    with app.app_context():
        held = db.session.get_one(Couple, cast.sam_and_jo.id)
        held.held_at = now()
        db.session.get_one(Couple, cast.ade_and_ruth.id).closed_at = now()
        db.session.commit()
    page = get_page(as_(cast.priya), "/c?show=all")
    assert groups(page) == ["On track 1"]
    assert "Adeyemi" not in page.words


def test_an_answer_waiting_to_open_is_told_without_saying_whose(
    cast: Cast, as_: AS, app: Flask, clock: Clock
) -> None:
    given = give(app, cast, "what-helps-me-feel-safe", best_before=date(2026, 9, 30))
    write(app, cast.sam, given, "at-ease", {"text": "In the car."})
    send(app, cast.sam, given, Level.BOTH)
    clock.move(days=9)
    page = get_page(as_(cast.priya), "/c")
    assert "An answer has waited 9 days to open." in row(page, "Okafor and Lind")


def test_a_weekly_turn_that_has_passed_waits_no_more(cast: Cast, as_: AS, app: Flask, clock: Clock) -> None:
    weekly = give(app, cast, "phone-free-evening", repeat=Repeat.WEEKLY, best_before=None)
    write(app, cast.sam, weekly, "stayed", {"text": "It was quiet."})
    send(app, cast.sam, weekly, Level.BOTH)
    clock.move(days=9)
    assert "waited" not in row(get_page(as_(cast.priya), "/c?show=all"), "Okafor and Lind")


def test_a_kept_answer_is_not_told_by_what_waits(cast: Cast, as_: AS, app: Flask, clock: Clock) -> None:
    given = give(app, cast, "what-helps-me-feel-safe", best_before=date(2026, 9, 30))
    write(app, cast.sam, given, "at-ease", {"text": "In the car."})
    send(app, cast.sam, given, Level.BOTH)
    send(app, cast.jo, given, Level.PRIVATE)
    clock.move(days=9)
    assert "to open" not in get_page(as_(cast.priya), "/c?show=all").words


def test_once_its_time_has_run_out_nothing_waits_to_open(
    cast: Cast, as_: AS, app: Flask, clock: Clock
) -> None:
    given = give(app, cast, "what-helps-me-feel-safe")
    write(app, cast.sam, given, "at-ease", {"text": "In the car."})
    send(app, cast.sam, given, Level.BOTH)
    clock.move(days=9)
    assert "to open" not in get_page(as_(cast.priya), "/c?show=all").words


def rising_tension(app: Flask, cast: Cast) -> None:
    for weeks_ago, tension in ((6, 3), (5, 3), (4, 4), (3, 8), (2, 9), (1, 9)):
        for person in (cast.sam, cast.jo):
            check_in(app, person, cast.sam_and_jo, weeks_ago, closeness=5, tension=tension)


def test_a_met_sign_asks_for_a_decision_until_one_is_recorded(cast: Cast, as_: AS, app: Flask) -> None:
    rising_tension(app, cast)
    page = get_page(as_(cast.priya), "/c")
    assert groups(page) == ["Decision due 1"]
    assert "tension is rising" in row(page, "Okafor and Lind")
    with app.app_context():
        decide(
            actor=cast.priya,
            couple_id=cast.sam_and_jo.id,
            state=DecisionState.CONTINUE,
            reason="Seen each alone first.",
        )
    assert "Decision due" not in get_page(as_(cast.priya), "/c?show=all").words


def test_charts_come_as_lines_or_as_numbers(cast: Cast, as_: AS, app: Flask) -> None:
    rising_tension(app, cast)
    page = get_page(as_(cast.priya), "/c")
    label = page.select("td.spark-cell svg")[1]["aria-label"]
    assert label == "Tension, 0 to 10. Sam: 3 in week 0, 9 in week 5. Jo: 3 in week 0, 9 in week 5."
    page = get_page(as_(cast.priya), "/c?charts=table")
    assert not page.select("td.spark-cell svg")
    assert "3→9" in row(page, "Okafor and Lind")


def test_a_word_finds_a_couple_by_either_name(cast: Cast, as_: AS) -> None:
    for word in ("jo", "okaf", "LIND"):
        page = get_page(as_(cast.priya), f"/c?q={word}")
        assert "Okafor and Lind" in page.words
        assert "Adeyemi" not in page.words
    assert "No couple with “%”" in get_page(as_(cast.priya), "/c?q=%25").words


def test_today_shows_the_appointments_and_which_comes_next(cast: Cast, as_: AS, app: Flask) -> None:
    with app.app_context():
        builders.appointment(cast.sam_and_jo, starts_at=now() - timedelta(days=7))
        builders.appointment(cast.sam_and_jo, starts_at=now() - timedelta(hours=3))
        builders.appointment(cast.ade_and_ruth, starts_at=now() + timedelta(hours=1))
        builders.appointment(cast.ade_and_ruth, starts_at=now() + timedelta(days=1))
        builders.appointment(cast.nia_and_owen, starts_at=now() + timedelta(hours=1))
    page = get_page(as_(cast.priya), "/c")
    slots = [" ".join(li.get_text(" ").split()) for li in page.select("ul.day li")]
    assert len(slots) == 2
    assert slots[0].startswith("16:30 Okafor and Lind Appointment 2")
    assert slots[1].startswith("20:30, next Adeyemi and Clarke First appointment Open brief")


def test_what_must_come_before_any_practice_is_said(cast: Cast, as_: AS, app: Flask) -> None:
    with app.app_context():
        builders.couple(cast.priya, first="Kit Park", second="Pat Moss", safety=False)
    assert "Next: speak with Kit and Pat, each alone." in row(
        get_page(as_(cast.priya), "/c?show=all"), "Park and Moss"
    )


def test_a_supervisor_reads_and_is_offered_nothing_to_change(cast: Cast, as_: AS, app: Flask) -> None:
    given = give(app, cast, "gentle-questions")
    with app.app_context():
        for _ in range(3):
            set_aside(actor=cast.jo, assignment_id=given, kind="later", choice="tonight")
    page = get_page(as_(cast.sofia), "/c")
    action = page.select_one("td.do-cell a")
    assert action is not None
    assert action["href"] == f"/c/couples/{cast.sam_and_jo.id}"
    assert "/c/assign" not in page.response.text
    assert "Add couple" not in page.words


@pytest.mark.parametrize("who", ["sam", "ada"])
def test_partners_and_admins_have_no_board(cast: Cast, as_: AS, who: str) -> None:
    get_page(as_(getattr(cast, who)), "/c", 404)


def test_the_board_costs_the_same_however_many_couples_it_shows(
    cast: Cast, as_: AS, app: Flask, count_queries: CountQueries
) -> None:
    rising_tension(app, cast)
    send(app, cast.sam, give(app, cast, "gentle-questions"), Level.SHARED)
    with app.app_context():
        builders.appointment(cast.sam_and_jo, starts_at=now() + timedelta(hours=1))
    client = as_(cast.priya)

    def cost() -> int:
        with count_queries() as queries:
            get_page(client, "/c?show=all")
        return len(queries)

    cost()  # The first request of a sign-in notes when it was last seen.
    few = cost()
    with app.app_context():
        more = [
            builders.couple(cast.priya, first=f"Ann One{number}", second=f"Bo Two{number}")
            for number in range(12)
        ]
        firsts = [builders.partner_person(couple, "A") for couple in more]
        for couple in more:
            builders.appointment(couple, starts_at=now() + timedelta(hours=2))
    for person, couple in zip(firsts, more, strict=True):
        check_in(app, person, couple, 2, closeness=4)
    assert cost() == few
    # With nothing kept. What is kept saves half of them; see test_summaries.
    assert few <= 30


def test_a_listening_turn_brings_a_couple_here_until_it_is_marked_read(
    cast: Cast, as_: AS, app: Flask
) -> None:
    turns = give(app, cast, "reflect-and-check")
    where: dict[str, Any] = {
        "assignment_id": turns,
        "turn": 1,
        "slot": "A",
        "step": "thought",
        "number": 1,
    }
    with app.app_context():
        written = save_part(actor=cast.sam, **where, value={"text": "Tea at ten."}, version=0)
    priya = as_(cast.priya)
    assert groups(get_page(priya, "/c")) == []
    with app.app_context():
        part = send_part(actor=cast.sam, **where, version=written.version)
        part_id, version = part.id, part.version
    page = get_page(priya, "/c")
    assert groups(page) == ["New answers 1"]
    assert "1 new listening turn to read." in row(page, "Okafor and Lind")
    with app.app_context():
        mark_parts_read(actor=cast.priya, couple_id=cast.sam_and_jo.id, seen={part_id: version})
    assert groups(get_page(priya, "/c")) == []


def test_reading_leads_straight_to_the_newest_answer(cast: Cast, as_: AS, app: Flask) -> None:
    send(app, cast.sam, give(app, cast, "gentle-questions"), Level.SHARED)
    priya = as_(cast.priya)
    link = get_page(priya, "/c").one("td.do-cell a")
    assert "Mark read" in get_page(priya, str(link["href"])).words


def test_a_plan_asks_for_a_look_once_its_week_is_over_until_it_had_one(
    cast: Cast, app: Flask, clock: Clock
) -> None:
    def due() -> dict[UUID, tuple[int, int]]:
        with app.app_context():
            return checks_due([cast.sam_and_jo, cast.ade_and_ruth], now(), ZoneInfo("Europe/London"))

    with app.app_context():
        planned(cast.priya, cast.sam_and_jo)
    assert due() == {}
    clock.move(days=22)
    assert due() == {cast.sam_and_jo.id: (3, 6)}
    with app.app_context():
        _, running = plan_for_staff(cast.priya, cast.sam_and_jo.id, now())
        assert running is not None
        answer_checkpoint(actor=cast.priya, couple_id=cast.sam_and_jo.id, branch=running.branches[0])
    assert due() == {}
