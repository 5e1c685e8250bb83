"""A supervisor puts their name beside a decision, which stays as it was saved."""

from __future__ import annotations

import pytest
from flask import Flask

from assignments.actions.deciding import cosign_decision, decide
from assignments.domain.signs import DecisionState
from assignments.models import Decision, DecisionCosign
from clinic.actions.break_glass import ask_to_break_glass, grant_glass
from clinic.errors import Conflict, NotAllowed, NotFound
from clinic.extensions import db
from tests.cast import AS, Cast
from tests.page import get_page, submit_and_follow


@pytest.fixture
def decision(cast: Cast, app: Flask) -> Decision:
    with app.app_context():
        couple_id = cast.sam_and_jo.id
        return decide(
            actor=cast.priya, couple_id=couple_id, state=DecisionState.CONTINUE, reason="Going well"
        )


def url(cast: Cast) -> str:
    return f"/c/couples/{cast.sam_and_jo.id}/signs/decisions"


def test_it_stands_there_with_name_and_time_and_can_be_given_once(
    cast: Cast, as_: AS, app: Flask, decision: Decision
) -> None:
    assert "Co-sign" not in get_page(as_(cast.priya), url(cast)).words
    client = as_(cast.sofia)
    page = submit_and_follow(client, get_page(client, url(cast)), form='form[action$="/co-sign"]')
    assert "Co-signed by Sofia Reyes, Wed 16 Sep, 19:30." in page.words
    assert not page.select('form[action$="/co-sign"]')
    assert "Co-signed by Sofia Reyes" in get_page(as_(cast.priya), url(cast)).words
    with app.app_context():
        with pytest.raises(Conflict):
            cosign_decision(actor=cast.sofia, couple_id=cast.sam_and_jo.id, decision_id=decision.id)
        after = db.session.get_one(Decision, decision.id)
        for column in ("reason_sealed", "evidence_sealed", "state", "at", "author_id"):
            assert getattr(after, column) == getattr(decision, column)


def test_only_the_counsellors_own_supervisor_co_signs(
    cast: Cast, as_: AS, app: Flask, decision: Decision
) -> None:
    with app.app_context():
        glass = ask_to_break_glass(
            actor=cast.omar, reader_id=cast.omar.id, counsellor_id=cast.priya.id, about="Jo", reason="A call"
        )
        grant_glass(actor=cast.ada, glass_id=glass.id, couple_id=cast.sam_and_jo.id)
        for person, problem in ((cast.priya, NotAllowed), (cast.ada, NotAllowed), (cast.omar, NotFound)):
            with pytest.raises(problem):
                cosign_decision(actor=person, couple_id=cast.sam_and_jo.id, decision_id=decision.id)
        assert db.session.query(DecisionCosign).count() == 0
    assert not get_page(as_(cast.omar), url(cast)).select("main form")
