"""Break-glass: one asks, a second person grants, a day later it is over, and the counsellor is told."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask import Flask

from assignments.domain.visibility import Level
from clinic.actions.break_glass import ask_to_break_glass, end_glass, grant_glass, refuse_glass
from clinic.clock import now
from clinic.errors import Conflict, NotAllowed, NotFound
from clinic.extensions import db
from clinic.models import AuditLine, BreakGlass
from clinic.worker import work_once
from tests.assignments.given import answered, given
from tests.cast import AS, Cast
from tests.conftest import Clock
from tests.page import get_page, read_page, submit, submit_and_follow

WHY = "Priya is ill and Jo rang in tears"
ASK = "main form[novalidate]"
KEPT, TOLD = "a heron on the roof", "a kettle in the hall"


def ask(cast: Cast, app: Flask) -> UUID:
    """Omar, who does not supervise Priya, asks."""
    with app.app_context():
        return ask_to_break_glass(
            actor=cast.omar,
            reader_id=cast.omar.id,
            counsellor_id=cast.priya.id,
            about="Jo and Sam",
            reason=WHY,
        ).id


def grant(cast: Cast, app: Flask) -> UUID:
    glass_id = ask(cast, app)
    with app.app_context():
        grant_glass(actor=cast.ada, glass_id=glass_id, couple_id=cast.sam_and_jo.id)
    return glass_id


def record(cast: Cast, page: str = "") -> str:
    return f"/c/couples/{cast.sam_and_jo.id}{page}"


def test_from_asking_to_reading_to_the_end_by_itself(cast: Cast, as_: AS, app: Flask, clock: Clock) -> None:
    omar = as_(cast.omar)
    get_page(omar, record(cast), 404)
    page = get_page(omar, "/break-glass")
    typed = {"counsellor": str(cast.priya.id), "about": "Jo and Sam", "reason": WHY}
    page = submit_and_follow(omar, page, typed, form=ASK)
    assert "Waits for a second person" in page.words
    get_page(omar, record(cast), 404)

    ada = as_(cast.ada)
    page = get_page(ada, "/break-glass")
    link = page.one("main .panel a")
    page = get_page(ada, str(link["href"]))
    assert WHY in page.words
    page = submit_and_follow(ada, page, {"couple": str(cast.sam_and_jo.id)}, form="form#grant")
    assert "Granted for 24 hours." in page.words
    get_page(ada, record(cast), 404)

    assert "Okafor" in get_page(omar, record(cast)).words
    clock.move(hours=23)
    get_page(as_(cast.omar), record(cast))
    clock.move(hours=1)
    get_page(as_(cast.omar), record(cast), 404)
    assert "Ended" in get_page(as_(cast.omar), "/break-glass").words


def test_the_counsellor_is_told_who_and_why_until_she_takes_note(cast: Cast, as_: AS, app: Flask) -> None:
    ask(cast, app)
    assert "Break-glass" not in get_page(as_(cast.priya), "/c").words
    grant(cast, app)
    client = as_(cast.priya)
    page = get_page(client, "/c")
    assert "Break-glass: Omar could read Okafor and Lind" in page.words
    assert "Asked by Omar, granted by Ada." in page.words
    assert WHY in page.words
    assert "Break-glass:" not in get_page(as_(cast.marcus), "/c").words
    submit(client, page, form='form[action$="/noted"]')
    assert "Break-glass: Omar" not in get_page(client, "/c").words


def test_it_opens_what_the_counsellor_may_read_and_nothing_that_was_kept(
    cast: Cast, as_: AS, app: Flask
) -> None:
    with app.app_context():
        answered(cast.sam, given(cast.priya, cast.sam_and_jo), KEPT, Level.PRIVATE)
        told = answered(cast.jo, given(cast.priya, cast.sam_and_jo), TOLD, Level.COUNSELLOR)
    grant(cast, app)
    omar = as_(cast.omar)
    pages = [omar.get(record(cast, one)).text for one in ("", "/answers", "/signs", "/brief", "/settings")]
    pages.append(omar.get(record(cast, f"/answers/{told}")).text)
    assert TOLD in pages[-1]
    assert not [one for one in pages if KEPT in one]
    with app.app_context():
        assert db.session.query(AuditLine).filter_by(event="words read", actor_id=cast.omar.id).count()


def test_reading_is_all_it_gives(cast: Cast, as_: AS, app: Flask) -> None:
    grant(cast, app)
    omar = as_(cast.omar)
    for page in ("", "/settings", "/settings/work", "/appointments", "/signs"):
        found = get_page(omar, record(cast, page))
        assert not [one for one in found.select("main form[method=post]")], page
    get_page(omar, f"/c/couples/{cast.ade_and_ruth.id}", 404)


def test_it_takes_two(cast: Cast, as_: AS, app: Flask) -> None:
    with app.app_context():
        glass_id = ask_to_break_glass(
            actor=cast.ada, reader_id=cast.omar.id, counsellor_id=cast.priya.id, about="Jo", reason=WHY
        ).id
        with pytest.raises(Conflict, match="takes two"):
            grant_glass(actor=cast.ada, glass_id=glass_id, couple_id=cast.sam_and_jo.id)
        with pytest.raises(NotAllowed):
            grant_glass(actor=cast.omar, glass_id=glass_id, couple_id=cast.sam_and_jo.id)
        with pytest.raises(NotFound):
            grant_glass(actor=cast.iris, glass_id=glass_id, couple_id=cast.sam_and_jo.id)
    page = get_page(as_(cast.ada), f"/break-glass/{glass_id}")
    assert "It takes two." in page.words
    assert not page.select("form#grant")


def test_only_a_couple_of_the_counsellor_who_is_named_is_opened(cast: Cast, app: Flask) -> None:
    glass_id = ask(cast, app)
    with app.app_context():
        for couple in (cast.nia_and_owen, cast.lea_and_tom):
            with pytest.raises((Conflict, NotFound)):
                grant_glass(actor=cast.ada, glass_id=glass_id, couple_id=couple.id)
        assert db.session.get_one(BreakGlass, glass_id).granted_at is None


def test_a_refused_and_a_forgotten_request_open_nothing(
    cast: Cast, as_: AS, app: Flask, clock: Clock
) -> None:
    refused, forgotten = ask(cast, app), ask(cast, app)
    with app.app_context():
        refuse_glass(actor=cast.ada, glass_id=refused)
    clock.move(hours=73)
    with app.app_context():
        for glass_id in (refused, forgotten):
            with pytest.raises(Conflict, match="decided already, or has lapsed"):
                grant_glass(actor=cast.ada, glass_id=glass_id, couple_id=cast.sam_and_jo.id)
        work_once(now())
        for row in db.session.query(BreakGlass).all():
            assert row.about_sealed is None
            assert row.reason_sealed is None
    words = get_page(as_(cast.omar), "/break-glass").words
    assert "Refused" in words
    assert "Lapsed" in words
    assert WHY not in words


def test_words_stay_while_somebody_may_still_decide_and_once_it_was_granted(
    cast: Cast, as_: AS, app: Flask, clock: Clock
) -> None:
    grant(cast, app)
    clock.move(hours=71)
    ask(cast, app)
    with app.app_context():
        work_once(now())
        assert get_page(as_(cast.omar), "/break-glass").words.count(WHY) == 2
    clock.move(hours=2)
    with app.app_context():
        work_once(now())
        assert get_page(as_(cast.omar), "/break-glass").words.count(WHY) == 2


def test_it_can_be_closed_before_the_day_is_over(cast: Cast, as_: AS, app: Flask) -> None:
    grant(cast, app)
    omar = as_(cast.omar)
    page = get_page(omar, "/break-glass")
    submit(omar, page, form='form[action$="/end"]')
    get_page(omar, record(cast), 404)
    with app.app_context(), pytest.raises(Conflict):
        end_glass(actor=cast.ada, glass_id=db.session.query(BreakGlass).one().id)


def test_nobody_else_sees_that_it_was_asked_for(cast: Cast, as_: AS, app: Flask) -> None:
    glass_id = grant(cast, app)
    assert WHY not in get_page(as_(cast.sofia), "/break-glass").words
    for name in ("priya", "marcus", "sam", "jo", "hana"):
        get_page(as_(getattr(cast, name)), "/break-glass", 404)
    assert as_(cast.marcus).post(f"/c/break-glass/{glass_id}/noted").status_code in (400, 404)
    for name in ("sam", "jo"):
        assert "Omar" not in as_(getattr(cast, name)).get("/today").text


def test_granting_asks_for_the_pass_phrase_afresh(cast: Cast, as_: AS, app: Flask, clock: Clock) -> None:
    glass_id = ask(cast, app)
    client = as_(cast.ada)
    clock.move(minutes=11)
    url = f"/break-glass/{glass_id}"
    assert client.get(url).location == f"/sign-in/again?next={url}"


@pytest.mark.parametrize(
    ("field", "value"),
    [("about", ""), ("about", "x" * 201), ("reason", ""), ("reason", "\0"), ("counsellor", "made-up")],
)
def test_a_request_that_says_too_little_is_kept_on_the_page(
    cast: Cast, as_: AS, app: Flask, field: str, value: str
) -> None:
    client = as_(cast.omar)
    typed = {"counsellor": str(cast.priya.id), "about": "Jo", "reason": WHY, field: value}
    reply = submit(client, get_page(client, "/break-glass"), typed, form=ASK, status=422)
    assert read_page(reply, 422).select(f"#{field}-error")
    with app.app_context():
        assert db.session.query(BreakGlass).count() == 0


def test_a_supervisor_asks_for_nobody_else(cast: Cast, app: Flask) -> None:
    with app.app_context(), pytest.raises(Conflict, match="yourself alone"):
        ask_to_break_glass(
            actor=cast.omar, reader_id=cast.sofia.id, counsellor_id=cast.priya.id, about="Jo", reason=WHY
        )
