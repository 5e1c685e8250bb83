"""The counsellor's own notes: hers alone, opened one by one to her supervisor, and nowhere else at all."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from assignments.actions.process_notes import write_note
from assignments.domain.visibility import Level
from clinic.actions.break_glass import ask_to_break_glass, grant_glass
from clinic.audit import Event
from clinic.extensions import db
from clinic.models import AuditLine, Couple
from clinic.queries.couples import couple_for
from tests.assignments.given import answered, given
from tests.cast import AS, Cast
from tests.conftest import Clock, CountQueries
from tests.page import Page, get_page, read_page, submit, submit_and_follow

CANARY = "Countertransference: I keep siding with whoever speaks first."
NEW = ".decision form"


def url(cast: Cast) -> str:
    return f"/c/couples/{cast.sam_and_jo.id}/notes"


def written(app: Flask, cast: Cast, words: str = CANARY, day: date = date(2026, 9, 16)) -> UUID:
    with app.app_context():
        return write_note(actor=cast.priya, couple_id=cast.sam_and_jo.id, about_day=day, words=words).id


def events(app: Flask, event: Event) -> list[UUID | None]:
    with app.app_context():
        return list(db.session.scalars(select(AuditLine.actor_id).where(AuditLine.event == event)))


def said(page: Page) -> list[str]:
    return [one.get_text() for one in page.select(".note > p[dir]")]


def test_a_note_is_kept_sealed_for_its_author_with_the_newest_day_first(
    app: Flask, cast: Cast, as_: AS
) -> None:
    priya = as_(cast.priya)
    page = get_page(priya, url(cast))
    assert page.one("[name=about_day]")["value"] == "2026-09-16"
    page = submit_and_follow(priya, page, {"words": CANARY}, form=NEW)
    assert "Kept. Only you can read it." in page.words
    page = submit_and_follow(priya, page, {"words": "Earlier", "about_day": "2026-09-01"}, form=NEW)
    assert said(page) == [CANARY, "Earlier"]
    with app.app_context():
        sealed = db.session.execute(db.text("SELECT words_sealed FROM note_version")).scalars()
        assert not any(b"siding" in bytes(one) for one in sealed)


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"words": " "}, "Write a line or two first."),
        ({"words": "x" * 6001}, "Use at most 6000 characters."),
        ({"words": "Soon", "about_day": "2026-09-17"}, "Choose today or a day before."),
        ({"words": "Soon", "about_day": "soon"}, "Enter a date"),
    ],
)
def test_what_does_not_fit_stays_in_the_box(
    app: Flask, cast: Cast, as_: AS, fields: dict[str, str], problem: str
) -> None:
    priya = as_(cast.priya)
    reply = submit(priya, get_page(priya, url(cast)), fields, form=NEW, status=422)
    page = read_page(reply, 422)
    assert problem in page.words
    assert page.one("textarea").get_text().strip() == fields["words"].strip()
    assert events(app, Event.NOTE_WRITTEN) == []


def test_a_note_is_kept_beside_the_answer_it_is_about(app: Flask, cast: Cast, as_: AS, clock: Clock) -> None:
    with app.app_context():
        answer = answered(cast.sam, given(cast.priya, cast.sam_and_jo), "A red kite.", Level.COUNSELLOR)
    clock.move(minutes=11)
    address = f"/c/couples/{cast.sam_and_jo.id}/answers/{answer}"
    priya, form = as_(cast.priya), 'form[action$="/notes"]'
    page = submit_and_follow(priya, get_page(priya, address), {"words": CANARY}, form=form)
    assert said(page) == [CANARY]
    assert page.one(".note h2").get_text() == "Wednesday 16 September"
    refused = read_page(submit(priya, get_page(priya, address), {"words": " "}, form=form, status=422), 422)
    assert "Write a line or two first." in refused.words
    assert CANARY not in get_page(priya, address).words
    assert not get_page(as_(cast.sofia), address).select(form), "a supervisor keeps none here"


def test_a_supervisor_reads_what_was_opened_and_nothing_more_and_it_is_written_down(
    app: Flask, cast: Cast, as_: AS
) -> None:
    written(app, cast)
    written(app, cast, "Not for anybody.", date(2026, 9, 1))
    sofia = as_(cast.sofia)
    assert "Nothing opened yet." in get_page(sofia, url(cast)).words
    priya = as_(cast.priya)
    opening = [form for form in get_page(priya, url(cast)).select('form[action$="/open"]')]
    submit(priya, get_page(priya, url(cast)), form=f'form[action="{opening[0]["action"]}"]')
    page = get_page(sofia, url(cast))
    assert said(page) == [CANARY]
    assert not page.select("main form, main a[href$=delete]")
    assert events(app, Event.NOTES_READ) == [cast.sofia.id]
    submit(priya, get_page(priya, url(cast)), form='form[action$="/close"]')
    assert said(get_page(sofia, url(cast))) == []
    assert len(events(app, Event.NOTES_READ)) == 1


def test_a_correction_keeps_the_earlier_wording_for_its_author_alone(app: Flask, cast: Cast, as_: AS) -> None:
    note, priya = written(app, cast), as_(cast.priya)
    submit(priya, get_page(priya, url(cast)), form='form[action$="/open"]')
    page = get_page(priya, f"{url(cast)}/{note}")
    assert page.one("textarea").get_text().strip() == CANARY
    page = submit_and_follow(priya, page, {"words": "Worded anew."})
    assert said(page) == ["Worded anew."]
    assert CANARY in page.words
    assert CANARY not in get_page(as_(cast.sofia), url(cast)).words


def test_a_correction_in_two_windows_overwrites_nothing(app: Flask, cast: Cast, as_: AS) -> None:
    note, priya = written(app, cast), as_(cast.priya)
    first, second = (get_page(priya, f"{url(cast)}/{note}") for _ in range(2))
    submit(priya, first, {"words": "One"})
    reply = submit(priya, second, {"words": "Two"}, status=422)
    page = read_page(reply, 422)
    assert "This note was changed in another window." in page.words
    assert page.one("textarea").get_text().strip() == "Two"


def test_changing_and_deleting_ask_for_the_pass_phrase_first(
    app: Flask, cast: Cast, as_: AS, clock: Clock
) -> None:
    note, priya = written(app, cast), as_(cast.priya)
    clock.move(minutes=11)
    for page in ("", "/delete"):
        reply = priya.get(f"{url(cast)}/{note}{page}")
        assert (reply.status_code, "/sign-in/again" in reply.location) == (303, True)


def test_a_deleted_note_is_gone_with_every_wording(app: Flask, cast: Cast, as_: AS) -> None:
    note, priya = written(app, cast), as_(cast.priya)
    submit(priya, get_page(priya, f"{url(cast)}/{note}"), {"words": "Again"})
    page = get_page(priya, f"{url(cast)}/{note}/delete")
    submit(priya, page, status=422)
    submit(priya, page, {"sure": "y"})
    assert "No notes yet." in get_page(priya, url(cast)).words
    with app.app_context():
        assert not list(db.session.execute(db.text("SELECT id FROM note_version")))


@pytest.mark.parametrize("who", ["sam", "jo", "ade", "marcus", "omar", "ada", "hana"])
def test_nobody_else_finds_them_opened_or_not(app: Flask, cast: Cast, as_: AS, who: str) -> None:
    note, priya = written(app, cast), as_(cast.priya)
    submit(priya, get_page(priya, url(cast)), form='form[action$="/open"]')
    client = as_(getattr(cast, who))
    made_up = client.get("/made/up").data
    for page in ("", f"/{note}", f"/{note}/delete"):
        reply = client.get(url(cast) + page)
        assert (reply.status_code, reply.data) == (404, made_up)


def test_broken_glass_opens_the_record_and_none_of_these(app: Flask, cast: Cast, as_: AS) -> None:
    """Omar supervises somebody else, so what Priya opened to her own supervisor is not for him (R18)."""
    written(app, cast)
    priya = as_(cast.priya)
    submit(priya, get_page(priya, url(cast)), form='form[action$="/open"]')
    with app.app_context():
        glass = ask_to_break_glass(
            actor=cast.omar,
            reader_id=cast.omar.id,
            counsellor_id=cast.priya.id,
            about="Jo and Sam",
            reason="Priya is ill",
        )
        grant_glass(actor=cast.ada, glass_id=glass.id, couple_id=cast.sam_and_jo.id)
    page = get_page(as_(cast.omar), url(cast))
    assert said(page) == []
    assert CANARY not in page.words


def test_a_counsellor_who_takes_over_does_not_read_her_predecessors(app: Flask, cast: Cast, as_: AS) -> None:
    note = written(app, cast)
    with app.app_context():
        db.session.get_one(Couple, cast.sam_and_jo.id).counsellor_id = cast.marcus.id
        db.session.commit()
        assert couple_for(cast.marcus, cast.sam_and_jo.id)
    marcus = as_(cast.marcus)
    assert "No notes yet." in get_page(marcus, url(cast)).words
    get_page(marcus, f"{url(cast)}/{note}", 404)
    get_page(as_(cast.omar), url(cast))
    assert events(app, Event.NOTES_READ) == []


def test_no_other_page_of_the_couple_holds_a_word_of_them(
    app: Flask, cast: Cast, as_: AS, clock: Clock
) -> None:
    note, priya = written(app, cast), as_(cast.priya)
    submit(priya, get_page(priya, url(cast)), form='form[action$="/open"]')
    couple = f"/c/couples/{cast.sam_and_jo.id}"
    pages = ["", "/answers", "/signs", "/signs/decisions", "/brief", "/brief?with=c", "/settings", "/plan"]
    for page in pages:
        for reader in (cast.priya, cast.sofia):
            words = get_page(as_(reader), couple + page).text
            assert "siding" not in words, page
            assert str(note) not in words, page
    for page in ("/c", "/c/couples", "/c?q=siding"):
        assert "whoever speaks first" not in get_page(priya, page).text


def test_the_page_costs_the_same_for_many_notes(
    app: Flask, cast: Cast, as_: AS, count_queries: CountQueries
) -> None:
    priya = as_(cast.priya)
    written(app, cast)
    with count_queries() as few:
        get_page(priya, url(cast))
    for days in range(6):
        written(app, cast, f"Note {days}", date(2026, 9, 1) + timedelta(days=days))
    with count_queries() as many:
        get_page(priya, url(cast))
    assert len(many) == len(few)
