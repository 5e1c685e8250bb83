"""Two practices, a supervisor, and the weeks in which the clocks change, in a real browser, with script and without.

`test_two_practices.py` has the whole year by requests; here it is what people press and what they see.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from clinic.extensions import db
from clinic.models import Appointment, Person
from tests.browser import OpenBrowser
from tests.cast import AS, Cast
from tests.conftest import Clock
from tests.journeys import steps

MORNING = datetime(2026, 10, 19, 8, 0, tzinfo=UTC)
REASON = "I would like a second pair of eyes before I go on."
GONE = "We can’t find that page"


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_the_night_the_clocks_change_in_two_practices(
    cast: Cast, as_: AS, app: Flask, clock: Clock, open_browser: OpenBrowser, script: bool
) -> None:
    clock.set(MORNING)
    couple = f"/c/couples/{cast.sam_and_jo.id}"

    def desk(person: Person) -> Page:
        return open_browser(as_(person), device="desktop", script=script)

    priya = desk(cast.priya)
    she_books_every_week_across_the_change(priya, app, couple)
    she_moves_one_and_those_that_follow(priya, couple)
    she_sees_jo_alone_and_neither_partner_finds_it(priya, couple, cast, desk)
    the_other_practice_finds_nothing(desk(cast.hana), couple)
    she_asks_her_supervisor_who_reads_and_co_signs(priya, desk(cast.sofia), couple)
    another_supervisor_breaks_the_glass_with_a_second_person(cast, desk, couple)
    priya.goto("/c")
    steps.told(priya, "Break-glass: Omar could read Okafor and Lind")
    priya.get_by_role("button", name=re.compile("^Noted")).click()
    steps.told(priya, "Noted.")


def she_books_every_week_across_the_change(priya: Page, app: Flask, couple: str) -> None:
    """Seven in the evening stays seven in the evening, in summer time and after it."""
    book(priya, couple, "2026-10-20", "19:00", repeat="Every week", times="3")
    steps.told(priya, "Booked 3, the last on Tue 3 Nov, 19:00.")
    with app.app_context():
        hours = [one.starts_at.hour for one in db.session.query(Appointment).order_by(Appointment.starts_at)]
    assert hours == [18, 19, 19]
    priya.goto("/c/diary?week=2026-10-20")
    steps.told(priya, "The clocks go back")
    expect(priya.locator(".diary-row", has_text="Okafor and Lind")).to_contain_text("19:00–20:00")
    # In spring half past one on that night is no time of day.
    book(priya, couple, "2027-03-28", "01:30")
    steps.told(priya, "Sun 28 Mar, 02:30")
    priya.locator(".notice").get_by_role("button", name="Undo", exact=True).click()
    steps.told(priya, "Taken back.")


def she_moves_one_and_those_that_follow(priya: Page, couple: str) -> None:
    priya.goto(f"{couple}/appointments")
    priya.get_by_role("row", name=re.compile("Tue 27 Oct")).get_by_role("link", name="Move or cancel").click()
    priya.get_by_label("Day").fill("2026-10-28")
    steps.choose(priya.locator("#move"), "This one and those that follow")
    steps.press(priya, "Move")
    for when in ("Tue 20 Oct, 19:00", "Wed 28 Oct, 19:00", "Wed 4 Nov, 19:00"):
        expect(priya.get_by_role("row", name=re.compile(when))).to_be_visible()


def she_sees_jo_alone_and_neither_partner_finds_it(
    priya: Page, couple: str, cast: Cast, desk: Callable[[Person], Page]
) -> None:
    book(priya, couple, "2026-10-21", "08:00", whom="Jo alone")
    expect(priya.get_by_role("row", name=re.compile("Wed 21 Oct"))).to_contain_text("Jo alone")
    for person in (cast.sam, cast.jo):
        phone = desk(person)
        for address in ("/today", "/me"):
            phone.goto(address)
            expect(phone.locator("main")).not_to_contain_text("21 Oct")


def the_other_practice_finds_nothing(hana: Page, couple: str) -> None:
    hana.goto("/c/diary?week=2026-10-20")
    steps.heading(hana, "Diary")
    expect(hana.locator("main")).not_to_contain_text("Okafor")
    hana.goto(couple)
    steps.heading(hana, GONE)


def she_asks_her_supervisor_who_reads_and_co_signs(priya: Page, sofia: Page, couple: str) -> None:
    priya.goto(f"{couple}/signs")
    box = priya.get_by_role("region", name="Your decision")
    steps.choose(box, "Consult a supervisor")
    box.get_by_label("Why").fill(REASON)
    steps.press(box, "Save decision")
    steps.told(priya, REASON)
    sofia.goto("/c?show=all")
    row = sofia.locator("table.triage tr", has_text="Okafor and Lind")
    expect(row).to_contain_text("With Priya")
    sofia.goto(f"{couple}/appointments")
    expect(sofia.get_by_role("link", name="Move or cancel")).to_have_count(0)
    sofia.goto(f"{couple}/signs/decisions")
    sofia.get_by_role("button", name=re.compile("^Co-sign")).click()
    steps.told(sofia, "Co-signed by Sofia Reyes")
    priya.goto(f"{couple}/signs/decisions")
    steps.told(priya, "Co-signed by Sofia Reyes")


def another_supervisor_breaks_the_glass_with_a_second_person(
    cast: Cast, desk: Callable[[Person], Page], couple: str
) -> None:
    omar, ada = desk(cast.omar), desk(cast.ada)
    omar.goto(couple)
    steps.heading(omar, GONE)
    omar.goto("/break-glass")
    omar.get_by_label("Their counsellor").select_option(label="Priya Nair")
    omar.get_by_label("Which couple").fill("The two who rang")
    omar.get_by_label("Why it cannot wait").fill("Priya is ill.")
    steps.press(omar, "Ask")
    steps.told(omar, "Waits for a second person")
    ada.goto("/break-glass")
    ada.get_by_role("link", name=re.compile("^Decide")).click()
    steps.choose(ada, "Okafor and Lind")
    steps.press(ada, "Grant for 24 hours")
    steps.told(ada, "Granted for 24 hours.")
    # Who grants reads nothing by it.
    ada.goto(couple)
    steps.heading(ada, GONE)
    omar.goto("/break-glass")
    steps.follow(omar, "Open the record")
    steps.heading(omar, "Okafor and Lind")


def book(
    page: Page,
    couple: str,
    day: str,
    at: str,
    *,
    repeat: str = "Once",
    times: str = "",
    whom: str = "Both",
) -> None:
    page.goto(f"{couple}/appointments")
    page.get_by_label("Day", exact=True).fill(day)
    page.get_by_label("Time", exact=True).fill(at)
    page.get_by_label("How often").select_option(label=repeat)
    if times:
        page.get_by_label("How many in all").fill(times)
    steps.choose(page.get_by_role("region", name="Book an appointment"), whom)
    steps.press(page, "Book")
