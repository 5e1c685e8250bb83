"""Questionnaires: the practice's words, switching one on, answering, and who learns what."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from assignments.actions.checking_in import check_in
from assignments.actions.erasing import ask_for_erasure, erase
from assignments.actions.measuring import answer_instrument, switch_on
from assignments.domain.checkins import CheckinAnswers
from assignments.domain.signs import State, assess
from assignments.models import InstrumentAnswer, InstrumentUse, InstrumentWording
from assignments.queries.history import record_of
from assignments.queries.own_copy import own_copy
from clinic.clock import now
from clinic.errors import Conflict, NotFound
from clinic.extensions import db
from clinic.models import AuditLine
from clinic.queries.couples import couple_for, own_place
from tests.assignments.given import FRIDAY_EVENING, WEEK
from tests.assignments.questionnaires import asked, worded_by
from tests.cast import AS, Cast
from tests.conftest import Clock
from tests.page import get_page, read_page, submit, submit_and_follow

FORM = "main form[novalidate]"
ANSWERS = {f"item_{number}": "3" for number in range(4)}


def url(cast: Cast, rest: str = "") -> str:
    return f"/c/couples/{cast.sam_and_jo.id}/questionnaires{rest}"


def words_typed() -> dict[str, str]:
    typed = {"lead": "Sample lead"}
    for number, needed in enumerate((7, 6, 6, 6)):
        typed[f"text_{number}"] = f"Sample item {number}"
        typed[f"anchors_{number}"] = "\n".join(f"Answer {score}" for score in range(needed))
    return typed


def test_the_set_up_page_says_why_and_holds_no_words_of_the_publishers(cast: Cast, as_: AS) -> None:
    page = get_page(as_(cast.ada), "/p/instruments")
    assert "couples-research.com" in page.words
    assert "word for word" in page.words
    assert page.words.count("0 of ") == 4
    form = get_page(as_(cast.ada), "/p/instruments/csi-4")
    assert all(not one.get_text().strip() for one in form.select("main textarea"))
    assert not [one["value"] for one in form.select('main input[type="text"]') if one.get("value")]


def test_half_of_the_words_may_be_kept_and_it_stays_off_until_all_are_in(
    app: Flask, cast: Cast, as_: AS
) -> None:
    client = as_(cast.ada)
    typed = words_typed()
    half = {key: text for key, text in typed.items() if not key.endswith("_3")}
    page = submit_and_follow(client, get_page(client, "/p/instruments/csi-4"), half, form=FORM)
    assert "Off: 3 of 4 items are whole" in page.words
    with app.app_context(), pytest.raises(Conflict, match="not entered all"):
        switch_on(actor=cast.priya, couple_id=cast.sam_and_jo.id, name="csi-4")
    page = submit_and_follow(client, page, {"text_3": "Last", "anchors_3": typed["anchors_3"]}, form=FORM)
    assert "Ready for use" in page.words
    with app.app_context():
        assert db.session.scalars(select(InstrumentWording.version)).all() == [1, 2]
        line = db.session.scalars(select(AuditLine).where(AuditLine.event == "questionnaire worded")).first()
        assert line is not None
        assert line.details == {"name": "csi-4", "version": 1}


def test_too_many_answers_are_told_beside_the_field_and_nothing_typed_is_lost(cast: Cast, as_: AS) -> None:
    client = as_(cast.ada)
    typed = words_typed() | {"anchors_0": "\n".join("abcdefgh")}
    page = read_page(
        submit(client, get_page(client, "/p/instruments/csi-4"), typed, form=FORM, status=422), 422
    )
    assert "This item has 7 answers. There are 8 lines." in page.one("#anchors_0-error").get_text()
    assert "Answer 3" in page.one("#anchors_1").get_text()


def test_two_admins_do_not_overwrite_each_other(cast: Cast, as_: AS) -> None:
    first, second = as_(cast.ada), as_(cast.ada)
    opened = get_page(second, "/p/instruments/csi-4")
    submit(first, get_page(first, "/p/instruments/csi-4"), words_typed(), form=FORM)
    late = read_page(submit(second, opened, {"lead": "Mine"}, form=FORM, status=422), 422)
    assert "Somebody else has saved this since" in late.words
    assert "Mine" in late.words


def test_the_counsellor_switches_it_on_and_off_for_a_couple(app: Flask, cast: Cast, as_: AS) -> None:
    with app.app_context():
        worded_by(cast.ada)
    client = as_(cast.priya)
    page = get_page(client, url(cast))
    page = submit_and_follow(client, page, form=f'form[action="{url(cast, "/csi-4/on")}"]')
    assert "Open now, until" in page.words
    assert "/check-in/csi-4" in str(get_page(as_(cast.sam), "/today"))
    page = submit_and_follow(client, page, form=f'form[action="{url(cast, "/csi-4/off")}"]')
    assert "Open now" not in page.words
    assert "/check-in/csi-4" not in str(get_page(as_(cast.sam), "/today"))
    get_page(as_(cast.sam), "/check-in/csi-4", 404)
    with app.app_context():
        assert len(db.session.scalars(select(InstrumentUse)).all()) == 1


def test_a_supervisor_reads_and_changes_nothing(app: Flask, cast: Cast, as_: AS) -> None:
    with app.app_context():
        asked(cast.sam_and_jo)
    assert not get_page(as_(cast.sofia), url(cast)).select("main form")
    for stranger in (cast.marcus, cast.omar, cast.ada, cast.hana, cast.sam):
        get_page(as_(stranger), url(cast), 404)


def test_a_partner_answers_all_or_leaves_and_meets_no_score(app: Flask, cast: Cast, as_: AS) -> None:
    with app.app_context():
        asked(cast.sam_and_jo)
    client = as_(cast.sam)
    page = get_page(client, "/check-in/csi-4")
    assert "Priya sees this. Jo doesn’t." in page.words
    assert not page.select("input[checked]")
    some = {key: ANSWERS[key] for key in ("item_0", "item_1")}
    refused = read_page(submit(client, page, some, form=FORM, status=422), 422)
    for number in (3, 4):
        assert f"Choose one answer to question {number}." in refused.words
    assert len(refused.select("input[checked]")) == 2
    today = submit_and_follow(client, refused, ANSWERS, form=FORM)
    assert "Saved. Thank you." in today.words
    assert "/check-in/csi-4" not in str(today)
    again = get_page(client, "/check-in/csi-4")
    assert len(again.select("input[checked]")) == 4
    for shown in (today.words, again.words):
        assert not any(word in shown for word in ("12", "13.5", "CSI", "score", "21"))


def test_answers_are_sealed_and_answering_again_replaces_them(app: Flask, cast: Cast) -> None:
    with app.app_context():
        asked(cast.sam_and_jo)
        answer_instrument(actor=cast.sam, name="csi-4", scores=[1, 1, 1, 1])
        answer_instrument(actor=cast.sam, name="csi-4", scores=[6, 5, 5, 5])
        (row,) = db.session.scalars(select(InstrumentAnswer)).all()
        assert b"5" not in row.items_sealed[:2]
        assert b"[6, 5, 5, 5]" not in row.items_sealed
        assert row.version == 2
        for wrong in ([6, 5, 5], [7, 5, 5, 5], [6, 5, 5, -1]):
            with pytest.raises(Conflict):
                answer_instrument(actor=cast.sam, name="csi-4", scores=wrong)
        for name in ("csi-16", "phq-2", "made-up"):
            with pytest.raises(NotFound):
                answer_instrument(actor=cast.sam, name=name, scores=[0, 0])


def test_it_comes_back_after_four_weeks_and_closes_in_between(
    app: Flask, cast: Cast, as_: AS, clock: Clock
) -> None:
    with app.app_context():
        asked(cast.sam_and_jo)
    client = as_(cast.sam)
    get_page(client, "/check-in/csi-4")
    clock.move(days=14)
    get_page(as_(cast.sam), "/check-in/csi-4", 404)
    clock.move(days=14)
    get_page(as_(cast.sam), "/check-in/csi-4")


def test_after_the_check_in_it_is_offered_once_and_never_before(
    app: Flask, cast: Cast, as_: AS, clock: Clock
) -> None:
    clock.set(FRIDAY_EVENING)
    with app.app_context():
        asked(cast.sam_and_jo)
    client = as_(cast.sam)
    assert "/check-in/csi-4" not in str(get_page(client, "/check-in").one("main"))
    with app.app_context():
        check_in(actor=cast.sam, week_of=WEEK, answers=CheckinAnswers(closeness=4))
    assert "a few more questions, if you like" in get_page(client, "/check-in").words
    with app.app_context():
        answer_instrument(actor=cast.sam, name="csi-4", scores=[3, 3, 3, 3])
    assert "a few more questions" not in get_page(client, "/check-in").words


def test_scores_reach_the_rules_with_the_right_direction(app: Flask, cast: Cast, clock: Clock) -> None:
    with app.app_context():
        for name in ("csi-4", "phq-2"):
            asked(cast.sam_and_jo, name)
        answer_instrument(actor=cast.sam, name="csi-4", scores=[4, 4, 4, 3])
        answer_instrument(actor=cast.sam, name="phq-2", scores=[1, 0])
        answer_instrument(actor=cast.jo, name="csi-4", scores=[1, 2, 1, 1])
    clock.move(days=28)
    with app.app_context():
        answer_instrument(actor=cast.sam, name="csi-4", scores=[3, 3, 2, 2])
        answer_instrument(actor=cast.sam, name="phq-2", scores=[2, 2])
        answer_instrument(actor=cast.jo, name="csi-4", scores=[4, 4, 3, 3])
        record = record_of(cast.priya, couple_for(cast.priya, cast.sam_and_jo.id), now())
        found = assess(record.history)
    drop, mood = found.sign("instrument_drop"), found.sign("mood_or_anxiety_beneath")
    assert drop.state is State.MET
    assert "Partner A: CSI-4 15 to 10." in drop.sentence
    assert "Partner B" not in drop.sentence  # Who has gained has not dropped.
    assert mood.state is State.YOU_JUDGE
    assert "4 on the PHQ-2, at or above 3." in mood.sentence


def test_two_answers_within_one_week_are_one_score_and_never_a_fault(
    app: Flask, cast: Cast, clock: Clock
) -> None:
    with app.app_context():
        asked(cast.sam_and_jo)
        answer_instrument(actor=cast.sam, name="csi-4", scores=[1, 1, 1, 1])
        use = db.session.scalars(select(InstrumentUse)).one()
        use.ended_at = now()
        db.session.commit()
    clock.move(days=1)
    with app.app_context():
        asked(cast.sam_and_jo)
        answer_instrument(actor=cast.sam, name="csi-4", scores=[2, 2, 2, 2])
        record = record_of(cast.priya, couple_for(cast.priya, cast.sam_and_jo.id), now())
        assert [one.score for one in record.history.instruments] == [8]


def test_the_counsellor_sees_scores_the_reference_line_and_what_counts_as_a_change(
    app: Flask, cast: Cast, as_: AS, clock: Clock
) -> None:
    with app.app_context():
        asked(cast.sam_and_jo)
        answer_instrument(actor=cast.sam, name="csi-4", scores=[4, 4, 4, 3])
    clock.move(days=28)
    with app.app_context():
        answer_instrument(actor=cast.sam, name="csi-4", scores=[3, 3, 2, 2])
    page = get_page(as_(cast.priya), url(cast))
    label = page.one("svg.chart")["aria-label"]
    assert "15 on 16 Sep, 10 on 14 Oct" in label
    assert "Reference line at 13.5." in label
    assert "From 10 down, a reliable drop." in label
    assert page.one("svg .c-rule")
    assert page.one("svg .c-change")
    assert "A reliable drop" in page.words
    assert "Step 3 of 6" in page.words  # The latest answers, item by item.
    assert "No answers yet. Not answering is fine." in page.words  # Jo's side.


def test_the_other_partner_sees_the_same_today_whether_or_not_one_has_answered(
    app: Flask, cast: Cast, as_: AS
) -> None:
    with app.app_context():
        asked(cast.sam_and_jo)
    client = as_(cast.jo)
    before = get_page(client, "/today").words, get_page(client, "/check-in/csi-4").words
    with app.app_context():
        answer_instrument(actor=cast.sam, name="csi-4", scores=[0, 0, 0, 0])
    assert (get_page(client, "/today").words, get_page(client, "/check-in/csi-4").words) == before


def test_ones_own_copy_holds_the_questions_and_answers_and_erasing_takes_them(app: Flask, cast: Cast) -> None:
    with app.app_context():
        asked(cast.sam_and_jo)
        answer_instrument(actor=cast.sam, name="csi-4", scores=[0, 5, 5, 5])
        copy = own_copy(own_place(cast.sam), now())
        (part,) = [part for part in copy.parts if part.title == "Other questions"]
        assert [one.lines[0] for one in part.things[0].said] == ["Lowest", "Highest", "Highest", "Highest"]
        assert part.things[0].seen_by == "Priya only"
        jo = own_copy(own_place(cast.jo), now())
        assert not [part for part in jo.parts if part.title == "Other questions" and part.things]
        erasure = ask_for_erasure(actor=cast.sam)
        erase(actor=cast.ada, erasure_id=erasure.id)
        assert not db.session.scalars(select(InstrumentAnswer)).all()


def test_ones_history_says_that_it_was_answered_and_who_sees_it_and_nothing_more(
    app: Flask, cast: Cast, as_: AS
) -> None:
    with app.app_context():
        asked(cast.sam_and_jo)
        answer_instrument(actor=cast.sam, name="csi-4", scores=[0, 5, 5, 5])
    page = get_page(as_(cast.sam), "/me/history")
    assert "A few questions" in page.words
    assert "Priya only" in page.words
    assert "CSI" not in page.words
    assert "A few questions" not in get_page(as_(cast.jo), "/me/history").words


def test_nothing_is_asked_once_the_work_is_over(app: Flask, cast: Cast, as_: AS) -> None:
    with app.app_context():
        asked(cast.sam_and_jo)
        couple = couple_for(cast.priya, cast.sam_and_jo.id)
        couple.closed_at = now() - timedelta(minutes=1)
        db.session.commit()
    get_page(as_(cast.sam), "/check-in/csi-4", 404)
    assert "/check-in/csi-4" not in str(get_page(as_(cast.sam), "/today"))
