"""My answers: one's own words, who sees them, and changing that."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

import pytest
from flask import Flask

from assignments.actions.assigning import withdraw_assignment
from assignments.actions.checking_in import check_in
from assignments.actions.entries import save_thanks
from assignments.domain.checkins import CheckinAnswers
from assignments.domain.visibility import Level
from assignments.models import Comment, Response
from clinic import crypto
from clinic.extensions import db
from clinic.models import Couple
from tests.assignments.given import FRIDAY_EVENING, OPENS_TOGETHER, WEEK, answered, drafted, given
from tests.builders import PASSPHRASE
from tests.cast import AS, Cast
from tests.conftest import Clock, CountQueries
from tests.page import get_page, read_page, submit, submit_and_follow

SHARING = 'form[action$="/sharing"]'
UNDO = 'form[action$="/undo"]'
CANCEL = 'form[action$="/cancel"]'


@pytest.fixture
def questions(app: Flask, cast: Cast) -> UUID:
    """Questions given to both, as open as can be."""
    with app.app_context():
        return given(cast.priya, cast.sam_and_jo)


def sent(app: Flask, cast: Cast, assignment_id: UUID, level: Level, words: str = "Your laugh") -> UUID:
    with app.app_context():
        return answered(cast.sam, assignment_id, words, level)


def comment(app: Flask, cast: Cast, response_id: UUID, words: str, version: int) -> None:
    """What the counsellor's page will write."""
    with app.app_context():
        row = Comment(
            id=uuid4(),
            practice_id=cast.canal_street.id,
            response_id=response_id,
            response_version=version,
            author_id=cast.priya.id,
            at=db.session.get_one(Response, response_id).started_at,
            delivered_at=db.session.get_one(Response, response_id).started_at,
        )
        row.words_sealed = crypto.seal(row, "words_sealed", words)
        db.session.add(row)
        db.session.commit()


def test_nothing_yet(cast: Cast, as_: AS) -> None:
    assert "Nothing here yet" in get_page(as_(cast.sam), "/me/history").words


def test_everything_of_ones_own_is_listed_without_a_word_of_it(
    cast: Cast, as_: AS, app: Flask, clock: Clock, questions: UUID
) -> None:
    clock.set(FRIDAY_EVENING)
    response_id = sent(app, cast, questions, Level.PRIVATE)
    with app.app_context():
        check_in(actor=cast.sam, week_of=WEEK, answers=CheckinAnswers(tension=9))
        save_thanks(actor=cast.sam, what="You made tea", meant="", level=Level.SHARED)
    page = get_page(as_(cast.sam), "/me/history")
    assert page.select(f'a[href="/me/history/{response_id}"]')
    for line in ("Gentle questions", "18 Sep. Only me.", "Small thank-you", "Weekly check-in", "Priya only"):
        assert line in page.words
    assert "Your laugh" not in page.words
    assert "You made tea" not in page.words
    assert "Nothing here yet" in get_page(as_(cast.jo), "/me/history").words


def test_the_list_narrows_by_who_sees_it(
    cast: Cast, as_: AS, app: Flask, clock: Clock, questions: UUID
) -> None:
    sent(app, cast, questions, Level.COUNSELLOR)
    client = as_(cast.sam)
    assert "Gentle questions" in get_page(client, "/me/history?show=counsellor").words
    assert "Gentle questions" not in get_page(client, "/me/history?show=only-me").words
    assert "Gentle questions" not in get_page(client, "/me/history?show=shared").words


def test_a_draft_is_shown_to_its_author_as_not_sent(cast: Cast, as_: AS, app: Flask, questions: UUID) -> None:
    with app.app_context():
        drafted(cast.sam, questions, "Half a thought", step="answer")
        response_id = db.session.query(Response).one().id
    client = as_(cast.sam)
    assert "Not sent" in get_page(client, "/me/history").words
    page = get_page(client, f"/me/history/{response_id}")
    assert "Half a thought" in page.words
    assert "not sent" in page.words
    assert not page.select(SHARING)


@pytest.mark.parametrize(
    ("level", "words"),
    [
        (Level.PRIVATE, "Only me"),
        (Level.COUNSELLOR, "Priya only"),
        (Level.BOTH, "Both at once"),
        (Level.SHARED, "Jo and Priya"),
    ],
)
def test_an_answer_says_who_sees_it_and_offers_the_other_choices(
    cast: Cast, as_: AS, app: Flask, questions: UUID, level: Level, words: str
) -> None:
    response_id = sent(app, cast, questions, level)
    page = get_page(as_(cast.sam), f"/me/history/{response_id}")
    assert "Your laugh" in page.words
    assert page.one(".who b").get_text() == words
    offered = [box["value"] for box in page.select("input[name=visibility]")]
    assert offered == [one for one in ("shared", "both", "counsellor", "private") if one != level]
    assert not page.select("input[name=visibility][checked]")


