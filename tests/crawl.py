"""Every page of the product, found as people find it: by following links, in the demo world.

The world is told once a run, at the `clock` fixture's Wednesday evening, and copied for whoever asks. Addresses
that no link leads to are seeds, with ids from the database. `tests/test_page_costs.py` fails for a GET route that
nobody reaches, so a new page joins by being linked.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit
from uuid import UUID

import pyotp
import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.engine import make_url
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from assignments.actions.assigning import Terms, assign
from assignments.actions.bulk import extend_several
from assignments.actions.entries import save_thanks
from assignments.actions.erasing import ask_for_erasure
from assignments.actions.leaving import leave_couple
from assignments.actions.library import archive, copy_exercise, new_exercise, publish, save_draft
from assignments.actions.own_plans import archive_plan, copy_plan
from assignments.actions.pausing import ask_for_a_pause
from assignments.actions.plans import pause_plan
from assignments.actions.responding import save_answer, send_response
from assignments.actions.turns import save_part, send_part
from assignments.demo.world import load_world
from assignments.domain.bulk import Until
from assignments.domain.exercises import Exercise, TextStep, blank_draft, parts_of
from assignments.domain.pauses import Back
from assignments.domain.progress import Repeat
from assignments.domain.turns import has_exchange
from assignments.domain.visibility import Level
from assignments.library.loader import load_library
from assignments.models import (
    Assignment,
    BulkAct,
    CouplePlan,
    Decision,
    ExerciseVersion,
    PracticeExercise,
    Response,
)
from assignments.queries.assignments import exercise_of, open_assignments
from assignments.queries.doing import is_ritual
from assignments.queries.library import own_exercise
from assignments.queries.together import to_thank_for
from clinic.actions.break_glass import ask_to_break_glass
from clinic.actions.factors import begin_app, confirm_app
from clinic.actions.kept_forms import keep_form
from clinic.actions.passkeys import ask
from clinic.actions.reminders import make_calendar_address
from clinic.actions.sign_ins import start_sign_in
from clinic.actions.talks import ask_to_talk
from clinic.actions.tokens import digest
from clinic.clock import now, today
from clinic.extensions import db
from clinic.models import (
    Couple,
    HalfSignIn,
    Invitation,
    Partner,
    Person,
    Practice,
    SafetyConversation,
    SignIn,
)
from clinic.queries.couples import own_place
from clinic.queries.factors import factor_of, key_of
from tests import builders
from tests.assignments.planned import planned, two_weeks
from tests.conftest import EVENING, Clock, CountQueries, SignInAs
from tests.databases import SQLiteFiles, app_on
from tests.once import MadeOnce
from tests.page import Page, get_page, read_page, submit

# How many addresses of one route are followed: a couple's page differs little from couple to couple.
ADDRESSES_A_ROUTE = 2
# Exit's page is blank and leads out of the house at once; tests/clinic/pages/test_leave.py looks after it.
LEADS_OUT = "leave.leave"
TOKEN, CODE, HALF = "a-link-of-one-use", "123456", "half-a-sign-in"
PASSED = "partner whose phone is passed on"
RECOVERED = "partner who came back by two codes"
SENT = "withdrawal-journal"


@dataclass(frozen=True)
class Visited:
    """A page somebody found."""

    visitor: str
    endpoint: str
    address: str
    page: Page
    statements: int


@dataclass(frozen=True)
class Visitor:
    """Somebody who goes everywhere, or to the pages of `only`, and where their way begins.

    Nobody signs in with None. Who comes some days later comes last, because the clock does not go back.
    """

    name: str
    address: str | None
    begins_at: Callable[[], list[str]]
    only: str = ""
    days_later: int = 0


def tell_the_world() -> None:
    """The demo's stories, and what its people do not happen to be in the middle of this evening."""
    load_world()
    sam, ruth, priya = person_at("sam"), person_at("ruth"), person_at("priya")
    for exercise in one_of_each_step():
        _give(priya, couple_of(ruth), exercise)
    lines = {one: [step for step in one.steps if isinstance(step, TextStep)] for one in _each_on_their_own()}
    # Ruth may open these further, to Ade. An answer without a word could not be opened.
    shared = [one for one, steps in lines.items() if Level(one.sharing) is Level.SHARED and steps][:2]
    for exercise in shared:
        given = _give(priya, couple_of(ruth), exercise)
        step, words = lines[exercise][0].key, {"text": "A line"}
        save_answer(actor=ruth, assignment_id=given, step=step, value=words, version=0)
        send_response(actor=ruth, assignment_id=given, level=Level.COUNSELLOR)
    # They are in the fourth week, so that there is something to ask and a week to give again.
    holiday = today("Europe/London") + timedelta(days=8)
    with time_machine.travel(now() - timedelta(days=22), tick=False):
        planned(priya, db.session.get_one(Couple, couple_of(ruth)), skipped=(holiday,))
    # This one waits; nothing of it shows on Today.
    planned(priya, db.session.get_one(Couple, couple_of(sam)), plan=two_weeks(), starts_in=7)
    pause_plan(actor=priya, couple_id=couple_of(sam))
    copy_plan(actor=priya, slug="six-weeks")
    archive_plan(actor=priya, slug=copy_plan(actor=priya, slug="six-weeks").slug)
    _write_our_own(priya)
    supervisor = person_at("supervisor")
    ask_to_break_glass(
        actor=supervisor,
        reader_id=supervisor.id,
        counsellor_id=person_at("marcus").id,
        about="The two who rang",
        reason="Their counsellor cannot be reached.",
    )
    extend_several(actor=priya, couple_ids=[couple_of(ruth)], until=Until.WEEK)
    save_thanks(actor=sam, what="You rang my mother", meant="It was a long day.", level=Level.SHARED)
    sent = load_library().get(SENT)
    assert sent is not None
    send_response(actor=sam, assignment_id=_give(priya, couple_of(sam), sent), level=Level.COUNSELLOR)
    listening = load_library().get("active-listening")
    assert listening is not None
    _listen(sam, _give(priya, couple_of(sam), listening), "A", "topic", send=True)
    _listen(sam, _turns_of(sam, "validate-first"), "A", "on-my-mind", send=False)
    start_sign_in(sam, device="another phone")
    ask_to_talk(actor=ruth, reach="After six, by phone")
    make_calendar_address(actor=sam)
    ask_for_a_pause(actor=sam, back=Back.HOUR)
    _leaving(priya)
    # Ruth's sign-in timed out while she was writing this, and she has come back.
    kept = [("what", "You came along"), ("meant", ""), ("visibility", Level.PRIVATE.value)]
    keep_form(sender=ruth, path="/thanks/new", form_key="0" * 32, fields=[*kept, ("form_key", "0" * 32)])
    begin_app(actor=sam)
    _set_up_second_step(ruth)
    canal = db.session.get_one(Practice, priya.practice_id)
    lou = builders.person(canal, name="Lou", family_name="Park", joined=False, address="lou@demo.example")
    builders.invitation(lou, priya)
    wen = db.session.scalars(
        select(Invitation).join(Person, Person.id == Invitation.person_id).where(Person.name == "Wen")
    ).one()
    wen.token_hash, wen.code_hash = digest(TOKEN), digest(CODE)
    db.session.commit()
    builders.couple(
        priya,
        first="Ivo Brandt",
        second="Mary Quill",
        policy_read=False,
        first_fields={"address": "ivo@demo.example"},
        second_fields={"address": "mary@demo.example"},
    )


