"""Check-ins for tests of the pages that read them: rows as the check-in writes them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Flask

from assignments.domain.checkins import monday_of
from assignments.models import Checkin
from clinic import clock
from clinic.extensions import db
from clinic.models import Couple, Person

CALM = {"closeness": 6, "understood": 6, "tension": 3, "pulled_back": 3, "outside_pressure": 2}
TENSE = {"closeness": 4, "understood": 4, "tension": 9, "pulled_back": 7, "outside_pressure": 2}


def check_in(app: Flask, person: Person, couple: Couple, weeks_ago: int, **answers: Any) -> None:
    """One partner's check-in about the week so many weeks ago."""
    with app.app_context():
        this_monday: date = monday_of(clock.now().date())
        db.session.add(
            Checkin(
                practice_id=couple.practice_id,
                couple_id=couple.id,
                author_id=person.id,
                week_of=this_monday - timedelta(weeks=weeks_ago),
                saved_at=clock.now(),
                **answers,
            )
        )
        db.session.commit()


def weeks_of(app: Flask, couple: Couple, people: tuple[Person, ...], weeks: int, **answers: Any) -> None:
    """The same check-in from each of these people in each of the last so many weeks."""
    for weeks_ago in range(weeks, 0, -1):
        for person in people:
            check_in(app, person, couple, weeks_ago, **answers)
