"""One language, from one place: what pages say of themselves, and how they write days and times."""

from __future__ import annotations

import locale
import re
from datetime import date, datetime, time
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from assignments.actions.assigning import Terms, assign
from assignments.actions.entries import save_thanks
from assignments.domain.progress import Repeat
from assignments.domain.visibility import Level
from assignments.library.writing import as_toml
from clinic import language
from tests.assignments.given import exercise
from tests.cast import AS, Cast
from tests.conftest import Clock
from tests.page import get_page

MAY = datetime(2026, 5, 4, 15, 7)  # noqa: DTZ001  # These are given what is local already.


def test_days_and_times_are_written_alike_everywhere() -> None:
    assert language.moment(MAY) == "Mon 4 May, 15:07"
    assert language.day(date(2026, 12, 20)) == "Sunday 20 December"
    assert language.short_day(MAY) == "4 May"
    assert language.day_of_year(MAY) == "4 May 2026"
    assert language.moment(MAY, language.clock_time) == "Mon 4 May, 3:07 pm"
    assert [language.clock_time(time(hour)) for hour in (0, 12, 20)] == ["midnight", "noon", "8:00 pm"]
    assert [language.clock_time(MAY.replace(hour=hour)) for hour in (0, 11, 12, 23)] == [
        "12:07 am", "11:07 am", "12:07 pm", "11:07 pm",
    ]  # fmt: skip


def test_a_day_most_of_a_year_away_has_its_year() -> None:
    today, last_may = date(2026, 5, 4), date(2025, 5, 4)
    assert language.year_apart(today, today) == ""
    assert language.short_day(last_may, year=language.year_apart(last_may, today)) == "4 May 2025"
    assert language.day(last_may, year=language.year_apart(last_may, today)) == "Sunday 4 May 2025"


def test_clients_read_half_past_seven_in_the_evening_and_the_practice_reads_19_30(
    as_: AS, cast: Cast
) -> None:
    """One rule for the same moment, by who reads it."""
    twelve, twenty_four = re.compile(r"\d:\d\d [ap]m"), re.compile(r"\b[012]\d:\d\d\b(?! [ap]m)")
    for address in ("/me/sign-in", "/pause", "/check-in", "/me/reminders"):
        words = get_page(as_(cast.sam), address).words
        assert not twenty_four.search(words), address
    assert twelve.search(get_page(as_(cast.sam), "/pause").words)
    for address in ("/c/diary", f"/c/couples/{cast.sam_and_jo.id}/appointments", "/me/sign-in"):
        assert not twelve.search(get_page(as_(cast.priya), address).words), address


def test_no_other_place_writes_an_hour_or_the_name_of_a_day(project: Path) -> None:
    """A format of its own would soon be the other one, and its names would be the operating system's."""
    own = re.compile(r"%H:%M(?!:%S)|%I:%M|:02\}:00|[{:% (\"']%-?[aAbBp]\b")
    told = {
        str(path.relative_to(project))
        for package in ("clinic", "assignments", "templates")
        for path in (project / package).rglob("*.*")
        if path.suffix in {".py", ".html"} and own.search(path.read_text("utf-8"))
    }
    assert told == {"clinic/language.py"}


def test_the_servers_own_language_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    before = locale.setlocale(locale.LC_TIME)
    try:
        for other in ("de_DE.UTF-8", "cy_GB.UTF-8", "C.UTF-8"):
            try:
                locale.setlocale(locale.LC_TIME, other)
            except locale.Error:
                continue
            assert language.day(MAY) == "Monday 4 May"
    finally:
        locale.setlocale(locale.LC_TIME, before)


def test_no_template_names_the_language_or_a_format_of_its_own(project: Path) -> None:
    own = re.compile(r'lang="en|strftime')
    told = [
        path.name for path in (project / "templates").rglob("*.html") if own.search(path.read_text("utf-8"))
    ]
    assert told == []


def test_a_page_says_which_language_it_is_in(client: FlaskClient) -> None:
    assert get_page(client, "/sign-in").one("html")["lang"] == language.LANGUAGE


@pytest.fixture
def welsh(app: Flask, cast: Cast) -> UUID:
    """An exercise whose words are in another language than the page."""
    with app.app_context():
        gentle = exercise("gentle-questions").model_copy(update={"language": "cy", "version": 99})
        assert 'language = "cy"' in as_toml(gentle)
        terms = Terms("both", date(2026, 9, 15), None, Repeat.ONCE, Level.SHARED)
        return assign(actor=cast.priya, couple_id=cast.sam_and_jo.id, exercise=gentle, terms=terms).id


def test_words_in_another_language_say_so(as_: AS, cast: Cast, welsh: UUID) -> None:
    sam = as_(cast.sam)
    page = get_page(sam, f"/do/{welsh}")
    assert page.one("h1 [lang=cy]").get_text() == "Gentle questions"
    assert page.select("main ol[lang=cy]")
    assert get_page(sam, f"/do/{welsh}/question").select("h1 [lang=cy]")


def test_a_day_a_year_away_is_named_with_its_year(app: Flask, as_: AS, cast: Cast, clock: Clock) -> None:
    """The clock stands in September 2026."""
    with app.app_context():
        save_thanks(actor=cast.sam, what="Tea.", meant="", level=Level.PRIVATE)
    clock.move(days=298)
    words = get_page(as_(cast.sam), "/thanks").words
    assert "Week of 14 Sep" in words
    assert "Wednesday 16 September" in words
    assert "2026" not in words
    clock.move(days=3)
    words = get_page(as_(cast.sam), "/thanks").words
    assert "Week of 14 Sep 2026" in words
    assert "Wednesday 16 September 2026" in words