def _leaving(counsellor: Person) -> None:
    """Somebody who has left, whose counsellor has yet to close the work, and who asked to be deleted as well."""
    couple = builders.couple(counsellor, first="Nell Frost", second="Kai Sato")
    nell = builders.partner_person(couple, "A")
    ask_for_erasure(actor=nell)
    leave_couple(actor=nell)


def _set_up_second_step(person: Person) -> None:
    """An app, confirmed, and half a sign-in that waits for its code."""
    begin_app(actor=person)
    factor = factor_of(person)
    assert factor is not None
    confirm_app(actor=person, code=pyotp.TOTP(key_of(factor)).at(now()), device="a phone")
    builders.passkey(person)
    db.session.add(
        HalfSignIn(
            practice_id=person.practice_id, person_id=person.id, token_hash=digest(HALF), begun_at=now()
        )
    )
    db.session.commit()


def _write_our_own(counsellor: Person) -> None:
    """A short exercise of the practice's own with two versions and changes since, and one that is archived."""
    mine = new_exercise(
        actor=counsellor,
        draft={
            **blank_draft("Kettle on"),
            "summary": "Tea, and one question.",
            "why": "A warm cup makes talking easier.",
            "how": ["Put the kettle on.", "Ask one thing."],
            "dos": ["Sit down for it."],
            "donts": ["Look at a phone."],
            "sources": ["R3"],
            "steps": [{"key": "step-1", "type": "text", "title": "How was today?"}],
        },
    )
    publish(actor=counsellor, slug=mine.slug, version=1)
    for version, summary in enumerate(("Tea, and a question.", "Tea for two, and a question."), 1):
        draft = {**own_exercise(counsellor, mine.slug).draft, "summary": summary}
        save_draft(actor=counsellor, slug=mine.slug, draft=draft, version=version)
        if version == 1:
            publish(actor=counsellor, slug=mine.slug, version=2)
    archive(actor=counsellor, slug=copy_exercise(actor=counsellor, slug=SENT).slug)


