"""The brief as a file: one page, whatever stands on it, and never a word more than the page on the screen."""

from __future__ import annotations

import io
import subprocess
import sys
import time
from typing import Any
from uuid import UUID

import pytest
import weasyprint
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select
from werkzeug.test import TestResponse

from assignments.actions.turns import save_part, send_part
from assignments.domain.visibility import Level
from clinic.audit import Event
from clinic.extensions import db
from clinic.models import AuditLine, Person
from clinic.paper import Paper, one_page, pages
from tests.assignments.reports import TENSE, weeks_of
from tests.assignments.work import give, send, write
from tests.cast import AS, Cast
from tests.conftest import Clock

SAM_SAYS = "The canal at dusk."
JO_SAYS = "The kitchen radio."
SECRET = "Heronsgate"
SIZES = {"a4": (595, 842), "letter": (612, 792)}


def url(cast: Cast, paper: str = "a4", *, own: bool = False) -> str:
    return f"/c/couples/{cast.sam_and_jo.id}/brief.pdf?paper={paper}" + ("&with=c" if own else "")


def opened(reply: TestResponse) -> PdfReader:
    assert (reply.status_code, reply.mimetype) == (200, "application/pdf")
    return PdfReader(io.BytesIO(reply.data))


def text_of(reply: TestResponse) -> str:
    return " ".join(" ".join(page.extract_text().split()) for page in opened(reply).pages)


def both_say(app: Flask, cast: Cast, sam: str, jo: str, level: Level = Level.SHARED) -> UUID:
    given = give(app, cast, "gentle-questions")
    for person, words in ((cast.sam, sam), (cast.jo, jo)):
        write(app, person, given, "answer", {"text": words})
        send(app, person, given, level)
    return given


@pytest.mark.parametrize("paper", SIZES)
def test_the_file_says_what_the_page_says_on_the_paper_that_was_asked_for(
    app: Flask, cast: Cast, as_: AS, clock: Clock, paper: str
) -> None:
    both_say(app, cast, SAM_SAYS, JO_SAYS)
    both_say(app, cast, SECRET, SECRET, Level.COUNSELLOR)
    clock.move(minutes=15)
    reply = as_(cast.priya).get(url(cast, paper))
    (page,) = opened(reply).pages
    assert (round(page.mediabox.width), round(page.mediabox.height)) == SIZES[paper]
    said = text_of(reply)
    for words in (SAM_SAYS, JO_SAYS, "Holds only what both may read.", "Gentle questions"):
        assert words in said, words
    assert SECRET not in said


def test_the_file_gives_nobody_away(app: Flask, cast: Cast, as_: AS, clock: Clock) -> None:
    both_say(app, cast, SAM_SAYS, JO_SAYS)
    clock.move(minutes=15)
    reply = as_(cast.priya).get(url(cast))
    assert reply.headers["Content-Disposition"] == "attachment; filename=notes.pdf"
    assert reply.headers["Cache-Control"] == "no-store"
    about = opened(reply).metadata
    assert about is not None
    assert (about.title, about.author, about.subject) == ("Notes", None, None)


def test_taking_the_file_leaves_a_line_for_itself_and_one_for_every_word_in_it(
    app: Flask, cast: Cast, as_: AS, clock: Clock
) -> None:
    both_say(app, cast, SAM_SAYS, JO_SAYS)
    clock.move(minutes=15)
    as_(cast.priya).get(url(cast, own=True))
    with app.app_context():
        kept = [Event.BRIEF_TAKEN, Event.WORDS_READ]
        rows = db.session.scalars(
            select(AuditLine).where(AuditLine.event.in_(kept)).order_by(AuditLine.number)
        ).all()
    assert [row.event for row in rows] == [Event.BRIEF_TAKEN, Event.WORDS_READ, Event.WORDS_READ]
    assert rows[0].details == {"own": True}


def test_listening_turns_that_have_opened_stand_in_it_and_those_still_held_do_not(
    app: Flask, cast: Cast, as_: AS, clock: Clock
) -> None:
    given = give(app, cast, "active-listening")
    say(app, cast.sam, given, "A", "topic", "I miss the boat.")
    clock.move(minutes=2)
    say(app, cast.jo, given, "A", "own-words", "You miss being out on the water.")
    priya = as_(cast.priya)
    held = text_of(priya.get(url(cast)))
    assert "I miss the boat." in held
    assert "out on the water" not in held
    clock.move(minutes=2)
    said = text_of(priya.get(url(cast)))
    assert "All ears: Sam spoke" in said
    assert "You miss being out on the water." in said


def say(app: Flask, person: Person, given: UUID, slot: str, step: str, words: str) -> None:
    with app.app_context():
        where: dict[str, Any] = {"assignment_id": given, "turn": 1, "slot": slot, "step": step, "number": 1}
        part = save_part(actor=person, **where, value={"text": words}, version=0)
        send_part(actor=person, **where, version=part.version)


