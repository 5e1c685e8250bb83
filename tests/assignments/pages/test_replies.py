"""Replies: delivered once a day, taken back until then, to one or to both, and never a word too many."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from assignments.actions.responding import record_outcome
from assignments.actions.turns import save_part, send_part
from assignments.domain.visibility import Level
from assignments.models import Comment, Pin, Response, SavedLine
from clinic.extensions import db
from tests.assignments.given import answered, given
from tests.cast import AS, Cast
from tests.conftest import Clock
from tests.page import get_page, read_page, submit, submit_and_follow

SAM_SAYS = "The canal at dusk, and nobody in a hurry."
JO_SAYS = "I went quiet because the weekend scared me."
REPLY = 'main form[action$="/comment"]'


def pair(app: Flask, cast: Cast, sam: Level, jo: Level | None = None) -> dict[str, UUID]:
    """Sam, and Jo where a level is given, answer the same questions."""
    with app.app_context():
        questions = given(cast.priya, cast.sam_and_jo)
        found = {"given": questions, "sam": answered(cast.sam, questions, SAM_SAYS, sam)}
        if jo is not None:
            found["jo"] = answered(cast.jo, questions, JO_SAYS, jo)
        return found


def url(cast: Cast, response_id: UUID) -> str:
    return f"/c/couples/{cast.sam_and_jo.id}/answers/{response_id}"


def comments(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Comment)) or 0


def test_the_author_reads_it_from_the_next_delivery_and_nobody_else_ever(
    app: Flask, cast: Cast, as_: AS, clock: Clock
) -> None:
    answer = pair(app, cast, Level.SHARED)["sam"]
    priya, sam = as_(cast.priya), as_(cast.sam)
    page = submit_and_follow(
        priya, get_page(priya, url(cast, answer)), {"words": "Thank you, Sam."}, form=REPLY
    )
    assert "Goes to Sam Thu 17 Sep, 17:00. You can undo it until then." in page.words
    assert "Thank you, Sam." not in get_page(sam, f"/me/history/{answer}").words
    clock.move(hours=21, minutes=29, seconds=59)
    assert "Thank you, Sam." not in get_page(as_(cast.sam), f"/me/history/{answer}").words
    assert "A line from Priya" not in get_page(as_(cast.sam), "/today").words
    clock.move(seconds=1)
    sam = as_(cast.sam)
    assert "A line from Priya" in get_page(sam, "/today").words
    assert "Priya replied." in get_page(sam, "/me/history").words
    assert "Thank you, Sam." in get_page(sam, f"/me/history/{answer}").words
    jo = as_(cast.jo)
    for path in ("/today", "/me/history", "/together"):
        words = get_page(jo, path).words
        assert "Priya replied" not in words
        assert "A line from Priya" not in words
    assert as_(cast.jo).get(f"/me/history/{answer}").status_code == 404


def test_it_can_be_taken_back_until_it_is_delivered_and_the_words_are_in_the_box_again(
    app: Flask, cast: Cast, as_: AS, clock: Clock
) -> None:
    answer = pair(app, cast, Level.SHARED)["sam"]
    priya = as_(cast.priya)
    page = submit_and_follow(priya, get_page(priya, url(cast, answer)), {"words": "Too soon."}, form=REPLY)
    page = submit_and_follow(priya, page, form=".notice form")
    assert "Taken back." in page.words
    assert page.one("textarea").get_text().strip() == "Too soon."
    assert not page.select(".replies")
    clock.move(days=2)
    assert "Too soon." not in get_page(as_(cast.sam), f"/me/history/{answer}").words


def test_after_delivery_it_stays(app: Flask, cast: Cast, as_: AS, clock: Clock) -> None:
    answer = pair(app, cast, Level.SHARED)["sam"]
    priya = as_(cast.priya)
    page = submit_and_follow(priya, get_page(priya, url(cast, answer)), {"words": "Stays."}, form=REPLY)
    undo = str(page.one(".replies form")["action"])
    clock.move(days=1)
    priya = as_(cast.priya)
    page = get_page(priya, url(cast, answer))
    assert not page.select(".replies form")
    page.one(REPLY)["action"] = undo
    page = submit_and_follow(priya, page, form=f'form[action="{undo}"]')
    assert "It has been delivered, so this can’t be undone." in page.words
    assert "Stays." in get_page(as_(cast.sam), f"/me/history/{answer}").words


def test_a_reply_to_both_goes_to_each_alone_and_is_taken_back_from_both(
    app: Flask, cast: Cast, as_: AS, clock: Clock
) -> None:
    both = pair(app, cast, Level.SHARED, Level.COUNSELLOR)
    priya = as_(cast.priya)
    page = submit_and_follow(
        priya, get_page(priya, url(cast, both["sam"])), {"to": "both", "words": "Bring it along."}, form=REPLY
    )
    assert "Goes to Sam and Jo" in page.words
    assert comments(app) == 2
    clock.move(days=1)
    for name in ("sam", "jo"):
        own = get_page(as_(getattr(cast, name)), f"/me/history/{both[name]}")
        # It reads like any other: that the other was written to would tell that they had answered.
        (panel,) = [one for one in own.select(".panel") if "Bring it along." in one.get_text()]
        assert panel.get_text(" ", strip=True) == (
            "From Priya Bring it along. Thu 17 Sep, 5:00 pm. Only you see this."
        )
    priya = as_(cast.priya)
    page = get_page(priya, url(cast, both["sam"]))
    page = submit_and_follow(priya, page, {"to": "both", "words": "Again."}, form=REPLY)
    submit(priya, page, form=".notice form")
    with app.app_context():
        taken = db.session.scalars(select(Comment.taken_back_at)).all()
    assert sum(one is not None for one in taken) == 2


@pytest.mark.parametrize("to", ["A", "both"])
def test_nobody_reads_in_a_reply_what_the_other_told_the_counsellor_alone(
    app: Flask, cast: Cast, as_: AS, to: str
) -> None:
    both = pair(app, cast, Level.SHARED, Level.COUNSELLOR)
    priya = as_(cast.priya)
    words = "Jo went quiet, because the weekend – shall we talk?"
    reply = submit(
        priya, get_page(priya, url(cast, both["sam"])), {"to": to, "words": words}, form=REPLY, status=422
    )
    page = read_page(reply, 422)
    assert "Sam may not read this of Jo’s: “went quiet because the weekend”" not in page.words
    assert "Sam may not read this of Jo’s: “went quiet because the”. Say it in other words." in page.words
    assert page.one("textarea").get_text().strip() == words
    assert comments(app) == 0


def test_the_author_may_be_quoted_to_themselves_and_what_lies_open_to_anybody(
    app: Flask, cast: Cast, as_: AS, clock: Clock
) -> None:
    both = pair(app, cast, Level.SHARED, Level.COUNSELLOR)
    clock.move(minutes=11)
    priya = as_(cast.priya)
    for to, words in (("B", JO_SAYS), ("both", SAM_SAYS)):
        submit(priya, get_page(priya, url(cast, both["sam"])), {"to": to, "words": words}, form=REPLY)
    assert comments(app) == 3


def test_words_of_another_day_and_of_what_got_in_the_way_are_kept_too(
    app: Flask, cast: Cast, as_: AS
) -> None:
    pair(app, cast, Level.SHARED, Level.COUNSELLOR)
    later = pair(app, cast, Level.SHARED)
    with app.app_context():
        record_outcome(
            actor=cast.jo,
            assignment_id=later["given"],
            turn=1,
            tried="not",
            useful=None,
            words="My sister stayed until Sunday evening",
        )
    priya = as_(cast.priya)
    for words in (JO_SAYS, "Was it that the sister stayed until Sunday?"):
        submit(priya, get_page(priya, url(cast, later["sam"])), {"words": words}, form=REPLY, status=422)
    assert comments(app) == 0


def test_what_is_hidden_again_may_not_be_quoted(app: Flask, cast: Cast, as_: AS) -> None:
    """An answer that opens with the other's is still closed while the other has sent none."""
    with app.app_context():
        questions = given(cast.priya, cast.sam_and_jo)
        sam = answered(cast.sam, questions, SAM_SAYS, Level.BOTH)
        other = answered(cast.jo, given(cast.priya, cast.sam_and_jo), JO_SAYS, Level.SHARED)
    priya = as_(cast.priya)
    page = get_page(priya, url(cast, other))
    submit(priya, page, {"words": "The canal at dusk comes to mind."}, form=REPLY, status=422)
    submit(priya, get_page(priya, url(cast, sam)), {"words": "The canal at dusk, yes."}, form=REPLY)
    assert comments(app) == 1