def test_tightening_counts_at_once(cast: Cast, as_: AS, app: Flask, clock: Clock, questions: UUID) -> None:
    response_id = sent(app, cast, questions, Level.SHARED)
    clock.move(minutes=10)
    client = as_(cast.sam)
    page = get_page(client, f"/me/history/{response_id}")
    assert "You can hide this from now on. Jo may have read it already." in page.words
    page = submit_and_follow(client, page, {"visibility": "private"}, form=SHARING)
    assert page.one(".who b").get_text() == "Only me"
    assert "Your laugh" not in get_page(as_(cast.jo), f"/together/{questions}").words


def test_widening_waits_says_until_when_and_can_be_cancelled(
    cast: Cast, as_: AS, app: Flask, clock: Clock, questions: UUID
) -> None:
    response_id = sent(app, cast, questions, Level.PRIVATE)
    client = as_(cast.sam)
    page = get_page(client, f"/me/history/{response_id}")
    page = submit_and_follow(client, page, {"visibility": "shared"}, form=SHARING)
    assert "Changes to “Jo and Priya” Thu 17 Sep, 7:30 pm. You can cancel until then." in page.words
    assert "Changes Thu 17 Sep, 7:30 pm" in get_page(client, "/me/history").words
    clock.move(hours=23, minutes=59)
    assert "Your laugh" not in get_page(as_(cast.jo), f"/together/{questions}").words
    client = as_(cast.sam)
    page = submit_and_follow(client, get_page(client, f"/me/history/{response_id}"), form=CANCEL)
    assert "Cancelled" in page.words
    clock.move(days=3)
    assert "Your laugh" not in get_page(as_(cast.jo), f"/together/{questions}").words


def test_widening_that_is_not_cancelled_opens(
    cast: Cast, as_: AS, app: Flask, clock: Clock, questions: UUID
) -> None:
    response_id = sent(app, cast, questions, Level.PRIVATE)
    client = as_(cast.sam)
    submit(client, get_page(client, f"/me/history/{response_id}"), {"visibility": "shared"}, form=SHARING)
    clock.move(days=1)
    assert "Your laugh" in get_page(as_(cast.jo), f"/together/{questions}").words


def test_choosing_nothing_or_what_is_not_offered_is_told(cast: Cast, as_: AS, app: Flask) -> None:
    with app.app_context():
        safe = given(cast.priya, cast.sam_and_jo, OPENS_TOGETHER)
        response_id = answered(cast.sam, safe, "A calm voice", Level.PRIVATE, step="at-ease")
    client = as_(cast.sam)
    page = get_page(client, f"/me/history/{response_id}")
    assert "Choose who sees it." in read_page(submit(client, page, form=SHARING, status=422), 422).words
    for level in ("shared", "private", "everybody", "\0"):
        submit(client, page, {"visibility": level}, form=SHARING, status=422)


def test_a_change_made_in_another_window_meanwhile_is_told_on_the_page(
    cast: Cast, as_: AS, app: Flask, questions: UUID
) -> None:
    response_id = sent(app, cast, questions, Level.SHARED)
    client = as_(cast.sam)
    first, second = (get_page(client, f"/me/history/{response_id}") for _ in range(2))
    submit(client, first, {"visibility": "private"}, form=SHARING)
    refused = submit(client, second, {"visibility": "private"}, form=SHARING, status=422)
    assert "Your laugh" in read_page(refused, 422).words


def hold(app: Flask, cast: Cast, since: datetime | None) -> None:
    with app.app_context():
        db.session.get_one(Couple, cast.sam_and_jo.id).held_at = since
        db.session.commit()


def test_what_is_opened_while_the_couple_is_held_opens_when_the_hold_is_lifted(
    cast: Cast, as_: AS, app: Flask, clock: Clock, questions: UUID
) -> None:
    response_id = sent(app, cast, questions, Level.PRIVATE)
    hold(app, cast, clock.now)
    client = as_(cast.sam)
    page = submit_and_follow(
        client, get_page(client, f"/me/history/{response_id}"), {"visibility": "shared"}, form=SHARING
    )
    assert "It opens later, and you can cancel until then." in page.words
    clock.move(days=2)
    jo = as_(cast.jo)
    assert "Your laugh" not in jo.get(f"/together/{questions}").text
    assert "Your laugh" not in get_page(jo, "/together").words
    hold(app, cast, None)
    assert "Your laugh" in get_page(jo, f"/together/{questions}").words


def test_what_was_sent_comes_back_even_after_the_counsellor_has_withdrawn_it(
    cast: Cast, as_: AS, app: Flask, clock: Clock, questions: UUID
) -> None:
    response_id = sent(app, cast, questions, Level.SHARED)
    client = as_(cast.sam)
    done = get_page(client, f"/do/{questions}/done")
    with app.app_context():
        withdraw_assignment(actor=cast.priya, couple_id=cast.sam_and_jo.id, assignment_id=questions)
    page = submit_and_follow(client, done, form=UNDO)
    assert "Taken back. Only you can read it." in page.words
    clock.move(minutes=10)
    assert "Your laugh" not in as_(cast.jo).get(f"/together/{questions}").text
    assert not get_page(client, f"/me/history/{response_id}").select(UNDO)


