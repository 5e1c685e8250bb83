"""Taking away a copy of one's own words."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from assignments.actions.checking_in import check_in
from assignments.actions.entries import delete_thanks, save_thanks
from assignments.actions.exporting import choose_record_consent
from assignments.actions.replying import reply_to_answers
from assignments.actions.responding import change_visibility, record_outcome, save_answer, set_aside
from assignments.actions.turns import save_part, send_part
from assignments.domain.checkins import CheckinAnswers
from assignments.domain.visibility import Consent, Level
from assignments.models import Entry, Response
from clinic import crypto
from clinic.actions.talks import ask_to_talk
from clinic.clock import now
from clinic.extensions import db
from clinic.models import AuditLine, Person
from tests import builders
from tests.assignments.given import (
    FRIDAY_EVENING,
    OUR_PAUSE,
    OUR_TIME,
    PAUSE,
    SIT_DOWN,
    WEEK,
    agreed,
    answered,
    given,
)
from tests.cast import AS, Cast
from tests.conftest import Clock, CountQueries
from tests.page import get_page, submit


def files_of(client: FlaskClient) -> dict[str, str]:
    """The files of the copy somebody downloads."""
    response = submit(client, get_page(client, "/me/data"), status=200)
    with zipfile.ZipFile(io.BytesIO(response.data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode() for name in archive.namelist()}


def things_of(files: dict[str, str]) -> dict[str, list[dict[str, Any]]]:
    """The things of each part, out of the JSON."""
    return {part["title"]: part["things"] for part in json.loads(files["notes.json"])["parts"]}


def write(person: Person, other: Person, cast: Cast, word: str, clock: Clock) -> None:
    """One of everything a partner can write, all of it with one word in it."""
    couple, priya = cast.sam_and_jo, cast.priya
    slot = "A" if person.id == cast.sam.id else "B"
    questions = given(priya, couple)
    sent = answered(person, questions, f"{word} answer", Level.PRIVATE)
    change_visibility(actor=person, response_id=sent, level=Level.COUNSELLOR)
    record_outcome(actor=person, assignment_id=questions, turn=1, tried="part", useful=7)
    draft = given(priya, couple)
    save_answer(actor=person, assignment_id=draft, step="answer", value={"text": f"{word} draft"}, version=0)
    shared = answered(person, given(priya, couple), f"{word} shared", Level.SHARED)
    version = db.session.get_one(Response, shared).version
    reply_to_answers(actor=priya, couple_id=couple.id, seen={shared: version}, words=f"{word} reply")
    agreed(person, other, given(priya, couple, PAUSE, days=None), OUR_PAUSE)
    agreed(other, person, given(priya, couple, SIT_DOWN, days=None), OUR_TIME)
    save_thanks(actor=person, what=f"{word} thanks", meant=f"{word} meant", level=Level.SHARED)
    gone = save_thanks(actor=person, what=f"{word} deleted", meant="", level=Level.PRIVATE)
    delete_thanks(actor=person, entry_id=gone.id)
    turns: dict[str, Any] = {"turn": 1, "slot": slot, "step": "thought", "number": 1}
    turns["assignment_id"] = given(priya, couple, "reflect-and-check")
    part = save_part(actor=person, **turns, value={"text": f"{word} part"}, version=0)
    send_part(actor=person, **turns, version=part.version)
    set_aside(actor=person, assignment_id=draft, kind="hard", choice="bring")
    ask_to_talk(actor=person, reach=f"{word} reach")
    check_in(actor=person, week_of=WEEK, answers=CheckinAnswers(closeness=4, tension=9))


@pytest.fixture
def written(app: Flask, cast: Cast, clock: Clock) -> None:
    """Both have written one of everything, on the Friday evening."""
    clock.set(FRIDAY_EVENING + timedelta(minutes=30))
    with app.app_context():
        write(cast.sam, cast.jo, cast, "heron", clock)
        write(cast.jo, cast.sam, cast, "otter", clock)
    clock.move(days=2)


@pytest.mark.both_databases
def test_it_holds_everything_one_wrote_and_nothing_of_the_other(
    written: None, cast: Cast, as_: AS, app: Flask
) -> None:
    for person, own, others, other in (
        (cast.sam, "heron", "otter", cast.jo),
        (cast.jo, "otter", "heron", cast.sam),
    ):
        files = files_of(as_(person))
        assert set(files) == {"notes.html", "notes.json", "notes.css"}
        for name in ("notes.html", "notes.json"):
            for words in ("answer", "draft", "shared", "reply", "thanks", "meant", "part"):
                assert f"{own} {words}" in files[name], (name, words)
            assert f"{own} reach" not in files[name], "asking to talk alone leaves no trace"
            assert f"{own} deleted" not in files[name]
            assert others not in files[name]
            assert other.contact_address not in files[name]
        whole = "".join(files.values())
        for row in (cast.sam, cast.jo, cast.priya, cast.sam_and_jo, cast.canal_street):
            assert str(row.id) not in whole


def test_it_says_who_sees_each_thing_and_what_changed(written: None, cast: Cast, as_: AS) -> None:
    things = things_of(files_of(as_(cast.sam)))
    answer = next(one for one in things["Answers"] if one["changes"])
    assert (answer["seen_by"], answer["changes"][0]["to"]) == ("Priya only", "Priya only")
    assert {one["state"] for one in things["Answers"]} == {"Sent", "Not sent"}
    assert [one["seen_by"] for one in things["Small thank-yous"]] == ["Jo and Priya"]
    assert [len(one["said"]) for one in things["Agreements I signed"]] == [0] * 4
    assert len(things["Agreements I wrote"]) == 2
    (week,) = things["Weekly check-ins"]
    assert [one["lines"] for one in week["said"]] == [["4 out of 10"], ["9 out of 10"]]
    (outcome,) = things["How it went"]
    assert [one["lines"] for one in outcome["said"]] == [["Did part of it"], ["7 out of 10"]]


def test_the_page_in_it_opens_alone(written: None, cast: Cast, as_: AS) -> None:
    files = files_of(as_(cast.sam))
    page = BeautifulSoup(files["notes.html"], "html.parser")
    assert not page.select("script, form, img, [style], style, base")
    assert [link["href"] for link in page.select("link")] == ["notes.css"]
    assert {str(link["href"])[0] for link in page.select("a")} == {"#"}
    assert all(page.select(str(link["href"])) for link in page.select("a"))
    assert len(page.select("h1")) == 1
    for telling in ("http", "Meanwhile", "Canal Street"):
        assert telling not in "".join(files.values())


def test_the_file_says_nothing_by_its_name_and_is_kept_nowhere(
    written: None, cast: Cast, as_: AS, app: Flask
) -> None:
    client = as_(cast.sam)
    response = submit(client, get_page(client, "/me/data"), status=200)
    assert response.headers["Content-Disposition"] == "attachment; filename=notes.zip"
    assert response.headers["Content-Type"] == "application/zip"
    assert response.headers["Cache-Control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(response.data)) as archive:
        assert {info.date_time[0] for info in archive.infolist()} == {1980}
    with app.app_context():
        lines = db.session.query(AuditLine).filter_by(event="own copy made").all()
        assert [(line.actor_id, line.details) for line in lines] == [(cast.sam.id, {})]


def test_the_same_page_gives_it_twice(cast: Cast, as_: AS) -> None:
    client = as_(cast.sam)
    page = get_page(client, "/me/data")
    assert submit(client, page, status=200).data == submit(client, page, status=200).data


def test_it_asks_for_the_pass_phrase_afresh(cast: Cast, as_: AS, clock: Clock) -> None:
    client = as_(cast.sam)
    page = get_page(client, "/me/data")
    clock.move(minutes=10)
    assert submit(client, page).location == "/sign-in/again?next=/me/data"
    again = get_page(client, client.get("/me/data").location)
    assert submit(client, again, {"password": builders.PASSPHRASE}).location == "/me/data"
    submit(client, get_page(client, "/me/data"), status=200)


def test_nothing_written_is_said_and_staff_have_none(cast: Cast, as_: AS) -> None:
    assert "Nothing is written yet." in files_of(as_(cast.sam))["notes.html"]
    for person in (cast.priya, cast.sofia, cast.ada):
        assert as_(person).get("/me/data").status_code == 404
        assert "My data" not in get_page(as_(person), "/me").words
    assert "My data" in get_page(as_(cast.sam), "/me").words


def test_a_hold_shows_in_no_copy(written: None, cast: Cast, as_: AS, app: Flask) -> None:
    client = as_(cast.sam)
    before = submit(client, get_page(client, "/me/data"), status=200).data
    with app.app_context():
        db.session.merge(cast.sam_and_jo).held_at = now()
        db.session.commit()
    assert submit(client, get_page(client, "/me/data"), status=200).data == before


def test_words_that_look_like_a_page_stay_words(cast: Cast, as_: AS, app: Flask) -> None:
    with app.app_context():
        save_thanks(actor=cast.sam, what="<script>alert(1)</script>", meant="", level=Level.PRIVATE)
    html = files_of(as_(cast.sam))["notes.html"]
    assert "&lt;script&gt;" in html
    assert "<script" not in html


@pytest.mark.parametrize("many", [2, 2000])
def test_thousands_of_entries_cost_no_more_statements(
    cast: Cast, as_: AS, app: Flask, many: int, count_queries: CountQueries
) -> None:
    with app.app_context():
        first = save_thanks(actor=cast.sam, what="Tea", meant="", level=Level.PRIVATE)
        row = db.session.scalars(select(Entry).where(Entry.id == first.id)).one()
        for number in range(many):
            one = another(row)
            one.value_sealed = crypto.seal(
                one, "value_sealed", json.dumps({"what": f"Tea {number}", "meant": ""})
            )
            db.session.add(one)
        db.session.commit()
    client = as_(cast.sam)
    page = get_page(client, "/me/data")
    with count_queries() as statements:
        response = submit(client, page, status=200)
    assert len(statements) <= 26
    with zipfile.ZipFile(io.BytesIO(response.data)) as archive:
        assert (
            len(things_of({"notes.json": archive.read("notes.json").decode()})["Small thank-yous"])
            == many + 1
        )


def another(like: Entry) -> Entry:
    """Another entry like one that is there."""
    return Entry(
        id=uuid4(),
        practice_id=like.practice_id,
        couple_id=like.couple_id,
        kind=like.kind,
        author_id=like.author_id,
        happened_on=like.happened_on,
        visibility=like.visibility,
        at=like.at,
        opens_at=like.opens_at,
    )


def test_the_copy_holds_each_choice_of_what_may_be_handed_on_and_not_the_other_partners(
    app: Flask, cast: Cast, as_: AS, clock: Clock
) -> None:
    with app.app_context():
        choose_record_consent(actor=cast.sam, choice=Consent.SHARED)
        clock.move(minutes=1)
        choose_record_consent(actor=cast.sam, choice=Consent.NONE)
        choose_record_consent(actor=cast.jo, choice=Consent.COUNSELLOR)
    now_it_is, before = things_of(files_of(as_(cast.sam)))["What may be handed on"]
    assert now_it_is["said"][0]["lines"] == ["None of my words"]
    assert now_it_is["state"] == "This counts now"
    assert before["said"][0]["lines"] == ["What Jo and I can both read"]