def person_at(name: str) -> Person:
    """Whoever signs in with this name at the demo's address."""
    return db.session.scalars(select(Person).where(Person.sign_in_address == f"{name}@demo.example")).one()


def couple_of(person: Person) -> UUID:
    """The couple a partner belongs to."""
    return db.session.scalars(select(Partner).where(Partner.person_id == person.id)).one().couple_id


def one_of_each_step() -> Iterator[Exercise]:
    """As few shipped exercises as hold every kind of step in their usual size."""
    seen: set[str] = set()
    for exercise in _each_on_their_own():
        kinds = {step.type for step in exercise.steps_in()}
        if kinds - seen:
            seen |= kinds
            yield exercise


def _each_on_their_own() -> Iterator[Exercise]:
    """All but listening turns, which have pages of their own."""
    return (one for one in load_library().all() if not has_exchange(one))


def _listen(person: Person, assignment_id: UUID, slot: str, step: str, *, send: bool) -> None:
    """A part of a listening turn, in the middle of being written or sent a moment ago."""
    where: dict[str, Any] = {
        "assignment_id": assignment_id,
        "turn": 1,
        "slot": slot,
        "step": step,
        "number": 1,
    }
    part = save_part(actor=person, **where, value={"text": "The light was on when I came home."}, version=0)
    if send:
        send_part(actor=person, **where, version=part.version)


def _turns_of(person: Person, slug: str) -> UUID:
    """The listening turns this person's couple was given last."""
    return db.session.scalars(
        select(Assignment.id)
        .join(ExerciseVersion)
        .where(Assignment.couple_id == couple_of(person), ExerciseVersion.slug == slug)
        .order_by(Assignment.starts_on.desc(), Assignment.assigned_at.desc())
    ).first() or UUID(int=0)


def _give(counsellor: Person, couple_id: UUID, exercise: Exercise) -> UUID:
    day = today("Europe/London")
    terms = Terms("both", day, day + timedelta(days=7), Repeat.ONCE, Level(exercise.sharing))
    return assign(actor=counsellor, couple_id=couple_id, exercise=exercise, terms=terms).id


# --- Where the ways begin. Each runs in an app context.


def _signed_out() -> list[str]:
    return ["/", "/sign-in", "/sign-in/recover/codes"]


def _partner() -> list[str]:
    sam = person_at("sam")
    sent = db.session.scalars(
        select(Assignment.id)
        .join(ExerciseVersion)
        .join(Response, Response.assignment_id == Assignment.id)
        .where(ExerciseVersion.slug == SENT, Response.author_id == sam.id)
        .order_by(Response.sent_at.desc())
    ).first()
    kept, held = _turns_of(sam, "validate-first"), _turns_of(sam, "active-listening")
    listening = [f"/turns/{held}", f"/turns/{kept}/1/A/on-my-mind/1/check"]
    # An older part may be hidden, and one within the hold taken back.
    listening.append(f"/turns/{_turns_of(sam, 'reflect-and-check')}")
    # Today shows a few things only; one that is neither a ritual nor listening turns is begun from here.
    finished = set(
        db.session.scalars(
            select(Response.assignment_id).where(Response.author_id == sam.id, Response.sent_at.is_not(None))
        )
    )
    plain = next(
        one
        for one in open_assignments(own_place(sam), today("Europe/London"))
        if one.id not in finished and not is_ritual(exercise_of(one)) and not has_exchange(exercise_of(one))
    )
    begun = [
        f"/do/{plain.id}",
        "/",
        "/check-in",
        "/thanks/new",
        f"/do/{sent}/done",
        "/me/sign-in/passkeys/make",
        f"/turns/{kept}/one-phone",
        _opened_by_jo(sam),
    ]
    return [*begun, *listening, *_rituals_of(sam)]


