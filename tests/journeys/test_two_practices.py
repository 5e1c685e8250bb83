"""Two practices and a supervisor: who finds what, from a clock change to broken glass."""

from __future__ import annotations

from datetime import UTC, date, datetime

from flask import Flask

from assignments.models import Assignment
from clinic.extensions import db
from clinic.models import Appointment, AuditLine
from tests.cast import AS, Cast
from tests.conftest import Clock
from tests.page import get_page, submit, submit_and_follow

FORM = "main form[novalidate]"


def test_a_year_turns_in_two_practices(cast: Cast, as_: AS, app: Flask, clock: Clock) -> None:
    """Priya books over the autumn, sees Jo alone, falls ill; Omar steps in; Ada gives her couples away."""
    clock.set(datetime(2026, 10, 19, 8, 0, tzinfo=UTC))
    priya, couple = as_(cast.priya), f"/c/couples/{cast.sam_and_jo.id}"

    # Seven in the evening, every week, across the night the clocks go back.
    page = get_page(priya, f"{couple}/appointments")
    typed = {"day": "2026-10-20", "at": "19:00", "repeat": "weekly", "times": "4"}
    page = submit_and_follow(priya, page, typed)
    assert page.words.count(", 19:00 60 minutes Both") == 4
    page = get_page(priya, f"/c/assign/gentle-questions?couple={cast.sam_and_jo.id}")
    assert page.one("#best_before")["value"] == "2026-10-20"
    submit(priya, page, {"best_before": "2026-10-27"}, form='form[action*="/c/assign/"]')
    submit(
        priya,
        get_page(priya, f"{couple}/appointments"),
        {"day": "2026-10-21", "at": "08:00", "for_whom": "B"},
        form='form[action$="/appointments"]',
    )

    # The second one moves by a day, with those that follow and with what was meant for it.
    with app.app_context():
        second = db.session.query(Appointment).order_by(Appointment.starts_at).all()[2]
    page = get_page(priya, f"{couple}/appointments/{second.id}")
    submit(priya, page, {"day": "2026-10-28", "scope": "following"}, form="form#move")
    week = get_page(priya, "/c/diary?week=2026-10-28").words
    assert "Wednesday 28 October 19:00–20:00 Okafor and Lind" in week
    assert "The clocks go back" in get_page(priya, "/c/diary?week=2026-10-25").words
    with app.app_context():
        assert db.session.query(Assignment).one().best_before == date(2026, 10, 28)

    # Neither partner finds anything of the hour with Jo alone; nor does the other practice find anything at all.
    for person in (cast.sam, cast.jo):
        for address in ("/today", "/me", "/together"):
            assert "21 October" not in as_(person).get(address).text
    hana = as_(cast.hana)
    assert "Okafor" not in hana.get("/c/diary?week=2026-10-28").text
    get_page(hana, f"{couple}/appointments", 404)

    # Sofia supervises Priya and reads; Omar does not, until two people have broken the glass.
    assert "Okafor" in get_page(as_(cast.sofia), "/c/diary?week=2026-10-28").words
    omar = as_(cast.omar)
    get_page(omar, couple, 404)
    typed = {"counsellor": str(cast.priya.id), "about": "Sam and Jo", "reason": "Priya is ill"}
    submit(omar, get_page(omar, "/break-glass"), typed, form=FORM)
    ada = as_(cast.ada)
    page = get_page(ada, str(get_page(ada, "/break-glass").one("main .panel a")["href"]))
    submit(ada, page, {"couple": str(cast.sam_and_jo.id)}, form="form#grant")
    get_page(omar, couple)
    iris = as_(cast.iris)
    assert "Priya" not in get_page(iris, "/break-glass").words

    # A day later it is over. Ada gives the couple to Marcus; Priya sees what was done and nothing of them any more.
    clock.move(hours=24)
    get_page(as_(cast.omar), couple, 404)
    ada = as_(cast.ada)
    page = get_page(ada, f"/p/couples/{cast.sam_and_jo.id}")
    submit(ada, page, {"counsellor": str(cast.marcus.id)})
    marcus = as_(cast.marcus)
    assert "Break-glass: Omar could read Okafor and Lind" in get_page(marcus, "/c").words
    get_page(as_(cast.priya), couple, 404)
    assert "Okafor" in get_page(marcus, "/c/diary?week=2026-10-28").words

    # Marcus closes the year and thinks better of it.
    page = get_page(marcus, "/c/several/close")
    both = [str(cast.sam_and_jo.id), str(cast.nia_and_owen.id)]
    page = submit_and_follow(marcus, page, {"couples": both}, form=FORM)
    assert "2 of 2 couples." in page.words
    page = submit_and_follow(marcus, page, form='form[action$="/undo"]')
    assert "Taken back." in page.words

    # The log has all of it, in the order it was done, and says nothing of the clients.
    said = get_page(as_(cast.ada), "/p/log").words
    for event in ("Break-glass granted", "Couple given to another counsellor", "Couple reopened"):
        assert event in said
    with app.app_context():
        lines = db.session.query(AuditLine).filter_by(practice_id=cast.hill_house.id)
        assert not [line for line in lines if line.couple_id == cast.sam_and_jo.id]