def test_whoever_has_not_answered_cannot_be_written_to(app: Flask, cast: Cast, as_: AS) -> None:
    answer = pair(app, cast, Level.SHARED)["sam"]
    priya = as_(cast.priya)
    page = get_page(priya, url(cast, answer))
    assert not page.select("[name=to][type=radio]")
    page.one("[name=to]")["value"] = "B"
    submit(priya, page, {"words": "Hello Jo."}, form=REPLY, status=422)
    assert comments(app) == 0


# --- Lines to use again.


def test_saved_lines_are_ones_own_sealed_and_go_into_the_box(app: Flask, cast: Cast, as_: AS) -> None:
    answer = pair(app, cast, Level.SHARED)["sam"]
    priya = as_(cast.priya)
    page = submit_and_follow(
        priya,
        get_page(priya, "/c/lines"),
        {"words": "Thank you for telling me."},
        form='form[action="/c/lines"]',
    )
    assert "Thank you for telling me." in page.words
    assert "telling" not in get_page(as_(cast.marcus), "/c/lines").words
    with app.app_context():
        assert b"telling" not in db.session.scalars(select(SavedLine.words_sealed)).one()
    priya = as_(cast.priya)
    link = get_page(priya, url(cast, answer)).one("a[data-line]")
    filled = get_page(priya, str(link["href"]).partition("#")[0])
    assert filled.one("textarea").get_text().strip() == "Thank you for telling me."
    page = submit_and_follow(priya, get_page(priya, "/c/lines"), form='form[action$="/remove"]')
    assert "None yet." in page.words


