"""A world that is built once and copied, and what stands in it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import time_machine
from sqlalchemy import select
from sqlalchemy.engine import make_url

from assignments.actions.entries import save_thanks
from assignments.actions.pausing import ask_for_a_pause
from assignments.actions.turns import save_part, send_part
from assignments.domain.pauses import Back
from assignments.domain.progress import Repeat
from assignments.domain.visibility import Level
from assignments.models import Assignment, Entry, Pause, Response, TurnPart
from assignments.queries.plans import assignments_in
from clinic.actions.sign_ins import start_sign_in
from clinic.extensions import db
from clinic.models import Appointment, Passkey, Person, SignIn, TalkRequest
from tests import builders
from tests.assignments.given import (
    OPENS_TOGETHER,
    OUR_PAUSE,
    OUR_TIME,
    PAUSE,
    SIT_DOWN,
    agreed,
    answered,
    given,
    put_forward_by,
)
from tests.assignments.planned import planned, two_weeks
from tests.assignments.questionnaires import asked
from tests.cast import Cast, assemble
from tests.databases import app_on, shared_app_on

WORDS = "I have not told you this yet"
BUILT = datetime(2026, 9, 16, 18, 30, tzinfo=UTC)
KEPT = datetime(2026, 9, 18, 18, 0, tzinfo=UTC)  # A Friday evening, when the check-in is open.
OPEN_STEP = "noticed"


@dataclass
class World:
    """A built world: its people and the ids that stand in it, each under the name an address gives it."""

    url: str
    cast: Cast
    token: dict[str, str] = field(default_factory=dict)
    assignment: dict[str, UUID] = field(default_factory=dict)
    ids: dict[str, list[Any]] = field(default_factory=dict)


Act = Callable[[World, Person], object]


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
            world.assignment[name] = given(priya, couple, **terms)  # type: ignore[arg-type]  # the keys are those it takes
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
            "hold_id": [UUID(int=1)],
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


def slot_of(cast: Cast, person: Person) -> str:
    return "A" if person.id == cast.sam.id else "B"


def the_other_slot(world: World, person: Person) -> str:
    return "B" if slot_of(world.cast, person) == "A" else "A"


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


def pair(world: World, slot: str) -> tuple[Person, Person]:
    """Who keeps something, and who looks."""
    cast = world.cast
    return (cast.sam, cast.jo) if slot == "A" else (cast.jo, cast.sam)


def act(world: World, person: Person, acts: tuple[Act, ...]) -> None:
    """Let one partner do these things on the Friday."""
    with shared_app_on(world.url) as app, time_machine.travel(KEPT, tick=False), app.app_context():
        for one in acts:
            one(world, person)
        world.ids |= rows_of_work()