def _opened_by_jo(sam: Person) -> str:
    """Where Sam may thank for an answer that lies open."""
    jo = person_at("jo")
    shared = select(Response.assignment_id).where(
        Response.author_id == jo.id, Response.visibility == "shared"
    )
    newest = db.session.scalars(shared.order_by(Response.sent_at.desc())).all()
    open_now = (one for one in newest if to_thank_for(own_place(sam), one, now()).response is not None)
    return f"/together/{next(open_now)}/thanks"


def _rituals_of(person: Person) -> list[str]:
    """Where what this person's couple does again and again is begun."""
    given = open_assignments(own_place(person), today("Europe/London"))
    return [f"/do/{one.id}" for one in given if is_ritual(exercise_of(one))]


def _partner_at_work() -> list[str]:
    """One page of each kind of step, whose Start would lead to the first page only."""
    ruth = person_at("ruth")
    given = db.session.scalars(
        select(Assignment)
        .join(ExerciseVersion)
        .where(
            Assignment.couple_id == couple_of(ruth),
            Assignment.starts_on == today("Europe/London"),
            Assignment.id.not_in(select(Response.assignment_id).where(Response.author_id == ruth.id)),
        )
        .order_by(ExerciseVersion.slug)
    ).all()
    by_slug = {db.session.get_one(ExerciseVersion, row.exercise_version_id).slug: row.id for row in given}
    seen: set[str] = set()
    found = ["/"]
    for exercise in one_of_each_step():
        for step in exercise.steps_in():
            if step.type not in seen:
                seen.add(step.type)
                found.append(f"/do/{by_slug[exercise.slug]}/{step.key}")
                if parts_of(step):
                    found += [
                        f"/do/{by_slug[exercise.slug]}/{step.key}?part={part}" for part in parts_of(step)
                    ]
        found.append(f"/do/{by_slug[exercise.slug]}/check")
    could_open = db.session.scalars(
        select(Response.id)
        .join(Assignment)
        .where(
            Response.author_id == ruth.id,
            Response.visibility == Level.COUNSELLOR,
            Assignment.sharing_limit == Level.SHARED,
        )
        .order_by(Response.sent_at)
        .limit(2)
    )
    return [*found, "/sign-in/carry-on", *(f"/me/history/{response_id}" for response_id in could_open)]


def _desk() -> list[str]:
    """Couples in every state a couple can be in: going well, stuck, invited only, held, closed."""
    stories = ("Sam", "Ade", "Wen", "Kit", "Greta")
    couples = [
        db.session.scalars(
            select(Partner.couple_id)
            .join(Person, Person.id == Partner.person_id)
            .join(Couple, Couple.id == Partner.couple_id)
            .join(Practice, Practice.id == Couple.practice_id)
            .where(Person.name == name, Partner.slot == "A", Practice.name == "Canal Street")
        ).one()
        for name in stories
    ]
    pages = ["", "/settings", "/answers", "/notes", "/signs", "/signs/decisions", "/brief", "/appointments"]
    found = ["/"]
    found += [f"/c/couples/{couples[0]}{page}" for page in pages]
    found += [f"/c/couples/{couple}" for couple in couples[1:]]
    found += [
        f"/c/couples/{couples[1]}/plan",
        f"/c/couples/{couples[0]}/plan",
        f"/c/couples/{couples[1]}/signs",
        f"/c/couples/{couples[1]}/talk",
        f"/c/couples/{couples[2]}/settings",
        f"/c/couples/{couples[4]}/referrals",
    ]
    return found


