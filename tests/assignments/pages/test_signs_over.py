"""The signs of a couple whose work is over, a record with nothing left to decide, and of one that is paused."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from flask import Flask

from assignments.access import RECORD_ONLY
from assignments.models import Decision, OwnSign, SignAside, SignJudgement, SignUse, TopicAsked
from clinic.extensions import db
from clinic.models import Couple
from tests.assignments.reports import TENSE, weeks_of
from tests.cast import AS, Cast
from tests.conftest import Clock
from tests.page import get_page, read_page, submit

SENT: dict[str, dict[str, str | Sequence[str]]] = {
    'main form[action$="/signs/decisions"]': {"state": "continue", "reason": "It eases"},
    'form[action$="/tension_rising/aside"]': {"reason": "We talked it over"},
    'form[action$="/signs/sole_outlet"]': {"judgement": "yes", "note": "He has nobody else"},
    'form[action$="/signs/own"]': {"title": "Money is never named"},
    'form[action$="/signs/asked"]': {"slot": "A", "topics": ["safety"]},
}


def closed(app: Flask, cast: Cast, clock: Clock) -> None:
    with app.app_context():
        db.session.get_one(Couple, cast.sam_and_jo.id).closed_at = clock.now
        db.session.commit()


def url(cast: Cast) -> str:
    return f"/c/couples/{cast.sam_and_jo.id}/signs"


def test_the_page_of_a_closed_couple_is_a_record(app: Flask, cast: Cast, as_: AS, clock: Clock) -> None:
    weeks_of(app, cast.sam_and_jo, (cast.sam, cast.jo), 8, **TENSE)
    client = as_(cast.priya)
    before = get_page(client, url(cast))
    assert "for a decision" in before.words
    closed(app, cast, clock)
    page = get_page(client, url(cast))
    assert "there is nothing left to decide" in page.words
    assert "for a decision" not in page.words
    assert not page.select('main form[method="post"]')
    assert len(page.select("article.sign")) == len(before.select("article.sign"))


@pytest.mark.parametrize("form", SENT)
def test_what_was_typed_before_it_was_closed_is_refused_and_kept(
    app: Flask, cast: Cast, as_: AS, clock: Clock, form: str
) -> None:
    weeks_of(app, cast.sam_and_jo, (cast.sam, cast.jo), 8, **TENSE)
    client = as_(cast.priya)
    page = get_page(client, url(cast))
    closed(app, cast, clock)
    found = read_page(submit(client, page, SENT[form], form=form, status=422), 422)
    assert RECORD_ONLY in found.words
    for typed in SENT[form].values():
        assert not isinstance(typed, str) or typed in str(found.select(form))
    with app.app_context():
        for kept in (Decision, SignAside, SignJudgement, OwnSign, TopicAsked):
            assert db.session.query(kept).count() == 0


def test_a_sign_is_not_called_useful_once_the_work_is_over(
    app: Flask, cast: Cast, as_: AS, clock: Clock
) -> None:
    weeks_of(app, cast.sam_and_jo, (cast.sam, cast.jo), 8, **TENSE)
    client = as_(cast.priya)
    page = get_page(client, url(cast))
    closed(app, cast, clock)
    sent = submit(client, page, {"useful": "yes"}, form='form[action$="/tension_rising/useful"]', status=409)
    assert RECORD_ONLY in sent.text
    with app.app_context():
        assert db.session.query(SignUse).count() == 0


def test_silence_in_a_pause_for_safety_is_asked_about_one_by_one(
    app: Flask, cast: Cast, as_: AS, clock: Clock
) -> None:
    weeks_of(app, cast.sam_and_jo, (cast.sam, cast.jo), 8, **TENSE)
    clock.move(days=35)
    alone = "They are paused for safety. Ask each alone, never both at once."
    assert alone not in get_page(as_(cast.priya), url(cast)).words
    with app.app_context():
        db.session.get_one(Couple, cast.sam_and_jo.id).held_at = clock.now
        db.session.commit()
    page = get_page(as_(cast.priya), url(cast))
    (row,) = (one for one in page.select("article.sign") if "falling silent" in one.get_text())
    assert alone in row.get_text()
    assert page.words.count(alone) == 1
