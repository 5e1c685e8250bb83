"""The authorisation matrix, walked over every route the application has, by all ten actors.

Sam is A and the one protected; Jo is B and the one who looks. A refused reader gets, byte for byte, what a
made-up address gets, and nothing in the database changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from assignments.actions.assigning import Terms, assign
from assignments.actions.responding import send_response
from assignments.domain.progress import Repeat
from assignments.domain.visibility import Level
from assignments.library.loader import load_library
from clinic import access
from clinic.actions.appointments import Row, book_appointment, import_rows
from clinic.actions.holds import ask_to_hold
from clinic.actions.sign_ins import start_sign_in
from clinic.actions.talks import ask_to_talk
from clinic.clock import now, today
from clinic.domain.roles import Permission, Role
from clinic.extensions import db
from clinic.models import Person, SignIn, TalkRequest
from clinic.web import DEVICE_COOKIE
from config import TestConfig
from tests import builders
from tests.assignments.given import OUR_PAUSE, OUR_TIME, PAUSE, SIT_DOWN, agreed
from tests.assignments.planned import planned
from tests.assignments.questionnaires import asked
from tests.cast import Cast, read_again
from tests.changes import Changes, changes_of, digest_of_everything
from tests.conftest import EVENING
from tests.databases import Databases, app_on
from tests.statements import every_statement_names_its_practice
from wsgi import create_app

# With these a partner's own page differs from the other's, although the address is the same for both.
SHARED_BY_THE_COUPLE = {Permission.ASSIGNMENT_READ, Permission.TOGETHER_READ, Permission.REPLY_SEND}
# The counsellor's pages about one turn of listening turns.
ON_A_TURN = {"answers.exchange", "answers.mark_turn_read", "answers.comment_on_turn", "answers.bring_turn"}
# Asking what is one's own by id: only the owner gets it, whatever role others have.
ONLY_THE_OWNER = {
    Permission.ACCOUNT_OWN,
    Permission.ACCOUNT_UPDATE,
    Permission.PAUSE_ASK,
    Permission.SIGN_INS,
}
# A slug names something that ships with the product, and a step, a slot or a sign name no row.
NO_OWNER = {
    "slug",
    "step",
    "slot",
    "sign",
    "filename",
    "token",
    "part",
    "name",
    "rule",
    "value",
    "number",
    "turn",
    "plan",
    "week",
}
# These have a page of their own without a couple; with one in the address it is that couple's.
FOR_A_COUPLE = ("assign.", "plans.start")


# The ten actors of the matrix, by their names in the cast. Nobody signs in as AN.
ACTORS = {
    "AN": None,
    "PA": "sam",
    "PB": "jo",
    "PX": "ade",
    "CO": "priya",
    "CX": "marcus",
    "SV": "sofia",
    "SX": "omar",
    "AD": "ada",
    "TX": "hana",
}


@dataclass(frozen=True)
class World:
    """Ids of Sam's things, for whoever tries them."""

    ids: dict[str, Any]
    given_to_both: UUID
    agreed: tuple[UUID, str]
    ritual: UUID


@dataclass(frozen=True)
class KeptWorld:
    """The database such a world is in, and what is known of it: copied for each test, because making it is dear."""

    url: str
    world: World
    sign_ins: Mapping[str, str]
    fingerprint: str
    nowhere: Mapping[tuple[str, str], bytes]


def route_list() -> list[Rule]:
    """Every route but the static files, found once when tests are collected."""
    app = create_app(TestConfig())
    return sorted(
        (rule for rule in app.url_map.iter_rules() if not rule.endpoint.endswith("static")),
        key=lambda rule: (rule.rule, sorted(rule.methods or ())),
    )


ROUTES = route_list()


@pytest.fixture
def actors(cast: Cast) -> dict[str, Person | None]:
    return {actor: getattr(cast, name) if name else None for actor, name in ACTORS.items()}


@pytest.fixture(scope="module")
def kept_worlds() -> dict[str, KeptWorld]:
    """The world of each kind of database that was asked for, made once a worker."""
    return {}


@pytest.fixture
def kept_world(
    databases: Databases,
    database_kind: str,
    kept_cast: tuple[str, Cast],
    kept_worlds: dict[str, KeptWorld],
) -> KeptWorld:
    if database_kind not in kept_worlds:
        url = databases.copy(kept_cast[0])
        with time_machine.travel(EVENING, tick=False), app_on(url) as app:
            kept_worlds[database_kind] = make_world(app, url, kept_cast[1])
    return kept_worlds[database_kind]


