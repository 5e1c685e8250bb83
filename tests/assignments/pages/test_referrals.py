"""Referring on: the directory, a letter with only what was ticked, consent, and what has become of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from assignments.actions.checking_in import check_in
from assignments.actions.deciding import decide
from assignments.actions.referring import NoConsent, add_contact, refer, take_step
from assignments.domain.checkins import CheckinAnswers
from assignments.domain.referrals import ContactWords, Fact, Step, Whom, allowed_next
from assignments.domain.signs import DecisionState
from assignments.domain.visibility import Level
from assignments.models import Contact, Referral, ReferralStep
from clinic.clock import today
from clinic.errors import Conflict, NotFound
from clinic.extensions import db
from clinic.models import AuditLine
from tests import builders
from tests.assignments.given import FRIDAY_EVENING, WEEK, answered, given
from tests.cast import AS, Cast
from tests.conftest import Clock
from tests.page import get_page, read_page, submit, submit_and_follow

QUAY = ContactWords("The Quay", "individual", "020 7946 0999", "1 Quay Street\nLondon", "Six weeks’ wait")
FORM = "main form[novalidate]"
DECIDE = 'main form[action$="/signs/decisions"]'


def url(cast: Cast, rest: str) -> str:
    return f"/c/couples/{cast.sam_and_jo.id}{rest}"


def decided(cast: Cast, state: DecisionState = DecisionState.REFER_ON) -> UUID:
    return decide(
        actor=cast.priya, couple_id=cast.sam_and_jo.id, state=state, reason="Because of the secret"
    ).id


def written(cast: Cast, **more: Any) -> Referral:
    day = today("Europe/London")
    asked: dict[str, Any] = {
        "decision_id": more.pop("decision_id", None) or decided(cast),
        "contact_id": more.pop("contact_id", None) or add_contact(actor=cast.ada, words=QUAY).id,
        "whom": Whom.BOTH,
        "words": "Please see them soon",
        "facts": list(Fact),
        "consents": {"A": day, "B": day},
        **more,
    }
    return refer(actor=cast.priya, couple_id=cast.sam_and_jo.id, **asked)


def test_the_admin_keeps_a_directory(app: Flask, cast: Cast, as_: AS) -> None:
    client = as_(cast.ada)
    typed = {"name": "The Quay", "kind": "abuse", "phone": "020 7946 0999", "note": "Rings back the same day"}
    page = submit_and_follow(client, get_page(client, "/p/contacts"), typed, form=FORM)
    assert "Rings back the same day" in page.words
    with app.app_context():
        (row,) = db.session.scalars(select(Contact)).all()
    edit, older = (get_page(client, f"/p/contacts/{row.id}") for _ in range(2))
    page = submit_and_follow(client, edit, {"name": "Quay Centre"}, form=FORM)
    assert "Quay Centre" in page.words
    late = read_page(submit(client, older, {"name": "Old"}, form=FORM, status=422), 422)
    assert "Somebody else has changed this since" in late.words
    removal = f'form[action="/p/contacts/{row.id}/remove"]'
    page = submit_and_follow(client, get_page(client, f"/p/contacts/{row.id}"), form=removal)
    assert "Nobody yet" in page.words
    get_page(as_(cast.iris), f"/p/contacts/{row.id}", 404)
    get_page(as_(cast.priya), "/p/contacts", 404)


def test_a_decision_to_refer_on_leads_to_choosing_a_contact_and_a_letter(
    app: Flask, cast: Cast, as_: AS
) -> None:
    with app.app_context():
        contact = add_contact(actor=cast.ada, words=QUAY)
    client = as_(cast.priya)
    page = get_page(client, url(cast, "/signs"))
    page = submit_and_follow(client, page, {"state": "refer_on", "reason": "Debt is beneath it"}, form=DECIDE)
    assert page.address.endswith("/referral")
    assert "Six weeks’ wait" in page.words
    day = today("Europe/London").isoformat()
    typed: dict[str, Any] = {
        "contact": str(contact.id),
        "whom": "A",
        "words": "Please see Sam about low mood.",
        "facts": ["decided"],
        "follow_up_on": (today("Europe/London") + timedelta(days=14)).isoformat(),
    }
    refused = read_page(submit(client, page, typed, form=FORM, status=422), 422)
    assert "Enter the day Sam agreed to this letter." in refused.words
    assert "Please see Sam about low mood." in refused.words
    letter = submit_and_follow(client, refused, {"consent_a": day}, form=FORM)
    said = letter.one("article.letter").get_text(" ", strip=True)
    assert "The Quay" in said
    assert "1 Quay Street" in said
    assert "Sam Okafor has agreed to this letter." in said
    assert "I decided to refer on." in said
    assert "Jo" not in said  # A letter about one of them does not name the other.
    assert "Debt" not in said  # The reason of the decision is the record's and not the letter's.
    assert "appointment" not in said  # Not ticked.
    assert "Six weeks" not in said


def test_nothing_private_or_for_the_counsellor_alone_reaches_a_letter_with_everything_ticked(
    app: Flask, cast: Cast, clock: Clock, as_: AS
) -> None:
    clock.set(FRIDAY_EVENING)
    with app.app_context():
        builders.appointment(cast.sam_and_jo, starts_at=FRIDAY_EVENING - timedelta(days=9))
        for_both = given(cast.priya, cast.sam_and_jo)
        given(cast.priya, cast.sam_and_jo, "withdrawal-journal", for_whom="A")
        answered(cast.sam, for_both, "Only Priya knows", Level.COUNSELLOR)
        answered(cast.jo, for_both, "Nobody knows", Level.PRIVATE)
        check_in(actor=cast.sam, week_of=WEEK, answers=CheckinAnswers(closeness=1, tension=9, hope=2))
        row = written(cast)
    letter = get_page(as_(cast.priya), url(cast, f"/referrals/{row.id}")).one("article.letter").get_text(" ")
    assert "There was 1 appointment so far." in letter
    assert "Gentle questions" in letter
    for hidden in (
        "Only Priya knows",
        "Nobody knows",
        "tension",
        "Tension",
        "secret",
        "ithdrawal",
        "journal",
    ):
        assert hidden not in letter


def test_a_letter_needs_the_consent_of_everybody_it_names(app: Flask, cast: Cast) -> None:
    day = today("Europe/London")
    with app.app_context():
        for consents, slot in (
            ({"A": day}, "B"),
            ({"B": day}, "A"),
            ({"A": day, "B": day + timedelta(days=1)}, "B"),
        ):
            with pytest.raises(NoConsent) as refused:
                written(cast, consents=consents)
            assert refused.value.slot == slot
        kept = written(cast, whom=Whom.B, consents={"B": day})
        assert (kept.consent_a_on, kept.consent_b_on) == (None, day)
        with pytest.raises(Conflict, match="refer on or to step up"):
            written(cast, decision_id=decided(cast, DecisionState.CONTINUE))


def test_a_letter_is_sealed_and_stays_as_it_was_written(app: Flask, cast: Cast, as_: AS) -> None:
    with app.app_context():
        row = written(cast)
        assert b"Please" not in row.letter_sealed
        contact = db.session.get_one(Contact, row.contact_id)
        contact.name = "Changed since"
        db.session.commit()
        line = db.session.scalars(select(AuditLine).where(AuditLine.event == "referred")).one()
        assert line.details == {"for_whom": "both"}
    page = get_page(as_(cast.priya), url(cast, f"/referrals/{row.id}"))
    assert "The Quay" in page.words
    assert "Changed since" not in page.words


def test_the_loop_closes_when_somebody_has_been_seen(app: Flask, cast: Cast, as_: AS) -> None:
    with app.app_context():
        row = written(cast)
    client = as_(cast.priya)
    page = get_page(client, url(cast, f"/referrals/{row.id}"))
    assert "Written, not sent" in page.words
    form = f'form[action$="{row.id}/steps"]'
    for step, said in (("sent", "Sent"), ("accepted", "Accepted"), ("seen", "Seen for the first time")):
        page = submit_and_follow(client, page, {"step": step}, form=form)
        assert f"Now {said}" in page.words
    assert not page.select(form)
    assert "This one is closed." in page.words
    with app.app_context():
        assert len(db.session.scalars(select(ReferralStep)).all()) == 3
        with pytest.raises(Conflict, match="can’t follow"):
            take_step(
                actor=cast.priya,
                couple_id=cast.sam_and_jo.id,
                referral_id=row.id,
                step=Step.SENT,
                on=today("Europe/London"),
            )


def test_a_referral_to_follow_up_stands_on_the_board_until_something_was_noted(
    app: Flask, cast: Cast, as_: AS, clock: Clock
) -> None:
    with app.app_context():
        day = today("Europe/London") + timedelta(days=5)
        row = written(cast, follow_up_on=day)
        take_step(
            actor=cast.priya,
            couple_id=cast.sam_and_jo.id,
            referral_id=row.id,
            step=Step.SENT,
            on=day - timedelta(days=5),
        )
    clock.move(days=4)
    assert "Referral to follow up" not in get_page(as_(cast.priya), "/c").words
    clock.move(days=3)
    page = get_page(as_(cast.priya), "/c")
    assert "The Quay: sent. The day to follow up was 2 days ago." in page.words
    link = page.one(f'main a[href="{url(cast, "/referrals")}"]')
    assert "Follow up" in link.get_text(" ")
    assert "The Quay" not in get_page(as_(cast.marcus), "/c").words
    table = get_page(as_(cast.priya), url(cast, "/referrals")).one("table.data tbody")
    assert [cell.get_text(" ", strip=True) for cell in table.select("td[data-label=Accepted]")] == ["–"]
    with app.app_context():
        take_step(
            actor=cast.priya, couple_id=cast.sam_and_jo.id, referral_id=row.id, step=Step.ACCEPTED, on=day
        )
    assert "Referral to follow up" not in get_page(as_(cast.priya), "/c").words


def test_a_step_of_a_day_to_come_is_refused_beside_its_field(app: Flask, cast: Cast, as_: AS) -> None:
    with app.app_context():
        row = written(cast)
    client = as_(cast.priya)
    typed = {"step": "sent", "on": (today("Europe/London") + timedelta(days=1)).isoformat()}
    form = f'form[action$="{row.id}/steps"]'
    page = get_page(client, url(cast, f"/referrals/{row.id}"))
    late = read_page(submit(client, page, typed, form=form, status=422), 422)
    assert "That day has not come yet." in late.one("#on-error").get_text()


def test_steps_come_in_order() -> None:
    assert allowed_next([]) == (Step.SENT, Step.WITHDRAWN)
    assert Step.ACCEPTED in allowed_next([Step.SENT])
    assert Step.ACCEPTED not in allowed_next([Step.SENT, Step.ACCEPTED])
    for last in (Step.SEEN, Step.DECLINED, Step.WITHDRAWN):
        assert allowed_next([Step.SENT, last]) == ()


def test_a_supervisor_reads_it_and_others_find_nothing(app: Flask, cast: Cast, as_: AS) -> None:
    with app.app_context():
        row_id = written(cast).id
        with pytest.raises(NotFound):
            take_step(
                actor=cast.marcus,
                couple_id=cast.sam_and_jo.id,
                referral_id=row_id,
                step=Step.SENT,
                on=today("Europe/London"),
            )
    page = get_page(as_(cast.sofia), url(cast, f"/referrals/{row_id}"))
    assert not page.select("main form")
    assert "The Quay" in get_page(as_(cast.sofia), url(cast, "/referrals")).words
    for stranger in (cast.marcus, cast.ada, cast.hana, cast.sam):
        get_page(as_(stranger), url(cast, f"/referrals/{row_id}"), 404)
        get_page(as_(stranger), url(cast, "/referrals"), 404)


def test_without_a_decision_that_leads_outside_there_is_no_letter(app: Flask, cast: Cast, as_: AS) -> None:
    with app.app_context():
        decision = decided(cast, DecisionState.ADAPT_PLAN)
    get_page(as_(cast.priya), url(cast, f"/signs/decisions/{decision}/referral"), 404)
    with app.app_context():
        decision = decided(cast, DecisionState.STEP_UP)
    page = get_page(as_(cast.priya), url(cast, f"/signs/decisions/{decision}/referral"))
    assert "There are no contacts yet." in page.words
