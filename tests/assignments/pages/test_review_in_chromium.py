"""The review pages in a real Chromium: axe, width, a decision without script, and the brief on paper."""

from __future__ import annotations

import io
import re
import unicodedata
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import expect
from pypdf import PdfReader

from assignments.actions.deciding import decide
from assignments.actions.entries import save_thanks
from assignments.actions.process_notes import write_note
from assignments.actions.replying import save_line
from assignments.actions.responding import set_aside
from assignments.actions.turns import save_part, send_part
from assignments.domain.signs import DecisionState
from assignments.domain.visibility import Level
from tests import builders
from tests.assignments.given import given as given_to_both
from tests.assignments.reports import TENSE, weeks_of
from tests.assignments.work import give, send, write
from tests.browser import Device, OpenBrowser, Scheme, axe, fits
from tests.cast import AS, Cast
from tests.conftest import Clock

pytestmark = pytest.mark.browser
LONG = "Where the canal bends there is a bench, and we sat on it for most of an hour without a word. " * 12
PAGES = ("", "?kind=new", "answers", "notes", "signs", "signs/decisions", "brief", "brief?with=c")


@pytest.fixture
def full(app: Flask, cast: Cast, clock: Clock) -> None:
    """As much of everything as a brief could want to say."""
    weeks_of(app, cast.sam_and_jo, (cast.sam, cast.jo), 12, **{**TENSE, "outside_pressure": 9})
    for _ in range(6):
        given = give(app, cast, "gentle-questions")
        for person in (cast.sam, cast.jo):
            write(app, person, given, "answer", {"text": LONG})
            send(app, person, given, Level.SHARED)
    secret = give(app, cast, "gentle-questions")
    write(app, cast.jo, secret, "answer", {"text": LONG})
    send(app, cast.jo, secret, Level.COUNSELLOR)
    with app.app_context():
        where: dict[str, Any] = {
            "assignment_id": given_to_both(cast.priya, cast.sam_and_jo, "reflect-and-check", days=14),
            "turn": 1,
            "slot": "A",
            "step": "thought",
            "number": 1,
        }
        part = save_part(actor=cast.sam, **where, value={"text": LONG[:900]}, version=0)
        send_part(actor=cast.sam, **where, version=part.version)
        write_note(actor=cast.priya, couple_id=cast.sam_and_jo.id, about_day=clock.now.date(), words=LONG)
        save_line(actor=cast.priya, words=LONG[:300])
        set_aside(actor=cast.sam, assignment_id=secret, kind="hard", choice="bring")
        save_thanks(actor=cast.sam, what=LONG[:400], meant=LONG[:400], level=Level.SHARED)
        builders.appointment(cast.sam_and_jo, starts_at=clock.now + timedelta(days=1))
        builders.appointment(cast.sam_and_jo, starts_at=clock.now - timedelta(days=7))
        decide(
            actor=cast.priya,
            couple_id=cast.sam_and_jo.id,
            state=DecisionState.ADAPT_PLAN,
            reason=LONG,
            in_brief=True,
        )
    clock.move(minutes=15)


@pytest.mark.usefixtures("full")
@pytest.mark.parametrize(("size", "scheme"), [("phone", "dark"), ("desktop", "light")])
def test_no_review_page_has_a_fault_that_axe_knows_or_sticks_out(
    cast: Cast, as_: AS, open_browser: OpenBrowser, size: Device, scheme: Scheme
) -> None:
    page = open_browser(as_(cast.priya), device=size, scheme=scheme)
    for rest in PAGES:
        page.goto(f"/c/couples/{cast.sam_and_jo.id}{'/' if rest and rest[0] != '?' else ''}{rest}")
        axe(page)
        fits(page)
    page.goto("/c/lines")
    axe(page)
    fits(page)
    page.goto(f"/c/couples/{cast.sam_and_jo.id}/answers")
    page.get_by_role("link", name="Gentle questions, Jo").first.click()
    axe(page)
    fits(page)
    # A reply that does not fit stays in its box, with what is wrong beside it.
    page.get_by_label("Your reply").fill("x" * 601)
    page.get_by_role("button", name="Send").click()
    axe(page)
    fits(page)
    page.goto(f"/c/couples/{cast.sam_and_jo.id}/answers")
    page.get_by_role("link", name="Listening turns").first.click()
    page.get_by_label("Your reply").fill("Well begun.")
    page.get_by_role("button", name="Send").click()
    axe(page)
    fits(page)


@pytest.mark.usefixtures("full")
@pytest.mark.parametrize("paper", ["A4", "Letter"])
@pytest.mark.parametrize("rest", ["brief", "brief?with=c"])
def test_the_fullest_brief_prints_on_one_page(
    cast: Cast, as_: AS, open_browser: OpenBrowser, tmp_path: Path, paper: str, rest: str
) -> None:
    page = open_browser(as_(cast.priya), device="desktop")
    page.goto(f"/c/couples/{cast.sam_and_jo.id}/{rest}")
    printed = page.pdf(path=tmp_path / "brief.pdf", format=paper)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1


@pytest.mark.usefixtures("full")
@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_the_signs_print_on_two_pages_with_every_rule_and_no_box_to_fill_in(
    cast: Cast, as_: AS, open_browser: OpenBrowser, paper: str
) -> None:
    page = open_browser(as_(cast.priya), device="desktop")
    page.goto(f"/c/couples/{cast.sam_and_jo.id}/signs")
    rules = page.locator(".sign .rule").all_text_contents()
    printed = PdfReader(io.BytesIO(page.pdf(format=paper)))
    # A printed ligature is one sign for two letters.
    text = unicodedata.normalize("NFKC", " ".join(sheet.extract_text() for sheet in printed.pages))
    said = " ".join(text.split())
    assert len(printed.pages) <= 2
    assert len(rules) > 10
    assert not [rule for rule in rules if " ".join(rule.split())[:20] not in said]
    assert said.count("Rules model-") == 1
    for words in ("Why set it aside", "Note on this sign", "Save decision", "Was this useful"):
        assert words not in said


@pytest.mark.usefixtures("full")
def test_a_decision_needs_no_script(cast: Cast, as_: AS, open_browser: OpenBrowser) -> None:
    page = open_browser(as_(cast.priya), device="desktop", script=False)
    page.goto(f"/c/couples/{cast.sam_and_jo.id}/signs")
    page.get_by_label("Consult a supervisor", exact=True).check()
    page.get_by_label("Why", exact=True).fill("Two hours on Tuesday with Sofia.")
    page.get_by_role("button", name="Save decision").click()
    expect(page.get_by_role("heading", name="Consult a supervisor")).to_be_visible()
    expect(page.get_by_text("Two hours on Tuesday with Sofia.")).to_be_visible()