@pytest.fixture
def database_url(databases: Databases, kept_world: KeptWorld) -> Iterator[str]:
    """Shadows the one of every other test: with the cast comes everything of Sam's, and everybody is signed in."""
    url = databases.copy(kept_world.url)
    yield url
    databases.drop(url)


@pytest.fixture
def world(app: Flask, kept_world: KeptWorld) -> World:
    """Something of everything that has an id, Sam's wherever it can be."""
    app.config["WTF_CSRF_ENABLED"] = False  # So that the guard and the queries refuse, and not the token.
    return kept_world.world


@pytest.fixture
def changes(app: Flask, kept_world: KeptWorld) -> Iterator[Changes]:
    """Whether anything is no longer as it was made."""
    with changes_of(app, kept_world.fingerprint) as watching, every_statement_names_its_practice(app):
        yield watching


def make_world(app: Flask, url: str, kept: Cast) -> KeptWorld:
    """Write everything into this database, sign everybody in, and see what each gets for a made-up address."""
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        cast = read_again(kept)
        world = things_of_sams(cast)
        sign_ins = {
            actor: start_sign_in(getattr(cast, name), device=f"device of {actor}", device_name="Test browser")
            for actor, name in ACTORS.items()
            if name
        }
    nowhere = {
        (actor, method): signed_in(app, sign_ins, actor).open("/made/up", method=method).data
        for actor in sign_ins
        for method in ("GET", "POST")
    }
    return KeptWorld(url, world, sign_ins, digest_of_everything(app), nowhere)


def signed_in(app: Flask, sign_ins: Mapping[str, str], actor: str) -> FlaskClient:
    """A browser of this actor's own, with what signing in leaves in it; see the fixture `as_`."""
    client = app.test_client()
    if actor in sign_ins:
        client.set_cookie(DEVICE_COOKIE, f"device of {actor}")
        with client.session_transaction() as session:
            session.update(_user_id=sign_ins[actor], _fresh=True)
    return client


def things_of_sams(cast: Cast) -> World:
    library = load_library()
    journal, questions = library.get("withdrawal-journal"), library.get("gentle-questions")
    assert journal is not None
    assert questions is not None
    day = today(cast.canal_street.timezone)

    def given(exercise: Any, for_whom: str, limit: Level) -> UUID:
        terms = Terms(for_whom, day, day + timedelta(days=7), Repeat.ONCE, limit)
        return assign(actor=cast.priya, couple_id=cast.sam_and_jo.id, exercise=exercise, terms=terms).id

    own = given(journal, "A", Level.COUNSELLOR)
    sent = given(journal, "A", Level.COUNSELLOR)
    both = given(questions, "both", Level.SHARED)
    response = send_response(actor=cast.sam, assignment_id=sent, level=Level.COUNSELLOR)
    appointment = book_appointment(
        actor=cast.priya, couple_id=cast.sam_and_jo.id, starts_at=now() + timedelta(days=2)
    )
    in_a_file = Row((now() + timedelta(days=3),))
    imported = import_rows(actor=cast.priya, rows=[(cast.sam_and_jo.id, in_a_file)])
    start_sign_in(cast.sam, device="a phone")
    sign_in = db.session.scalars(select(SignIn).where(SignIn.person_id == cast.sam.id)).first()
    assert sign_in is not None
    invited = builders.person(
        cast.canal_street, name="Lou", family_name="Park", joined=False, address="lou@canal.example"
    )
    ids = {
        "couple_id": cast.sam_and_jo.id,
        "slot": "A",
        "assignment_id": own,
        "response_id": response.id,
        "appointment_id": appointment.id,
        "import_id": imported.id,
        "sign_in_id": sign_in.id,
        "person_id": invited.id,
        "slug": questions.slug,
        "own": own_exercise_of(cast),
        "step": journal.steps[0].key,
        "sign": "trauma_in_the_way",
        "token": "made-up",
        "name": "csi-4",
        "rule": "conflict_times",
        "value": 2,
        "plan": "six-weeks",
        "week": 2,
        **extra_rows(cast),
    }
    # Given to both and agreed by both, so that each page about it is there for either partner.
    pause, sit_down = (library.get(slug) for slug in (PAUSE, SIT_DOWN))
    agreement, ritual = (given(one, "both", Level.SHARED) for one in (pause, sit_down))
    agreed(cast.sam, cast.jo, agreement, OUR_PAUSE)
    agreed(cast.sam, cast.jo, ritual, OUR_TIME)
    return World(ids, both, (agreement, OUR_PAUSE), ritual)


