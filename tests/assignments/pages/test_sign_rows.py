"""Rows set aside and back again, rows of the counsellor's own, what was of use, and the page as it stood."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from assignments.actions.deciding import decide
from assignments.actions.sign_rows import add_own_row, bring_back, find_useful, put_aside, remove_own_row
from assignments.domain.signs import DecisionState
from assignments.models import Decision, OwnSign, SignAside, SignUse
from assignments.queries.board import board_for
from assignments.queries.signs import signs_page
from clinic import crypto
from clinic.clock import now
from clinic.errors import Conflict, NotFound
from clinic.extensions import db
from clinic.models import AuditLine
from clinic.queries.couples import couple_for
from tests.assignments.reports import CALM, TENSE, check_in, weeks_of
from tests.cast import AS, Cast
from tests.conftest import Clock
from tests.page import Page, get_page, read_page, submit, submit_and_follow

TENSION = "tension_rising"


def url(cast: Cast, rest: str = "") -> str:
    return f"/c/couples/{cast.sam_and_jo.id}/signs{rest}"


def tense(app: Flask, cast: Cast, weeks: int = 8) -> None:
    weeks_of(app, cast.sam_and_jo, (cast.sam, cast.jo), weeks, **TENSE)


def titles(page: Page, within: str = "main") -> list[str]:
    return [
        str(one.select("h3")[0].get_text(" ", strip=True)) for one in page.one(within).select("article.sign")
    ]


def found(app: Flask, cast: Cast) -> Any:
    with app.app_context():
        return signs_page(cast.priya, couple_for(cast.priya, cast.sam_and_jo.id), now())


def test_a_row_is_set_aside_with_a_reason_and_stands_at_the_foot(app: Flask, cast: Cast, as_: AS) -> None:
    tense(app, cast)
    client = as_(cast.priya)
    page = get_page(client, url(cast))
    form = f'form[action="{url(cast, f"/{TENSION}/aside")}"]'
    empty = read_page(submit(client, page, form=form, status=422), 422)
    assert "Say why, in a line." in empty.words
    after = submit_and_follow(client, page, {"reason": "His father was dying"}, form=form)
    aside = after.one('section[aria-labelledby="set-aside"]').get_text(" ", strip=True)
    assert "His father was dying" in aside
    assert "at the latest" in aside
    with app.app_context():
        (row,) = db.session.scalars(select(SignAside)).all()
        assert b"father" not in row.reason_sealed
        line = db.session.scalars(select(AuditLine).where(AuditLine.subject_id == row.id)).one()
        assert (line.event, line.details) == ("sign set aside", {"sign": TENSION, "state": "met"})
    back = submit_and_follow(client, after, form=f'article form[action="{url(cast, f"/{TENSION}/back")}"]')
    assert not back.select('section[aria-labelledby="set-aside"]')


def test_what_is_set_aside_asks_for_no_decision_on_the_page_or_the_board(app: Flask, cast: Cast) -> None:
    tense(app, cast)
    due = {sign.id for sign in found(app, cast).due}
    assert TENSION in due
    with app.app_context():
        for sign in due:
            put_aside(actor=cast.priya, couple_id=cast.sam_and_jo.id, sign=sign, reason="Known")
        rows = {row.title: row.group.name for row in board_for(cast.priya, now()).rows()}
    assert found(app, cast).due == ()
    assert next(group for title, group in rows.items() if "Okafor" in title) != "DECISION"


def test_it_comes_back_after_four_weeks_at_the_latest(app: Flask, cast: Cast, clock: Clock) -> None:
    tense(app, cast)
    with app.app_context():
        put_aside(actor=cast.priya, couple_id=cast.sam_and_jo.id, sign=TENSION, reason="Known")
    assert [row.sign.id for row in found(app, cast).aside] == [TENSION]
    clock.move(days=28)
    assert found(app, cast).aside == ()


def test_it_comes_back_when_its_state_has_changed(app: Flask, cast: Cast, clock: Clock) -> None:
    tense(app, cast)
    with app.app_context():
        put_aside(actor=cast.priya, couple_id=cast.sam_and_jo.id, sign=TENSION, reason="Known")
    clock.move(days=21)
    weeks_of(app, cast.sam_and_jo, (cast.sam, cast.jo), 3, **CALM)
    there = found(app, cast)
    assert there.assessment.sign(TENSION).state.value != "met"
    assert there.aside == ()


def test_only_what_is_met_or_on_watch_may_be_set_aside_and_once(app: Flask, cast: Cast) -> None:
    tense(app, cast)
    here: dict[str, Any] = {"actor": cast.priya, "couple_id": cast.sam_and_jo.id}
    with app.app_context():
        with pytest.raises(Conflict, match="neither met nor on watch"):
            put_aside(**here, sign="trauma_in_the_way", reason="Known")
        with pytest.raises(NotFound):
            put_aside(**here, sign="made_up", reason="Known")
        put_aside(**here, sign=TENSION, reason="Known")
        with pytest.raises(Conflict, match="already"):
            put_aside(**here, sign=TENSION, reason="Known")
        bring_back(**here, sign=TENSION)
        with pytest.raises(Conflict, match="back already"):
            bring_back(**here, sign=TENSION)


def test_a_decision_keeps_what_was_set_aside_and_the_rows_of_her_own(app: Flask, cast: Cast, as_: AS) -> None:
    tense(app, cast)
    here: dict[str, Any] = {"actor": cast.priya, "couple_id": cast.sam_and_jo.id}
    with app.app_context():
        put_aside(**here, sign=TENSION, reason="His father was dying")
        add_own_row(**here, title="Talks about moving out")
        decision = decide(**here, state=DecisionState.CONTINUE, reason="Going on")
        row = db.session.get_one(Decision, decision.id)
        kept = json.loads(crypto.unseal(row, "evidence_sealed", row.evidence_sealed))
    assert kept["asides"][TENSION]["reason"] == "His father was dying"
    assert kept["own"] == [{"title": "Talks about moving out", "judgement": ""}]
    page = get_page(as_(cast.priya), url(cast, f"/decisions/{decision.id}"))
    assert "Set aside then: His father was dying" in page.words
    assert "Talks about moving out" in page.words
    assert "Rules" in page.words


def test_what_the_page_showed_stays_though_everything_has_changed_since(
    app: Flask, cast: Cast, as_: AS, clock: Clock
) -> None:
    tense(app, cast)
    with app.app_context():
        decision = decide(
            actor=cast.priya, couple_id=cast.sam_and_jo.id, state=DecisionState.CONTINUE, reason="Going on"
        )
    before = get_page(as_(cast.priya), url(cast, f"/decisions/{decision.id}")).one("main").get_text(" ")
    clock.move(days=28)
    weeks_of(app, cast.sam_and_jo, (cast.sam, cast.jo), 4, **CALM)
    after = get_page(as_(cast.priya), url(cast, f"/decisions/{decision.id}")).one("main").get_text(" ")
    assert after == before
    assert "Tension is rising" in after


def test_a_row_of_her_own_is_judged_like_the_others_and_taken_out_again(
    app: Flask, cast: Cast, as_: AS
) -> None:
    client = as_(cast.priya)
    form = f'form[action="{url(cast, "/own")}"]'
    page = submit_and_follow(
        client, get_page(client, url(cast)), {"title": "Talks about moving out"}, form=form
    )
    with app.app_context():
        (row,) = db.session.scalars(select(OwnSign)).all()
        assert b"moving" not in row.title_sealed
    judge = f'form[action="{url(cast, f"/{row.id}")}"]'
    page = submit_and_follow(client, page, {"judgement": "unsure", "note": "Twice now"}, form=judge)
    assert "Your view: Unsure" in page.words
    assert "Twice now" in page.words
    supervisor = get_page(as_(cast.sofia), url(cast))
    assert "Talks about moving out" in supervisor.words
    assert not supervisor.select("main form[method=post]")
    page = submit_and_follow(client, page, form=f'form[action="{url(cast, f"/own/{row.id}/remove")}"]')
    assert "Talks about moving out" not in page.words
    with app.app_context(), pytest.raises(NotFound):
        remove_own_row(actor=cast.priya, couple_id=cast.sam_and_jo.id, row_id=row.id)


def test_whether_a_sign_was_of_use_can_be_said_and_changed(app: Flask, cast: Cast, as_: AS) -> None:
    tense(app, cast)
    client = as_(cast.priya)
    form = f'form[action="{url(cast, f"/{TENSION}/useful")}"]'
    page = submit_and_follow(
        client, get_page(client, url(cast)), form=form, button="Yes Tension is rising was useful"
    )
    assert "You said yes." in page.words
    page = submit_and_follow(client, page, form=form, button="No Tension is rising was not useful")
    assert "You said no." in page.words
    with app.app_context():
        assert [row.useful for row in db.session.scalars(select(SignUse).order_by(SignUse.at))] == [
            True,
            False,
        ]
        with pytest.raises(NotFound):
            find_useful(actor=cast.marcus, couple_id=cast.sam_and_jo.id, sign=TENSION, useful=True)


def test_the_page_as_it_stood_shows_nothing_that_came_later(
    app: Flask, cast: Cast, as_: AS, clock: Clock
) -> None:
    tense(app, cast, weeks=6)
    day = now().date()
    then = titles(get_page(as_(cast.priya), url(cast)))
    met_then = [sign.id for sign in found(app, cast).due]
    clock.move(days=21)
    weeks_of(app, cast.sam_and_jo, (cast.sam, cast.jo), 3, **CALM)
    with app.app_context():
        add_own_row(actor=cast.priya, couple_id=cast.sam_and_jo.id, title="Later")
    page = get_page(as_(cast.priya), url(cast, f"?on={day}"))
    assert "worked out again" in page.words
    assert titles(page) == then
    assert "Later" not in page.words
    assert not page.select("main form[method=post]")
    assert met_then


@pytest.mark.parametrize("on", ["", "yesterday", "2026-02-30", "1999-01-01", "2031-01-01", "20260916"])
def test_a_day_that_was_not_has_no_page(cast: Cast, as_: AS, on: str) -> None:
    get_page(as_(cast.priya), url(cast, f"?on={on}"), 404)


def test_nobody_else_touches_the_rows(cast: Cast, app: Flask) -> None:
    here: dict[str, Any] = {"couple_id": cast.sam_and_jo.id}
    with app.app_context():
        for stranger in (cast.marcus, cast.sofia, cast.ada, cast.sam, cast.hana):
            with pytest.raises(NotFound):
                put_aside(actor=stranger, **here, sign=TENSION, reason="Known")
            with pytest.raises(NotFound):
                add_own_row(actor=stranger, **here, title="Mine")


ASKED = 'form[action$="/asked"]'


def test_the_day_each_was_asked_alone_is_kept_by_topic_and_nothing_that_was_said(
    app: Flask, cast: Cast, as_: AS, clock: Clock
) -> None:
    client = as_(cast.priya)
    page = get_page(client, url(cast))
    typed: Any = {"slot": "B", "topics": ["safety", "self_harm"], "asked_on": "2026-09-14"}
    submit(client, page, typed, form=ASKED)

    def days(person: Any, on: str = "") -> list[list[str]]:
        page = get_page(as_(person), url(cast) + on)
        rows = page.select("#ask-alone ~ table tbody tr")
        return [[cell.get_text(" ", strip=True) for cell in row.select("td")] for row in rows]

    assert days(cast.priya) == [
        ["Not yet", "14 Sep"],
        ["Not yet", "14 Sep"],
        ["Not yet"] * 2,
        ["Not yet"] * 2,
    ]
    assert days(cast.sofia) == days(cast.priya)
    clock.move(days=1)
    client = as_(cast.priya)
    submit(client, get_page(client, url(cast)), {**typed, "asked_on": "2026-09-17"}, form=ASKED)
    assert days(cast.priya)[0] == ["Not yet", "17 Sep"]
    assert days(cast.priya, "?on=2026-09-16")[0] == ["Not yet", "14 Sep"]
    with app.app_context():
        assert db.session.query(AuditLine).filter_by(event="topic asked alone").count() == 4


@pytest.mark.parametrize(
    ("field", "value", "beside"),
    [
        ("asked_on", "2026-10-14", "asked_on"),
        ("asked_on", "", "asked_on"),
        ("topics", [], "topics"),
        ("topics", ["made-up"], "topics"),
        ("slot", "C", "slot"),
    ],
)
def test_a_day_to_come_or_nothing_chosen_is_said_beside_the_field(
    cast: Cast, as_: AS, field: str, value: Any, beside: str
) -> None:
    client = as_(cast.priya)
    typed: Any = {"slot": "A", "topics": ["safety"], "asked_on": "2026-09-14", field: value}
    reply = submit(client, get_page(client, url(cast)), typed, form=ASKED, status=422)
    assert read_page(reply, 422).select(f"#{beside}-error")


def test_where_nothing_is_met_the_other_readings_are_of_what_is_watched(
    app: Flask, cast: Cast, as_: AS
) -> None:
    for weeks_ago in range(5, 0, -1):
        again = "stuck" if weeks_ago < 3 else "none"
        for person in (cast.sam, cast.jo):
            check_in(app, person, cast.sam_and_jo, weeks_ago, **{**CALM, "same_disagreement": again})
    page = get_page(as_(cast.priya), url(cast))
    assert [one.sign.id for one in found(app, cast).rows if one.shows] == ["recurring_conflict"]
    assert "Other readings of what is watched:" in page.words
    assert "of what is met" not in page.words
