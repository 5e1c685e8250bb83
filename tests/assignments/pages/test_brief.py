"""The one-page brief: what may lie on the table, and the counsellor's own."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from assignments.actions.deciding import decide
from assignments.actions.entries import save_thanks
from assignments.actions.pinning import bring_answer
from assignments.actions.responding import change_visibility, set_aside
from assignments.domain.progress import Repeat
from assignments.domain.signs import DecisionState
from assignments.domain.visibility import Level
from assignments.models import Response
from assignments.queries.brief import MOST_WORDS
from clinic.audit import Event
from clinic.extensions import db
from clinic.models import AuditLine, Couple
from tests import builders
from tests.assignments.reports import TENSE, weeks_of
from tests.assignments.work import give, send, write
from tests.cast import AS, Cast
from tests.conftest import Clock
from tests.page import Page, get_page

SAM_SAYS = "The canal at dusk."
JO_SAYS = "The kitchen radio."


def url(cast: Cast, own: bool = False) -> str:
    return f"/c/couples/{cast.sam_and_jo.id}/brief" + ("?with=c" if own else "")


def sheet(page: Page) -> str:
    found = page.select_one("article.sheet")
    assert found is not None
    return " ".join(found.get_text(" ").split())


def answer(app: Flask, cast: Cast, levels: dict[str, Level], words: str = "") -> UUID:
    given = give(app, cast, "gentle-questions")
    for name, level in levels.items():
        said = words or (SAM_SAYS if name == "sam" else JO_SAYS)
        write(app, getattr(cast, name), given, "answer", {"text": said})
        send(app, getattr(cast, name), given, level)
    return given


def readings(app: Flask) -> list[tuple[str, UUID | None]]:
    with app.app_context():
        rows = db.session.scalars(select(AuditLine).where(AuditLine.event == Event.WORDS_READ))
        return [(str(row.details["what"]), row.actor_id) for row in rows]


def test_the_table_shows_what_has_opened_to_both_and_writes_the_reading_down(
    app: Flask, cast: Cast, as_: AS, clock: Clock
) -> None:
    answer(app, cast, {"sam": Level.SHARED, "jo": Level.SHARED})
    with app.app_context():
        save_thanks(actor=cast.sam, what="You rang my mother", meant="It helped", level=Level.SHARED)
        builders.appointment(cast.sam_and_jo, starts_at=clock.now + timedelta(hours=1))
        builders.appointment(cast.sam_and_jo, starts_at=clock.now - timedelta(days=7))
    clock.move(minutes=15)
    page = get_page(as_(cast.priya), url(cast))
    said = sheet(page)
    for words in (SAM_SAYS, JO_SAYS, "You rang my mother", "Okafor and Lind: session 2", "Wed 16 Sep, 20:30"):
        assert words in said
    assert readings(app) == [("brief", cast.priya.id)] * 3


def test_the_table_never_depends_on_what_was_not_opened(
    app: Flask, cast: Cast, as_: AS, clock: Clock
) -> None:
    given = give(app, cast, "gentle-questions")
    clock.move(minutes=15)
    priya = as_(cast.priya)
    bare = sheet(get_page(priya, url(cast)))
    for name, level in (("sam", Level.COUNSELLOR), ("jo", Level.PRIVATE)):
        write(app, getattr(cast, name), given, "answer", {"text": SAM_SAYS})
        send(app, getattr(cast, name), given, level)
    give(app, cast, "withdrawal-journal", for_whom="A")
    with app.app_context():
        set_aside(actor=cast.jo, assignment_id=given, kind="hard", choice="bring")
        save_thanks(actor=cast.sam, what="You rang my mother", meant="", level=Level.PRIVATE)
        decide(
            actor=cast.priya,
            couple_id=cast.sam_and_jo.id,
            state=DecisionState.CONSULT_SUPERVISOR,
            reason="Between us",
            in_brief=True,
        )
    weeks_of(app, cast.sam_and_jo, (cast.sam, cast.jo), 8, **TENSE)
    assert sheet(get_page(priya, url(cast))) == bare
    assert not readings(app)


def test_both_at_once_shows_only_when_both_have_answered(
    app: Flask, cast: Cast, as_: AS, clock: Clock
) -> None:
    given = answer(app, cast, {"sam": Level.BOTH})
    clock.move(minutes=15)
    priya = as_(cast.priya)
    assert SAM_SAYS not in sheet(get_page(priya, url(cast)))
    write(app, cast.jo, given, "answer", {"text": JO_SAYS})
    send(app, cast.jo, given, Level.BOTH)
    clock.move(minutes=15)
    said = sheet(get_page(priya, url(cast)))
    assert SAM_SAYS in said
    assert JO_SAYS in said


def test_what_is_still_held_back_is_not_on_the_table(app: Flask, cast: Cast, as_: AS) -> None:
    answer(app, cast, {"sam": Level.SHARED})
    assert SAM_SAYS not in sheet(get_page(as_(cast.priya), url(cast)))


def test_a_pause_for_safety_clears_the_table(app: Flask, cast: Cast, as_: AS, clock: Clock) -> None:
    answer(app, cast, {"sam": Level.SHARED})
    clock.move(minutes=15)
    with app.app_context():
        db.session.get_one(Couple, cast.sam_and_jo.id).held_at = clock.now
        db.session.commit()
    said = sheet(get_page(as_(cast.priya), url(cast)))
    assert SAM_SAYS not in said
    assert "Nothing set for both." in said


def test_the_counsellors_own_says_who_did_what_numbers_signs_and_the_decision(
    app: Flask, cast: Cast, as_: AS, clock: Clock
) -> None:
    weeks_of(app, cast.sam_and_jo, (cast.sam, cast.jo), 8, **TENSE)
    answer(app, cast, {"sam": Level.COUNSELLOR, "jo": Level.PRIVATE})
    second = give(app, cast, "gentle-questions")
    with app.app_context():
        set_aside(actor=cast.jo, assignment_id=second, kind="hard", choice="smaller")
        decide(
            actor=cast.priya,
            couple_id=cast.sam_and_jo.id,
            state=DecisionState.ADAPT_PLAN,
            reason="One evening a week",
            in_brief=True,
        )
    said = sheet(get_page(as_(cast.priya), url(cast, own=True)))
    for words in (
        "Sam did 1 of 2, Jo did 1 of 2 since",
        "Closeness 4 4 4 4 4 4 4 4",
        "Tension 9 9 9 9 9 9 9 9",
        "Gentle questions Counsellor only",
        "Gentle questions: felt hard",
        "Tension is rising (T2)",
        "Last decision: Adapt the plan, 16 Sep: One evening a week.",
        "Jo found “Gentle questions” hard. What would make it smaller?",
        "For you alone.",
    ):
        assert words in said, words
    assert SAM_SAYS not in said
    assert JO_SAYS not in said
    assert not readings(app)


def test_a_reason_that_was_not_meant_for_the_brief_stays_out_of_it(app: Flask, cast: Cast, as_: AS) -> None:
    with app.app_context():
        decide(
            actor=cast.priya,
            couple_id=cast.sam_and_jo.id,
            state=DecisionState.CONTINUE,
            reason="For the file alone",
        )
    said = sheet(get_page(as_(cast.priya), url(cast, own=True)))
    assert "Last decision: Continue, 16 Sep." in said
    assert "For the file" not in said


@pytest.mark.parametrize("own", [False, True])
def test_the_page_never_grows_past_its_words(
    app: Flask, cast: Cast, as_: AS, clock: Clock, own: bool
) -> None:
    weeks_of(app, cast.sam_and_jo, (cast.sam, cast.jo), 8, **TENSE)
    for _ in range(6):
        answer(app, cast, {"sam": Level.SHARED, "jo": Level.SHARED}, words="word " * 300)
    clock.move(minutes=15)
    said = sheet(get_page(as_(cast.priya), url(cast, own=own)))
    assert len(said.split()) <= MOST_WORDS
    assert "more did not fit on this page." in said


def test_a_supervisor_reads_both_briefs(cast: Cast, as_: AS) -> None:
    sofia = as_(cast.sofia)
    get_page(sofia, url(cast))
    get_page(sofia, url(cast, own=True))


@pytest.mark.parametrize("who", ["sam", "jo", "ade", "marcus", "omar", "ada", "hana"])
def test_nobody_else_reaches_a_brief(cast: Cast, as_: AS, who: str) -> None:
    client = as_(getattr(cast, who))
    made_up = client.get("/made/up").data
    for own in (False, True):
        reply = client.get(url(cast, own=own))
        assert (reply.status_code, reply.data) == (404, made_up)


def test_a_draft_the_other_keeps_moves_nothing_on_the_table(
    app: Flask, cast: Cast, as_: AS, clock: Clock
) -> None:
    first = answer(app, cast, {"sam": Level.SHARED}, "The first words.")
    clock.move(hours=1)
    answer(app, cast, {"sam": Level.SHARED}, "The second words.")
    clock.move(hours=1)
    priya = as_(cast.priya)
    bare = sheet(get_page(priya, url(cast)))
    assert bare.index("The second words.") < bare.index("The first words.")
    write(app, cast.jo, first, "answer", {"text": JO_SAYS})
    assert sheet(get_page(priya, url(cast))) == bare


def test_what_one_did_late_and_in_private_names_nothing_on_the_table(
    app: Flask, cast: Cast, as_: AS, clock: Clock
) -> None:
    weekly = give(app, cast, "phone-free-evening", repeat=Repeat.WEEKLY)
    clock.move(days=35)
    priya = as_(cast.priya)
    bare = sheet(get_page(priya, url(cast)))
    send(app, cast.jo, weekly, Level.PRIVATE)
    assert sheet(get_page(priya, url(cast))) == bare


def test_what_was_pinned_comes_first_and_on_the_table_only_once_both_may_read_it(
    app: Flask, cast: Cast, as_: AS, clock: Clock
) -> None:
    questions = answer(app, cast, {"sam": Level.SHARED})
    with app.app_context():
        sent = db.session.scalars(select(Response.id).where(Response.assignment_id == questions)).one()
        bring_answer(actor=cast.priya, couple_id=cast.sam_and_jo.id, response_id=sent)
    priya = as_(cast.priya)
    assert get_page(priya, url(cast) + "?with=c").one(".ask li").get_text() == (
        "Ask Sam about “Gentle questions”. You pinned it."
    )
    assert "together" not in sheet(get_page(priya, url(cast)))
    clock.move(minutes=11)
    priya = as_(cast.priya)
    assert get_page(priya, url(cast)).one(".ask li").get_text() == "Look at “Gentle questions” together."
    with app.app_context():
        change_visibility(actor=cast.sam, response_id=sent, level=Level.PRIVATE)
    for page in ("", "?with=c"):
        assert "pinned" not in get_page(priya, url(cast) + page).words


def test_a_pin_has_done_its_work_once_the_appointment_is_over(
    app: Flask, cast: Cast, as_: AS, clock: Clock
) -> None:
    questions = answer(app, cast, {"sam": Level.SHARED})
    with app.app_context():
        sent = db.session.scalars(select(Response.id).where(Response.assignment_id == questions)).one()
        bring_answer(actor=cast.priya, couple_id=cast.sam_and_jo.id, response_id=sent)
        builders.appointment(cast.sam_and_jo, starts_at=clock.now + timedelta(hours=1))
    for minutes, stands in ((119, True), (1, False)):
        clock.move(minutes=minutes)
        lines = get_page(as_(cast.priya), url(cast)).select(".ask li")
        assert ("Look at “Gentle questions” together." in [line.get_text() for line in lines]) is stands
