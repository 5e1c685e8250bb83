"""A partner's lists begin with what is new; years of them are one link away and nothing of them is lost."""

from __future__ import annotations

import pytest
from flask import Flask

from assignments.actions.entries import save_thanks
from assignments.domain.visibility import Level
from assignments.views.mine import ROWS_SHOWN
from assignments.views.thanks import WEEKS_SHOWN
from assignments.views.together import THINGS_SHOWN
from tests.assignments.given import given
from tests.cast import AS, Cast
from tests.conftest import Clock
from tests.page import get_page

WEEKS = WEEKS_SHOWN + 2


@pytest.fixture
def months_of_thanks(app: Flask, cast: Cast, clock: Clock) -> None:
    """One thank-you of each partner's in every week, shared by Jo, and by Sam in every second."""
    for week in range(WEEKS):
        with app.app_context():
            level = Level.SHARED if week % 2 else Level.PRIVATE
            save_thanks(actor=cast.sam, what=f"Tea {week}.", meant="", level=level)
            save_thanks(actor=cast.jo, what=f"Bread {week}.", meant="", level=Level.SHARED)
        clock.move(days=7)


@pytest.mark.usefixtures("months_of_thanks")
def test_thank_yous_begin_with_the_newest_weeks(cast: Cast, as_: AS) -> None:
    page = get_page(as_(cast.sam), "/thanks")
    assert f"Tea {WEEKS - 1}." in page.words
    assert f"Bread {WEEKS - 1}." in page.words
    assert "Tea 0." not in page.words
    assert "Bread 0." not in page.words
    for words in ("Show all of yours", "Show all from Jo"):
        link = page.find("a", string=words)
        assert link is not None
        everything = get_page(as_(cast.sam), str(link["href"]))
        assert "Tea 0." in everything.words
        assert "Bread 0." in everything.words
        assert "Show all" not in everything.words


@pytest.mark.usefixtures("months_of_thanks")
def test_all_of_one_choice_stays_that_choice(cast: Cast, as_: AS) -> None:
    page = get_page(as_(cast.jo), "/thanks?show=shared")
    link = page.find("a", string="Show all of yours")
    assert link is not None
    everything = get_page(as_(cast.jo), str(link["href"]))
    assert "Bread 0." in everything.words
    assert "show=shared" in str(link["href"])


@pytest.mark.usefixtures("months_of_thanks")
def test_together_begins_with_the_newest_for_both_alike(
    app: Flask, cast: Cast, as_: AS, clock: Clock
) -> None:
    things = []
    for _ in range(THINGS_SHOWN + 1):
        with app.app_context():
            things.append(given(cast.priya, cast.sam_and_jo, days=60))
        clock.move(days=1)
    for person in (cast.sam, cast.jo):
        page = get_page(as_(person), "/together")
        assert "Bread 0." not in page.words
        assert page.find("a", string="Show all thank-yous") is not None
        assert str(things[-1]) in page.response.text
        assert str(things[0]) not in page.response.text
        link = page.find("a", string="Show all small things")
        assert link is not None
        everything = get_page(as_(person), str(link["href"]))
        assert "Bread 0." in everything.words
        assert str(things[0]) in everything.response.text
        assert "Show all" not in everything.words


def test_my_answers_begin_with_the_newest_rows(app: Flask, cast: Cast, as_: AS, clock: Clock) -> None:
    kept = []
    for _ in range(ROWS_SHOWN + 1):
        with app.app_context():
            kept.append(save_thanks(actor=cast.sam, what="Tea.", meant="", level=Level.SHARED).id)
        clock.move(days=1)
    page = get_page(as_(cast.sam), "/me/history?show=shared")
    assert page.words.count("Small thank-you") == ROWS_SHOWN
    assert str(kept[-1]) in page.response.text
    assert str(kept[0]) not in page.response.text
    link = page.find("a", string="Show all you wrote")
    assert link is not None
    everything = get_page(as_(cast.sam), str(link["href"]))
    assert everything.words.count("Small thank-you") == ROWS_SHOWN + 1
    assert "Show all" not in everything.words