def own_exercise_of(cast: Cast) -> str:
    """An exercise of Canal Street's own, with one version published."""
    from assignments.actions.library import copy_exercise, publish

    own = copy_exercise(actor=cast.priya, slug="gentle-questions")
    publish(actor=cast.priya, slug=own.slug, version=own.draft_version)
    return own.slug


def extra_rows(cast: Cast) -> dict[str, Any]:
    """Rows that an address may name beside those every route knows."""
    from assignments.actions.bulk import extend_several
    from assignments.actions.deciding import decide
    from assignments.actions.entries import save_thanks
    from assignments.actions.erasing import ask_for_erasure
    from assignments.actions.own_plans import copy_plan
    from assignments.actions.pausing import ask_for_a_pause
    from assignments.actions.pinning import bring_turns
    from assignments.actions.process_notes import write_note
    from assignments.actions.referring import add_contact, refer
    from assignments.actions.replying import reply_to_parts, save_line
    from assignments.actions.sign_rows import add_own_row
    from assignments.actions.turns import save_part, send_part
    from assignments.domain.bulk import Until
    from assignments.domain.pauses import Back
    from assignments.domain.referrals import ContactWords, Whom
    from assignments.domain.signs import DecisionState

    entry = save_thanks(actor=cast.sam, what="You rang my mother", meant="", level=Level.PRIVATE)
    ask_to_talk(actor=cast.sam, reach="Ring me at work")
    request_id = db.session.scalars(select(TalkRequest.id)).one()
    listening = load_library().get("reflect-and-check")
    assert listening is not None
    day = today(cast.canal_street.timezone)
    terms = Terms("both", day, day + timedelta(days=7), Repeat.ONCE, Level.SHARED)
    turns = assign(actor=cast.priya, couple_id=cast.sam_and_jo.id, exercise=listening, terms=terms)
    where: dict[str, Any] = {
        "assignment_id": turns.id,
        "turn": 1,
        "slot": "A",
        "step": "thought",
        "number": 1,
    }
    part = save_part(actor=cast.sam, **where, value={"text": "Tea"}, version=0)
    send_part(actor=cast.sam, **where, version=part.version)
    for couple in (cast.sam_and_jo, cast.ade_and_ruth):
        asked(couple)
    erasure = ask_for_erasure(actor=cast.sam)
    decision = decide(
        actor=cast.priya, couple_id=cast.sam_and_jo.id, state=DecisionState.REFER_ON, reason="Going elsewhere"
    )
    contact = add_contact(actor=cast.ada, words=ContactWords("The Quay", "individual", "", "", ""))
    referral = refer(
        actor=cast.priya,
        couple_id=cast.sam_and_jo.id,
        decision_id=decision.id,
        contact_id=contact.id,
        whom=Whom.A,
        words="Please see Sam",
        facts=[],
        consents={"A": day},
    )
    held = ask_to_hold(actor=cast.ada, couple_id=cast.sam_and_jo.id, reason="A complaint")
    row = add_own_row(actor=cast.priya, couple_id=cast.sam_and_jo.id, title="Talks of moving")
    reply = reply_to_parts(
        actor=cast.priya, couple_id=cast.sam_and_jo.id, seen={part.id: part.version}, words="Thank you."
    )[0]
    pin = bring_turns(actor=cast.priya, couple_id=cast.sam_and_jo.id, assignment_id=turns.id, turn=1)
    note = write_note(actor=cast.priya, couple_id=cast.sam_and_jo.id, about_day=day, words="Slow today.")
    line = save_line(actor=cast.priya, words="Thank you for this.")
    own = copy_plan(actor=cast.priya, slug="six-weeks")
    planned(cast.priya, cast.sam_and_jo)
    extended = extend_several(actor=cast.priya, couple_ids=[cast.sam_and_jo.id], until=Until.WEEK)
    return {
        "glass_id": broken_glass(cast),
        "hold_id": held.id,
        "act_id": extended.id,
        "own_plan": own.slug,
        "decision_id": decision.id,
        "row_id": row.id,
        "contact_id": contact.id,
        "referral_id": referral.id,
        "reply_id": reply.id,
        "pin_id": pin.id,
        "note_id": note.id,
        "line_id": line.id,
        "entry_id": entry.id,
        "erasure_id": erasure.id,
        "request_id": request_id,
        "pause_id": ask_for_a_pause(actor=cast.sam, back=Back.HOUR).id,
        "part_id": part.id,
        "passkey_id": builders.passkey(cast.sam).id,
        "turn": 1,
        "number": 1,
        "turns": turns.id,
    }


