"""Listening turns on two phones, page by page, as both partners meet them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from assignments.domain.progress import Repeat
from assignments.domain.visibility import Level
from clinic.audit import Event
from clinic.extensions import db
from clinic.models import AuditLine, Couple
from tests.assignments.given import given
from tests.cast import Cast
from tests.conftest import Clock, SignInAs
from tests.page import Page, get_page, submit, submit_and_follow

MINUTE = {"seconds": 61}
THOUGHT = "When the weekend is already planned, I feel left out."


@pytest.fixture
def turns(app: Flask, cast: Cast) -> UUID:
    with app.app_context():
        return given(cast.priya, cast.sam_and_jo, "reflect-and-check", days=14)


def at(assignment_id: UUID, slot: str, step: str, number: int = 1) -> str:
    return f"/turns/{assignment_id}/1/{slot}/{step}/{number}"


def write(client: FlaskClient, url: str, fields: dict[str, Any]) -> Page:
    """Write a part, look at it and send it. What follows is the page after sending."""
    check = submit_and_follow(client, get_page(client, url), fields, button="Continue")
    assert check.one("h1").get_text() == "Check before you send"
    return submit_and_follow(client, check, button="Send to " + names(check))


def names(check: Page) -> str:
    who = check.select_one(".who b")
    assert who is not None
    return who.get_text().rstrip(".")


def test_the_thought_is_kept_checked_and_held_for_a_minute(
    as_: SignInAs, cast: Cast, turns: UUID, clock: Clock
) -> None:
    sam, jo = as_(cast.sam), as_(cast.jo)
    start = get_page(sam, "/today").find("a", string="Start my turn")
    assert start is not None
    intro = get_page(sam, str(start["href"]))
    begin = intro.find("a", string="Start my turn")
    assert begin is not None
    assert begin["href"] == at(turns, "A", "thought")
    page = get_page(sam, at(turns, "A", "thought"))
    assert "Step 1 of 4" in page.words
    assert "Jo and Priya see this, once you have checked it." in page.words
    sent = write(sam, at(turns, "A", "thought"), {"text": THOUGHT})
    assert "Priya can read it now. Jo can from" in sent.words
    get_page_elsewhere(jo, at(turns, "A", "say-back"))
    assert "left out" not in get_page(jo, f"/together/{turns}").words
    clock.move(**MINUTE)
    page = get_page(jo, at(turns, "A", "say-back"))
    assert "Sam said" in page.words
    assert THOUGHT in page.words
    assert "Take it back" not in get_page(sam, f"/turns/{turns}").words


def get_page_elsewhere(client: FlaskClient, url: str) -> None:
    """There is nothing to write there now, and the reader is led to where they are told so."""
    reply = client.get(url)
    assert reply.status_code == 302
    assert reply.location.startswith("/turns/")


def test_both_strands_go_to_and_fro_and_nearly_twice_leaves_only_two_ways_on(
    as_: SignInAs, cast: Cast, turns: UUID, clock: Clock
) -> None:
    sam, jo = as_(cast.sam), as_(cast.jo)
    write(sam, at(turns, "A", "thought"), {"text": THOUGHT})
    write(jo, at(turns, "B", "thought"), {"text": "I would like us to eat at the table."})
    clock.move(**MINUTE)
    for number in (1, 2):
        write(jo, at(turns, "A", "say-back", number), {"text": f"You feel tired, try {number}"})
        clock.move(**MINUTE)
        check = get_page(sam, at(turns, "A", "got-it-right", number))
        assert f"You feel tired, try {number}" in check.words
        assert len(check.select("input[name=choice]")) == 3
        write(
            sam,
            at(turns, "A", "got-it-right", number),
            {"choice": "nearly", "other": f"More left out, {number}"},
        )
        clock.move(**MINUTE)
        back = get_page(jo, at(turns, "A", "say-back", number + 1))
        assert f"More left out, {number}" in back.words
        assert THOUGHT in back.words
    write(jo, at(turns, "A", "say-back", 3), {"text": "You feel left out"})
    clock.move(**MINUTE)
    last = get_page(sam, at(turns, "A", "got-it-right", 3))
    assert [box["value"] for box in last.select("input[name=choice]")] == ["yes", "leave-it"]
    submit(sam, last, {"choice": "leave-it"}, button="Continue")
    sent = write(sam, at(turns, "A", "got-it-right", 3), {"choice": "yes"})
    assert "Look back on it" in sent.words
    clock.move(**MINUTE)
    write(jo, at(turns, "A", "makes-sense"), {"text": "It makes sense, because you like to be asked."})
    write(sam, at(turns, "B", "say-back"), {"text": "You would like dinner together."})
    clock.move(**MINUTE)
    write(jo, at(turns, "B", "got-it-right"), {"choice": "yes"})
    clock.move(**MINUTE)
    write(sam, at(turns, "B", "makes-sense"), {"text": "It makes sense. It is the one quiet hour."})
    clock.move(**MINUTE)
    for client in (sam, jo):
        assert "That is enough for today." in get_page(client, f"/turns/{turns}").words
        both = get_page(client, f"/together/{turns}").words
        for words in (THOUGHT, "You feel left out", "you like to be asked", "the one quiet hour"):
            assert words in both


def test_the_card_leaves_today_after_sending_and_comes_back_with_the_next_part(
    as_: SignInAs, cast: Cast, turns: UUID, clock: Clock
) -> None:
    sam, jo = as_(cast.sam), as_(cast.jo)
    write(sam, at(turns, "A", "thought"), {"text": THOUGHT})
    after = get_page(sam, "/today")
    assert "Start my turn" not in after.words
    assert not any(word in after.words.lower() for word in ("waiting", "jo’s turn", "jo's turn"))
    clock.move(**MINUTE)
    hero = get_page(jo, "/today").select_one(".hero")
    assert hero is not None
    assert "Listening with Sam" in hero.get_text()
    assert hero.find("a", href=at(turns, "A", "say-back")) is not None
    assert THOUGHT not in hero.get_text()
    write(jo, at(turns, "A", "say-back"), {"text": "You feel left out"})
    assert "/got-it-right/" not in get_page(sam, "/today").decode()
    clock.move(**MINUTE)
    assert at(turns, "A", "got-it-right") in get_page(sam, "/today").decode()


def test_what_is_sent_can_be_taken_back_within_the_minute_and_is_a_draft_again(
    as_: SignInAs, cast: Cast, turns: UUID, clock: Clock
) -> None:
    sam, jo = as_(cast.sam), as_(cast.jo)
    sent = write(sam, at(turns, "A", "thought"), {"text": THOUGHT})
    back = submit_and_follow(sam, sent, button="Take it back", form="form.post")
    assert THOUGHT in back.words
    clock.move(**MINUTE)
    get_page_elsewhere(jo, at(turns, "A", "say-back"))
    write(sam, at(turns, "A", "thought"), {"text": "Another thought"})
    clock.move(**MINUTE)
    assert "Another thought" in get_page(jo, at(turns, "A", "say-back")).words


def test_it_is_too_late_to_take_it_back_after_the_minute_but_it_can_be_hidden(
    as_: SignInAs, cast: Cast, turns: UUID, clock: Clock
) -> None:
    sam, jo = as_(cast.sam), as_(cast.jo)
    sent = write(sam, at(turns, "A", "thought"), {"text": THOUGHT})
    clock.move(**MINUTE)
    submit(sam, sent, button="Take it back", form="form.post", status=409)
    row = get_page(sam, "/me/history").find("a", class_="row-link")
    assert row is not None
    own = get_page(sam, str(row["href"]))
    assert THOUGHT in own.words
    hidden = submit_and_follow(sam, own, button="Hide it")
    assert "Only me" in hidden.words
    assert THOUGHT in hidden.words
    get_page_elsewhere(jo, at(turns, "A", "say-back"))
    assert THOUGHT not in get_page(jo, f"/together/{turns}").words
    assert THOUGHT not in get_page(sam, f"/together/{turns}").words


def test_saving_for_later_sends_nothing_and_today_says_carry_on(
    as_: SignInAs, cast: Cast, turns: UUID, clock: Clock
) -> None:
    sam, jo = as_(cast.sam), as_(cast.jo)
    submit(
        sam,
        get_page(sam, at(turns, "A", "thought")),
        {"text": THOUGHT},
        button="Save and finish later",
    )
    clock.move(**MINUTE)
    assert "Carry on" in get_page(sam, "/today").words
    assert THOUGHT in get_page(sam, at(turns, "A", "thought")).words
    get_page_elsewhere(jo, at(turns, "A", "say-back"))


def test_an_empty_part_and_a_bare_nearly_are_asked_about_beside_the_box(
    as_: SignInAs, cast: Cast, turns: UUID, clock: Clock
) -> None:
    sam, jo = as_(cast.sam), as_(cast.jo)
    page = get_page(sam, at(turns, "A", "thought"))
    wrong = submit(sam, page, {"text": "  "}, button="Continue", status=422)
    assert "Write a line first" in wrong.text
    write(sam, at(turns, "A", "thought"), {"text": THOUGHT})
    clock.move(**MINUTE)
    write(jo, at(turns, "A", "say-back"), {"text": "You feel left out"})
    clock.move(**MINUTE)
    page = get_page(sam, at(turns, "A", "got-it-right"))
    wrong = submit(sam, page, {"choice": "nearly"}, button="Continue", status=422)
    assert "Say what you meant, in a line." in wrong.text
    assert "checked" in wrong.text


def test_a_newer_copy_is_shown_and_never_written_over(as_: SignInAs, cast: Cast, turns: UUID) -> None:
    sam = as_(cast.sam)
    first = get_page(sam, at(turns, "A", "thought"))
    submit(sam, first, {"text": "From the other window"}, button="Continue")
    late = submit(
        sam, first, {"text": "From this window", "form_key": "another-key"}, button="Continue", status=422
    )
    assert "From the other window" in late.text
    assert "From this window" in late.text
    url = f"{at(turns, 'A', 'thought')}/draft"
    reply = sam.post(url, data={"text": "x", "version": "0", "csrf_token": token(first)})
    assert (reply.status_code, reply.json["version"]) == (409, 1)  # type: ignore[index]  # a draft answers in JSON
    reply = sam.post(url, data={"text": "x", "version": "1", "csrf_token": token(first)})
    assert (reply.status_code, reply.json["version"]) == (200, 2)  # type: ignore[index]  # a draft answers in JSON


def token(page: Page) -> str:
    field = page.find("input", attrs={"name": "csrf_token"})
    assert field is not None
    return str(field["value"])


def test_nobody_finds_what_is_the_others_to_write(as_: SignInAs, cast: Cast, turns: UUID) -> None:
    sam, jo, ruth = as_(cast.sam), as_(cast.jo), as_(cast.ruth)
    for client, slot, step in (
        (jo, "A", "thought"),
        (sam, "A", "say-back"),
        (sam, "B", "thought"),
        (sam, "A", "understood"),
        (sam, "C", "thought"),
        (ruth, "A", "say-back"),
    ):
        for url in (at(turns, slot, step), f"{at(turns, slot, step)}/check"):
            get_page(client, url, 404)
    get_page(sam, at(turns, "A", "thought", 4), 404)
    get_page(sam, f"/turns/{turns}/2/A/thought/1", 404)


@pytest.mark.parametrize("terms", [{"limit": Level.COUNSELLOR}, {"for_whom": "A"}])
def test_where_they_may_not_share_there_is_the_spoken_way_alone(
    terms: dict[str, Any], app: Flask, as_: SignInAs, cast: Cast
) -> None:
    with app.app_context():
        alone = given(cast.priya, cast.sam_and_jo, "reflect-and-check", **terms)
    sam = as_(cast.sam)
    get_page(sam, f"/turns/{alone}", 404)
    get_page(sam, at(alone, "A", "thought"), 404)
    intro = get_page(sam, f"/do/{alone}")
    assert "Start my turn" not in intro.words
    page = get_page(sam, f"/do/{alone}/thought")
    assert not page.select("textarea")
    assert "For whoever speaks" in page.words


def test_face_to_face_nobody_types_what_was_said_and_the_rating_goes_to_the_counsellor(
    as_: SignInAs, cast: Cast, turns: UUID
) -> None:
    sam, jo = as_(cast.sam), as_(cast.jo)
    talk = get_page(sam, f"/do/{turns}").find("a", string="We talk face to face")
    assert talk is not None
    page = get_page(sam, str(talk["href"]))
    while page.address.endswith(("thought", "say-back", "got-it-right", "makes-sense")):
        assert not page.select("main textarea, main input[type=radio], main input[type=text]")
        page = submit_and_follow(sam, page, button="Continue")
    check = submit_and_follow(sam, page, {"rating": "7"}, button="Continue")
    assert [box["value"] for box in check.select("input[name=level]")] == ["counsellor", "private"]
    submit(sam, check, {"level": "counsellor"}, button="Send")
    after = get_page(sam, "/today")
    assert "Start my turn" not in after.words
    assert "7 out of 10" not in get_page(jo, f"/together/{turns}").words
    assert "Start my turn" in get_page(jo, "/today").words


def test_a_safety_hold_opens_nothing_more_and_says_nothing(
    app: Flask, as_: SignInAs, cast: Cast, turns: UUID, clock: Clock
) -> None:
    sam, jo = as_(cast.sam), as_(cast.jo)
    write(sam, at(turns, "A", "thought"), {"text": THOUGHT})
    clock.move(**MINUTE)
    with app.app_context():
        db.session.get_one(Couple, cast.sam_and_jo.id).held_at = clock.now
        db.session.commit()
    get_page(jo, f"/turns/{turns}", 404)
    for client in (sam, jo):
        assert THOUGHT not in get_page(client, "/together").words
    assert THOUGHT not in client.get(f"/together/{turns}").text


def test_looking_back_asks_only_what_is_ones_own(
    as_: SignInAs, cast: Cast, turns: UUID, clock: Clock
) -> None:
    sam, jo = as_(cast.sam), as_(cast.jo)
    write(sam, at(turns, "A", "thought"), {"text": THOUGHT})
    clock.move(**MINUTE)
    write(jo, at(turns, "A", "say-back"), {"text": "You feel left out"})
    clock.move(**MINUTE)
    sent = write(sam, at(turns, "A", "got-it-right"), {"choice": "yes"})
    back = sent.find("a", string="Look back on it")
    assert back is not None
    page = get_page(sam, str(back["href"]))
    assert "Step 1 of 1" in page.words
    check = submit_and_follow(sam, page, {"rating": "8"}, button="Continue")
    submit(sam, check, {"level": "counsellor"}, button="Send")
    clock.move(**MINUTE)
    write(jo, at(turns, "A", "makes-sense"), {"text": "It makes sense."})


def test_the_counsellor_reads_a_part_at_once_and_each_reading_is_written_down(
    app: Flask, as_: SignInAs, cast: Cast, turns: UUID, clock: Clock
) -> None:
    sam, jo = as_(cast.sam), as_(cast.jo)
    submit(sam, get_page(sam, at(turns, "A", "thought")), {"text": "A draft"}, button="Continue")
    file = f"/c/couples/{cast.sam_and_jo.id}"
    get_page(as_(cast.priya), f"{file}/turns/{turns}/1", 404)
    write(sam, at(turns, "A", "thought"), {"text": THOUGHT})
    priya = as_(cast.priya)
    link = get_page(priya, f"{file}/answers").find("a", string="Listening turns")
    assert link is not None
    assert THOUGHT in get_page(priya, str(link["href"])).words
    with app.app_context():
        read = db.session.scalars(select(AuditLine).where(AuditLine.event == Event.WORDS_READ)).all()
        assert [(line.actor_id, line.subject_type) for line in read] == [(cast.priya.id, "turn_part")]
    for reader in (cast.marcus, cast.omar, cast.ada, cast.hana, cast.sam, cast.jo):
        get_page(as_(reader), f"{file}/turns/{turns}/1", 404)
    assert THOUGHT in get_page(as_(cast.sofia), f"{file}/turns/{turns}/1").words
    assert "Listening turns: 1 part sent" in get_page(priya, file).words
    clock.move(**MINUTE)
    write(jo, at(turns, "A", "say-back"), {"text": "You feel left out"})
    mine = get_page(sam, "/me/history").select("a.row-link")
    submit(sam, get_page(sam, str(mine[0]["href"])), button="Hide it")
    now = get_page(priya, f"{file}/turns/{turns}/1").words
    assert THOUGHT not in now
    assert "You feel left out" in now


def test_only_what_was_looked_at_is_sent(as_: SignInAs, cast: Cast, turns: UUID) -> None:
    sam = as_(cast.sam)
    url = at(turns, "A", "thought")
    check = submit_and_follow(sam, get_page(sam, url), {"text": THOUGHT}, button="Continue")
    submit(sam, get_page(sam, url), {"text": "Changed in another window"}, button="Continue")
    late = submit(sam, check, button="Send to Jo and Priya", status=422)
    assert "This has changed since you looked." in late.text
    assert "Changed in another window" in late.text
    assert "Take it back" not in get_page(sam, f"/turns/{turns}").words


def test_a_week_that_turns_over_leaves_nothing_unanswered_and_brings_a_fresh_turn(
    app: Flask, as_: SignInAs, cast: Cast, clock: Clock
) -> None:
    with app.app_context():
        weekly = given(cast.priya, cast.sam_and_jo, "reflect-and-check", days=28, repeat=Repeat.WEEKLY)
    sam, jo = as_(cast.sam), as_(cast.jo)
    write(sam, at(weekly, "A", "thought"), {"text": THOUGHT})
    clock.move(days=8)
    sam, jo = as_(cast.sam), as_(cast.jo)
    assert f"/turns/{weekly}/1/A/say-back/1" in get_page(jo, "/today").decode()
    write(jo, at(weekly, "A", "say-back"), {"text": "You feel left out"})
    assert f"/turns/{weekly}/2/B/thought/1" in get_page(jo, f"/turns/{weekly}").decode()
    get_page(jo, f"/turns/{weekly}/3/B/thought/1", 404)
    clock.move(**MINUTE)
    assert f"/turns/{weekly}/1/A/got-it-right/1" in get_page(sam, "/today").decode()


def test_hiding_what_was_answered_leaves_no_mark_and_asks_for_nothing_more(
    as_: SignInAs, cast: Cast, turns: UUID, clock: Clock
) -> None:
    sam, jo = as_(cast.sam), as_(cast.jo)
    write(sam, at(turns, "A", "thought"), {"text": THOUGHT})
    clock.move(**MINUTE)
    before = get_page(jo, f"/together/{turns}").words
    write(jo, at(turns, "A", "say-back"), {"text": "You feel left out"})
    clock.move(**MINUTE)
    assert "You feel left out" in get_page(sam, at(turns, "A", "got-it-right")).words
    own = next(a for a in get_page(jo, "/me/history").select("a.row-link") if "/parts/" in str(a["href"]))
    submit(jo, get_page(jo, str(own["href"])), button="Hide it")
    assert get_page(sam, f"/together/{turns}").words == before
    get_page_elsewhere(sam, at(turns, "A", "got-it-right"))
    get_page_elsewhere(jo, at(turns, "A", "say-back", 2))