def _counsellor() -> list[str]:
    sam = couple_of(person_at("sam"))
    # Nobody is sent to give a pass-phrase again so soon after signing in.
    several = db.session.scalars(select(BulkAct.id).limit(1)).one()
    return [
        "/sign-in/again",
        f"/c/several/{several}",
        f"/c/couples/{_closed_of('priya')}/settings/reopen",
        f"/c/couples/{sam}/settings/close",
        *_desk(),
        *(f"/c/library/{slug}" for slug in db.session.scalars(select(PracticeExercise.slug))),
        *(f"/c/couples/{couple}/signs/decisions" for couple in _decided_about()),
        *(f"/c/assign/{slug}?couple={sam}" for slug in ("gentle-questions", SENT)),
        *(f"/c/plans/six-weeks/start?couple={couple}" for couple in _ready_for_a_plan()),
    ]


def _room() -> list[str]:
    return [f"/c/couples/{couple_of(person_at('sam'))}/room{page}" for page in ("", "/agreement")]


def _closed_of(counsellor: str) -> UUID:
    """A couple of this counsellor's whose work was closed and that nobody has left."""
    return db.session.scalars(
        select(Couple.id)
        .join(Partner, Partner.couple_id == Couple.id)
        .where(Couple.counsellor_id == person_at(counsellor).id, Couple.closed_at.is_not(None))
        .group_by(Couple.id)
        .having(func.count(Partner.left_at) == 0)
        .order_by(Couple.id)
        .limit(1)
    ).one()


def _admin() -> list[str]:
    """A colleague whose account can be closed comes first: a counsellor's waits until their couples are given away."""
    supervisor = person_at("supervisor").id
    return [
        f"/p/people/{supervisor}",
        f"/p/people/{supervisor}/account",
        "/",
        "/p/rules/signs/conflict_times/2",
    ]


def _decided_about() -> list[UUID]:
    """The couples of Priya's about whom something was decided, beside which a note may be kept."""
    mine = select(Couple.id).where(Couple.counsellor_id == person_at("priya").id)
    return list(
        db.session.scalars(
            select(Decision.couple_id)
            .where(Decision.couple_id.in_(mine))
            .distinct()
            .order_by(Decision.couple_id)
        )
    )


def _ready_for_a_plan() -> list[UUID]:
    """Two of Priya's couples who may be given something and have no plan."""
    return list(
        db.session.scalars(
            select(Couple.id)
            .join(SafetyConversation, SafetyConversation.couple_id == Couple.id)
            .where(
                Couple.counsellor_id == person_at("priya").id,
                Couple.closed_at.is_(None),
                Couple.id.not_in(select(CouplePlan.couple_id)),
            )
            .group_by(Couple.id)
            .having(func.count(SafetyConversation.person_id.distinct()) == 2)
            .order_by(Couple.created_at, Couple.id)
            .limit(2)
        )
    )


def _starting_page() -> list[str]:
    return ["/"]


VISITORS = (
    Visitor("nobody", None, _signed_out),
    Visitor(
        "invited",
        None,
        lambda: ["/join", "/join/account", "/join/answered", "/sign-in/code", "/sign-in/passkey"],
    ),
    Visitor("new partner", "ivo", _starting_page),
    Visitor("partner", "sam", _partner),
    Visitor("partner at work", "ruth", _partner_at_work),
    Visitor("counsellor", "priya", _counsellor),
    Visitor("supervisor", "supervisor", _desk),
    Visitor("in the room", "priya", _room, only="room."),
    Visitor("admin", "admin", _admin),
    # A phone that is in somebody else's hands shows these few pages and no other.
    Visitor(PASSED, "sam", lambda: [f"/turns/{_turns_of(person_at('sam'), 'validate-first')}/one-phone/A/1"]),
    # Whoever came back by two codes sees one page of their own, and what lies open to both.
    Visitor(RECOVERED, "jo", lambda: ["/me/closed"], only="me.closed"),
    # The check-in is open at the end of the week.
    Visitor("partner on Sunday", "ruth", lambda: ["/check-in"], only="check_in.", days_later=4),
)


