"""Doing one small thing, from the first page to the last, and what is refused on the way."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from playwright.sync_api import expect
from sqlalchemy import select

from assignments.domain.visibility import Level
from assignments.library.loader import load_library
from assignments.models import Answer, Response
from assignments.queries.responses import unsealed_value
from clinic.extensions import db
from tests.assignments.work import give, send, write
from tests.browser import OpenBrowser, axe, fits
from tests.cast import AS, Cast
from tests.conftest import Clock
from tests.page import get_page, read_page, submit, submit_and_follow

MAIN = "main form[data-autosave]"
EASE = "what-helps-me-feel-safe"


def kept(app: Flask, assignment_id: UUID, step: str) -> Any:
    with app.app_context():
        answers = db.session.execute(
            select(Answer)
            .join(Response, Response.id == Answer.response_id)
            .where(Response.assignment_id == assignment_id, Answer.step == step)
        ).scalars()
        return [unsealed_value(answer) for answer in answers]


def response_of(app: Flask, assignment_id: UUID) -> Response | None:
    with app.app_context():
        return db.session.execute(
            select(Response).where(Response.assignment_id == assignment_id)
        ).scalar_one_or_none()


# --- Before the first question.


def test_the_first_page_says_what_why_how_and_who_sees(cast: Cast, as_: AS, app: Flask) -> None:
    given = give(app, cast, EASE, note="Take your time with this, Sam and Jo.")
    page = get_page(as_(cast.sam), f"/do/{given}")
    assert "Take your time with this" in page.words
    assert "A note from Priya" in page.words
    assert "You can stop part way." in page.words
    assert "At the end you choose: both at once, Priya only or only me." in page.words
    assert "{partner}" not in page.response.text
    assert page.title
    assert "safe" not in page.title.get_text().casefold()


def test_the_counsellor_and_her_supervisor_see_it_with_nothing_to_press(
    cast: Cast, as_: AS, app: Flask
) -> None:
    given = give(app, cast, EASE)
    for person in (cast.priya, cast.sofia):
        page = get_page(as_(person), f"/do/{given}")
        assert "Start" not in [link.get_text(strip=True) for link in page.select("main a")]
    for person in (cast.marcus, cast.omar, cast.ada, cast.hana, cast.ade, cast.lea):
        get_page(as_(person), f"/do/{given}", 404)


@pytest.mark.parametrize("path", ["", "/at-ease", "/check", "/done", "/later", "/hard"])
def test_what_was_given_to_one_is_nowhere_for_the_other(cast: Cast, as_: AS, app: Flask, path: str) -> None:
    given = give(app, cast, EASE, for_whom="A", limit=Level.COUNSELLOR)
    jo = as_(cast.jo)
    assert jo.get(f"/do/{given}{path}").data == jo.get(f"/do/{uuid4()}{path}").data
    assert jo.get(f"/do/{given}{path}").status_code == 404


def test_an_unknown_step_is_not_found(cast: Cast, as_: AS, app: Flask) -> None:
    given = give(app, cast, EASE)
    sam = as_(cast.sam)
    get_page(sam, f"/do/{given}/made-up", 404)
    get_page(sam, f"/do/{given}/said-before", 404)  # Of a longer size than the one that was given.
    get_page(sam, f"/do/{give(app, cast, 'i-statements')}/say-it?part=made-up", 404)
    page = get_page(sam, f"/do/{given}/at-ease")
    form = {"csrf_token": page.one("input[name=csrf_token]")["value"]}
    assert sam.post(f"/do/{given}/made-up/draft", data=form).status_code == 404


@pytest.mark.parametrize("slug", [exercise.slug for exercise in load_library().all()])
def test_every_page_of_an_exercise_may_be_left_empty(cast: Cast, as_: AS, app: Flask, slug: str) -> None:
    given = give(app, cast, slug)
    sam = as_(cast.sam)
    page = get_page(sam, f"/do/{given}")
    starts = ("Start", "We talk face to face")
    address = next(str(a["href"]) for a in page.select("main a") if a.get_text(strip=True) in starts)
    while not address.endswith("/check"):
        reply = sam.get(address)
        if reply.location:
            # An agreement that both sign has a page of its own, and one may go on without it.
            page = get_page(sam, reply.location)
            address = next(str(a["href"]) for a in page.select("main a") if a.get_text(strip=True) == "Go on")
            continue
        page = read_page(reply)
        assert not re.search(r"\{(partner|counsellor)\}", page.response.text)
        form = "main form:has(input[name=version])"
        buttons = [button.get_text(strip=True) for button in page.select(f"{form} button")]
        onward = "Go on without" if "Go on without" in buttons else "Continue"
        address = str(submit(sam, page, form=form, button=onward).location)
    page = get_page(sam, address)
    assert "You have not written anything here." in page.words
    assert response_of(app, given) is None, "leaving pages out must begin nothing"
    page = submit_and_follow(sam, page, button="Finish")
    assert "Only you can read it." in page.words


# --- Writing.


def test_continue_saves_and_coming_back_finds_it(cast: Cast, as_: AS, app: Flask) -> None:
    given = give(app, cast, EASE)
    sam = as_(cast.sam)
    words = "  On walks.\n“Éva” <b>&amp;</b> 🚲  "
    page = get_page(sam, f"/do/{given}/at-ease")
    assert page.select_one(f'form[data-autosave="/do/{given}/at-ease/draft"]')
    response = submit(sam, page, {"text": words}, form=MAIN, button="Continue")
    assert response.location == f"/do/{given}/what-helps"
    assert kept(app, given, "at-ease") == [{"text": words}]
    page = get_page(sam, f"/do/{given}/at-ease")
    assert page.one("textarea").get_text().removeprefix("\r\n") == words
    assert "Saved at 7:30 pm" in page.words
    submit(sam, page, {"text": ""}, form=MAIN, button="Continue")
    assert kept(app, given, "at-ease") == [None]


def test_save_and_finish_later_leads_to_today_and_carries_on_there(cast: Cast, as_: AS, app: Flask) -> None:
    given = give(app, cast, EASE)
    sam = as_(cast.sam)
    page = get_page(sam, f"/do/{given}/at-ease")
    page = submit_and_follow(sam, page, {"text": "Here"}, form=MAIN, button="Save and finish later")
    assert page.address == "/today"
    assert "Saved. It is here when you come back." in page.words
    page = get_page(sam, f"/do/{given}")
    links = {a.get_text(strip=True): a["href"] for a in page.select("main a")}
    assert links["Carry on"] == f"/do/{given}/what-helps"


def test_too_much_is_said_beside_the_box_and_nothing_typed_is_lost(cast: Cast, as_: AS, app: Flask) -> None:
    given = give(app, cast, EASE)
    sam = as_(cast.sam)
    page = get_page(sam, f"/do/{given}/at-ease")
    page = read_page(submit(sam, page, {"text": "a" * 4001}, form=MAIN, button="Continue", status=422), 422)
    assert "4,001 characters" in page.words
    assert "a" * 4001 in page.response.text


def test_a_newer_copy_is_shown_and_not_written_over(cast: Cast, as_: AS, app: Flask) -> None:
    given = give(app, cast, EASE)
    sam = as_(cast.sam)
    old = get_page(sam, f"/do/{given}/at-ease")
    other = get_page(sam, f"/do/{given}/at-ease")
    submit(sam, other, {"text": "Written in the other window"}, form=MAIN, button="Continue")
    page = read_page(submit(sam, old, {"text": "Mine"}, form=MAIN, button="Continue", status=422), 422)
    assert "Written in the other window" in page.words
    assert page.one("textarea").get_text(strip=True) == "Mine"
    assert kept(app, given, "at-ease") == [{"text": "Written in the other window"}]
    submit(sam, page, form=MAIN, button="Continue")
    assert kept(app, given, "at-ease") == [{"text": "Mine"}]


def test_the_same_form_twice_counts_once(cast: Cast, as_: AS, app: Flask) -> None:
    given = give(app, cast, "appreciation-log")
    sam = as_(cast.sam)
    page = get_page(sam, f"/do/{given}/thanks")
    for _ in range(2):
        submit(sam, page, {"box_did": "Made tea"}, form=MAIN, button="Add a small thank-you")
    assert len(kept(app, given, "thanks")[0]["entries"]) == 1


@pytest.mark.parametrize(
    ("slug", "step", "fields", "value"),
    [
        ("phone-free-evening", "closeness", {"rating": "7"}, {"rating": 7}),
        ("phone-free-evening", "closeness", {"rating": "skip"}, None),
        ("phone-free-evening", "prompt", {"choice": "laughed"}, {"choice": "laughed"}),
        (EASE, "what-helps", {"choices": ["time", "space"]}, {"choices": ["time", "space"]}),
        (
            "phone-free-evening",
            "our-evening",
            {"box_day": "friday", "agreed": "y"},
            {"day": "friday", "agreed": True},
        ),
    ],
)
def test_each_kind_of_step_keeps_its_answer(
    cast: Cast, as_: AS, app: Flask, slug: str, step: str, fields: dict[str, Any], value: Any
) -> None:
    # For one partner alone, an agreement is a note of their own and asked like any other step.
    given = give(app, cast, slug, for_whom="A")
    sam = as_(cast.sam)
    submit(sam, get_page(sam, f"/do/{given}/{step}"), fields, form=MAIN, button="Continue")
    assert kept(app, given, step) == ([] if value is None else [value])
    if value is not None:
        page = get_page(sam, f"/do/{given}/{step}")
        submit(sam, page, form=MAIN, button="Continue")
        assert kept(app, given, step) == [value]


def test_an_i_sentence_is_asked_one_part_a_page_and_reads_as_one(cast: Cast, as_: AS, app: Flask) -> None:
    given = give(app, cast, "i-statements")
    sam = as_(cast.sam)
    page = get_page(sam, f"/do/{given}/say-it")
    assert [box.get("name") for box in page.select("main textarea")] == ["when"]
    page = submit_and_follow(sam, page, {"when": "You never called"}, form=MAIN, button="Continue")
    page = submit_and_follow(sam, page, {"felt": ["alone"]}, form=MAIN, button="Continue")
    submit(sam, page, {"would_like": "a call at noon"}, form=MAIN, button="Continue")
    page = get_page(sam, f"/do/{given}/check")
    assert "When you never called, I felt alone. I’d like a call at noon." in page.words
    assert "This may land as blame. Keep it or try again?" in page.words


def test_entries_are_added_and_removed_one_by_one(cast: Cast, as_: AS, app: Flask) -> None:
    given = give(app, cast, "appreciation-log")
    sam = as_(cast.sam)
    page = get_page(sam, f"/do/{given}/thanks")
    for words in ("Made tea", "Rang my mother"):
        page = submit_and_follow(sam, page, {"box_did": words}, form=MAIN, button="Add a small thank-you")
    assert page.one("textarea").get_text(strip=True) == ""
    assert "Made tea" in page.words
    # The newest stands first, where it was written.
    assert next(line.get_text() for line in page.select(".entry > p[dir]")).startswith("What Jo did: Rang")
    oldest = page.select("input[name=remove]")[-1]
    page = submit_and_follow(sam, page, form=f'form:has([value="{oldest["value"]}"])')
    lines = [line.get_text() for line in page.select(".entry > p[dir]")]
    assert [line for line in lines if line.startswith("What Jo did")] == ["What Jo did: Rang my mother"]
    # What stands in the boxes goes along with Continue, so nothing typed is left behind.
    submit(sam, page, {"box_did": "Waited up"}, form=MAIN, button="Continue")
    page = get_page(sam, f"/do/{given}/check")
    assert "Rang my mother" in page.words
    assert "Waited up" in page.words


def test_a_timer_says_when_it_ends_and_any_time_will_do(
    cast: Cast, as_: AS, app: Flask, clock: Clock
) -> None:
    given = give(app, cast, "phone-free-evening")
    sam = as_(cast.sam)
    page = get_page(sam, f"/do/{given}/evening")
    page = submit_and_follow(sam, page, form="form:has(input[name=start])")
    assert "Ends about 7:50 pm." in page.words
    address = page.response.request.full_path
    clock.move(minutes=21)
    assert "The time is up." in get_page(sam, address).words
    for mark in ("soon", "-5", "9" * 30, "1", "٣"):
        assert "20 minutes." in get_page(sam, f"/do/{given}/evening?began={mark}").words
    submit(sam, page, form="form:has(input[name=version])", button="We did it")
    assert kept(app, given, "evening") == [{"done": True}]


def test_a_question_that_builds_on_an_earlier_one_shows_ones_own_words(
    cast: Cast, as_: AS, app: Flask
) -> None:
    given = give(app, cast, "gentle-questions")
    write(app, cast.sam, given, "answer", {"text": "The weekend was full"})
    assert "The weekend was full" in get_page(as_(cast.sam), f"/do/{given}/thanks").words
    assert "The weekend was full" not in get_page(as_(cast.jo), f"/do/{given}/thanks").words


# --- Drafts, as the page's script sends them.


def draft(app: Flask, client: Any, url: str, **fields: Any) -> Any:
    page = get_page(client, url)
    token = page.select_one("input[name=csrf_token]")
    assert token is not None
    return client.post(f"{url}/draft", data={"csrf_token": token["value"], **fields})


def test_a_draft_is_saved_and_says_when(cast: Cast, as_: AS, app: Flask) -> None:
    url = f"/do/{(given := give(app, cast, EASE))}/at-ease"
    sam = as_(cast.sam)
    reply = draft(app, sam, url, text="On", version="0")
    assert reply.get_json() == {"version": 1, "saved_at": "7:30 pm"}
    assert reply.headers["Cache-Control"] == "no-store"
    assert draft(app, sam, url, text="On walks", version="1").get_json()["version"] == 2
    late = draft(app, sam, url, text="O", version="1")
    assert late.status_code == 409
    assert late.get_json() == {"version": 2, "text": "On walks"}
    assert kept(app, given, "at-ease") == [{"text": "On walks"}]
    assert draft(app, sam, url, text="a" * 5000, version="2").status_code == 422


def test_a_begun_entry_is_kept_and_then_added_without_a_quarrel(cast: Cast, as_: AS, app: Flask) -> None:
    url = f"/do/{(given := give(app, cast, 'appreciation-log'))}/thanks"
    sam = as_(cast.sam)
    page = get_page(sam, url)
    assert draft(app, sam, url, box_did="Made", version="0").status_code == 200
    assert "Made" in str(get_page(sam, url).select_one("textarea"))
    today = {"box_day": "2026-09-16"}
    assert draft(app, sam, url, box_did="Made tea", version="1", **today).status_code == 200
    # The form still holds the version it was opened with; its own saves must not stand in its way.
    submit(sam, page, {"box_did": "Made tea", **today}, form=MAIN, button="Add a small thank-you")
    value = kept(app, given, "thanks")[0]
    assert list(value["entries"].values()) == [{"did": "Made tea", "day": "2026-09-16"}]
    assert "writing" not in value


def test_a_draft_without_its_token_or_after_sending_changes_nothing(cast: Cast, as_: AS, app: Flask) -> None:
    given = give(app, cast, EASE)
    sam = as_(cast.sam)
    assert sam.post(f"/do/{given}/at-ease/draft", data={"text": "x"}).status_code in (400, 422)
    token = get_page(sam, f"/do/{given}/at-ease").select_one("input[name=csrf_token]")
    assert token is not None
    write(app, cast.sam, given, "at-ease", {"text": "Sent"})
    send(app, cast.sam, given, Level.PRIVATE)
    reply = sam.post(
        f"/do/{given}/at-ease/draft", data={"csrf_token": token["value"], "text": "y", "version": "1"}
    )
    assert reply.status_code == 422
    assert kept(app, given, "at-ease") == [{"text": "Sent"}]


# --- In a browser.


@pytest.mark.browser
def test_what_is_typed_is_saved_by_itself_and_continue_never_quarrels_with_it(
    cast: Cast, as_: AS, app: Flask, open_browser: OpenBrowser
) -> None:
    given = give(app, cast, EASE)
    page = open_browser(as_(cast.sam), device="phone")
    page.goto(f"/do/{given}/at-ease")
    box = page.get_by_role("textbox")
    box.fill("On walks")
    expect(page.locator("[data-save=time]")).to_contain_text("Saved at")
    assert kept(app, given, "at-ease") == [{"text": "On walks"}]
    box.fill("On long walks")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Which of these help you feel safe?")
    assert kept(app, given, "at-ease") == [{"text": "On long walks"}]
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    axe(page)
    fits(page)


@pytest.mark.browser
@pytest.mark.parametrize("script", [True, False])
def test_the_button_names_the_readers_as_soon_as_one_is_chosen(
    cast: Cast, as_: AS, app: Flask, open_browser: OpenBrowser, script: bool
) -> None:
    given = give(app, cast, "i-statements")
    write(app, cast.sam, given, "say-it", {"when": "it rained"})
    page = open_browser(as_(cast.sam), device="phone", script=script)
    page.goto(f"/do/{given}/check")
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Send to Jo and Priya")).to_be_hidden()
    page.get_by_role("radio", name="Jo and Priya").check()
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_hidden()
    page.get_by_role("button", name="Send to Jo and Priya").click()
    expect(page.get_by_text("Priya can read it now.")).to_be_visible()
    if script:  # The checks of a page run in it as script.
        axe(page)
        fits(page)