def broken_glass(cast: Cast) -> UUID:
    """Omar could read of Sam and Jo for a moment. It is over, so that he stays the stranger he is in the matrix."""
    from clinic.actions.break_glass import ask_to_break_glass, end_glass, grant_glass

    glass = ask_to_break_glass(
        actor=cast.omar, reader_id=cast.omar.id, counsellor_id=cast.priya.id, about="Sam", reason="A call"
    )
    grant_glass(actor=cast.ada, glass_id=glass.id, couple_id=cast.sam_and_jo.id)
    end_glass(actor=cast.omar, glass_id=glass.id)
    return glass.id


def allowed(actor: str, person: Person | None, rule: Rule, permission: Permission) -> bool:
    """What the matrix says. Without an id in the address everybody of the role has a page of their own."""
    if permission is Permission.PAGE_PUBLIC:
        return True
    names_a_row = bool(set(rule.arguments) - NO_OWNER) or rule.endpoint.startswith(FOR_A_COUPLE)
    if permission in ONLY_THE_OWNER and names_a_row:
        return actor == "PA"
    if names_a_row:
        return access.matrix()[permission][actor] != access.REFUSED
    return person is not None and access.role_may(Role(person.role), permission)


def address(app: Flask, rule: Rule, world: World, permission: Permission) -> str:
    ids = dict(world.ids)
    if permission in SHARED_BY_THE_COUPLE:
        ids["assignment_id"] = world.given_to_both
    if rule.endpoint.startswith("plan_builder."):
        ids["own"] = ids["own_plan"]
    if rule.endpoint.startswith("agreements."):
        ids["assignment_id"], ids["step"] = world.agreed
    if rule.endpoint.startswith("rituals."):
        ids["assignment_id"] = world.ritual
    if rule.endpoint.startswith("turns.") or rule.endpoint in ON_A_TURN:
        # Only what both were given is written to and fro, and of that Sam's own thought is Sam's alone.
        ids |= {"assignment_id": ids["turns"], "step": "thought"}
    missing = set(rule.arguments) - set(ids)
    assert not missing, f"{rule.rule} has {missing}: say in this file whose row it is"
    with app.test_request_context():
        values = {name: ids[name] for name in rule.arguments}
        if rule.endpoint.startswith(FOR_A_COUPLE):
            values["couple"] = ids["couple_id"]
        return app.url_for(rule.endpoint, **values)


def methods(rule: Rule) -> Iterator[str]:
    return (method for method in ("GET", "POST") if method in (rule.methods or ()))


@pytest.mark.both_databases
@pytest.mark.parametrize("rule", ROUTES, ids=lambda rule: f"{rule.endpoint}")
def test_everybody_gets_what_the_matrix_says_and_nothing_else(
    rule: Rule,
    app: Flask,
    world: World,
    actors: dict[str, Person | None],
    kept_world: KeptWorld,
    changes: Changes,
) -> None:
    permission = access.permission_of(app, rule.endpoint)
    url = address(app, rule, world, permission)

    def ask(actor: str, method: str) -> TestResponse:
        return signed_in(app, kept_world.sign_ins, actor).open(url, method=method)

    for method in methods(rule):
        # The refused first, so that nothing an allowed one does can hide what a refused one got.
        before = changes.fingerprint()
        for actor, person in actors.items():
            if not allowed(actor, person, rule, permission):
                nowhere = kept_world.nowhere.get((actor, method))
                check_refused(f"{actor} {method} {url}", ask(actor, method), nowhere)
        assert changes.fingerprint() == before, f"a refused {method} {url} changed something"
        for actor, person in actors.items():
            if allowed(actor, person, rule, permission):
                check_allowed(f"{actor} {method} {url}", ask(actor, method), permission)


def check_refused(asked: str, reply: TestResponse, nowhere: bytes | None) -> None:
    """Nobody signed in is sent to sign in; anybody else gets what a made-up address gets."""
    if nowhere is None:
        assert reply.status_code in (302, 303), f"{asked} → {reply.status}"
        assert (reply.location or "").startswith("/sign-in"), asked
        return
    assert reply.status_code == 404, f"{asked} → {reply.status}"
    assert reply.data == nowhere, asked


def check_allowed(asked: str, reply: TestResponse, permission: Permission) -> None:
    """A page, a redirect, or a form that says what is missing; never a refusal and never a fault."""
    without_invitation = permission is Permission.PAGE_PUBLIC and reply.status_code == 404
    assert reply.status_code in (200, 302, 303, 409, 422) or without_invitation, f"{asked} → {reply.status}"
    assert not (reply.location or "").startswith("/sign-in?"), asked
