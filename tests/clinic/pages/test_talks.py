"""Asking to talk alone: the same page for both partners, no trace for either, and the counsellor's answer."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from clinic.actions.talks import ask_to_talk
from clinic.audit import Event
from clinic.crypto import unseal
from clinic.extensions import db
from clinic.models import AuditLine, Couple, TalkRequest
from tests.cast import AS, Cast
from tests.conftest import Clock
from tests.page import Page, get_page, read_page, submit, submit_and_follow

ASK, FORM = "/me/talk-alone", "main form:not([action])"
REACH = "Ring my work number before noon"


def asked(client: FlaskClient, reach: str) -> Page:
    """Ask on the real page; the page that comes after it."""
    return submit_and_follow(client, get_page(client, ASK), {"reach": reach}, form=FORM)


def requests_in(app: Flask) -> list[tuple[UUID, str, bool]]:
    with app.app_context():
        return [
            (
                row.author_id,
                unseal(row, "reach_sealed", row.reach_sealed) if row.reach_sealed else "",
                row.spoken_at is not None,
            )
            for row in db.session.scalars(select(TalkRequest).order_by(TalkRequest.asked_at))
        ]


def talk_url(couple: Couple) -> str:
    return f"/c/couples/{couple.id}/talk"


@pytest.mark.both_databases
def test_what_a_partner_asks_is_sealed_and_told_to_the_counsellor_alone(
    app: Flask, cast: Cast, as_: AS
) -> None:
    after = asked(as_(cast.sam), REACH)
    assert "Sent. Priya sees it when they next open Meanwhile." in after.words
    assert requests_in(app) == [(cast.sam.id, REACH, False)]
    with app.app_context():
        assert REACH.encode() not in (db.session.scalars(select(TalkRequest.reach_sealed)).one() or b"")
    told = get_page(as_(cast.priya), talk_url(cast.sam_and_jo))
    assert REACH in told.words


def test_the_way_to_be_reached_may_be_left_empty(app: Flask, cast: Cast, as_: AS) -> None:
    asked(as_(cast.jo), "")
    assert requests_in(app) == [(cast.jo.id, "", False)]
    assert "left open how to be reached" in get_page(as_(cast.priya), talk_url(cast.sam_and_jo)).words


def test_too_long_a_line_is_said_beside_the_box_and_kept(app: Flask, cast: Cast, as_: AS) -> None:
    client = as_(cast.sam)
    refused = read_page(
        submit(client, get_page(client, ASK), {"reach": "r" * 501}, form=FORM, status=422), 422
    )
    assert "Use at most 500 characters." in refused.words
    assert "r" * 501 in refused.words
    assert requests_in(app) == []


def test_after_the_notice_the_page_is_as_it_was(cast: Cast, as_: AS) -> None:
    client = as_(cast.sam)
    before = get_page(client, ASK).words
    assert asked(client, REACH).words != before
    assert get_page(client, ASK).words == before


def test_it_heads_the_board_until_the_counsellor_has_spoken(app: Flask, cast: Cast, as_: AS) -> None:
    with app.app_context():
        ask_to_talk(actor=cast.jo, reach=REACH)
    board = get_page(as_(cast.priya), "/c")
    assert "Asked today to talk alone." in board.words
    assert REACH not in board.words
    client = as_(cast.priya)
    page = get_page(client, talk_url(cast.sam_and_jo))
    after = submit_and_follow(client, page, form="form[action*='/talk/']")
    assert "Nobody is waiting." in after.words
    assert "to talk alone" not in get_page(as_(cast.priya), "/c").words


def test_the_board_counts_the_days_of_the_longest_wait(app: Flask, cast: Cast, as_: AS, clock: Clock) -> None:
    with app.app_context():
        ask_to_talk(actor=cast.jo, reach="")
    clock.move(days=3)
    with app.app_context():
        ask_to_talk(actor=cast.sam, reach="")
    assert "Asked 3 days ago to talk alone." in get_page(as_(cast.priya), "/c").words


def test_each_reading_leaves_a_line_without_the_words(app: Flask, cast: Cast, as_: AS) -> None:
    with app.app_context():
        ask_to_talk(actor=cast.sam, reach=REACH)
    get_page(as_(cast.sofia), talk_url(cast.sam_and_jo))
    with app.app_context():
        line = db.session.scalars(select(AuditLine).where(AuditLine.event == str(Event.WORDS_READ))).one()
        assert (line.actor_id, line.subject_type, line.details) == (
            cast.sofia.id,
            "talk_request",
            {"what": "talk request"},
        )


@pytest.mark.parametrize("who", ["sam", "jo", "ade", "marcus", "omar", "ada", "hana"])
def test_nobody_else_can_read_who_asked(app: Flask, cast: Cast, as_: AS, who: str) -> None:
    with app.app_context():
        ask_to_talk(actor=cast.sam, reach=REACH)
    get_page(as_(getattr(cast, who)), talk_url(cast.sam_and_jo), 404)


def test_the_brief_that_may_lie_on_the_table_says_nothing_of_it(app: Flask, cast: Cast, as_: AS) -> None:
    with app.app_context():
        ask_to_talk(actor=cast.sam, reach=REACH)
    for address in ("brief", "brief?with=c"):
        text = get_page(as_(cast.priya), f"/c/couples/{cast.sam_and_jo.id}/{address}").words
        assert REACH not in text
        assert "talk alone" not in text


@pytest.mark.settings(throttle=True)
def test_how_often_one_may_ask_tells_nothing_of_how_often_the_other_did(cast: Cast, as_: AS) -> None:
    sam, jo = as_(cast.sam), as_(cast.jo)
    asked(sam, REACH)
    page = get_page(jo, ASK)
    # Both sit behind the same router, so an allowance by network address would be one short for Jo.
    answers = [submit(jo, get_page(jo, ASK), {"reach": ""}, form=FORM) for _ in range(19)]
    assert submit(jo, page, {"reach": ""}, form=FORM).status_code == answers[0].status_code
