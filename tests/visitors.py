"""Who goes through the product in the told world, and where the way of each begins.

A way begins at the addresses that no link leads to; their ids are from the database.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from assignments.domain.exercises import parts_of
from assignments.domain.turns import has_exchange
from assignments.domain.visibility import Level
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
from assignments.queries.together import to_thank_for
from clinic.actions.passkeys import ask
from clinic.clock import now, today
from clinic.extensions import db
from clinic.models import (
    Couple,
    Partner,
    Person,
    Practice,
    SafetyConversation,
    SignIn,
)
from clinic.queries.couples import own_place
from tests.conftest import Clock, SignInAs
from tests.page import get_page, submit
from tests.told_world import HALF, SENT, TOKEN, couple_of, one_of_each_step, person_at, turns_of

PASSED = "partner whose phone is passed on"
RECOVERED = "partner who came back by two codes"


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
    kept, held = turns_of(sam, "validate-first"), turns_of(sam, "active-listening")
    listening = [f"/turns/{held}", f"/turns/{kept}/1/A/on-my-mind/1/check"]
    # An older part may be hidden, and one within the hold taken back.
    listening.append(f"/turns/{turns_of(sam, 'reflect-and-check')}")
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
    Visitor(PASSED, "sam", lambda: [f"/turns/{turns_of(person_at('sam'), 'validate-first')}/one-phone/A/1"]),
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
