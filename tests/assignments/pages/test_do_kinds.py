"""The kinds of page with a shape of their own: question cards, feelings, logs, and a sentence that grows."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import expect

from assignments.domain.visibility import Level
from tests.assignments.pages.test_do import MAIN, draft, kept
from tests.assignments.work import give, send, write
from tests.browser import Device, OpenBrowser, axe, fits
from tests.cast import AS, Cast
from tests.page import Page, get_page, submit, submit_and_follow


def on_the_table(page: Page) -> list[str]:
    return [str(box["value"]) for box in page.select("input[name=choice]") if box["value"] != "other"]


# --- Question cards.


def test_three_cards_lie_on_the_table_the_same_ones_each_time(cast: Cast, as_: AS, app: Flask) -> None:
    given = give(app, cast, "one-question-a-week")
    url = f"/do/{given}/question"
    cards = on_the_table(get_page(as_(cast.sam), url))
    assert len(cards) == 3
    assert on_the_table(get_page(as_(cast.sam), url)) == cards
    assert on_the_table(get_page(as_(cast.jo), url)) != cards
    other = give(app, cast, "one-question-a-week")
    assert on_the_table(get_page(as_(cast.sam), f"/do/{other}/question")) != cards


def test_every_card_comes_round_by_drawing_and_then_the_first_ones_again(
    cast: Cast, as_: AS, app: Flask
) -> None:
    given = give(app, cast, "start-light")
    sam = as_(cast.sam)
    page = get_page(sam, f"/do/{given}/light-one")
    first = on_the_table(page)
    seen = set(first)
    for _ in range(5):
        page = submit_and_follow(sam, page, form=MAIN, button="Draw others")
        assert seen.isdisjoint(on_the_table(page))
        seen |= set(on_the_table(page))
    assert len(seen) == 18
    page = submit_and_follow(sam, page, form=MAIN, button="Draw others")
    assert on_the_table(page) == first


def test_drawing_keeps_what_was_chosen_and_typed(cast: Cast, as_: AS, app: Flask) -> None:
    given = give(app, cast, "one-question-a-week")
    sam = as_(cast.sam)
    page = get_page(sam, f"/do/{given}/question")
    mine = on_the_table(page)[1]
    page = submit_and_follow(
        sam, page, {"choice": mine, "other": "Where to?"}, form=MAIN, button="Draw others"
    )
    assert kept(app, given, "question") == [{"choice": mine, "other": "Where to?"}]
    assert len(on_the_table(page)) == 4
    chosen = page.select_one("input[name=choice][checked]")
    assert chosen is not None
    assert chosen["value"] == mine
    page = submit_and_follow(sam, page, form=MAIN, button="Continue")
    assert page.address == f"/do/{given}/moment"
    assert kept(app, given, "question") == [{"choice": mine, "other": "Where to?"}]


def test_only_cards_of_the_chosen_depth_are_drawn(cast: Cast, as_: AS, app: Flask) -> None:
    given = give(app, cast, "gentle-questions")
    sam = as_(cast.sam)
    page = get_page(sam, f"/do/{given}/question")
    assert [one.get_text() for one in page.select(".choice-more")] == ["Light", "Middle", "Deep"]
    page = submit_and_follow(sam, page, form=MAIN, button="Deep")
    pressed = [button.get_text(strip=True) for button in page.select("button[aria-pressed=true]")]
    assert pressed == ["Deep"]
    deep = on_the_table(page)
    page = submit_and_follow(sam, page, form=MAIN, button="Draw others")
    assert "depth=deep" in page.response.request.full_path
    assert set(deep).isdisjoint(on_the_table(page))
    page = submit_and_follow(sam, page, form=MAIN, button="Any")
    assert len(page.select(".choice-more")) == 3


@pytest.mark.parametrize(
    "query", ["draw=-1", "draw=9e9", "draw=٣", "draw=99999999", "depth=made-up", "depth="]
)
def test_a_draw_that_makes_no_sense_is_no_error(cast: Cast, as_: AS, app: Flask, query: str) -> None:
    given = give(app, cast, "gentle-questions")
    assert len(on_the_table(get_page(as_(cast.sam), f"/do/{given}/question?{query}"))) == 3


def test_looking_at_cards_begins_nothing(cast: Cast, as_: AS, app: Flask) -> None:
    given = give(app, cast, "gentle-questions")
    sam = as_(cast.sam)
    page = get_page(sam, f"/do/{given}/question")
    submit_and_follow(sam, page, form=MAIN, button="Draw others")
    assert kept(app, given, "question") == []


def test_a_card_or_own_words_stand_in_words_afterwards(cast: Cast, as_: AS, app: Flask) -> None:
    given = give(app, cast, "one-question-a-week")
    sam = as_(cast.sam)
    page = get_page(sam, f"/do/{given}/question")
    submit(sam, page, {"choice": "other", "other": "Where shall we go?"}, form=MAIN, button="Continue")
    assert "Where shall we go?" in get_page(sam, f"/do/{given}/heard").words
    assert "Where shall we go?" in get_page(sam, f"/do/{given}/check").words
    other = give(app, cast, "one-question-a-week")
    write(app, cast.sam, other, "question", {"choice": "song"})
    assert "Which song has been in your head?" in get_page(sam, f"/do/{other}/check").words


# --- Feelings.


def test_a_feeling_is_asked_in_three_small_pages_and_told_in_words(cast: Cast, as_: AS, app: Flask) -> None:
    given = give(app, cast, "find-the-word")
    sam = as_(cast.sam)
    page = get_page(sam, f"/do/{given}/feeling")
    assert len(page.select("details")) == 6
    assert not page.select("details[open]")
    assert len(page.select("input[name=felt]")) >= 40
    words = {"felt": ["sad", "tired"], "felt_other": "grey"}
    page = submit_and_follow(sam, page, words, form=MAIN, button="Continue")
    assert "How strong is it?" in page.words
    page = submit_and_follow(sam, page, {"strength": "6"}, form=MAIN, button="Continue")
    assert "Where do you feel it?" in page.words
    page = submit_and_follow(sam, page, {"body": ["throat", "chest"]}, form=MAIN, button="Continue")
    whole = {"felt": ["sad", "tired"], "felt_other": "grey", "strength": 6, "body": ["throat", "chest"]}
    assert kept(app, given, "feeling") == [whole]
    for line in ("Felt sad, tired and grey", "How strong: 6 out of 10", "Where: Throat and Chest"):
        assert line in page.words
    # Coming back, the families with a chosen word stand open.
    assert len(get_page(sam, f"/do/{given}/feeling").select("details[open]")) == 2


def test_each_part_of_a_feeling_can_be_left_out(cast: Cast, as_: AS, app: Flask) -> None:
    given = give(app, cast, "find-the-word")
    sam = as_(cast.sam)
    page = get_page(sam, f"/do/{given}/feeling?part=body")
    submit(sam, page, {"body": ["nowhere"]}, form=MAIN, button="Continue")
    assert kept(app, given, "feeling") == [{"body": ["nowhere"]}]
    page = get_page(sam, f"/do/{given}/feeling?part=body")
    submit(sam, page, {"body": []}, form=MAIN, button="Continue")
    assert kept(app, given, "feeling") == [None]
    get_page(sam, f"/do/{given}/feeling?part=when", 404)


def test_the_counsellor_reads_a_feeling_in_words_and_a_private_one_not_at_all(
    cast: Cast, as_: AS, app: Flask
) -> None:
    sent, own = give(app, cast, "find-the-word"), give(app, cast, "find-the-word")
    for given, level in ((sent, Level.COUNSELLOR), (own, Level.PRIVATE)):
        write(app, cast.sam, given, "feeling", {"felt": ["homesick"], "strength": 3})
        send(app, cast.sam, given, level)
    priya = as_(cast.priya)
    page = get_page(priya, f"/c/couples/{cast.sam_and_jo.id}/answers")
    (address,) = {str(a["href"]) for a in page.select("main table a")}
    page = get_page(priya, address)
    assert "Felt homesick" in page.words
    assert "How strong: 3 out of 10" in page.words


# --- Logs.


def log_with(app: Flask, cast: Cast, sam: FlaskClient, *entries: dict[str, str]) -> tuple[UUID, Page]:
    given = give(app, cast, "appreciation-log")
    page = get_page(sam, f"/do/{given}/thanks")
    for entry in entries:
        fields = {f"box_{key}": words for key, words in entry.items()}
        page = submit_and_follow(sam, page, fields, form=MAIN, button="Add a small thank-you")
    return given, page


def test_an_entry_is_about_today_unless_another_day_is_chosen_and_the_week_is_counted(
    cast: Cast, as_: AS, app: Flask
) -> None:
    given, page = log_with(
        app,
        cast,
        as_(cast.sam),
        {"did": "Tea"},
        {"did": "Rang", "day": "2026-09-14"},
        {"did": "Old", "day": "2026-09-13"},
    )
    days = [entry["day"] for entry in kept(app, given, "thanks")[0]["entries"].values()]
    assert days == ["2026-09-16", "2026-09-14", "2026-09-13"]
    assert "This week: 2" in page.words
    assert "When it was: Monday 14 September" in page.words


def test_an_entry_can_be_changed_in_its_place(cast: Cast, as_: AS, app: Flask) -> None:
    sam = as_(cast.sam)
    given, page = log_with(app, cast, sam, {"did": "Tea"}, {"did": "Rang"})
    change = page.select(".entry a")[-1]
    page = get_page(sam, str(change["href"]))
    assert page.one("textarea").get_text(strip=True) == "Tea"
    assert "Continue" not in [button.get_text(strip=True) for button in page.select("main button")]
    page = submit_and_follow(sam, page, {"box_did": "Made tea, twice"}, form=MAIN, button="Save the change")
    assert page.address == f"/do/{given}/thanks"
    assert [e["did"] for e in kept(app, given, "thanks")[0]["entries"].values()] == [
        "Made tea, twice",
        "Rang",
    ]
    get_page(sam, f"/do/{given}/thanks?entry=made-up")


def test_changing_one_entry_leaves_the_one_begun_alone_and_saves_as_it_goes(
    cast: Cast, as_: AS, app: Flask
) -> None:
    sam = as_(cast.sam)
    given, _ = log_with(app, cast, sam, {"did": "Tea"})
    url = f"/do/{given}/thanks"
    assert draft(app, sam, url, box_did="Begun", version="1").status_code == 200
    key = next(iter(kept(app, given, "thanks")[0]["entries"]))
    assert draft(app, sam, url, box_did="Green tea", entry=key, version="2").status_code == 200
    value = kept(app, given, "thanks")[0]
    assert value["entries"][key] == {"did": "Green tea"}
    assert value["writing"] == {"did": "Begun"}
    # Emptied while it is being rewritten, it is not lost.
    assert draft(app, sam, url, box_did="", entry=key, version="3").status_code == 200
    assert kept(app, given, "thanks")[0]["entries"][key] == {"did": "Green tea"}
    assert draft(app, sam, url, box_did="Older", entry=key, version="1").status_code == 409


def test_what_was_taken_out_can_be_put_back(cast: Cast, as_: AS, app: Flask) -> None:
    sam = as_(cast.sam)
    given, page = log_with(app, cast, sam, {"did": "Tea"})
    page = submit_and_follow(sam, page, form="form:has(input[name=remove])")
    assert not page.select(".entry")
    assert "Taken out: “What Jo did: Tea" in page.words
    assert "Tea" not in get_page(sam, f"/do/{given}/check").words
    page = submit_and_follow(sam, page, form="form:has(input[name=restore])")
    assert "What Jo did: Tea" in page.words
    assert "Taken out" not in page.words
    page = submit_and_follow(sam, page, form="form:has(input[name=remove])")
    submit(sam, page, form=MAIN, button="Continue")
    assert kept(app, given, "thanks") == [None]


# --- The sentence that grows.


def test_the_sentence_grows_part_by_part_with_a_soft_hint(cast: Cast, as_: AS, app: Flask) -> None:
    given = give(app, cast, "i-statements")
    sam = as_(cast.sam)
    page = get_page(sam, f"/do/{given}/say-it")
    assert "hidden" in page.one(".reads").attrs
    page = submit_and_follow(sam, page, {"when": "You never called"}, form=MAIN, button="Continue")
    reads = page.select_one(".reads")
    assert reads is not None
    assert "hidden" not in reads.attrs
    assert "When you never called." in reads.get_text()
    assert "This may land as blame. Keep it or try again?" in reads.get_text()
    page = get_page(sam, f"/do/{given}/say-it")
    submit(sam, page, {"when": "the phone stayed quiet"}, form=MAIN, button="Continue")
    reads = get_page(sam, f"/do/{given}/say-it?part=felt").select_one(".reads")
    assert reads is not None
    assert "When the phone stayed quiet." in reads.get_text()
    hint = reads.select_one(".answer-hint")
    assert hint is not None
    assert "hidden" in hint.attrs


def test_a_draft_of_a_part_says_how_the_whole_reads_by_now(cast: Cast, as_: AS, app: Flask) -> None:
    given = give(app, cast, "i-statements")
    write(app, cast.sam, given, "say-it", {"when": "the plan changed"})
    sam = as_(cast.sam)
    page = get_page(sam, f"/do/{given}/say-it?part=would_like")
    token = page.select_one("input[name=csrf_token]")
    assert token is not None
    words = {"csrf_token": str(token["value"]), "would_like": "that you never do it again", "version": "1"}
    reply = sam.post(f"/do/{given}/say-it/draft?part=would_like", data=words).get_json()
    assert reply["reads"] == "When the plan changed. I’d like that you never do it again."
    assert reply["hint"] == "This may land as blame. Keep it or try again?"


# --- In the browser.


@pytest.mark.parametrize("held", ["phone", "desktop"])
def test_these_pages_fit_and_pass_axe(
    cast: Cast, as_: AS, app: Flask, open_browser: OpenBrowser, held: Device
) -> None:
    cards, feel = give(app, cast, "gentle-questions"), give(app, cast, "find-the-word")
    log, say = give(app, cast, "appreciation-log"), give(app, cast, "i-statements")
    write(app, cast.sam, say, "say-it", {"when": "you never call"})
    page = open_browser(as_(cast.sam), device=held)
    for path in (
        f"{cards}/question",
        f"{feel}/feeling",
        f"{feel}/feeling?part=body",
        f"{log}/thanks",
        f"{say}/say-it?part=felt",
    ):
        page.goto(f"/do/{path}")
        for fold in page.locator("main details").all():
            fold.locator("summary").click()
        fits(page)
        axe(page)


def test_with_script_the_sentence_is_there_before_continue(
    cast: Cast, as_: AS, app: Flask, open_browser: OpenBrowser
) -> None:
    say = give(app, cast, "i-statements")
    page = open_browser(as_(cast.sam), device="desktop")
    page.goto(f"/do/{say}/say-it")
    box = page.locator("textarea[name=when]")
    box.fill("You never called")
    box.blur()
    expect(page.locator(".reads-words")).to_have_text("When you never called.")
    expect(page.locator(".reads [data-save=hint]")).to_have_text(
        "This may land as blame. Keep it or try again?"
    )
    box.fill("the phone was quiet")
    box.blur()
    expect(page.locator(".reads-words")).to_have_text("When the phone was quiet.")
    expect(page.locator(".reads [data-save=hint-in]")).to_be_hidden()
