"""Paper: an exercise as a sheet, and what came back on one, typed in for its writer."""

from __future__ import annotations

import io
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select
from werkzeug.test import TestResponse

from assignments.domain.visibility import Level
from assignments.library.loader import load_library
from assignments.models import Assignment, Response
from clinic.audit import Event
from clinic.extensions import db
from clinic.models import AuditLine, Couple, Practice
from tests.assignments.work import give, send, write
from tests.cast import AS, Cast
from tests.conftest import Clock
from tests.page import get_page, read_page, submit, submit_and_follow

WORDS = "The canal at dusk, written with a pencil."
SECRET = "Heronsgate"


def url(cast: Cast, given: UUID, rest: str = "/typed/A") -> str:
    return f"/c/couples/{cast.sam_and_jo.id}/assignments/{given}{rest}"


def text_of(reply: TestResponse) -> str:
    assert (reply.status_code, reply.mimetype) == (200, "application/pdf"), reply.status
    pages = PdfReader(io.BytesIO(reply.data)).pages
    return " ".join(" ".join(page.extract_text().split()) for page in pages)


def fill_in(client: FlaskClient, cast: Cast, given: UUID, level: Level, words: str = WORDS) -> None:
    fields = {"answer-text": words, "level": level.value, "asked": "y"}
    submit(client, get_page(client, url(cast, given)), fields)


def test_a_sheet_asks_what_the_exercise_asks_on_either_paper(cast: Cast, as_: AS) -> None:
    priya = as_(cast.priya)
    exercise = load_library().get("gentle-questions")
    assert exercise is not None
    for paper, width in (("a4", 595), ("letter", 612)):
        reply = priya.get(f"/c/library/gentle-questions/sheet.pdf?paper={paper}")
        assert round(PdfReader(io.BytesIO(reply.data)).pages[0].mediabox.width) == width
        said = text_of(reply)
        assert exercise.name in said
        assert exercise.how[0].split("{")[0].split()[0] in said
        assert "Nobody reads this unless you hand it over." in said
    assert reply.headers["Content-Disposition"] == "attachment; filename=sheet.pdf"


@pytest.mark.parametrize(
    "slug", ["gentle-questions", "withdrawal-journal", "active-listening", "weekly-sit-down"]
)
def test_every_kind_of_step_stands_on_a_sheet(cast: Cast, as_: AS, slug: str) -> None:
    exercise = load_library().get(slug)
    assert exercise is not None
    said = text_of(as_(cast.priya).get(f"/c/library/{slug}/sheet.pdf"))
    for step in exercise.steps:
        assert step.title.split("{")[0].strip()[:20] in said


def test_a_couples_sheets_are_one_each_and_hold_nothing_anybody_wrote(
    app: Flask, cast: Cast, as_: AS
) -> None:
    given = give(app, cast, "gentle-questions", note=SECRET)
    for person, level in ((cast.sam, Level.SHARED), (cast.jo, Level.PRIVATE)):
        write(app, person, given, "answer", {"text": SECRET})
        send(app, person, given, level)
    said = text_of(as_(cast.priya).get(url(cast, given, "/sheet.pdf")))
    assert "For Sam." in said
    assert "For Jo." in said
    assert SECRET not in said


def test_what_is_typed_in_is_its_writers_own_and_says_who_typed_it(app: Flask, cast: Cast, as_: AS) -> None:
    given = give(app, cast, "gentle-questions")
    priya = as_(cast.priya)
    page = get_page(priya, url(cast, given))
    assert not page.select('[name="level"][checked]')
    shown = submit_and_follow(priya, page, {"answer-text": WORDS, "level": "counsellor", "asked": "y"})
    assert WORDS in shown.words
    sam = as_(cast.sam)
    with app.app_context():
        row = db.session.scalars(select(Response)).one()
        assert (row.author_id, row.typed_by_id) == (cast.sam.id, cast.priya.id)
        event = db.session.scalars(select(AuditLine).where(AuditLine.event == Event.TYPED_IN)).one()
        assert (event.actor_id, event.subject_id) == (cast.priya.id, row.id)
    own = get_page(sam, f"/me/history/{row.id}")
    assert "Typed in by Priya" in own.words
    assert WORDS in own.words
    assert "Gentle questions" in get_page(sam, "/me/history").words


