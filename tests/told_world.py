"""The demo's world with everybody in the middle of something, so that every page of the product has somebody to show it to.

It is told once a run, at the `clock` fixture's Wednesday evening, and copied for whoever asks.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pyotp
import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.engine import make_url

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
from assignments.demo.world import load_world
from assignments.domain.bulk import Until
from assignments.domain.exercises import Exercise, TextStep, blank_draft
from assignments.domain.pauses import Back
from assignments.domain.progress import Repeat
from assignments.domain.turns import has_exchange
from assignments.domain.visibility import Level
from assignments.library.loader import load_library
from assignments.models import (
    Assignment,
    ExerciseVersion,
)
from assignments.queries.library import own_exercise
from clinic.actions.break_glass import ask_to_break_glass
from clinic.actions.factors import begin_app, confirm_app
from clinic.actions.holds import ask_to_hold
from clinic.actions.kept_forms import keep_form
from clinic.actions.reminders import make_calendar_address
from clinic.actions.sign_ins import start_sign_in
from clinic.actions.talks import ask_to_talk
from clinic.actions.tokens import digest
from clinic.clock import now, today
from clinic.domain.roles import Role
from clinic.extensions import db
from clinic.models import (
    Couple,
    HalfSignIn,
    Invitation,
    Partner,
    Person,
    Practice,
)
from clinic.queries.factors import factor_of, key_of
from tests import builders
from tests.assignments.given import part_of
from tests.assignments.planned import planned, two_weeks
from tests.conftest import EVENING, Clock
from tests.databases import SQLiteFiles, app_on
from tests.once import MadeOnce

TOKEN, CODE, HALF = "a-link-of-one-use", "123456", "half-a-sign-in"
SENT = "withdrawal-journal"
AT_HOME = "The light was on when I came home."


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
    second = builders.person(
        db.session.get_one(Practice, priya.practice_id),
        name="Bea",
        role=Role.ADMIN,
        address="bea@demo.example",
    )
    ask_to_hold(actor=second, couple_id=couple_of(ruth), reason="A complaint was made.")
    extend_several(actor=priya, couple_ids=[couple_of(ruth)], until=Until.WEEK)
    save_thanks(actor=sam, what="You rang my mother", meant="It was a long day.", level=Level.SHARED)
    sent = load_library().get(SENT)
    assert sent is not None
    send_response(actor=sam, assignment_id=_give(priya, couple_of(sam), sent), level=Level.COUNSELLOR)
    listening = load_library().get("active-listening")
    assert listening is not None
    part_of(sam, _give(priya, couple_of(sam), listening), "A", "topic", words=AT_HOME, send=True)
    part_of(sam, turns_of(sam, "validate-first"), "A", "on-my-mind", words=AT_HOME, send=False)
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


def turns_of(person: Person, slug: str) -> UUID:
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
