"""What the signs did on a caseload, another number tried on the past, and a practice's own numbers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from assignments.actions.sign_rows import find_useful
from assignments.actions.tuning import change_rule
from assignments.domain.signs.tuning import RULES, RuleError, checked, value_of, with_changes
from assignments.domain.stalls import SHIPPED_LIMITS
from assignments.models import SignRuleChange
from assignments.queries import practice_counts, tuning
from assignments.queries.practice_counts import told_at_all
from assignments.queries.sign_rules import limits_on
from assignments.queries.signs import signs_page
from assignments.queries.tuning import Effect
from clinic.clock import now, today
from clinic.errors import Conflict, NotFound
from clinic.extensions import db
from clinic.models import AuditLine
from clinic.queries.couples import couple_for
from tests.assignments.reports import check_in
from tests.cast import AS, Cast
from tests.conftest import Clock
from tests.page import get_page, read_page, submit, submit_and_follow

FORM = "main form[novalidate][method=post]"
STUCK = {"closeness": 6, "understood": 6, "tension": 3, "pulled_back": 3, "outside_pressure": 2}


def stuck_twice(app: Flask, cast: Cast) -> None:
    """Six calm weeks in which the same disagreement stayed stuck for one of them in two of the last five."""
    for weeks_ago in range(6, 0, -1):
        for person in (cast.sam, cast.jo):
            again = "stuck" if person is cast.sam and weeks_ago in (2, 4) else "none"
            check_in(app, person, cast.sam_and_jo, weeks_ago, **STUCK, same_disagreement=again)


def conflict(app: Flask, cast: Cast) -> str:
    with app.app_context():
        found = signs_page(cast.priya, couple_for(cast.priya, cast.sam_and_jo.id), now())
        return found.assessment.sign("recurring_conflict").state.value


def test_a_counsellor_tries_another_number_on_the_past_of_her_own_couples(
    app: Flask, cast: Cast, as_: AS
) -> None:
    stuck_twice(app, cast)
    page = get_page(as_(cast.priya), "/c/signs?rule=conflict_times&value=2")
    assert "2 instead of 3" in page.words
    assert "Okafor and Lind" in page.one("main").get_text(" ")
    assert "The same disagreement stays stuck" in page.words
    theirs = get_page(as_(cast.marcus), "/c/signs?rule=conflict_times&value=2")
    assert "Okafor" not in theirs.words
    assert "The same signs would have shown for every couple." in theirs.words
    assert conflict(app, cast) != "met"  # Trying changes nothing.


@pytest.mark.parametrize(
    "asked", ["rule=conflict_times&value=9", "rule=made_up&value=2", "rule=conflict_times&value=x"]
)
def test_a_number_a_rule_does_not_take_is_told_beside_its_field(cast: Cast, as_: AS, asked: str) -> None:
    for person, address in ((cast.priya, "/c/signs"), (cast.ada, "/p/rules/signs")):
        page = get_page(as_(person), f"{address}?{asked}", 422)
        assert page.select(".error")
        assert not page.select('table:-soup-contains("Would have shown")')


def test_an_admin_sees_counts_before_setting_it_and_no_names(app: Flask, cast: Cast, as_: AS) -> None:
    stuck_twice(app, cast)
    with app.app_context():
        find_useful(actor=cast.priya, couple_id=cast.sam_and_jo.id, sign="recurring_conflict", useful=False)
    client = as_(cast.ada)
    page = get_page(client, "/p/rules/signs/conflict_times/2")
    assert "Fewer than five couples have check-ins." in page.words
    assert "Couples looked at" not in page.words
    assert "The same disagreement stays stuck" not in page.words  # One word about it is one counsellor's.
    for name in ("Okafor", "Lind", "Sam", "Jo ", "Priya"):
        assert name not in page.one("main").get_text(" ")
    empty = read_page(submit(client, page, form=FORM, status=422), 422)
    assert "Say why, in a line or two." in empty.words


def effect(**counts: int) -> Effect:
    numbers = {"now": 3, "then": 2, "moved": 0, "gained": 0, "lost": 0, "weeks": 12}
    return Effect(
        RULES["conflict_times"], **{**numbers, "couples": 9, "alerts_now": 0, "alerts_then": 0, **counts}
    )


def test_a_count_below_five_is_told_to_nobody_and_among_few_couples_none_is() -> None:
    assert effect(moved=4).moved_told == "fewer than 5"
    assert effect(moved=5).moved_told == "5"
    assert effect(moved=0, couples=4).moved_told == "fewer than 5"
    assert effect().a_week(4) == "under 0.4"
    assert effect().a_week(6) == "0.5"
    assert not effect(couples=4).is_told
    assert told_at_all(0) == told_at_all(4) == "fewer than 5"


def test_what_five_counsellors_said_of_a_sign_is_counted_for_an_admin(
    app: Flask, cast: Cast, as_: AS, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck_twice(app, cast)
    for smallest, is_there in ((5, False), (1, True)):
        monkeypatch.setattr(practice_counts, "SMALLEST_TOLD", smallest)
        monkeypatch.setattr(tuning, "SMALLEST_TOLD", smallest)
        with app.app_context():
            find_useful(
                actor=cast.priya, couple_id=cast.sam_and_jo.id, sign="recurring_conflict", useful=False
            )
        for address in ("/p/rules/signs", "/p/rules/signs/conflict_times/2"):
            words = get_page(as_(cast.ada), address).words
            assert ("The same disagreement stays stuck" in words) == is_there
        assert ("Couples looked at 1" in words) == is_there


def test_a_change_holds_from_tomorrow_and_is_dated_and_logged(
    app: Flask, cast: Cast, as_: AS, clock: Clock
) -> None:
    stuck_twice(app, cast)
    client = as_(cast.ada)
    page = get_page(client, "/p/rules/signs/conflict_times/2")
    after = submit_and_follow(client, page, {"reason": "We want to hear of it sooner"}, form=FORM)
    assert "Couples that change group on the board: fewer than 5." in after.words
    assert after.one("table:-soup-contains('Set to') tbody").get_text(" ").count("fewer than 5") == 1
    assert "from tomorrow 2" in after.words
    assert "We want to hear of it sooner" in after.words
    assert conflict(app, cast) != "met"
    with app.app_context():
        (row,) = db.session.scalars(select(SignRuleChange)).all()
        assert row.applies_from == today("Europe/London") + timedelta(days=1)
        line = db.session.scalars(select(AuditLine).where(AuditLine.event == "sign rule changed")).one()
        assert line.details == {"rule": "conflict_times", "value": 2}
    clock.move(days=1)
    assert conflict(app, cast) == "met"
    signs = get_page(as_(cast.priya), f"/c/couples/{cast.sam_and_jo.id}/signs")
    assert "with 1 changed by your practice" in signs.words
    yesterday = today("Europe/London") - timedelta(days=1)
    then = get_page(as_(cast.priya), f"/c/couples/{cast.sam_and_jo.id}/signs?on={yesterday}")
    assert "with 1 changed by your practice" not in then.words  # The rules of that day.


def test_one_practice_changes_nothing_in_another(app: Flask, cast: Cast, clock: Clock) -> None:
    with app.app_context():
        change_rule(actor=cast.ada, rule="conflict_times", value=2, reason="Sooner")
        tomorrow = today("Europe/London") + timedelta(days=1)
        assert limits_on(cast.hill_house.id, tomorrow) == SHIPPED_LIMITS
        assert value_of(limits_on(cast.canal_street.id, tomorrow), "conflict_times") == 2
        assert limits_on(cast.canal_street.id, today("Europe/London")) == SHIPPED_LIMITS


def test_what_would_change_nothing_or_has_no_reason_is_refused(app: Flask, cast: Cast) -> None:
    here: dict[str, Any] = {"actor": cast.ada, "rule": "conflict_times"}
    with app.app_context():
        for value, reason, said in ((3, "Same", "already"), (2, " ", "Say why"), (99, "More", "from 2 to 5")):
            with pytest.raises(Conflict, match=said):
                change_rule(**here, value=value, reason=reason)
        for stranger in (cast.priya, cast.sofia, cast.sam):
            with pytest.raises(NotFound):
                change_rule(actor=stranger, rule="conflict_times", value=2, reason="Mine")


@pytest.mark.parametrize(
    "address", ["conflict_times/9", "made_up/2", "conflict_times/x", "conflict_times/-1"]
)
def test_there_is_no_page_for_a_number_a_rule_does_not_take(cast: Cast, as_: AS, address: str) -> None:
    get_page(as_(cast.ada), f"/p/rules/signs/{address}", 404)


def test_every_rule_ships_with_a_number_it_may_take() -> None:
    for rule in RULES.values():
        assert checked(rule.key, rule.shipped) is rule
    with pytest.raises(RuleError):
        checked("decision_sources", 1)


def test_a_number_kept_by_an_older_program_that_no_longer_fits_falls_back_to_what_ships() -> None:
    kept = with_changes({"conflict_times": 99, "gone_since": 1}, today("Europe/London"))
    assert kept == SHIPPED_LIMITS
