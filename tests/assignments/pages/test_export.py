"""Taking out: a record holds what each partner agreed to and no more, and a table runs nothing."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select

from assignments.actions.deciding import decide
from assignments.actions.entries import save_thanks
from assignments.actions.exporting import choose_record_consent
from assignments.domain.signs import DecisionState
from assignments.domain.visibility import Consent, Level
from clinic.actions.talks import ask_to_talk
from clinic.audit import Event
from clinic.extensions import db
from clinic.models import AuditLine, Person
from tests.assignments import given
from tests.assignments.given import OUR_PAUSE, PAUSE
from tests.assignments.reports import TENSE, check_in, weeks_of
from tests.assignments.work import give, send, write
from tests.cast import AS, Cast
from tests.conftest import Clock
from tests.page import get_page, submit, submit_and_follow

SHARED = "Shared-by-{}"
TOLD = "Told-Priya-by-{}"
KEPT = "Kept-by-{}"
CANARIES = ("Kept-by-Sam", "Kept-by-Jo", "Draft-of-Sam", "Ring-me-at-work", "Thanks-kept", "Waits-for-Jo")


def url(cast: Cast) -> str:
    return f"/c/couples/{cast.sam_and_jo.id}/export"


def files(client: FlaskClient, cast: Cast, *, decisions: bool = False) -> dict[str, bytes]:
    fields = {"form": "files"} | ({"decisions": "y"} if decisions else {})
    reply = submit(client, get_page(client, url(cast)), fields, status=200)
    assert reply.headers["Content-Disposition"] == "attachment; filename=notes.zip"
    assert reply.headers["Cache-Control"] == "no-store"
    archive = zipfile.ZipFile(io.BytesIO(reply.data))
    return {name: archive.read(name) for name in archive.namelist()}


def everything(client: FlaskClient, cast: Cast) -> str:
    return b"\n".join(files(client, cast, decisions=True).values()).decode()


def table(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def agree(app: Flask, clock: Clock, person: Person, choice: Consent) -> None:
    clock.move(seconds=1)  # The latest choice counts.
    with app.app_context():
        choose_record_consent(actor=person, choice=choice)


@pytest.fixture
def told(app: Flask, cast: Cast, clock: Clock) -> None:
    """Something of every kind from both, each with a word of its own."""
    for person in (cast.sam, cast.jo):
        for words, level in ((SHARED, Level.SHARED), (TOLD, Level.COUNSELLOR), (KEPT, Level.PRIVATE)):
            one = give(app, cast, "gentle-questions")
            write(app, person, one, "answer", {"text": words.format(person.name)})
            send(app, person, one, level)
    waits = give(app, cast, "gentle-questions")
    write(app, cast.sam, waits, "answer", {"text": "Waits-for-Jo"})
    send(app, cast.sam, waits, Level.BOTH)
    with app.app_context():
        given.drafted(cast.sam, given.given(cast.priya, cast.sam_and_jo), "Draft-of-Sam", step="answer")
        save_thanks(actor=cast.sam, what="Thanks-shared", meant="", level=Level.SHARED)
        save_thanks(actor=cast.sam, what="Thanks-kept", meant="", level=Level.PRIVATE)
        ask_to_talk(actor=cast.jo, reach="Ring-me-at-work")
        pause = given.given(cast.priya, cast.sam_and_jo, PAUSE)
        given.agreed(cast.sam, cast.jo, pause, OUR_PAUSE)
        decide(
            actor=cast.priya,
            couple_id=cast.sam_and_jo.id,
            state=DecisionState.CONTINUE,
            reason="Reason-of-Priya",
        )
    weeks_of(app, cast.sam_and_jo, (cast.sam, cast.jo), 3, **TENSE)
    clock.move(minutes=15)


def test_until_somebody_agrees_there_is_no_word_and_no_number_of_theirs(
    told: None, cast: Cast, as_: AS
) -> None:
    found = files(as_(cast.priya), cast)
    assert set(found) == {"record.json", "appointments.csv", "exercises.csv", "words.csv", "checkins.csv"}
    assert table(found["words.csv"]) == []
    assert table(found["checkins.csv"]) == []
    assert {row["done by"] for row in table(found["exercises.csv"])} == {""}
    assert "Gentle questions" in {row["exercise"] for row in table(found["exercises.csv"])}
    assert b"Reason-of-Priya" not in b"".join(found.values())


def test_each_partners_words_go_as_far_as_they_agreed_and_the_others_do_not(
    told: None, app: Flask, cast: Cast, as_: AS, clock: Clock
) -> None:
    priya = as_(cast.priya)
    agree(app, clock, cast.sam, Consent.SHARED)
    said = everything(priya, cast)
    assert "Shared-by-Sam" in said
    assert "Thanks-shared" in said
    for words in ("Shared-by-Jo", "Told-Priya-by-Sam", "A walk each"):
        assert words not in said, words
    agree(app, clock, cast.jo, Consent.COUNSELLOR)
    said = everything(priya, cast)
    for words in ("Shared-by-Jo", "Told-Priya-by-Jo", "A walk each", "Reason-of-Priya", "Tension"):
        assert words in said, words
    assert "Told-Priya-by-Sam" not in said
    agree(app, clock, cast.jo, Consent.NONE)
    said = everything(priya, cast)
    for words in ("by-Jo", "A walk each", "Tension"):
        assert words not in said, words


def test_what_somebody_keeps_is_in_no_byte_of_it_whatever_they_agreed_to(
    told: None, app: Flask, cast: Cast, as_: AS, clock: Clock
) -> None:
    for person in (cast.sam, cast.jo):
        agree(app, clock, person, Consent.COUNSELLOR)
    priya = as_(cast.priya)
    said = everything(priya, cast)
    assert "Told-Priya-by-Sam" in said
    # What opens together went to the counsellor at once, and she was let hand on what went to her.
    kept = [one for one in CANARIES if one != "Waits-for-Jo"]
    assert not [one for one in kept if one in said]
    agree(app, clock, cast.sam, Consent.SHARED)
    assert "Waits-for-Jo" not in everything(priya, cast)


def test_the_pdf_says_the_same(told: None, app: Flask, cast: Cast, as_: AS, clock: Clock) -> None:
    for person in (cast.sam, cast.jo):
        agree(app, clock, person, Consent.SHARED)
    priya = as_(cast.priya)
    reply = submit(priya, get_page(priya, url(cast)), {"form": "letter", "decisions": "y"}, status=200)
    made = PdfReader(io.BytesIO(reply.data))
    said = " ".join(page.extract_text() for page in made.pages)
    for words in ("Shared-by-Sam", "Shared-by-Jo", "Thanks-shared", "Reason-of-Priya", "A walk each"):
        assert words in said, words
    assert not [one for one in (*CANARIES, "Told-Priya") if one in said]
    assert round(made.pages[0].mediabox.width) == 612
    assert reply.headers["Content-Disposition"] == "attachment; filename=notes.pdf"


def test_check_ins_stand_on_paper_in_the_words_that_were_chosen(
    told: None, app: Flask, cast: Cast, as_: AS, clock: Clock
) -> None:
    """Not in those the database keeps, and no column so narrow that a name is cut in two."""
    agree(app, clock, cast.sam, Consent.COUNSELLOR)
    check_in(app, cast.sam, cast.sam_and_jo, 4, tension=9, same_disagreement="stuck", my_part="dont_know_how")
    priya = as_(cast.priya)
    reply = submit(priya, get_page(priya, url(cast)), {"form": "a4"}, status=200)
    said = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(reply.data)).pages)
    weeks = said.split("Check-ins")[-1]
    assert "It came back and stayed stuck" in " ".join(weeks.split())
    assert "Sam" in weeks.split()
    assert "dont_know_how" not in said


def test_taking_it_out_leaves_its_line_and_one_for_every_row_of_words(
    told: None, app: Flask, cast: Cast, as_: AS, clock: Clock
) -> None:
    agree(app, clock, cast.sam, Consent.SHARED)
    files(as_(cast.priya), cast)
    with app.app_context():
        rows = db.session.scalars(select(AuditLine).order_by(AuditLine.number)).all()
        kept = [
            (row.event, row.subject_type)
            for row in rows
            if row.event in (Event.RECORD_TAKEN, Event.WORDS_READ)
        ]
    assert kept == [
        (Event.RECORD_TAKEN, "couple"),
        (Event.WORDS_READ, "response"),
        (Event.WORDS_READ, "entry"),
    ]


def test_words_that_look_like_a_formula_or_break_a_line_do_no_harm(
    app: Flask, cast: Cast, as_: AS, clock: Clock
) -> None:
    typed = [
        '=HYPERLINK("http://elsewhere.example")',
        'He said "no",\nthen left; twice',
        "\u202eright-to-left",
    ]
    for words in typed:
        one = give(app, cast, "gentle-questions")
        write(app, cast.sam, one, "answer", {"text": words})
        send(app, cast.sam, one, Level.SHARED)
    clock.move(minutes=15)
    agree(app, clock, cast.sam, Consent.SHARED)
    found = files(as_(cast.priya), cast)
    cells = {row["words"] for row in table(found["words.csv"])}
    assert cells == {f"'{typed[0]}", *typed[1:]}
    as_data: dict[str, Any] = json.loads(found["record.json"])
    assert {one["words"] for one in as_data["said"]} == set(typed)


def test_both_it_and_the_numbers_ask_for_the_pass_phrase_again(cast: Cast, as_: AS, clock: Clock) -> None:
    priya = as_(cast.priya)
    clock.move(minutes=11)
    for path in (url(cast), "/c/export"):
        assert (priya.get(path).location or "").startswith("/sign-in/again")


def test_the_caseload_is_numbers_without_names_or_words(told: None, app: Flask, cast: Cast, as_: AS) -> None:
    with app.app_context():
        db.session.get_one(Person, cast.sam.id).family_name = "=2+5"
        db.session.commit()
    priya = as_(cast.priya)
    reply = submit(priya, get_page(priya, "/c/export"), status=200)
    assert reply.headers["Content-Disposition"] == "attachment; filename=notes.csv"
    rows = table(reply.data)
    assert {row["partner"] for row in rows} == {"A", "B"}
    assert {row["tension"] for row in rows if row["tension"]} == {"9"}
    assert all(row["given"].isdigit() for row in rows)
    assert {row["couple"][:3] for row in rows} >= {"'=+"}
    for word in ("Sam", "Lind", "by-Jo", "Gentle"):
        assert word not in reply.text


def test_a_partner_chooses_what_goes_along_and_the_other_sees_nothing_of_it(
    cast: Cast, as_: AS, app: Flask
) -> None:
    jo = as_(cast.jo)
    before = [get_page(jo, path).words for path in ("/me/data", "/me/data/record", "/today", "/me")]
    sam = as_(cast.sam)
    page = get_page(sam, "/me/data/record")
    assert page.one("input[checked]")["value"] == "none"
    after = submit_and_follow(sam, page, {"choice": "shared"})
    assert after.one("input[checked]")["value"] == "shared"
    assert "Saved. You can change this at any time." in after.words
    assert [get_page(jo, path).words for path in ("/me/data", "/me/data/record", "/today", "/me")] == before
    assert "what both can read" in get_page(as_(cast.priya), url(cast)).words


@pytest.mark.parametrize("who", ["sam", "jo", "ade", "marcus", "sofia", "omar", "ada", "hana"])
def test_nobody_but_their_counsellor_takes_a_record_out(cast: Cast, as_: AS, who: str) -> None:
    client = as_(getattr(cast, who))
    reply = client.get(url(cast))
    assert (reply.status_code, reply.data) == (404, client.get("/made/up").data)


def test_the_command_line_writes_the_same_archive_for_its_owner_alone(
    told: None, app: Flask, cast: Cast, clock: Clock, tmp_path: Path
) -> None:
    agree(app, clock, cast.sam, Consent.SHARED)
    target = tmp_path / "record.zip"
    run = app.test_cli_runner().invoke
    done = run(args=["export", "couple", str(cast.sam_and_jo.id), "--to", str(target)])
    assert done.exit_code == 0, done.output
    said = b"".join(zipfile.ZipFile(target).read(one) for one in zipfile.ZipFile(target).namelist()).decode()
    assert "Shared-by-Sam" in said
    assert not [one for one in (*CANARIES, "Shared-by-Jo") if one in said]
    assert target.stat().st_mode & 0o077 == 0
    again = run(args=["export", "couple", str(cast.sam_and_jo.id), "--to", str(target)])
    assert "is there already" in again.output
    nobody = run(args=["export", "couple", str(uuid4()), "--to", str(tmp_path / "other.zip")])
    assert "There is no couple with that id." in nobody.output