def test_a_busy_couples_brief_is_laid_out_three_times_at_most(
    app: Flask, cast: Cast, as_: AS, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Laying out is what the file costs. Six exercises each, both with forty words, is more than a week holds."""
    weeks_of(app, cast.sam_and_jo, (cast.sam, cast.jo), 12, **TENSE)
    for _ in range(6):
        both_say(app, cast, "word " * 40, "word " * 40)
    clock.move(minutes=15)
    priya, tries, real = as_(cast.priya), [], weasyprint.HTML.render

    def counted(page: Any, *args: Any, **more: Any) -> Any:
        tries.append(page)
        return real(page, *args, **more)

    monkeypatch.setattr(weasyprint.HTML, "render", counted)
    for own in (False, True):
        tries.clear()
        reply = priya.get(url(cast, own=own))
        assert len(opened(reply).pages) == 1
        assert 1 <= len(tries) <= 3
        assert len(reply.data) <= 40_000


@pytest.mark.parametrize("paper", SIZES)
@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("words", ["word " * 300, "W" * 2000, "Шщ" * 900, "\u202eright to left " * 60])
def test_it_is_one_page_whatever_was_written(
    app: Flask, cast: Cast, as_: AS, clock: Clock, paper: str, own: bool, words: str
) -> None:
    weeks_of(app, cast.sam_and_jo, (cast.sam, cast.jo), 8, **TENSE)
    # More than may ever stand there, so that something is left out however short it is cut.
    for _ in range(7):
        both_say(app, cast, words, words)
    clock.move(minutes=15)
    reply = as_(cast.priya).get(url(cast, paper, own=own))
    assert len(opened(reply).pages) == 1
    assert "more did not fit on this page" in text_of(reply)
    assert "Ask about" in text_of(reply)


def test_mark_up_that_somebody_typed_is_words_and_opens_nothing(
    app: Flask, cast: Cast, as_: AS, clock: Clock
) -> None:
    both_say(app, cast, '<img src="file:///etc/hostname"> 1 < 2', "</p><script>alert(1)</script>")
    clock.move(minutes=15)
    reply = as_(cast.priya).get(url(cast))
    assert '<img src="file:///etc/hostname"> 1 < 2' in text_of(reply)
    assert not opened(reply).pages[0].images


def test_nothing_is_fetched_for_a_page_of_paper(app: Flask) -> None:
    asked = (
        '<img src="file:///etc/hostname"><link rel="stylesheet" href="http://127.0.0.1:9/x.css"><p>Here</p>'
    )
    with app.app_context():
        made = PdfReader(io.BytesIO(pages(asked, Paper.A4)))
    assert made.pages[0].extract_text().strip() == "Here"
    assert not made.pages[0].images


def test_a_draft_that_fits_is_taken_before_a_shorter_one_and_the_last_is_cut(app: Flask) -> None:
    long, short = "<p>Long</p>" * 200, "<p>Short</p>"
    with app.app_context():
        assert "Short" in PdfReader(io.BytesIO(one_page([long, short], Paper.A4))).pages[0].extract_text()
        cut = PdfReader(io.BytesIO(one_page([long], Paper.A4)))
    assert len(cut.pages) == 1


@pytest.mark.parametrize("who", ["sam", "jo", "ade", "marcus", "omar", "ada", "hana"])
def test_nobody_else_gets_the_file(cast: Cast, as_: AS, who: str) -> None:
    client = as_(getattr(cast, who))
    made_up = client.get("/made/up").data
    for own in (False, True):
        reply = client.get(url(cast, own=own))
        assert (reply.status_code, reply.data) == (404, made_up)


def test_the_counsellors_own_file_asks_for_the_pass_phrase_again(cast: Cast, as_: AS, clock: Clock) -> None:
    priya = as_(cast.priya)
    clock.move(minutes=11)
    assert priya.get(url(cast)).status_code == 200
    reply = priya.get(url(cast, own=True))
    assert reply.status_code == 303
    assert "/sign-in/again?next=/c/couples/" in (reply.location or "")


def test_without_pango_the_page_says_so_and_the_rest_works(
    cast: Cast, as_: AS, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    priya: FlaskClient = as_(cast.priya)
    reply = priya.get(url(cast))
    assert reply.status_code == 409
    assert "Please print the page instead." in reply.text
    assert priya.get(f"/c/couples/{cast.sam_and_jo.id}/brief").status_code == 200


def test_starting_the_app_does_not_load_what_makes_pdfs() -> None:
    said = subprocess.run(
        [sys.executable, "-c", "import sys, wsgi; wsgi.create_app(); print('weasyprint' in sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
        env={"MEANWHILE_ENV": "demo", "DATABASE_URL": "sqlite://", "PATH": ""},
    )
    assert said.stdout.strip() == "False"


@pytest.mark.bench
def test_a_busy_couples_brief_takes_less_than_a_second_of_work(
    app: Flask, cast: Cast, as_: AS, clock: Clock
) -> None:
    weeks_of(app, cast.sam_and_jo, (cast.sam, cast.jo), 12, **TENSE)
    for _ in range(12):
        both_say(app, cast, "word " * 60, "word " * 60)
    clock.move(minutes=15)
    priya = as_(cast.priya)
    priya.get(url(cast, own=True))  # The first one loads WeasyPrint.
    began = time.process_time()
    assert priya.get(url(cast, own=True)).status_code == 200
    assert time.process_time() - began < 1
