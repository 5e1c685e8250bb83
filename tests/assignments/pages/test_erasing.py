"""A partner asks for their account to be deleted, and a second person sees to it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import LargeBinary, select, update
from sqlalchemy.engine import make_url

from assignments.actions.erasing import OWN, ask_for_erasure, erase
from assignments.models import Comment, Response
from clinic import crypto
from clinic.actions.kept_forms import keep_form
from clinic.errors import NotFound
from clinic.extensions import Base, db
from clinic.models import AuditLine, Couple, Erasure, OutboxMail, Person
from tests import builders
from tests.assignments.given import FRIDAY_EVENING
from tests.assignments.pages.test_own_data import write
from tests.cast import AS, Cast
from tests.conftest import Clock
from tests.page import get_page, read_page, submit

DELETE = "/me/delete-account"
ADDRESS = "heron.on.the.canal@mail.example"


@pytest.fixture
def written(app: Flask, cast: Cast, clock: Clock) -> None:
    """Both have written one of everything, Sam's address stands wherever one can, and the holds have passed."""
    clock.set(FRIDAY_EVENING + timedelta(minutes=30))
    with app.app_context():
        write(cast.sam, cast.jo, cast, "heron", clock)
        write(cast.jo, cast.sam, cast, "otter", clock)
        sam = db.session.get_one(Person, cast.sam.id)
        sam.contact_address = sam.sign_in_address = ADDRESS
        db.session.add(
            OutboxMail(
                practice_id=sam.practice_id,
                person_id=sam.id,
                kind="reminder",
                to_address=ADDRESS,
                created_at=clock.now,
                due_at=clock.now,
            )
        )
        db.session.commit()
        keep_form(sender=sam, path="/thanks/new", form_key="a" * 32, fields=[("what", "heron kept")])
    clock.move(days=1)


def asked(app: Flask, cast: Cast) -> Any:
    with app.app_context():
        return ask_for_erasure(actor=db.session.get_one(Person, cast.sam.id)).id


def words_in_the_database() -> Iterator[tuple[str, str]]:
    """Every value of every table, in the open: what is sealed is opened with the key of its practice."""
    models = {str(mapper.local_table): mapper.class_ for mapper in Base.registry.mappers}
    for table in db.metadata.sorted_tables:
        for row in db.session.scalars(select(models[table.name]).options()).unique():
            for column in table.columns:
                value = getattr(row, column.key)
                if isinstance(column.type, LargeBinary) and value is not None:
                    value = crypto.unseal(row, column.key, value)
                yield f"{table.name}.{column.key}", str(value)


@pytest.mark.both_databases
def test_afterwards_no_table_holds_a_word_or_an_address_of_theirs(
    written: None, cast: Cast, app: Flask
) -> None:
    erasure_id = asked(app, cast)
    with app.app_context():
        before = {where for where, value in words_in_the_database() if "heron" in value}
        assert {
            "answer.value_sealed",
            "turn_part.value_sealed",
            "entry.value_sealed",
            "talk_request.reach_sealed",
            "comment.words_sealed",
            "kept_form.fields_sealed",
            "outbox_mail.to_address",
            "person.contact_address",
            "person.sign_in_address",
        } <= before
        otters = sorted(pair for pair in words_in_the_database() if "otter" in pair[1])
        erase(actor=db.session.get_one(Person, cast.priya.id), erasure_id=erasure_id)
        db.session.remove()
        assert [pair for pair in words_in_the_database() if "heron" in pair[1]] == []
        assert sorted(pair for pair in words_in_the_database() if "otter" in pair[1]) == otters
        if db.engine.dialect.name == "sqlite":
            assert not raw_bytes(app, [b"heron.on", ADDRESS.encode()])


def raw_bytes(app: Flask, needles: list[bytes]) -> list[tuple[str, bytes]]:
    """Where the needles stand in the database's own files, its write-ahead log among them."""
    whole = Path(make_url(str(db.engine.url)).database or "")
    files = [whole.with_name(whole.name + end) for end in ("", "-wal")]
    return [(f.name, n) for f in files if f.exists() for n in needles if n in f.read_bytes()]


def test_sealed_words_leave_the_file_too(written: None, cast: Cast, app: Flask) -> None:
    """What is deleted is overwritten, so not even the sealed bytes can be opened later."""
    erasure_id = asked(app, cast)
    with app.app_context():
        row = db.session.scalars(
            select(Comment).join(Response).where(Response.author_id == cast.sam.id)
        ).first()
        assert row is not None
        sealed = row.words_sealed[:64]
        db.session.rollback()
        assert raw_bytes(app, [sealed])
        erase(actor=db.session.get_one(Person, cast.priya.id), erasure_id=erasure_id)
        assert raw_bytes(app, [sealed]) == []


