"""What each page costs, and that no page is out of reach.

The number is how many statements a page may send at most. It is pinned, so that a page that begins to ask once for
each row is found here and not by the people who wait for it. Lower a number whenever that can be done.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from assignments.actions import summaries
from assignments.demo.world import SEED, load_world
from assignments.models import Assignment
from clinic.extensions import db
from clinic.models import Couple, Partner, Person
from clinic.tenancy import every_practice
from tests.conftest import Clock, CountQueries, CountRows, SignInAs
from tests.crawl import LEADS_OUT, endpoint_of, pages_of
from tests.plans import every_statement_keeps_to_its_couple
from tests.statements import every_statement_names_its_practice
from tests.test_matrix import ROUTES
from tests.told_world import couple_of, person_at
from tests.visitors import VISITORS, client_of

COSTS = {
    "account.app": 4,
    "account.off": 1,
    "account.password": 1,
    "account.sign_ins": 3,
    "agreements.agreement": 12,
    "agreements.for_couple": 11,
    "agreements.use": 5,
    "agreements.write": 5,
    "answers.answer": 18,
    "answers.answers": 10,
    "answers.exchange": 18,
    "answers.lines": 2,
    "answers.how_it_went": 6,
    "appointments.appointment": 4,
    "appointments.appointments": 3,
    "assign.assign": 16,
    "assign.assignment": 15,
    "assign.preview": 18,
    "board.board": 30,
    "brief.brief": 33,
    "break_glass.ask": 3,
    "break_glass.decide": 4,
    "erasures.erasure": 4,
    "erasures.erasures": 2,
    "own_data.data": 3,
    "own_data.delete": 4,
    "own_data.leave": 3,
    "builder.edit": 2,
    "builder.new": 1,
    "builder.preview": 2,
    "calendars.calendar": 2,
    "calendars.upload": 1,
    "check_in.check_in": 3,
    "couple.couple": 22,
    "couple_plan.couple_plan": 18,
    "couple_plan.edit_week": 4,
    "couples.couples": 4,
    "couples.new": 1,
    "couples.settings": 6,
    "diary.diary": 32,
    "do.check": 6,
    "do.done": 11,
    "do.hard": 7,
    "do.intro": 11,
    "do.later": 7,
    "do.step": 7,
    "exchange.bring": 1,
    "exchange.choose": 3,
    "export.caseload": 1,
    "export.consent": 3,
    "export.record": 3,
    "help.accessibility": 1,
    "help.exit_page": 1,
    "help.help_page": 1,
    "help.privacy": 1,
    "help.urgent": 1,
    "holds.hold": 5,
    "holds.holds": 6,
    "instruments.answer": 5,
    "instruments.for_couple": 6,
    "instruments.instruments": 2,
    "instruments.words": 2,
    "join.account": 4,
    "join.agree": 3,
    "join.answered": 0,
    "join.welcome": 4,
    "library.exercise": 3,
    "library.library": 4,
    "library.version": 4,
    "me.closed": 2,
    "me.me": 2,
    "mine.history": 14,
    "mine.part": 5,
    "mine.readers": 4,
    "mine.response": 15,
    "notes.correct": 5,
    "notes.delete": 5,
    "notes.notes": 9,
    "pause.back": 6,
    "passkeys.make": 3,
    "passkeys.new": 1,
    "passkeys.own": 2,
    "passkeys.passkey": 4,
    "passkeys.remove": 2,
    "passkeys.sign_in": 1,
    "pause.pause": 6,
    "plan_builder.edit": 4,
    "plans.plan": 3,
    "plans.plans": 3,
    "plans.start": 6,
    "practice.add": 2,
    "practice.people": 4,
    "practice.rules": 3,
    "practice.urgent_help": 1,
    "practice_admin.account": 2,
    "practice_admin.couples": 3,
    "practice_admin.keep": 4,
    "practice_admin.log": 6,
    "practice_admin.person": 8,
    "practice_admin.reassign": 4,
    "practice_admin.reminders": 1,
    "practice_admin.sharing": 1,
    "practice_counts.counts": 8,
    "couple_settings.close": 2,
    "couple_settings.reopen": 2,
    "couple_settings.work": 2,
    "referrals.contact": 2,
    "referrals.contacts": 2,
    "referrals.for_couple": 5,
    "referrals.new": 5,
    "referrals.referral": 5,
    "reminders.reminders": 5,
    "room.agreement": 10,
    "room.leave": 1,
    "room.room": 17,
    "several.close": 5,
    "several.extend": 5,
    "several.give": 7,
    "several.result": 5,
    "sheets.typed": 3,
    "sign_in.again": 1,
    "sign_in.carry_on": 3,
    "sign_in.code": 2,
    "sign_in.hand_back": 1,
    "sign_in.recover": 1,
    "sign_in.recover_codes": 1,
    "sign_in.sign_in": 0,
    "signs.decision": 5,
    "signs.decisions": 6,
    "signs.signs": 22,
    "talks.ask": 3,
    "talks.requests": 9,
    "thanks.edit": 4,
    "thanks.new": 4,
    "thanks.thanks": 5,
    "today.today": 15,
    "together.assignment": 9,
    "together.thanks": 15,
    "together.together": 10,
    "tuning.caseload": 17,
    "tuning.change": 35,
    "tuning.rules": 6,
    "turns.check": 7,
    "turns.hand": 7,
    "turns.one_phone": 7,
    "turns.part": 7,
    "turns.turn": 11,
}
# Answers that lead on to another page.
# The last three are for machines.
NO_PAGES = {"home", "join.open_link", "reminders.feed", LEADS_OUT} | {
    f"health.{name}" for name in ("healthz", "readyz", "metrics")
}
# Files, with what each of them costs; {couple} is Sam and Jo's, and {given} something they were given.
DOWNLOADS = {
    "brief.pdf": ("/c/couples/{couple}/brief.pdf", 29),
    "exchange.exercise": ("/c/library/gentle-questions/export", 2),
    "sheets.given": ("/c/couples/{couple}/assignments/{given}/sheet.pdf", 3),
    "sheets.sheet": ("/c/library/gentle-questions/sheet.pdf", 2),
    "exchange.plan": ("/c/plans/six-weeks/export", 2),
}
# Files of the practice's own, for its admin.
ADMINS_DOWNLOADS = {
    "practice_counts.download": ("/p/export/counts.csv", 8),
}


def test_no_page_is_without_a_pinned_cost() -> None:
    """A page that is pinned here is reached by the crawl, which the next test sees to."""
    pages = {rule.endpoint for rule in ROUTES if "GET" in (rule.methods or ())}
    assert pages - NO_PAGES == set(COSTS) | set(DOWNLOADS) | set(ADMINS_DOWNLOADS)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_no_page_costs_more_than_pinned_and_every_page_is_reached(
    world: None, app: Flask, as_: SignInAs, clock: Clock, count_queries: CountQueries
) -> None:
    costs: dict[str, int] = {}
    with every_statement_names_its_practice(app), every_statement_keeps_to_its_couple(app):
        for visitor in VISITORS:
            for visited in pages_of(app, client_of(app, as_, visitor, clock), visitor, count_queries):
                costs[visited.endpoint] = max(costs.get(visited.endpoint, 0), visited.statements)
    assert set(COSTS) - set(costs) == set(), "no link, and no line in tests/visitors.py, leads to these"
    dearer = {page: f"{cost} instead of {COSTS[page]}" for page, cost in costs.items() if cost > COSTS[page]}
    assert dearer == {}


def test_a_download_costs_what_is_pinned(
    world: None, app: Flask, as_: SignInAs, count_queries: CountQueries
) -> None:
    with app.app_context():
        priya, couple = person_at("priya"), couple_of(person_at("sam"))
        given = db.session.scalars(select(Assignment.id).where(Assignment.couple_id == couple)).first()
    pinned = {address.format(couple=couple, given=given): cost for address, cost in DOWNLOADS.values()}
    assert {endpoint_of(app, address) for address in pinned} == set(DOWNLOADS)
    assert costs_of(as_(priya), pinned, count_queries) == pinned


def test_a_download_of_the_admins_costs_what_is_pinned(
    world: None, app: Flask, as_: SignInAs, count_queries: CountQueries
) -> None:
    with app.app_context():
        admin = person_at("admin")
    pinned = dict(ADMINS_DOWNLOADS.values())
    assert costs_of(as_(admin), pinned, count_queries) == pinned


# --- The same number of statements, however much there is.

DESK = {"/c": 30, "/c?show=all": 30, "/c/couples": 4, "/c/assign": 4}
FILE = {
    "": 21,
    "?weeks=all": 21,
    "?kind=new": 21,
    "/answers": 10,
    "/notes": 6,
    "/agreements": 8,
    "/signs": 22,
    "/signs/decisions": 5,
    "/brief": 27,
    "/appointments": 3,
    "/settings": 6,
}
GIVING = {"/c/assign": 16, "/c/assign/withdrawal-journal": 18}
OWN = {"/today": 13, "/check-in": 2, "/thanks": 5, "/together": 10, "/me/history": 13, "/me": 2}


@dataclass(frozen=True)
class Crowd:
    """A counsellor of the demo with so many couples who have come for so many weeks, and one of the partners."""

    counsellor: Person
    couple_id: UUID
    partner: Person


@pytest.fixture
def crowd(request: pytest.FixtureRequest, clock: Clock, app: Flask) -> Crowd:
    """Parametrised with (couples, weeks), and with a seed where the chance of the demo's own does not fit."""
    couples, weeks, *seed = request.param
    with app.app_context():
        load_world(couples=couples, weeks=weeks, seed=seed[0] if seed else SEED)
        counsellor = person_at("counsellor1")
        couple = db.session.scalars(select(Couple).where(Couple.counsellor_id == counsellor.id)).first()
        assert couple is not None
        partner = db.session.scalars(
            select(Person)
            .join(Partner, Partner.person_id == Person.id)
            .where(Partner.couple_id == couple.id, Partner.slot == "A")
        ).one()
        return Crowd(counsellor, couple.id, partner)


