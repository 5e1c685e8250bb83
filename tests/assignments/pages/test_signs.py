"""The signs of a couple, the counsellor's own view of some, and her decision with the evidence as it stood."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select

from assignments.actions.deciding import decide, note_decision
from assignments.domain.progress import Repeat
from assignments.domain.signs import DECISION_LABELS, DecisionState
from assignments.domain.signs.kinds import PAGE_ROWS
from assignments.domain.signs.published import PUBLISHED
from assignments.domain.visibility import Level
from assignments.models import Decision, DecisionNote, SignJudgement
from clinic.audit import Event
from clinic.errors import NotFound
from clinic.extensions import db
from clinic.models import AuditLine, Couple, SafetyConversation
from tests import builders
from tests.assignments.reports import CALM, TENSE, check_in, weeks_of
from tests.assignments.work import give, send, write
from tests.cast import AS, Cast
from tests.conftest import Clock
from tests.page import Page, get_page, read_page, submit, submit_and_follow

DECIDE = 'main form[action$="/signs/decisions"]'
NOT_JUDGED = ("tension_rising", "no_movement", "outside_pressure", "made_up", "TRAUMA_IN_THE_WAY")


def url(cast: Cast, rest: str = "") -> str:
    return f"/c/couples/{cast.sam_and_jo.id}/signs{rest}"


def tense(app: Flask, cast: Cast, weeks: int = 8) -> None:
    weeks_of(app, cast.sam_and_jo, (cast.sam, cast.jo), weeks, **TENSE)


def rows_of(app: Flask, model: Any) -> list[Any]:
    with app.app_context():
        return list(db.session.scalars(select(model)))


def row(page: Page, title: str) -> Any:
    return next(one for one in page.select("article.sign") if title in one.select("h3")[0].get_text())


def test_the_page_says_how_often_signs_are_right_and_that_it_is_of_simulated_couples(
    cast: Cast, as_: AS
) -> None:
    words = get_page(as_(cast.priya), url(cast)).words
    assert "simulated couples, which is not clinical accuracy" in words
    assert f"Of 100 who improved, {100 - PUBLISHED.spared} had one all the same." in words


def test_silence_after_the_work_is_over_is_no_sign(app: Flask, cast: Cast, as_: AS, clock: Clock) -> None:
    weeks_of(app, cast.sam_and_jo, (cast.sam, cast.jo), 8, **CALM)
    silent, title = "no check-in for 5 weeks", "Check-ins are falling silent"
    ended = clock.now
    clock.move(days=35)
    assert silent in row(get_page(as_(cast.priya), url(cast)), title).get_text()
    with app.app_context():
        db.session.get_one(Couple, cast.sam_and_jo.id).closed_at = ended
        db.session.commit()
    page = get_page(as_(cast.priya), url(cast))
    assert "silence since is none" in page.words
    assert "Both keep checking in." in row(page, title).get_text()


def test_a_note_can_be_added_to_a_decision_which_stays_as_it_was(app: Flask, cast: Cast, as_: AS) -> None:
    tense(app, cast)
    client = as_(cast.priya)
    submit(client, get_page(client, url(cast)), {"state": "continue", "reason": "It eases"}, form=DECIDE)
    (before,) = rows_of(app, Decision)
    page = get_page(client, url(cast, "/decisions"))
    note = f'form[action$="/{before.id}/notes"]'
    empty = read_page(submit(client, page, form=note, status=422), 422)
    assert "Write a line or two first." in empty.words
    after = submit_and_follow(client, page, {"words": "They asked for more time"}, form=note)
    assert "They asked for more time" in after.words
    assert "It eases" in after.words
    (kept,) = rows_of(app, DecisionNote)
    assert b"more time" not in kept.words_sealed
    (now_kept,) = rows_of(app, Decision)
    assert now_kept.reason_sealed == before.reason_sealed
    with app.app_context():
        line = db.session.scalars(select(AuditLine).where(AuditLine.subject_id == kept.id)).one()
        assert (line.event, line.details) == ("decision noted", {})
    supervisor = get_page(as_(cast.sofia), url(cast, "/decisions"))
    assert "They asked for more time" in supervisor.words
    assert not supervisor.select(note)
    for stranger in (cast.marcus, cast.hana, cast.sam):
        get_page(as_(stranger), url(cast, "/decisions"), 404)


def test_a_note_goes_to_a_decision_about_this_couple_alone(app: Flask, cast: Cast) -> None:
    with app.app_context():
        decision = decide(
            actor=cast.priya, couple_id=cast.ade_and_ruth.id, state=DecisionState.CONTINUE, reason="Well"
        )
        with pytest.raises(NotFound):
            note_decision(
                actor=cast.priya, couple_id=cast.sam_and_jo.id, decision_id=decision.id, words="Elsewhere"
            )


def test_every_row_stands_in_the_order_of_the_design_with_state_and_source(
    app: Flask, cast: Cast, as_: AS
) -> None:
    tense(app, cast)
    page = get_page(as_(cast.priya), url(cast))
    assert len(page.select("article.sign")) == len(PAGE_ROWS)
    tension = row(page, "Tension is rising")
    assert tension.select_one(".sign-state").get_text(strip=True) == "Met"
    assert tension.select_one(".source").get_text() == "T2"
    words = " ".join(tension.get_text(" ").split())
    assert "Sam: tension at 8 or more" in words
    assert "Talk to each partner alone first." in words
    assert "Tried on simulated couples only" in words
    assert "It clears with tension below 8 in the next reports" in words
    label = tension.select_one("svg[role=img]")["aria-label"]
    assert "Sam: 9 in week 0, 9 in week 7." in label
    assert "The rule counts from 8." in label


def test_the_very_records_a_rule_counted_can_be_opened(app: Flask, cast: Cast, as_: AS) -> None:
    tense(app, cast)
    records = row(get_page(as_(cast.priya), url(cast)), "Tension is rising").select("details tbody tr")
    assert [cell.get_text() for cell in records[0].select("th, td")] == [
        "Week 7, from 7 Sep",
        "9 (counted)",
        "9 (counted)",
    ]


def test_a_week_of_most_of_a_year_ago_is_named_with_its_year(app: Flask, cast: Cast, as_: AS) -> None:
    tense(app, cast)
    check_in(app, cast.sam, cast.sam_and_jo, 50, **TENSE)
    page = get_page(as_(cast.priya), f"{url(cast)}?weeks=all")
    weeks = [cell.get_text() for cell in page.select("article.sign details tbody th")]
    assert "Week 49, from 7 Sep" in weeks
    assert "Week 0, from 29 Sep 2025" in weeks


def test_the_head_says_data_then_who_was_spoken_to_and_never_safe(app: Flask, cast: Cast, as_: AS) -> None:
    tense(app, cast)
    with app.app_context():
        builders.appointment(cast.sam_and_jo)
        db.session.execute(delete(SafetyConversation).where(SafetyConversation.person_id == cast.jo.id))
        db.session.commit()
    page = get_page(as_(cast.priya), url(cast))
    words = page.words
    assert words.index("Enough data: Sam 8 and Jo 8 check-ins") < words.index(
        "Spoken to alone: Sam 16 Sep, Jo not yet"
    )
    assert words.index("Spoken to alone") < words.index("ask for a decision by Thursday 17 September.")
    asking = page.one(".banner").get_text(" ").partition(" ask for")[0]
    titles = re.split(r", | and ", re.sub(r" \([^)]*\)", "", " ".join(asking.split())))
    assert len(titles) > 1
    assert [title[:1].isupper() for title in titles] == [True, *[False] * (len(titles) - 1)]
    assert "This list shows evidence. It does not decide." in words
    for never in ("low risk", "is safe", "risk score", "of 15 signs"):
        assert never not in words


def test_with_little_data_the_page_says_what_is_missing_and_draws_nothing(cast: Cast, as_: AS) -> None:
    page = get_page(as_(cast.priya), url(cast))
    assert "0 of 3 check-ins from Sam and 0 of 3 check-ins from Jo" in page.words
    assert not page.select(".sign svg[role=img]")
    assert not page.select(".banner")
    assert "Not enough yet" in page.words


def test_one_sided_data_makes_no_claim_about_the_couple(app: Flask, cast: Cast, as_: AS) -> None:
    weeks_of(app, cast.sam_and_jo, (cast.sam,), 8, **TENSE)
    page = get_page(as_(cast.priya), url(cast))
    assert "One-sided data: Only Sam has checked in, 8 times." in page.words
    assert (
        "Not enough" in row(page, "No movement").get_text()
        or "Only Sam" in row(page, "No movement").get_text()
    )


def test_outside_pressure_is_a_note_that_clears_no_row(app: Flask, cast: Cast, as_: AS) -> None:
    weeks_of(app, cast.sam_and_jo, (cast.sam, cast.jo), 8, **{**TENSE, "outside_pressure": 9})
    page = get_page(as_(cast.priya), url(cast))
    assert "Read beside" in row(page, "Outside pressure is high").get_text()
    assert row(page, "Tension is rising").select_one(".sign-state").get_text(strip=True) == "Met"
    assert "Other readings of what is met:" in page.words


def test_little_effort_is_a_card_and_never_a_row(app: Flask, cast: Cast, as_: AS) -> None:
    give(app, cast, "gentle-questions", starts_on=date(2026, 8, 26), best_before=None, repeat=Repeat.WEEKLY)
    weeks_of(app, cast.sam_and_jo, (cast.sam, cast.jo), 9, **{**CALM, "closeness": 4, "understood": 4})
    page = get_page(as_(cast.priya), url(cast))
    assert "Little was tried" in page.words
    assert "no movement, and little was tried" not in [
        heading.get_text().lower() for heading in page.select("article.sign h3")
    ]


def test_no_word_that_a_partner_wrote_reaches_the_page(app: Flask, cast: Cast, as_: AS) -> None:
    given = give(app, cast, "gentle-questions")
    write(app, cast.sam, given, "answer", {"text": "Nobody must ever read this here"})
    send(app, cast.sam, given, Level.COUNSELLOR)
    tense(app, cast)
    assert "Nobody must" not in get_page(as_(cast.priya), url(cast)).words


@pytest.mark.parametrize("who", ["sam", "jo", "ade", "marcus", "omar", "ada", "hana"])
def test_nobody_else_reaches_signs_or_decisions(cast: Cast, as_: AS, who: str) -> None:
    client = as_(getattr(cast, who))
    made_up = client.get("/made/up").data
    for rest in ("", "/decisions"):
        reply = client.get(url(cast, rest))
        assert (reply.status_code, reply.data) == (404, made_up)


def test_a_supervisor_reads_and_decides_nothing(app: Flask, cast: Cast, as_: AS) -> None:
    tense(app, cast)
    sofia = as_(cast.sofia)
    page = get_page(sofia, url(cast))
    assert "Tension is rising" in page.words
    assert not page.select("main form[method=post]")
    get_page(sofia, url(cast, "/decisions"))
    app.config["WTF_CSRF_ENABLED"] = False
    assert sofia.post(url(cast, "/decisions"), data={"state": "continue", "reason": "x"}).status_code == 404
    assert sofia.post(url(cast, "/trauma_in_the_way"), data={"judgement": "yes"}).status_code == 404
    assert not rows_of(app, Decision)


# --- The counsellor's own view.


def test_a_view_is_kept_sealed_and_the_newest_counts(app: Flask, cast: Cast, as_: AS, clock: Clock) -> None:
    priya, form = as_(cast.priya), 'main form[action$="/signs/trauma_in_the_way"]'
    page = get_page(priya, url(cast))
    page = submit_and_follow(priya, page, {"judgement": "unsure", "note": "Ask on Thursday"}, form=form)
    assert "Your view: Unsure , 16 Sep, Priya. Ask on Thursday" in page.words
    clock.move(minutes=1)
    page = submit_and_follow(priya, page, {"judgement": "no"}, form=form)
    assert "Your view: No" in page.words
    assert "Unsure ," not in page.words
    kept = rows_of(app, SignJudgement)
    assert len(kept) == 2
    assert all(b"Thursday" not in (one.note_sealed or b"") for one in kept)


def test_a_view_without_a_choice_keeps_the_note(cast: Cast, as_: AS) -> None:
    priya = as_(cast.priya)
    form = 'main form[action$="/signs/sole_outlet"]'
    reply = submit(priya, get_page(priya, url(cast)), {"note": "Sister moved away"}, form=form, status=422)
    page = read_page(reply, 422)
    assert "Choose yes, no or unsure." in page.words
    assert page.one("#note-sole_outlet").get_text().strip() == "Sister moved away"


@pytest.mark.parametrize("sign", NOT_JUDGED)
def test_what_is_worked_out_or_unknown_cannot_be_judged(app: Flask, cast: Cast, as_: AS, sign: str) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    assert as_(cast.priya).post(url(cast, f"/{sign}"), data={"judgement": "yes"}).status_code == 404
    assert not rows_of(app, SignJudgement)


# --- The decision.


def test_the_seven_states_stand_open_and_none_is_chosen(cast: Cast, as_: AS) -> None:
    page = get_page(as_(cast.priya), url(cast))
    radios = page.select(f"{DECIDE} input[name=state]")
    assert [one["value"] for one in radios] == [state.value for state in DECISION_LABELS]
    assert not [one for one in radios if one.has_attr("checked")]


def test_a_decision_stands_with_the_evidence_as_it_was_whatever_comes_after(
    app: Flask, cast: Cast, as_: AS, clock: Clock
) -> None:
    tense(app, cast)
    priya = as_(cast.priya)
    typed = {"state": "adapt_plan", "reason": "Smaller things, one evening.", "review_on": "2026-10-01"}
    page = submit_and_follow(priya, get_page(priya, url(cast)), typed, form=DECIDE)
    assert page.address == url(cast, "/decisions")
    before = page.one("section.panel").get_text(" ", strip=True)
    for said in (
        "Adapt the plan",
        "Smaller things, one evening.",
        "Thursday 1 October",
        "Tension is rising (T2)",
    ):
        assert said in before
    clock.move(weeks=3)
    for weeks_ago in (3, 2, 1):
        for person in (cast.sam, cast.jo):
            check_in(app, person, cast.sam_and_jo, weeks_ago, **CALM)
    priya = as_(cast.priya)
    after = get_page(priya, url(cast, "/decisions")).select_one("section.panel")
    assert after is not None
    assert after.get_text(" ", strip=True) == before
    assert row(get_page(priya, url(cast)), "Tension is rising").select_one(".sign-state").get_text(
        strip=True
    ) == ("Not met")
    (kept,) = rows_of(app, Decision)
    assert b"Smaller" not in kept.reason_sealed
    assert b"Tension" not in kept.evidence_sealed
    assert "tension_rising" in kept.met_signs.split(",")


def test_deciding_settles_what_was_due(app: Flask, cast: Cast, as_: AS) -> None:
    tense(app, cast)
    priya = as_(cast.priya)
    page = get_page(priya, url(cast))
    assert "for a decision" in page.words
    submit(priya, page, {"state": "continue", "reason": "Holidays ahead."}, form=DECIDE)
    again = get_page(priya, url(cast))
    assert "for a decision" not in again.words
    assert "Decided Wednesday 16 September: Continue" in again.words
    assert "Past decisions (1)" in again.words


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ({"reason": "Why not"}, "Choose what you decide."),
        ({"state": "continue", "reason": "  "}, "Say why, in a line or two."),
        ({"state": "continue", "reason": "x" * 2001}, "Use at most 2000 characters."),
        ({"state": "continue", "reason": "y", "review_on": "2026-09-15"}, "That day has passed."),
        ({"state": "continue", "reason": "y", "review_on": "soon"}, "Enter a date, such as 2026-05-14."),
    ],
)
def test_a_decision_that_is_not_whole_keeps_what_was_typed(
    app: Flask, cast: Cast, as_: AS, typed: dict[str, str], problem: str
) -> None:
    priya = as_(cast.priya)
    reply = submit(priya, get_page(priya, url(cast)), typed, form=DECIDE, status=422)
    page = read_page(reply, 422)
    assert problem in page.words
    assert page.one(f"{DECIDE} [name=reason]").get_text().strip() == typed["reason"].strip()
    chosen = [one["value"] for one in page.select(f"{DECIDE} input[name=state][checked]")]
    assert chosen == ([typed["state"]] if "state" in typed else [])
    assert not rows_of(app, Decision)


def test_today_is_a_day_to_look_again(app: Flask, cast: Cast, as_: AS) -> None:
    priya = as_(cast.priya)
    typed = {"state": "continue", "reason": "y", "review_on": "2026-09-16"}
    submit(priya, get_page(priya, url(cast)), typed, form=DECIDE)
    assert len(rows_of(app, Decision)) == 1


def test_nobody_decides_on_evidence_they_have_not_seen(app: Flask, cast: Cast, as_: AS) -> None:
    tense(app, cast, weeks=7)
    priya = as_(cast.priya)
    page = get_page(priya, url(cast))
    check_in(app, cast.sam, cast.sam_and_jo, 0, **TENSE)
    typed = {"state": "continue", "reason": "As we said."}
    again = read_page(submit(priya, page, typed, form=DECIDE, status=422), 422)
    assert "The evidence has changed since you opened this page." in again.words
    submit(priya, again, form=DECIDE)
    assert len(rows_of(app, Decision)) == 1


def test_a_pause_for_safety_stops_sharing_until_the_work_goes_on(app: Flask, cast: Cast, as_: AS) -> None:
    priya = as_(cast.priya)

    def held() -> bool:
        with app.app_context():
            return db.session.get_one(Couple, cast.sam_and_jo.id).held_at is not None

    for state, expected in (
        ("pause_for_safety", True),
        ("consult_supervisor", True),
        ("continue", False),
        ("pause_for_safety", True),
        ("adapt_plan", False),
    ):
        submit(priya, get_page(priya, url(cast)), {"state": state, "reason": "See notes."}, form=DECIDE)
        assert held() is expected, state
        assert ("Paused for safety since" in get_page(priya, url(cast)).words) is expected


def test_every_view_and_decision_leaves_a_line_without_its_words(app: Flask, cast: Cast, as_: AS) -> None:
    priya = as_(cast.priya)
    page = get_page(priya, url(cast))
    submit(priya, page, {"judgement": "yes", "note": "Secret"}, form='main form[action$="/sole_outlet"]')
    submit(priya, page, {"state": "step_up", "reason": "Secret"}, form=DECIDE, status=422)
    submit(priya, get_page(priya, url(cast)), {"state": "step_up", "reason": "Secret"}, form=DECIDE)
    lines = [one for one in rows_of(app, AuditLine) if one.event in (Event.SIGN_JUDGED, Event.DECIDED)]
    assert [one.details for one in lines] == [{"sign": "sole_outlet"}, {"state": "step_up", "held": False}]
    assert all("Secret" not in str(one.details) for one in lines)


def test_without_a_decision_the_page_says_so(cast: Cast, as_: AS) -> None:
    assert "No decision yet." in get_page(as_(cast.priya), url(cast, "/decisions")).words
