"""One couple's work: how far they may share, closing it and opening it again."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask import Flask

from assignments.actions.leaving import leave_couple
from assignments.actions.responding import change_visibility
from assignments.domain.visibility import Level
from assignments.models import VisibilityChange
from clinic.clock import now
from clinic.extensions import db
from clinic.models import Couple, Practice
from tests.assignments.given import answered, given
from tests.cast import AS, Cast
from tests.conftest import Clock
from tests.page import get_page, read_page, submit, submit_and_follow


def url(cast: Cast, page: str = "work") -> str:
    return f"/c/couples/{cast.sam_and_jo.id}/settings/{page}"


def couple(cast: Cast, app: Flask) -> Couple:
    with app.app_context():
        return db.session.get_one(Couple, cast.sam_and_jo.id)


@pytest.fixture
def opening(cast: Cast, app: Flask) -> UUID:
    """Something of Sam's that opens to Jo tomorrow."""
    with app.app_context():
        given_id = given(cast.priya, cast.sam_and_jo)
        response_id = answered(cast.sam, given_id, "We laughed", Level.PRIVATE)
        change_visibility(actor=cast.sam, response_id=response_id, level=Level.SHARED)
        return response_id


def pending(app: Flask) -> int:
    with app.app_context():
        return db.session.query(VisibilityChange).filter(VisibilityChange.cancelled_at.is_(None)).count()


def test_a_tighter_limit_holds_for_both_and_stops_what_is_on_its_way(
    cast: Cast, as_: AS, app: Flask, opening: UUID
) -> None:
    client = as_(cast.priya)
    assert pending(app) == 1
    page = submit_and_follow(client, get_page(client, url(cast)), {"sharing_limit": "counsellor"})
    assert "Saved." in page.words
    assert couple(cast, app).sharing_limit == "counsellor"
    assert pending(app) == 0


def test_a_looser_limit_widens_nothing_by_itself(cast: Cast, as_: AS, app: Flask, opening: UUID) -> None:
    client = as_(cast.priya)
    submit(client, get_page(client, url(cast)), {"sharing_limit": "shared"})
    assert pending(app) == 1


def test_a_practice_without_secrets_does_not_offer_them(cast: Cast, as_: AS, app: Flask) -> None:
    with app.app_context():
        db.session.get_one(Practice, cast.canal_street.id).allows_counsellor_only = False
        db.session.commit()
    client = as_(cast.priya)
    page = get_page(client, url(cast))
    assert [one["value"] for one in page.select("[name=sharing_limit]")] == ["shared", "both", "private"]
    submit(client, page, {"sharing_limit": "counsellor"}, status=422)
    assert couple(cast, app).sharing_limit == "shared"


def test_closing_and_opening_again_widens_nothing(
    cast: Cast, as_: AS, app: Flask, clock: Clock, opening: UUID
) -> None:
    client = as_(cast.priya)
    submit(client, get_page(client, url(cast, "close")))
    assert "Practice has ended." in get_page(as_(cast.jo), "/today").words
    clock.move(days=2)
    client = as_(cast.priya)
    submit(client, get_page(client, url(cast, "reopen")))
    assert couple(cast, app).closed_at is None
    assert pending(app) == 0
    assert "We laughed" not in as_(cast.jo).get("/together").text


def test_what_is_done_already_is_said(cast: Cast, as_: AS, app: Flask) -> None:
    client = as_(cast.priya)
    reply = submit(client, get_page(client, url(cast, "reopen")), status=422)
    assert "Their work goes on already." in read_page(reply, 422).words


def test_whoever_has_left_is_not_brought_back(cast: Cast, as_: AS, app: Flask) -> None:
    with app.app_context():
        leave_couple(actor=cast.jo)
        db.session.get_one(Couple, cast.sam_and_jo.id).closed_at = now()
        db.session.commit()
    client = as_(cast.priya)
    reply = submit(client, get_page(client, url(cast, "reopen")), status=422)
    assert "One of them has left." in read_page(reply, 422).words
    assert couple(cast, app).closed_at is not None


def test_the_pass_phrase_is_asked_for_afresh(cast: Cast, as_: AS, clock: Clock) -> None:
    client = as_(cast.priya)
    clock.move(minutes=11)
    assert client.get(url(cast, "close")).location == f"/sign-in/again?next={url(cast, 'close')}"


def test_a_supervisor_reads_and_others_do_not_find_it(cast: Cast, as_: AS) -> None:
    page = get_page(as_(cast.sofia), url(cast))
    assert not page.select("main form")
    assert "They may share up to: Both partners, and you." in page.words
    for name in ("marcus", "omar", "ada", "sam", "hana"):
        get_page(as_(getattr(cast, name)), url(cast), 404)
    get_page(as_(cast.sofia), url(cast, "close"), 404)
