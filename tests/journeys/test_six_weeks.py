"""The six-week plan that ships, lived through by both partners on their own pages, week by week.

On the way: a week that nobody touches, a pause, an appointment that is moved, and the night the clocks change.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient

from assignments.library.loader import load_library
from assignments.library.plan_loader import load_plans
from clinic.actions.appointments import book_appointment, move_appointment
from clinic.clock import now
from clinic.models import Person
from tests.cast import AS, Cast
from tests.conftest import Clock
from tests.page import Page, get_page, submit, submit_and_follow

LONDON = ZoneInfo("Europe/London")
SIX_WEEKS = next(plan for plan in load_plans() if plan.slug == "six-weeks")
NAMES = {exercise.slug: exercise.name for exercise in load_library().all()}
TITLES = [week.title for week in SIX_WEEKS.weeks]


def evening(day: date, hour: int = 20) -> datetime:
    """That evening in London, whatever the clocks do."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=LONDON).astimezone(UTC)


class Life:
    """The couple, their counsellor, and the days that pass."""

    def __init__(self, app: Flask, as_: AS, cast: Cast, clock: Clock) -> None:
        self.app, self.as_, self.cast, self.clock = app, as_, cast, clock
        self.address = f"/c/couples/{cast.sam_and_jo.id}/plan"

    def client(self, person: Person) -> FlaskClient:
        """Signed in anew, for weeks pass."""
        return self.as_(person)

    def on(self, day: date) -> None:
        self.clock.set(evening(day))

    def plan(self, form: str, button: str | None = None) -> Page:
        """Press one button on the couple's plan."""
        priya = self.client(self.cast.priya)
        page = get_page(priya, self.address)
        return submit_and_follow(priya, page, form=f"form[action$='/plan/{form}']", button=button)

    def today(self, person: Person) -> Page:
        return get_page(self.client(person), "/today")

    def sees(self, week: int | None) -> None:
        """Both read the same line, and of the plan nothing but this week's exercises."""
        for person in (self.cast.sam, self.cast.jo):
            page = self.today(person)
            heading = page.select_one("#plan-week")
            line = " ".join(heading.get_text().split()) if heading else ""
            assert line == (f"Week {week} of 6: {TITLES[week - 1]}" if week else "")
            there = {slug for slug in SIX_WEEKS.exercises if NAMES[slug] in page.words}
            wanted = {item.exercise for item in SIX_WEEKS.week(week).items} if week else set()
            assert there == wanted, (self.clock.now, person.name)
            for word in ("late", "overdue", "missed", "behind"):
                assert f" {word} " not in page.words.casefold()


@pytest.fixture
def life(app: Flask, as_: AS, cast: Cast, clock: Clock) -> Life:
    return Life(app, as_, cast, clock)


def begin(life: Life, day: date) -> None:
    """Priya starts the plan on that day, with nothing changed."""
    life.on(day)
    priya = life.client(life.cast.priya)
    start = get_page(priya, f"/c/plans/six-weeks/start?couple={life.cast.sam_and_jo.id}")
    submit(priya, start, form="main form[action*='/start']")


@pytest.mark.parametrize(
    "starts_on", [date(2026, 9, 28), date(2027, 3, 1)], ids=["clocks go back", "clocks go forward"]
)
def test_six_weeks_with_everything_that_happens(life: Life, starts_on: date) -> None:
    def day(number: int) -> date:
        return starts_on + timedelta(days=number)

    cast = life.cast
    begin(life, starts_on)
    life.sees(1)
    with life.app.app_context():
        visit = book_appointment(
            actor=cast.priya, couple_id=cast.sam_and_jo.id, starts_at=now() + timedelta(days=8)
        )

    # The first week is Jo's alone: one thing begun and finished in private. Its last evening is as its first.
    life.on(day(3))
    jo = life.client(cast.jo)
    intro = next(link for link in life.today(cast.jo).select("main a") if "/do/" in str(link["href"]))
    assert get_page(jo, str(intro["href"]))
    life.on(day(6))
    life.sees(1)

    # The appointment moves by a week. The plan does not.
    life.on(day(7))
    life.sees(2)
    with life.app.app_context():
        move_appointment(
            actor=cast.priya,
            appointment_id=visit.id,
            starts_at=visit.starts_at + timedelta(days=7),
            minutes=60,
        )
    life.sees(2)

    # Nobody touches the second week. It leaves, the counsellor gives it once more, and the rest waits.
    life.on(day(15))
    life.sees(3)
    priya = life.client(cast.priya)
    page = get_page(priya, life.address)
    assert "Untouched so far" in page.words
    submit(priya, page, form="form[action$='/plan/again']:has([name=week][value='2'])")
    life.sees(2)
    life.on(day(20))
    life.sees(2)
    life.on(day(21))
    life.sees(3)

    # The clocks change in the night to Sunday. Monday is the first day of week four, and Sunday is not.
    life.clock.set(datetime(day(27).year, day(27).month, day(27).day, 23, 30, tzinfo=LONDON).astimezone(UTC))
    life.sees(3)
    life.clock.set(datetime(day(28).year, day(28).month, day(28).day, 0, 30, tzinfo=LONDON).astimezone(UTC))
    life.sees(4)

    # Three weeks are over: the counsellor is asked, and says to carry on.
    carried = life.plan("checkpoint", button="Carry on")
    assert "Noted. The plan carries on." in carried.words

    # A pause of sixteen days in the middle of week four.
    life.on(day(31))
    life.plan("pause")
    life.sees(None)
    life.on(day(47))
    life.sees(None)
    life.plan("resume")
    life.sees(4)
    life.on(day(28 + 16 + 6))
    life.sees(4)
    life.on(day(28 + 16 + 7))
    life.sees(5)
    life.on(day(28 + 16 + 14))
    life.sees(6)
    life.on(day(28 + 16 + 21))
    life.sees(None)
    assert "All its weeks have passed." in get_page(life.client(cast.priya), life.address).words