# --- Bringing it to the appointment.


def test_what_is_pinned_is_listed_until_it_is_taken_off(app: Flask, cast: Cast, as_: AS) -> None:
    answer = pair(app, cast, Level.COUNSELLOR)["sam"]
    priya = as_(cast.priya)
    page = submit_and_follow(priya, get_page(priya, url(cast, answer)), form='main form[action$="/bring"]')
    assert "In your brief. Take it off" in page.words
    listed = get_page(priya, f"/c/couples/{cast.sam_and_jo.id}/answers")
    assert "To bring to the appointment" in listed.words
    submit(priya, page, form='.about-answer form[action$="/off"]')
    assert "To bring to the appointment" not in get_page(priya, listed.address).words
    with app.app_context():
        assert db.session.scalars(select(Pin.taken_off_at)).one() is not None


# --- Listening turns.


@pytest.fixture
def part(app: Flask, cast: Cast) -> UUID:
    """Sam's thought in listening turns."""
    with app.app_context():
        where: dict[str, Any] = {
            "assignment_id": given(cast.priya, cast.sam_and_jo, "reflect-and-check", days=14),
            "turn": 1,
            "slot": "A",
            "step": "thought",
            "number": 1,
        }
        written = save_part(actor=cast.sam, **where, value={"text": SAM_SAYS}, version=0)
        send_part(actor=cast.sam, **where, version=written.version)
        return written.id


def test_turns_are_new_until_marked_and_can_be_replied_to(
    app: Flask, cast: Cast, as_: AS, part: UUID, clock: Clock
) -> None:
    priya, answers = as_(cast.priya), f"/c/couples/{cast.sam_and_jo.id}/answers"
    listed = get_page(priya, answers)
    assert "1 of 1 new" in listed.words
    page = get_page(priya, str(listed.one("td ~ td a, tbody th a")["href"]))
    page = submit_and_follow(priya, page, {"words": "Well begun."}, form=REPLY)
    assert "Goes to Sam" in page.words
    page = submit_and_follow(priya, page, form='main form[action$="/read"]')
    assert "None of 1 new" in page.words
    clock.move(days=1)
    assert "Well begun." in get_page(as_(cast.sam), f"/me/history/parts/{part}").words
    assert as_(cast.jo).get(f"/me/history/parts/{part}").status_code == 404


def test_a_reply_about_turns_is_undone_on_their_page(app: Flask, cast: Cast, as_: AS, part: UUID) -> None:
    priya = as_(cast.priya)
    with app.app_context():
        assignment = db.session.scalars(select(Response.assignment_id)).first()
        assert assignment is None
    listed = get_page(priya, f"/c/couples/{cast.sam_and_jo.id}/answers")
    page = get_page(priya, str(listed.one("tbody th a")["href"]))
    page = submit_and_follow(priya, page, {"words": "Wait."}, form=REPLY)
    page = submit_and_follow(priya, page, form=".notice form")
    assert page.one("textarea").get_text().strip() == "Wait."


def test_what_was_not_on_the_page_is_not_marked(app: Flask, cast: Cast, as_: AS, part: UUID) -> None:
    priya = as_(cast.priya)
    listed = get_page(priya, f"/c/couples/{cast.sam_and_jo.id}/answers")
    page = get_page(priya, str(listed.one("tbody th a")["href"]))
    for made_up in ("", "nonsense", f"{part}", f"{part}=x", "0=1"):
        page.one('form[action$="/read"] [name=seen]')["value"] = made_up
        submit(priya, page, form='main form[action$="/read"]', status=422)
    assert "1 of 1 new" in get_page(priya, listed.address).words