def test_the_other_partner_sees_nothing_of_it_unless_its_writer_said_so(
    app: Flask, cast: Cast, as_: AS, clock: Clock
) -> None:
    given = give(app, cast, "gentle-questions")
    priya, jo = as_(cast.priya), as_(cast.jo)
    paths = ("/today", "/together", "/me/history", "/thanks")
    bare = [get_page(jo, path).words for path in paths]
    fill_in(priya, cast, given, Level.COUNSELLOR)
    clock.move(minutes=15)
    assert [get_page(jo, path).words for path in paths] == bare
    fill_in(priya, cast, given, Level.SHARED, "Read by both.")
    assert [get_page(jo, path).words for path in paths] == bare
    clock.move(minutes=15)
    assert get_page(jo, "/together").words != bare[1]


def test_a_draft_the_writer_keeps_stays_theirs_and_is_not_given_away(app: Flask, cast: Cast, as_: AS) -> None:
    given = give(app, cast, "gentle-questions")
    priya = as_(cast.priya)
    bare = get_page(priya, url(cast, given)).words
    write(app, cast.sam, given, "answer", {"text": SECRET})
    assert get_page(priya, url(cast, given)).words == bare
    fill_in(priya, cast, given, Level.COUNSELLOR)
    with app.app_context():
        kept, typed = db.session.scalars(
            select(Response).order_by(Response.started_at, Response.typed_by_id)
        ).all()
        rows = {row.assignment_id: row for row in (kept, typed)}
        assert rows[given].sent_at is None
        assert rows[given].typed_by_id is None
        assert len(db.session.scalars(select(Assignment)).all()) == 2


def test_sending_it_again_by_ones_own_hand_takes_the_mark_away(app: Flask, cast: Cast, as_: AS) -> None:
    given = give(app, cast, "gentle-questions")
    fill_in(as_(cast.priya), cast, given, Level.SHARED)
    with app.app_context():
        row = db.session.scalars(select(Response)).one()
    from assignments.actions.responding import take_back

    with app.app_context():
        take_back(actor=cast.sam, response_id=row.id)
    send(app, cast.sam, row.assignment_id, Level.COUNSELLOR)
    assert "Typed in by" not in get_page(as_(cast.sam), f"/me/history/{row.id}").words


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"answer-text": WORDS, "asked": "y"}, "Choose what they said."),
        ({"answer-text": WORDS, "level": "counsellor"}, "Ask them first, then tick this."),
        ({"level": "counsellor", "asked": "y"}, "Type in a line first."),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_is_kept(
    app: Flask, cast: Cast, as_: AS, fields: dict[str, str], sentence: str
) -> None:
    given = give(app, cast, "gentle-questions")
    priya = as_(cast.priya)
    reply = submit(priya, get_page(priya, url(cast, given)), fields, status=422)
    page = read_page(reply, 422)
    assert sentence in page.words
    assert fields.get("answer-text", "") in page.words
    with app.app_context():
        assert not db.session.scalars(select(Response)).all()


def test_only_me_is_never_on_offer_and_where_nothing_else_is_there_is_no_form(
    app: Flask, cast: Cast, as_: AS
) -> None:
    given = give(app, cast, "gentle-questions", limit=Level.PRIVATE)
    open_one = give(app, cast, "gentle-questions")
    priya = as_(cast.priya)
    assert "can’t be typed in" in get_page(priya, url(cast, given)).words
    levels = {str(one["value"]) for one in get_page(priya, url(cast, open_one)).select('[name="level"]')}
    assert levels == {"counsellor", "shared"}
    with app.app_context():
        db.session.get_one(Practice, cast.canal_street.id).allows_counsellor_only = False
        db.session.commit()
    levels = {str(one["value"]) for one in get_page(priya, url(cast, open_one)).select('[name="level"]')}
    assert levels == {"shared"}


def test_once_the_work_has_ended_nothing_is_typed_in(app: Flask, cast: Cast, as_: AS, clock: Clock) -> None:
    given = give(app, cast, "gentle-questions")
    priya = as_(cast.priya)
    page = get_page(priya, url(cast, given))
    with app.app_context():
        db.session.get_one(Couple, cast.sam_and_jo.id).closed_at = clock.now
        db.session.commit()
    fields = {"answer-text": WORDS, "level": "counsellor", "asked": "y"}
    assert "has ended" in read_page(submit(priya, page, fields, status=422), 422).words


@pytest.mark.parametrize("who", ["sam", "jo", "ade", "marcus", "sofia", "omar", "ada", "hana"])
def test_nobody_but_their_counsellor_types_in(app: Flask, cast: Cast, as_: AS, who: str) -> None:
    given = give(app, cast, "gentle-questions")
    client = as_(getattr(cast, who))
    reply = client.get(url(cast, given))
    assert (reply.status_code, reply.data) == (404, client.get("/made/up").data)
