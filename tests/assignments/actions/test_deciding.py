"""Judging and deciding, without a page in front of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from assignments.actions.deciding import decide, judge_sign
from assignments.domain.signs import SIGN_IDS, DecisionState, assess, to_json
from assignments.models import Decision, SignJudgement
from assignments.queries.decisions import decisions_of
from assignments.queries.history import record_of
from assignments.queries.sign_rows import judgements_of
from assignments.queries.signs import names_of
from clinic import clock
from clinic.crypto import Unreadable, unseal
from clinic.errors import Conflict, NotFound
from clinic.extensions import db
from clinic.models import Person
from clinic.queries.couples import couple_for
from tests.assignments.reports import TENSE, weeks_of
from tests.cast import Cast
from tests.conftest import Clock


@pytest.fixture(autouse=True)
def in_app(app: Flask, cast: Cast) -> Iterator[None]:
    weeks_of(app, cast.sam_and_jo, (cast.sam, cast.jo), 8, **TENSE)
    with app.app_context():
        yield


def decided(
    cast: Cast,
    *,
    actor: Person | None = None,
    state: DecisionState = DecisionState.CONTINUE,
    reason: str = "As we said.",
    **more: Any,
) -> Decision:
    return decide(actor=actor or cast.priya, couple_id=cast.sam_and_jo.id, state=state, reason=reason, **more)


def test_the_evidence_is_the_assessment_as_the_command_writes_it(cast: Cast) -> None:
    kept = decided(cast)
    couple = couple_for(cast.priya, cast.sam_and_jo.id)
    assessment = assess(record_of(cast.priya, couple, clock.now()).history, names=names_of(couple))
    evidence = json.loads(unseal(kept, "evidence_sealed", kept.evidence_sealed))
    assert {key: evidence[key] for key in to_json(assessment)} == json.loads(json.dumps(to_json(assessment)))
    assert kept.met_signs.split(",") == [one.id for one in assessment.signs if one.state == "met"]


def test_evidence_moved_to_another_decision_does_not_open(cast: Cast) -> None:
    first, second = decided(cast), decided(cast)
    with pytest.raises(Unreadable):
        unseal(second, "evidence_sealed", first.evidence_sealed)


def test_a_decision_without_signs_keeps_an_empty_list(cast: Cast) -> None:
    kept = decide(
        actor=cast.priya, couple_id=cast.ade_and_ruth.id, state=DecisionState.CONTINUE, reason="Early days."
    )
    assert kept.met_signs == ""
    assert decisions_of(cast.priya, couple_for(cast.priya, cast.ade_and_ruth.id))[0].met == frozenset()


@pytest.mark.parametrize("who", ["sam", "jo", "sofia", "marcus", "omar", "ada", "hana"])
def test_nobody_but_the_counsellor_of_the_couple_decides_or_judges(cast: Cast, who: str) -> None:
    actor = getattr(cast, who)
    with pytest.raises(NotFound):
        decided(cast, actor=actor)
    with pytest.raises(NotFound):
        judge_sign(actor=actor, couple_id=cast.sam_and_jo.id, sign="sole_outlet", judgement="yes", note="")
    assert not list(db.session.scalars(select(Decision)))
    assert not list(db.session.scalars(select(SignJudgement)))


@pytest.mark.parametrize("who", ["sam", "jo", "ada"])
def test_decisions_and_views_are_not_read_by_partners_or_admins(cast: Cast, who: str) -> None:
    couple, reader = couple_for(cast.priya, cast.sam_and_jo.id), getattr(cast, who)
    for read in (decisions_of, judgements_of):
        with pytest.raises(NotFound):
            read(reader, couple)


@pytest.mark.parametrize(
    "fields",
    [
        {"reason": " \n"},
        {"reason": "x" * 2001},
        {"review_on": date(2026, 9, 15)},
        {"seen": "another digest"},
    ],
)
def test_what_cannot_be_kept_leaves_nothing(cast: Cast, fields: dict[str, Any]) -> None:
    with pytest.raises(Conflict):
        decided(cast, **fields)
    assert not list(db.session.scalars(select(Decision)))


def test_the_day_to_look_again_is_the_practices_own(cast: Cast, clock: Clock) -> None:
    clock.move(hours=5)  # Half past midnight in London, still yesterday in UTC.
    with pytest.raises(Conflict):
        decided(cast, review_on=date(2026, 9, 16))
    assert decided(cast, review_on=date(2026, 9, 17)).review_on == date(2026, 9, 17)


def test_decisions_come_newest_first(cast: Cast, clock: Clock) -> None:
    decided(cast, reason="First")
    clock.move(minutes=1)
    decided(cast, reason="Second", state=DecisionState.REFER_ON)
    found = decisions_of(cast.priya, couple_for(cast.priya, cast.sam_and_jo.id))
    assert [(one.label, one.reason, one.by) for one in found] == [
        ("Refer on", "Second", "Priya"),
        ("Continue", "First", "Priya"),
    ]


@pytest.mark.parametrize("sign", SIGN_IDS)
def test_only_three_signs_are_the_counsellors_to_judge(cast: Cast, sign: str) -> None:
    def judge() -> SignJudgement:
        return judge_sign(
            actor=cast.priya, couple_id=cast.sam_and_jo.id, sign=sign, judgement="yes", note="As told"
        )

    if sign in ("trauma_in_the_way", "mood_or_anxiety_beneath", "sole_outlet"):
        judge()
        couple = couple_for(cast.priya, cast.sam_and_jo.id)
        assert judgements_of(cast.priya, couple)[sign].note == "As told"
    else:
        with pytest.raises(NotFound):
            judge()


@pytest.mark.parametrize(("judgement", "note"), [("maybe", ""), ("", ""), ("yes", "x" * 601)])
def test_a_view_outside_its_words_is_refused(cast: Cast, judgement: str, note: str) -> None:
    with pytest.raises(Conflict):
        judge_sign(
            actor=cast.priya,
            couple_id=cast.sam_and_jo.id,
            sign="sole_outlet",
            judgement=judgement,
            note=note,
        )