def costs_of(client: FlaskClient, paths: Iterable[str], count_queries: CountQueries) -> dict[str, int]:
    """How many statements each page sends."""
    found = {}
    for path in paths:
        with count_queries() as statements:
            assert client.get(path).status_code == 200, path
        # Reading somebody's words leaves a line of audit for each answer; how many a page shows is its own affair.
        found[path] = sum("audit_" not in statement for statement in statements)
    return found


@pytest.mark.parametrize("crowd", [(5, 3), (40, 3)], indirect=True, ids=["5 couples", "40 couples"])
def test_the_desk_costs_the_same_for_5_couples_and_for_40(
    crowd: Crowd, as_: SignInAs, count_queries: CountQueries
) -> None:
    assert costs_of(as_(crowd.counsellor), DESK, count_queries) == DESK


@pytest.mark.parametrize("crowd", [(40, 12)], indirect=True, ids=["40 couples"])
def test_a_board_of_40_couples_stays_small(crowd: Crowd, as_: SignInAs) -> None:
    """All of them at once, drawn and in numbers, as it goes over the wire where nothing packs it."""
    client = as_(crowd.counsellor)
    for path in ("/c?show=all", "/c?show=all&charts=table"):
        assert len(client.get(path).data) <= 110_000, path


@pytest.mark.parametrize("crowd", [(1, 4), (1, 52)], indirect=True, ids=["4 weeks", "52 weeks"])
def test_pages_cost_the_same_after_4_weeks_and_after_52(
    crowd: Crowd, as_: SignInAs, count_queries: CountQueries
) -> None:
    """A few statements fewer are for kinds of rows that a couple of four weeks has none of yet."""
    file = {f"/c/couples/{crowd.couple_id}{path}": cost for path, cost in FILE.items()}
    file |= {f"{path}?couple={crowd.couple_id}": cost for path, cost in GIVING.items()}
    found = costs_of(as_(crowd.counsellor), file, count_queries)
    found |= costs_of(as_(crowd.partner), OWN, count_queries)
    dearer = {p: f"{found[p]} instead of {most}" for p, most in (file | OWN).items() if found[p] > most}
    assert dearer == {}


# --- The same number of rows, however long ago a couple came first.

# A seed whose first couple stays for two years.
STAYS = 66
ROWS = {
    "{couple}": 210,
    "{couple}?kind=new": 210,
    "{couple}?kind=decisions": 210,
    "{couple}?charts=table": 210,
    "/c?show=all": 10,
}


@pytest.mark.parametrize(
    "crowd", [(1, 26, STAYS), (1, 104, STAYS)], indirect=True, ids=["26 weeks", "104 weeks"]
)
def test_a_couples_page_and_the_board_read_no_more_rows_after_104_weeks_than_after_26(
    crowd: Crowd, app: Flask, as_: SignInAs, count_rows: CountRows
) -> None:
    with app.app_context(), every_practice():
        summaries.keep(at_most=None)
    client, found = as_(crowd.counsellor), {}
    for path, most in ROWS.items():
        with count_rows() as rows:
            assert client.get(path.format(couple=f"/c/couples/{crowd.couple_id}")).status_code == 200
        if len(rows) > most:
            found[path] = f"{len(rows)} instead of {most}"
    assert found == {}