def client_of(app: Flask, as_: SignInAs, visitor: Visitor, clock: Clock) -> FlaskClient:
    """A browser of this visitor's own; the invited have opened their link and asked to talk first."""
    clock.move(days=visitor.days_later)
    if visitor.address is not None:
        with app.app_context():
            person, room = person_at(visitor.address), _room()[0]
        client = as_(person)
        with client.session_transaction() as session:
            session["new_passkey"] = ask()
        if visitor.name == PASSED:
            with app.app_context():
                newest = select(SignIn).order_by(SignIn.created_at.desc(), SignIn.id)
                for row in db.session.scalars(newest.where(SignIn.person_id == person.id)):
                    row.passed_at = now()
                db.session.commit()
        if visitor.name == RECOVERED:
            with app.app_context():
                db.session.get_one(Person, person.id).words_closed_at = now()
                db.session.commit()
        if visitor.name == "in the room":
            submit(client, get_page(client, room))
        return client
    client = as_(None)
    if visitor.name == "invited":
        with client.session_transaction() as session:
            session["half_sign_in"] = HALF
        assert client.get(f"/join/{TOKEN}").status_code == 302
        welcome = get_page(client, "/join")
        submit(client, welcome, form='main form[action$="talk-first"]')
    return client


# --- Walking.


def _not_counting() -> AbstractContextManager[list[str]]:
    return nullcontext([])


def pages_of(
    app: Flask, client: FlaskClient, visitor: Visitor, counting: CountQueries = _not_counting
) -> list[Visited]:
    """Every page this visitor finds, each route a few times. Dead links fail."""
    with app.app_context():
        waiting = [(address, "a seed", True) for address in visitor.begins_at()]
    seen: set[str] = set()
    how_often: Counter[str] = Counter()
    found: list[Visited] = []
    while waiting:
        address, led_from, is_seed = waiting.pop(0)
        endpoint = endpoint_of(app, address)
        kind = f"{endpoint}?{sorted(part.split('=')[0] for part in urlsplit(address).query.split('&'))}"
        if (
            address in seen
            or endpoint == LEADS_OUT
            or not endpoint.startswith(visitor.only)
            or (how_often[kind] >= ADDRESSES_A_ROUTE and not is_seed)
        ):
            continue
        seen.add(address)
        how_often[kind] += 1
        with counting() as statements:
            response = client.get(address)
        where = f"{visitor.name}: {address} (from {led_from})"
        if response.status_code in (302, 303):
            waiting.insert(0, (urljoin(address, response.location or ""), where, is_seed))
            continue
        assert response.status_code == 200, f"{where} answers {response.status}"
        if response.mimetype != "text/html":
            continue
        page = read_page(response)
        found.append(Visited(visitor.name, endpoint, address, page, len(statements)))
        waiting += [(link, address, False) for link in links(page) if link not in seen]
    return found


def endpoint_of(app: Flask, address: str, method: str = "GET") -> str:
    """The endpoint an address leads to, or the empty text for none of ours."""
    try:
        found = app.url_map.bind("localhost").match(urlsplit(address).path, method=method)
    except (RequestRedirect, HTTPException):
        return ""
    return str(found[0])


def links(page: Page) -> Iterator[str]:
    """The addresses inside this site that a page leads to, without their fragments."""
    for tag in page.select("a[href]"):
        target = urlsplit(urljoin(page.address, str(tag["href"])))
        if not target.netloc and target.path.startswith("/"):
            yield target.path + (f"?{target.query}" if target.query else "")


# --- The world, for whoever asks.


@pytest.fixture(scope="session")
def told_world(sqlite_files: SQLiteFiles, made_once: MadeOnce) -> Path:
    """The file of the demo world, told once a run."""

    def tell(path: Path) -> None:
        url = sqlite_files.fresh()
        with time_machine.travel(EVENING, tick=False), app_on(url) as app, app.app_context():
            tell_the_world()  # The write-ahead log is folded into the file when app_on closes it.
        shutil.copyfile(make_url(url).database or "", path)

    return made_once("told-world.sqlite", tell)


@pytest.fixture
def world(clock: Clock, database_url: str, told_world: Path) -> None:
    """The demo world in this test's own database, on the evening it was told. Ask for it before `app`."""
    shutil.copyfile(told_world, Path(make_url(database_url).database or ""))