def test_my_answer_can_be_taken_back_from_its_own_page_while_it_is_held(
    cast: Cast, as_: AS, app: Flask, clock: Clock, questions: UUID
) -> None:
    response_id = sent(app, cast, questions, Level.SHARED)
    client = as_(cast.sam)
    assert "You can take it back until 7:31 pm" in get_page(client, f"/me/history/{response_id}").words
    clock.move(minutes=10)
    assert not get_page(client, f"/me/history/{response_id}").select(UNDO)


def test_the_counsellor_may_be_told_while_the_couple_is_held(
    cast: Cast, as_: AS, app: Flask, clock: Clock, questions: UUID
) -> None:
    response_id = sent(app, cast, questions, Level.PRIVATE)
    client = as_(cast.sam)
    page = get_page(client, f"/me/history/{response_id}")
    with app.app_context():
        db.session.get_one(Couple, cast.sam_and_jo.id).held_at = clock.now
        db.session.commit()
    submit(client, page, {"visibility": "counsellor"}, form=SHARING)
    clock.move(days=1)
    page = get_page(as_(cast.priya), f"/c/couples/{cast.sam_and_jo.id}/answers/{response_id}")
    assert "Your laugh" in page.words


def test_the_counsellors_comments_stand_with_the_answer_for_its_author_alone(
    cast: Cast, as_: AS, app: Flask, clock: Clock, questions: UUID
) -> None:
    response_id = sent(app, cast, questions, Level.SHARED)
    with app.app_context():
        version = db.session.get_one(Response, response_id).version
    comment(app, cast, response_id, "Thank you for this.", version)
    comment(app, cast, response_id, "An early thought.", version - 1)
    clock.move(minutes=10)
    page = get_page(as_(cast.sam), f"/me/history/{response_id}")
    assert "Thank you for this." in page.words
    assert page.words.count("It is about an earlier version.") == 1
    assert "Thank you for this." not in get_page(as_(cast.jo), f"/together/{questions}").words


@pytest.mark.parametrize("who", ["jo", "ade", "priya", "sofia", "ada", "lea"])
def test_nobody_else_reaches_it(
    cast: Cast, as_: AS, app: Flask, clock: Clock, questions: UUID, who: str
) -> None:
    response_id = sent(app, cast, questions, Level.SHARED)
    clock.move(minutes=10)
    app.config["WTF_CSRF_ENABLED"] = False
    client = as_(getattr(cast, who))
    assert client.get(f"/me/history/{response_id}").data == client.get("/made/up").data
    for act in ("sharing", "sharing/cancel"):
        reply = client.post(f"/me/history/{response_id}/{act}", data={"visibility": "private"})
        assert reply.status_code == 404
    assert "Your laugh" in get_page(as_(cast.jo), f"/together/{questions}").words


def test_its_cost_does_not_grow_with_what_is_there(
    cast: Cast, as_: AS, app: Flask, count_queries: CountQueries, questions: UUID
) -> None:
    def cost() -> int:
        client = as_(cast.sam)
        client.get("/help")
        with count_queries() as queries:
            client.get("/me/history")
        return len(queries)

    sent(app, cast, questions, Level.SHARED)
    few = cost()
    with app.app_context():
        for _ in range(5):
            answered(cast.sam, given(cast.priya, cast.sam_and_jo), "More", Level.PRIVATE)
    assert cost() == few


def test_opening_further_takes_the_pass_phrase_afresh_and_hiding_takes_nothing(
    app: Flask, cast: Cast, as_: AS, clock: Clock, questions: UUID
) -> None:
    """Whoever holds a phone that its owner is signed in on opens nothing; its owner hides at once."""
    response_id = sent(app, cast, questions, Level.COUNSELLOR)
    client = as_(cast.sam)
    clock.move(minutes=11)
    page = get_page(client, f"/me/history/{response_id}")
    asked = submit(client, page, {"visibility": "shared"}, form=SHARING)
    assert asked.location == f"/sign-in/again?next=/me/history/{response_id}"
    again = get_page(client, asked.location)
    assert "Changes to" not in get_page(client, f"/me/history/{response_id}").words
    back = submit_and_follow(client, again, {"password": PASSPHRASE})
    assert "Changes to" in submit_and_follow(client, back, {"visibility": "shared"}, form=SHARING).words
    clock.move(minutes=11)
    page = get_page(client, f"/me/history/{response_id}")
    hidden = submit_and_follow(client, page, {"visibility": "private"}, form=SHARING)
    assert "Saved." in hidden.words