@pytest.mark.parametrize("second", ["priya", "ada"])
def test_a_second_person_sees_to_it(cast: Cast, as_: AS, app: Flask, second: str) -> None:
    sam, jo = as_(cast.sam), as_(cast.jo)
    page = get_page(sam, DELETE)
    assert "Tick this if you want it deleted." in read_page(submit(sam, page, status=422), 422).words
    submit(sam, page, {"sure": "y"})
    assert "You asked on" in get_page(sam, DELETE).words
    client = as_(getattr(cast, second))
    listed = get_page(client, "/deletions")
    assert "Sam Okafor" in listed.words
    link = str(listed.select("main a[href^='/deletions/']")[0]["href"])
    asked_again = get_page(client, link)
    submit(client, asked_again, status=422)
    get_page(sam, "/today")  # Nothing has happened yet.
    submit(client, asked_again, {"sure": "y"})
    assert sam.get("/today").location.startswith("/sign-in")
    assert "Practice has ended. Your own answers stay yours." in get_page(jo, "/today").words
    assert "Nobody is waiting." in get_page(client, "/deletions").words
    signing_in = as_(None)
    told = submit(
        signing_in,
        get_page(signing_in, "/sign-in"),
        {"email": str(cast.sam.sign_in_address), "password": builders.PASSPHRASE},
        form="main form",
        status=422,
    )
    assert told.status_code == 422
    with app.app_context():
        row = db.session.query(Erasure).one()
        assert (row.approved_by_id, row.erased_at is not None) == (getattr(cast, second).id, True)
        lines = db.session.query(AuditLine).filter(AuditLine.event.like("eras%")).order_by(AuditLine.number)
        assert [(line.event, line.details) for line in lines] == [("erasure asked for", {}), ("erased", {})]


def test_nobody_else_may(cast: Cast, as_: AS, app: Flask) -> None:
    erasure_id = asked(app, cast)
    for person in (cast.sam, cast.jo, cast.marcus, cast.sofia, cast.hana, cast.iris):
        assert as_(person).get(f"/deletions/{erasure_id}").status_code == 404
        with app.app_context(), pytest.raises(NotFound):
            erase(actor=db.session.get_one(Person, person.id), erasure_id=erasure_id)
    assert "Sam" not in get_page(as_(cast.marcus), "/deletions").words


def test_it_can_be_cancelled_until_it_is_done(cast: Cast, as_: AS, app: Flask) -> None:
    erasure_id = asked(app, cast)
    sam = as_(cast.sam)
    assert "Sam asked for their account to be deleted." in get_page(as_(cast.priya), "/c").words
    submit(sam, get_page(sam, DELETE), form='form[action$="/cancel"]')
    assert "asked for their account" not in get_page(as_(cast.priya), "/c?show=all").words
    with app.app_context(), pytest.raises(NotFound):
        erase(actor=db.session.get_one(Person, cast.priya.id), erasure_id=erasure_id)
    submit(sam, get_page(sam, DELETE), {"sure": "y"})


def test_the_other_keeps_their_own_and_reads_nothing_of_it(
    written: None, cast: Cast, as_: AS, app: Flask
) -> None:
    erasure_id = asked(app, cast)
    jo = as_(cast.jo)
    before = [get_page(jo, page).words for page in ("/me/data", "/me/history", "/today", "/together")]
    with app.app_context():
        db.session.execute(update(Erasure).values(cancelled_at=None))
        erase(actor=db.session.get_one(Person, cast.priya.id), erasure_id=erasure_id)
        for row in db.session.query(Response).all():
            assert row.author_id == cast.jo.id
        assert db.session.get_one(Couple, cast.sam_and_jo.id).closed_at is None
    assert "otter" in get_page(jo, "/thanks").words
    assert before[0] == get_page(jo, "/me/data").words
    for page in ("/today", "/together", "/thanks", "/me/history", "/me", "/check-in"):
        words = get_page(jo, page).words
        assert "heron" not in words
        assert "delet" not in words.replace("or delete it", "").replace("Delete", "")


def test_staff_pages_go_on_without_them(written: None, cast: Cast, as_: AS, app: Flask) -> None:
    erasure_id = asked(app, cast)
    with app.app_context():
        erase(actor=db.session.get_one(Person, cast.priya.id), erasure_id=erasure_id)
    priya, couple = as_(cast.priya), f"/c/couples/{cast.sam_and_jo.id}"
    for page in ("", "/answers", "/signs", "/brief", "/settings", "/talk", "/agreements"):
        assert "heron" not in get_page(priya, couple + page).words
    settings = get_page(priya, couple + "/settings")
    assert "Nowhere: this account was deleted" in settings.words
    assert len(settings.select('form[action*="/partners/A/"]')) == 1  # The safety conversation alone.


# Rows of staff, of the couple or of the practice, which stay; and those that hang on a row that goes.
STAYS = {
    *("appointment", "assignment", "audit_line", "couple", "couple_plan", "decision", "decision_note"),
    *("erasure", "partner", "plan_change", "practice_exercise", "practice_plan", "safety_conversation"),
    *("safety_rule_change", "sign_judgement", "supervision", "withdrawal", "answer", "comment", "read_mark"),
    *(
        "couple_look",
        "note_version",
        "pin",
        "process_note",
        "saved_line",
        "break_glass",
        "retention_hold",
        "bulk_act",
        "contact",
    ),
    *("decision_cosign", "instrument_use", "instrument_wording", "own_sign", "referral", "referral_step"),
    *("sign_aside", "sign_rule_change", "sign_use", "topic_asked"),
}


def test_every_table_that_names_a_person_is_deleted_or_known_to_stay() -> None:
    """A new table of somebody's own joins OWN, or erasing would forget it."""
    naming = {
        table.name
        for table in db.metadata.sorted_tables
        if any(key.column.table.name == "person" for key in table.foreign_keys)
    }
    assert naming - {model.__tablename__ for model, _ in OWN} == STAYS & naming
    assert naming >= STAYS - {"answer", "comment", "read_mark", "audit_line"}
