"""Two worlds that differ only in what one partner kept: the other one must not be able to tell them apart.

A world is built once and its file is copied. In the copy one partner does private things, or the counsellor does
something with them. Then the other partner fetches every page there is, with every id there is, in both.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import time_machine
from flask import Flask, current_app
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.engine import make_url
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from assignments.actions import agreeing
from assignments.actions.assigning import change_assignment
from assignments.actions.checking_in import check_in
from assignments.actions.deciding import judge_sign
from assignments.actions.entries import change_thanks, delete_thanks, save_thanks
from assignments.actions.measuring import answer_instrument
from assignments.actions.noting import mark_done, note_use, rate_closeness, undo_done
from assignments.actions.pausing import ask_for_a_pause
from assignments.actions.replying import reply_to_answers
from assignments.actions.responding import (
    cancel_widening,
    change_visibility,
    record_outcome,
    save_answer,
    send_response,
    set_aside,
    take_back,
)
from assignments.actions.reviewing import mark_read
from assignments.actions.thanking import say_thanks, take_thanks_back
from assignments.actions.turns import hide_part, save_part, send_part, take_part_back
from assignments.actions.typing_in import type_in
from assignments.domain.barriers import Barrier
from assignments.domain.checkins import CheckinAnswers
from assignments.domain.pauses import Back
from assignments.domain.progress import Repeat
from assignments.domain.visibility import Level
from assignments.models import AgreementText, Assignment, Entry, ExerciseVersion, Pause, Response, TurnPart
from assignments.queries.own_copy import own_copy
from assignments.queries.plans import assignments_in
from assignments.views.own_data import packed
from clinic import access
from clinic.actions.appointments import Row, book_row, cancel_appointment, move_appointment
from clinic.actions.sign_ins import start_sign_in
from clinic.domain.appointments import Scope
from clinic.domain.roles import Permission, Role
from clinic.extensions import db
from clinic.models import Appointment, OutboxMail, Passkey, Person, SignIn, TalkRequest
from clinic.queries.couples import own_place
from tests import builders
from tests.assignments.given import (
    OPENS_TOGETHER,
    OUR_PAUSE,
    OUR_TIME,
    PAUSE,
    SIT_DOWN,
    agreed,
    answered,
    drafted,
    exercise,
    given,
    put_forward_by,
)
from tests.assignments.planned import planned, two_weeks
from tests.assignments.questionnaires import asked
from tests.cast import Cast, assemble
from tests.databases import SQLiteFiles, app_on, shared_app_on
from tests.noninterference.own_acts import (
    WORDS,
    a_pause_come_back_from,
    a_private_thank_you,
    a_second_step_set_up,
    a_sign_in_that_was_not_theirs,
    asks_for_their_account_to_be_deleted,
    asks_to_talk_alone,
    hands_their_phone_over,
    lets_the_record_be_handed_on,
    sets_reminders_and_makes_a_calendar_address,
    signed_in_elsewhere,
    takes_a_copy,
)

pytestmark = pytest.mark.slow

# Every page with every id, three times over, takes minutes where others work beside it.
pytestmark = pytest.mark.timeout(900)

BUILT = datetime(2026, 9, 16, 18, 30, tzinfo=UTC)
KEPT = datetime(2026, 9, 18, 18, 0, tzinfo=UTC)  # A Friday evening, when the check-in is open.
LOOKED = {
    "an hour later": KEPT + timedelta(hours=1),
    "on Monday morning, the check-in still open": datetime(2026, 9, 21, 9, 0, tzinfo=UTC),
    "when the time for answering has run out": datetime(2026, 10, 2, 9, 0, tzinfo=UTC),
}
WEEK = date(2026, 9, 14)
OPEN_STEP = "noticed"
COPY = "the copy of one's own words"

# Random in every rendering, and worth nothing to anybody but their own reader.
TOKENS = re.compile(rb'(name="(?:csrf_token|form_key)"[^>]* value=")[^"]*"')
COOKIE = re.compile(r"^([^=]+)=[^;]*")


@dataclass
class World:
    """A built world: its people and the ids that stand in it, each under the name an address gives it."""

    url: str
    cast: Cast
    token: dict[str, str] = field(default_factory=dict)
    assignment: dict[str, UUID] = field(default_factory=dict)
    ids: dict[str, list[Any]] = field(default_factory=dict)


Act = Callable[[World, Person], object]
Seen = Mapping[str, tuple[Any, ...]]


def build(url: str) -> World:
    """Canal Street as it stands on Wednesday: much given, some of it answered by either."""
    with app_on(url) as app, app.app_context():
        cast = assemble()
        world = World(url, cast)
        couple, priya = cast.sam_and_jo, cast.priya
        for name, terms in {
            "questions": {},
            "opens together": {"slug": OPENS_TOGETHER},
            "waiting": {"slug": OPENS_TOGETHER},
            "open": {"slug": "midday-message"},
            "turns": {"slug": "reflect-and-check"},
            "turns afresh": {"slug": "validate-first"},
            "weekly": {"slug": "phone-free-evening", "repeat": Repeat.WEEKLY, "days": 28},
            "log": {"slug": "appreciation-log", "days": None},
            "counsellor": {"limit": Level.COUNSELLOR},
            "agreed": {"slug": PAUSE, "days": None},
            "offered": {"slug": PAUSE, "days": None},
            "ritual": {"slug": SIT_DOWN, "days": None, "repeat": Repeat.WEEKLY},
            "for A": {"slug": "withdrawal-journal", "for_whom": "A"},
            "for B": {"slug": "withdrawal-journal", "for_whom": "B"},
        }.items():
            world.assignment[name] = given(priya, couple, **terms)  # type: ignore[arg-type]
        plan = planned(priya, couple, plan=two_weeks())
        asked(couple, "csi-4")
        world.assignment |= {f"plan week {one.plan_week}": one.id for one in assignments_in(plan)}
        agreed(cast.sam, cast.jo, world.assignment["agreed"], OUR_PAUSE)
        agreed(cast.jo, cast.sam, world.assignment["ritual"], OUR_TIME)
        put_forward_by(cast.jo, world.assignment["offered"], OUR_PAUSE)
        for person in (cast.sam, cast.jo):
            answered(person, world.assignment["open"], "We laughed", Level.SHARED, step=OPEN_STEP)
            save_thanks(actor=person, what="You made tea", meant="", level=Level.SHARED)
            save_thanks(actor=person, what="You tried", meant="", level=Level.PRIVATE)
            a_part(world, person, "turns", slot_of(cast, person), "thought", send=True)
            # Still told of on Friday, and over by Monday.
            ask_for_a_pause(actor=person, back=Back.HOUR).until = KEPT + timedelta(hours=2)
            world.token[person.name] = start_sign_in(person, device="", device_name="A phone")
        appointment: Appointment = builders.appointment(couple)
        world.ids |= {
            "couple_id": [couple.id],
            **rows_of_work(),
            "appointment_id": [appointment.id],
            "sign_in_id": list(db.session.scalars(select(SignIn.id))),
            "person_id": [cast.sam.id, cast.jo.id],
            "slug": [OPENS_TOGETHER],
            "plan": ["six-weeks"],
            "week": [1],
            # One of each kind of exercise; a step of another one is not found, in both worlds.
            "step": ["answer", "at-ease", OPEN_STEP, "thought", "say-back", "own-words"],
            "own": ["our-gentle-questions"],
            "turn": [1],
            "decision_id": [UUID(int=1)],
            "note_id": [UUID(int=1)],
            "row_id": [UUID(int=1)],
            "rule": ["conflict_times"],
            "value": [2],
            "contact_id": [UUID(int=1)],
            "referral_id": [UUID(int=1)],
            "erasure_id": [UUID(int=1)],
            "act_id": [UUID(int=1)],
            "glass_id": [UUID(int=1)],
            "number": [1],
            "agreement": [OUR_PAUSE, OUR_TIME],
            "sign": ["trauma_in_the_way"],
            "slot": ["A", "B"],
            "token": ["made-up"],
            "name": ["csi-4", "phq-2"],
        }
        return world


def rows_of_work() -> dict[str, list[Any]]:
    """The ids of everything given or written, whoever may know them."""
    return {
        "assignment_id": sorted(db.session.scalars(select(Assignment.id))),
        "response_id": sorted(db.session.scalars(select(Response.id))),
        "entry_id": sorted(db.session.scalars(select(Entry.id))),
        "request_id": sorted(db.session.scalars(select(TalkRequest.id))),
        "pause_id": sorted(db.session.scalars(select(Pause.id))),
        "part_id": sorted(db.session.scalars(select(TurnPart.id))),
        "passkey_id": [UUID(int=1), *sorted(db.session.scalars(select(Passkey.id)))],
    }


def copied(world: World, folder: Path, name: str) -> World:
    """The same world in a file of its own, byte for byte."""
    built = Path(make_url(world.url).database or "")
    assert not built.with_name(built.name + "-wal").exists(), "the file alone must be the whole world"
    copy = folder / f"{name}.sqlite"
    shutil.copyfile(built, copy)
    return replace(world, url=f"sqlite:///{copy}", ids=dict(world.ids))


def addresses(app: Flask, world: World) -> list[str]:
    """Every address that can be fetched, with every id there is wherever one fits."""
    with app.app_context():
        steps = steps_of_work()
    found = []
    with app.test_request_context():
        for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
            if "GET" in (rule.methods or ()) and not rule.endpoint.endswith("static"):
                found += [
                    app.url_for(rule.endpoint, **values) for values in filled_in(app, rule, world, steps)
                ]
    # Leaving ends the sign-in, so it is fetched last.
    return sorted([*found, "/made/up"], key=lambda address: address.startswith("/leave"))


def filled_in(
    app: Flask, rule: Rule, world: World, steps: Mapping[UUID, set[str]]
) -> Iterator[dict[str, Any]]:
    """What fits into the address of one rule, without what cannot differ twice."""
    names = sorted(rule.arguments)
    ids = world.ids | ({"step": world.ids["agreement"]} if rule.endpoint.startswith("agreements.") else {})
    if rule.endpoint.startswith("turns.") and "step" in rule.arguments:
        # Of any other exercise nothing is written to and fro, and there would be hundreds of these.
        ids |= {
            "assignment_id": [world.assignment["turns"], world.assignment["turns afresh"]],
            "step": ["thought", "say-back", "on-my-mind"],
        }
    missing = set(names) - set(ids)
    assert not missing, f"{rule.rule} has {missing}: say in build() whose row it is"
    chosen = [dict(zip(names, values, strict=True)) for values in product(*(ids[name] for name in names))]
    permission = access.permission_of(app, rule.endpoint)
    if permission is not Permission.PAGE_PUBLIC and not access.role_may(Role.PARTNER, permission):
        # One of them will do: the guard refuses before any id is looked at.
        return iter(chosen[:1])
    if {"assignment_id", "step"} <= set(names):
        return _with_own_steps(chosen, steps)
    return iter(chosen)


def _with_own_steps(chosen: list[dict[str, Any]], steps: Mapping[UUID, set[str]]) -> Iterator[dict[str, Any]]:
    """Those whose step the exercise has. Of the others, which are not found whatever anybody did, the first of each."""
    strange: set[UUID] = set()
    for values in chosen:
        assignment_id = values["assignment_id"]
        if values["step"] in steps.get(assignment_id, set()):
            yield values
        elif assignment_id not in strange:
            strange.add(assignment_id)
            yield values


def steps_of_work() -> dict[UUID, set[str]]:
    """The steps of everything given."""
    rows = db.session.execute(select(Assignment.id, ExerciseVersion.slug).join(ExerciseVersion))
    return {assignment_id: {step.key for step in exercise(slug).steps} for assignment_id, slug in rows}


def look(app: Flask, world: World, reader: Person, urls: list[str]) -> Seen:
    """What one reader gets at each address: status, headers and bytes, without what is random for each rendering."""
    with app.app_context():
        # Signed in in both worlds alike, by the same row, at whatever time it is.
        moment = datetime.now(UTC)
        db.session.execute(
            update(SignIn)
            .where(SignIn.person_id == reader.id)
            .values(created_at=moment, last_seen_at=moment, ended_at=None)
        )
        db.session.commit()
    client: FlaskClient = app.test_client()
    with client.session_transaction() as kept:
        kept["_user_id"], kept["_fresh"] = world.token[reader.name], True
    seen = {url: _normal(client.get(url)) for url in urls}
    return seen | {COPY: (200, [], the_copy(app, reader))}


def the_copy(app: Flask, reader: Person) -> bytes:
    """The file with everything the reader wrote, as the button gives it."""
    with app.test_request_context():
        return packed(own_copy(own_place(db.session.get_one(Person, reader.id)), datetime.now(UTC)))


def _normal(reply: TestResponse) -> tuple[Any, ...]:
    headers = [
        (name, COOKIE.sub(r"\1=", value) if name == "Set-Cookie" else value)
        for name, value in reply.headers
        if name != "Content-Length"
    ]
    return reply.status_code, headers, TOKENS.sub(rb'\1"', reply.data)


def letters(app: Flask, reader: Person) -> list[tuple[str, datetime]]:
    """The mail that waits for one reader."""
    with app.app_context():
        address = db.session.get_one(Person, reader.id).contact_address
        rows = db.session.scalars(select(OutboxMail).where(OutboxMail.to_address == address))
        return sorted((row.kind, row.due_at) for row in rows)


# ---- what one partner may keep ----


def slot_of(cast: Cast, person: Person) -> str:
    return "A" if person.id == cast.sam.id else "B"


def a_part(world: World, person: Person, name: str, slot: str, step: str, *, send: bool = False) -> UUID:
    """One part of a listening turn, kept or sent."""
    where: dict[str, Any] = {
        "assignment_id": world.assignment[name],
        "turn": 1,
        "slot": slot,
        "step": step,
        "number": 1,
    }
    part = save_part(actor=person, **where, value={"text": WORDS}, version=0)
    if send:
        part = send_part(actor=person, **where, version=part.version)
    return part.id


def the_other_slot(world: World, person: Person) -> str:
    return "B" if slot_of(world.cast, person) == "A" else "A"


def turns_drafted(world: World, person: Person) -> object:
    """A fresh thought, and saying back what the other sent."""
    a_part(world, person, "turns afresh", slot_of(world.cast, person), "on-my-mind")
    return a_part(world, person, "turns", the_other_slot(world, person), "say-back")


def a_part_taken_back_within_the_hold(world: World, person: Person) -> object:
    part_id = a_part(world, person, "turns", the_other_slot(world, person), "say-back", send=True)
    return take_part_back(actor=person, part_id=part_id)


def a_part_hidden_within_the_hold(world: World, person: Person) -> object:
    part_id = a_part(world, person, "turns afresh", slot_of(world.cast, person), "on-my-mind", send=True)
    return hide_part(actor=person, part_id=part_id)


def face_to_face_and_how_heard_it_felt(world: World, person: Person) -> object:
    save_answer(
        actor=person,
        assignment_id=world.assignment["turns afresh"],
        step="understood",
        value={"rating": 2},
        version=0,
    )
    return send_response(actor=person, assignment_id=world.assignment["turns afresh"], level=Level.COUNSELLOR)


def only_me(world: World, person: Person) -> object:
    return answered(person, world.assignment["questions"], WORDS, Level.PRIVATE)


def both_at_once_alone(world: World, person: Person) -> object:
    return answered(person, world.assignment["waiting"], WORDS, Level.BOTH, step="at-ease")


def drafts(world: World, person: Person) -> object:
    drafted(person, world.assignment["opens together"], WORDS, step="at-ease")
    return save_answer(
        actor=person,
        assignment_id=world.assignment["log"],
        step="say-one",
        value={"text": WORDS},
        version=0,
    )


def not_tonight(world: World, person: Person) -> object:
    return set_aside(actor=person, assignment_id=world.assignment["waiting"], kind="later", choice="tonight")


def felt_hard(world: World, person: Person) -> object:
    for name, choice in (("questions", "skip"), ("waiting", "bring"), ("weekly", "smaller")):
        set_aside(actor=person, assignment_id=world.assignment[name], kind="hard", choice=choice)
    return None


def how_it_went(world: World, person: Person) -> object:
    assignment_id = world.assignment["open"]
    return record_outcome(actor=person, assignment_id=assignment_id, turn=1, tried="part", useful=2)


def what_got_in_the_way(world: World, person: Person, *barriers: str) -> object:
    return record_outcome(
        actor=person,
        assignment_id=world.assignment["open"],
        turn=1,
        tried=None,
        useful=None,
        barriers=barriers or list(Barrier),
        words="" if barriers else WORDS,
    )


def it_did_not_feel_safe(world: World, person: Person) -> object:
    return what_got_in_the_way(world, person, Barrier.NOT_SAFE)


def checked_in(world: World, person: Person) -> object:
    return check_in(actor=person, week_of=WEEK, answers=CheckinAnswers(closeness=1, tension=9, hope=2))


def questions_answered(world: World, person: Person) -> object:
    return answer_instrument(actor=person, name="csi-4", scores=[0, 0, 1, 0])


def the_pause_page_opened_and_closed(world: World, person: Person) -> object:
    """Looking at one's own pages, the other's told pause among them, asks nothing and tells nobody."""
    client = current_app.test_client()
    with client.session_transaction() as kept:
        kept["_user_id"], kept["_fresh"] = world.token[person.name], True
    for url in ("/today", "/together", "/pause", "/today"):
        assert client.get(url).status_code in (200, 302), url
    return None


def a_thank_you_shared_and_hidden_within_the_hold(world: World, person: Person) -> object:
    entry = save_thanks(actor=person, what=WORDS, meant="", level=Level.SHARED)
    return change_thanks(
        actor=person,
        entry_id=entry.id,
        what=WORDS,
        meant="",
        level=Level.PRIVATE,
        version=entry.version,
    )


def a_thank_you_shared_and_deleted_within_the_hold(world: World, person: Person) -> object:
    entry = save_thanks(actor=person, what=WORDS, meant="", level=Level.SHARED)
    return delete_thanks(actor=person, entry_id=entry.id)


def sent_and_taken_back(world: World, person: Person) -> object:
    response_id = answered(person, world.assignment["questions"], WORDS, Level.SHARED)
    return take_back(actor=person, response_id=response_id)


def sent_and_tightened_within_the_hold(world: World, person: Person) -> object:
    response_id = answered(person, world.assignment["log"], WORDS, Level.SHARED, step="say-one")
    return change_visibility(actor=person, response_id=response_id, level=Level.PRIVATE)


def a_widening_begun_and_cancelled(world: World, person: Person) -> object:
    response_id = answered(person, world.assignment["weekly"], WORDS, Level.PRIVATE, step="stayed")
    change_visibility(actor=person, response_id=response_id, level=Level.SHARED)
    return cancel_widening(actor=person, response_id=response_id)


def this_weeks_turn_kept(world: World, person: Person) -> object:
    return answered(person, world.assignment["weekly"], WORDS, Level.PRIVATE, step="stayed")


def drafts_an_agreement(world: World, person: Person) -> object:
    for name, step in (("offered", OUR_PAUSE), ("ritual", OUR_TIME)):
        agreeing.save_agreement(
            actor=person, assignment_id=world.assignment[name], step=step, value={"place": WORDS}, version=0
        )
    return None


def signs_or_puts_forward_and_takes_it_back_within_the_hold(world: World, person: Person) -> object:
    here: dict[str, Any] = {"actor": person, "assignment_id": world.assignment["offered"], "step": OUR_PAUSE}
    if person.id == world.cast.sam.id:
        offered = db.session.scalars(
            select(AgreementText).where(AgreementText.assignment_id == world.assignment["offered"])
        ).one()
        agreeing.sign(**here, text_id=offered.id)
        return agreeing.undo_signature(**here)
    version = agreeing.save_agreement(**here, value={"signal": WORDS}, version=0)
    agreeing.put_forward(**here, version=version)
    return agreeing.take_back_words(**here)


def a_use_noted_for_oneself(world: World, person: Person) -> object:
    for level in (Level.PRIVATE, Level.COUNSELLOR):
        note_use(actor=person, assignment_id=world.assignment["agreed"], value={"topic": WORDS}, level=level)
    return None


def a_ritual_done_and_its_closeness(world: World, person: Person) -> object:
    work = world.assignment["ritual"]
    marked = mark_done(actor=person, assignment_id=work)
    return rate_closeness(actor=person, assignment_id=work, entry_id=marked.id, closeness=1)


def thanks_for_an_answer_taken_back_within_the_hold(world: World, person: Person) -> object:
    say_thanks(actor=person, assignment_id=world.assignment["open"])
    return take_thanks_back(actor=person, assignment_id=world.assignment["open"])


def a_ritual_not_today(world: World, person: Person) -> object:
    return set_aside(actor=person, assignment_id=world.assignment["ritual"], kind="later", choice="tomorrow")


def a_ritual_done_and_taken_back(world: World, person: Person) -> object:
    mark_done(actor=person, assignment_id=world.assignment["ritual"])
    return undo_done(actor=person, assignment_id=world.assignment["ritual"])


def the_counsellor_reads_and_replies(world: World, person: Person) -> object:
    response_id = answered(person, world.assignment["questions"], WORDS, Level.COUNSELLOR)
    response = db.session.get_one(Response, response_id)
    couple_id = world.cast.sam_and_jo.id
    mark_read(actor=world.cast.priya, couple_id=couple_id, seen={response_id: response.version})
    return reply_to_answers(
        actor=world.cast.priya,
        couple_id=couple_id,
        seen={response_id: response.version},
        words=WORDS,
    )


def something_given_to_them_alone(world: World, person: Person) -> object:
    slot = "A" if person.id == world.cast.sam.id else "B"
    alone = given(world.cast.priya, world.cast.sam_and_jo, for_whom=slot)
    return answered(person, alone, WORDS, Level.COUNSELLOR)


def what_was_given_to_them_alone_is_changed(world: World, person: Person) -> object:
    name = "for A" if person.id == world.cast.sam.id else "for B"
    return change_assignment(
        actor=world.cast.priya,
        couple_id=world.cast.sam_and_jo.id,
        assignment_id=world.assignment[name],
        best_before=None,
        sharing_limit=Level.PRIVATE,
        note=WORDS,
        version=1,
    )


def the_counsellor_judges_a_sign(world: World, person: Person) -> object:
    return judge_sign(
        actor=world.cast.priya,
        couple_id=world.cast.sam_and_jo.id,
        sign="trauma_in_the_way",
        judgement="yes",
        note=WORDS,
    )


def this_week_of_the_plan_done_and_kept(world: World, person: Person) -> object:
    """What one of them did of a plan moves no week of it, today or later."""
    return answered(person, world.assignment["plan week 1"], WORDS, Level.PRIVATE, step="at-ease")


def the_counsellor_types_in_a_sheet(world: World, person: Person) -> object:
    return type_in(
        actor=world.cast.priya,
        couple_id=world.cast.sam_and_jo.id,
        assignment_id=world.assignment["questions"],
        slot=slot_of(world.cast, person),
        values={"answer": {"text": WORDS}},
        level=Level.COUNSELLOR,
    )


def the_counsellor_sees_them_alone(world: World, person: Person) -> object:
    """A row of appointments with one of them, one moved and one cancelled, shown in their own calendar as they asked."""
    starts = tuple(KEPT + timedelta(days=days) for days in (1, 4, 8))
    row = Row(starts, 60, slot_of(world.cast, person), in_own_feed=True)
    first, second, _ = book_row(actor=world.cast.priya, couple_id=world.cast.sam_and_jo.id, row=row)
    move_appointment(
        actor=world.cast.priya,
        appointment_id=first.id,
        starts_at=starts[0] + timedelta(hours=2),
        minutes=30,
        scope=Scope.FOLLOWING,
    )
    return cancel_appointment(actor=world.cast.priya, appointment_id=second.id)


# What fits into one world together. Each world costs several hundred pages, so there are few.
KEPT_TOGETHER: dict[str, tuple[Act, ...]] = {
    "kept to oneself": (
        only_me,
        drafts,
        not_tonight,
        how_it_went,
        checked_in,
        questions_answered,
        a_private_thank_you,
        this_weeks_turn_kept,
        this_week_of_the_plan_done_and_kept,
        turns_drafted,
        drafts_an_agreement,
        a_use_noted_for_oneself,
        a_ritual_done_and_its_closeness,
        sets_reminders_and_makes_a_calendar_address,
        the_pause_page_opened_and_closed,
        signed_in_elsewhere,
        takes_a_copy,
        asks_for_their_account_to_be_deleted,
        hands_their_phone_over,
        a_second_step_set_up,
    ),
    "kept with the counsellor": (
        the_counsellor_reads_and_replies,
        the_counsellor_sees_them_alone,
        both_at_once_alone,
        felt_hard,
        a_pause_come_back_from,
        asks_to_talk_alone,
        what_got_in_the_way,
        a_sign_in_that_was_not_theirs,
        something_given_to_them_alone,
        what_was_given_to_them_alone_is_changed,
        the_counsellor_judges_a_sign,
        lets_the_record_be_handed_on,
        the_counsellor_types_in_a_sheet,
        face_to_face_and_how_heard_it_felt,
    ),
    "shared and thought better of": (
        sent_and_taken_back,
        sent_and_tightened_within_the_hold,
        a_widening_begun_and_cancelled,
        a_thank_you_shared_and_hidden_within_the_hold,
        a_thank_you_shared_and_deleted_within_the_hold,
        a_part_taken_back_within_the_hold,
        a_part_hidden_within_the_hold,
        signs_or_puts_forward_and_takes_it_back_within_the_hold,
        thanks_for_an_answer_taken_back_within_the_hold,
        a_ritual_not_today,
        a_ritual_done_and_taken_back,
    ),
    "one answer that waits for the other": (both_at_once_alone,),
}


# ---- looking ----


@dataclass(frozen=True)
class Look:
    """What one reader sees of a world at each of the moments, and the mail that waits for them."""

    pages: Mapping[str, Seen]
    letters: Mapping[str, list[tuple[str, datetime]]]


def watch(world: World, reader: Person) -> Look:
    """Fetch everything at each moment in turn."""
    pages, mail = {}, {}
    with shared_app_on(world.url) as app:
        for name, moment in LOOKED.items():
            with time_machine.travel(moment, tick=False):
                pages[name] = look(app, world, reader, addresses(app, world))
                mail[name] = letters(app, reader)
    return Look(pages, mail)


def act(world: World, person: Person, acts: tuple[Act, ...]) -> None:
    """Let one partner do these things on the Friday."""
    with shared_app_on(world.url) as app, time_machine.travel(KEPT, tick=False), app.app_context():
        for one in acts:
            one(world, person)
        world.ids |= rows_of_work()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("worlds")


@pytest.fixture(scope="module")
def first(sqlite_files: SQLiteFiles) -> World:
    """The world in which nothing is kept."""
    with time_machine.travel(BUILT, tick=False):
        return build(sqlite_files.fresh())


@pytest.fixture(scope="module")
def seen_in_first(first: World, folder: Path) -> Callable[[Person], Look]:
    """What a reader sees there, found once."""
    known: dict[str, Look] = {}

    def seen(reader: Person) -> Look:
        if reader.name not in known:
            known[reader.name] = watch(copied(first, folder, f"nothing-{reader.name}"), reader)
        return known[reader.name]

    return seen


def differences(one: Look, two: Look) -> list[str]:
    """Every address at every moment that tells the worlds apart."""
    found = []
    for moment, pages in two.pages.items():
        nothing = pages["/made/up"]
        for url, reply in pages.items():
            # An id that is in the second world alone must get what a made-up one gets.
            if one.pages[moment].get(url, nothing) != reply:
                found.append(f"{url}, {moment}")
        if one.letters[moment] != two.letters[moment]:
            found.append(f"mail, {moment}")
    return found


@pytest.mark.parametrize("slot", ["A", "B"])
@pytest.mark.parametrize("kept", KEPT_TOGETHER)
def test_what_one_partner_keeps_leaves_no_trace_for_the_other(
    kept: str, slot: str, first: World, seen_in_first: Callable[[Person], Look], folder: Path
) -> None:
    actor, reader = pair(first, slot)
    second = copied(first, folder, f"{kept}-{slot}")
    act(second, actor, KEPT_TOGETHER[kept])
    assert not differences(seen_in_first(reader), watch(second, reader))


@pytest.mark.parametrize("slot", ["A", "B"])
def test_asking_to_talk_alone_leaves_no_trace_in_the_askers_own_account(
    slot: str, first: World, seen_in_first: Callable[[Person], Look], folder: Path
) -> None:
    """Somebody may be made to sign in and scroll (decision 17)."""
    asker, _ = pair(first, slot)
    second = copied(first, folder, f"asked-{slot}")
    act(second, asker, (asks_to_talk_alone, it_did_not_feel_safe))
    assert not differences(seen_in_first(asker), watch(second, asker))


def pair(world: World, slot: str) -> tuple[Person, Person]:
    """Who keeps something, and who looks."""
    cast = world.cast
    return (cast.sam, cast.jo) if slot == "A" else (cast.jo, cast.sam)


@pytest.mark.parametrize("slot", ["A", "B"])
def test_what_is_shared_does_show_so_that_the_comparison_can_fail(
    slot: str, first: World, seen_in_first: Callable[[Person], Look], folder: Path
) -> None:
    def shared(world: World, person: Person) -> object:
        return answered(person, world.assignment["questions"], WORDS, Level.SHARED)

    actor, reader = pair(first, slot)
    second = copied(first, folder, f"shared-{slot}")
    act(second, actor, (shared,))
    told = differences(seen_in_first(reader), watch(second, reader))
    assert {place.partition(",")[0] for place in told} == {
        "/together",
        f"/together/{first.assignment['questions']}",
        f"/together/{first.assignment['questions']}/thanks",
    }


def test_the_pages_that_are_compared_are_the_readers_own(
    first: World, seen_in_first: Callable[[Person], Look]
) -> None:
    """A reader who was signed out, or found nothing, would see the same in any two worlds."""
    pages = seen_in_first(first.cast.jo).pages["an hour later"]
    found = [url for url, (status, _, _) in pages.items() if status == 200]
    for area in (
        "/today",
        "/thanks",
        "/together",
        "/me",
        "/me/history",
        "/check-in",
        "/check-in/csi-4",
        "/thanks/new",
    ):
        assert area in found
    assert b"Sam has asked for a pause" in pages["/today"][2]
    assert b"We laughed" in pages[f"/together/{first.assignment['open']}"][2]
    assert sum(url.startswith("/do/") for url in found) > 20
    assert len(pages) > 100
