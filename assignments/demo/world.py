"""The two practices of the demo, their staff, and every story told into the database in one transaction."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice
from random import Random

from flask import current_app
from sqlalchemy import inspect, select

from assignments.demo.contacts import enter_contacts, refer
from assignments.demo.crowd import crowd
from assignments.demo.elsewhere import HANA, MARCUS
from assignments.demo.moving import MOVING
from assignments.demo.own_words import tell_lines
from assignments.demo.paper import tell_paper
from assignments.demo.questionnaires import enter_words
from assignments.demo.quiet import QUIET
from assignments.demo.rows import Telling
from assignments.demo.scene import Scene, new_id
from assignments.demo.stories import Decided, Story, Who
from assignments.demo.stuck import STUCK
from assignments.domain.checkins import week_number
from assignments.domain.signs import State, assess, to_json
from assignments.domain.stalls import Names
from assignments.models import Decision
from assignments.queries.history import record_of
from clinic import audit, clock, crypto, passphrase
from clinic.actions.practices import DEFAULT_POLICY
from clinic.audit import Event
from clinic.domain.roles import Role
from clinic.errors import Conflict
from clinic.extensions import db, transaction
from clinic.models import Couple, Person, Practice, Supervision
from clinic.queries.couples import couple_for

PASSPHRASE = "evening walk by the canal"  # noqa: S105  # Invented people; the sign-in table prints it.
SEED = 14
ZONE = "Europe/London"
URGENT_HELP = (
    "This service is not watched and is not for emergencies.\n"
    "In an emergency call 999.\n"
    "Samaritans: 116 123, day and night.\n"
    "National Domestic Abuse Helpline: 0808 2000 247, day and night."
)
COUPLES_EACH = 40
SIGN_INS = (
    ("admin@demo.example", "practice admin, Canal Street"),
    ("supervisor@demo.example", "supervisor of Priya and Marcus"),
    ("priya@demo.example", "counsellor with many couples"),
    ("marcus@demo.example", "another counsellor"),
    ("sam@demo.example", "partner with something to do today"),
    ("jo@demo.example", "Sam's partner"),
    ("ade@demo.example", "partner in a couple that is stuck"),
    ("ruth@demo.example", "Ade's partner"),
    ("hana@demo.example", "counsellor, Hill House"),
    ("lea@demo.example", "partner, Hill House"),
    ("tom@demo.example", "Lea's partner"),
)
# When talks begin on the day the world is loaded.
HOURS = (time(9), time(10), time(11, 30), time(14), time(15, 30), time(17), time(18, 30), time(20))
FOUNDED_DAYS = 400
PRIYA = MOVING + STUCK + QUIET

Tick = Callable[[], None]


def why_not() -> str | None:
    """Why this database can't be given a demo world, in a sentence, or None."""
    if current_app.config["DEMO"] is not True:
        return "The demo world is invented and never goes into a real practice. Set MEANWHILE_ENV=demo."
    if not inspect(db.session.connection()).has_table(Practice.__tablename__):
        return "The database has no tables yet. Run “flask --app wsgi db upgrade” first."
    if db.session.execute(select(Practice.id).limit(1)).first() is not None:
        return "There are people in this database already, so nothing was loaded."
    return None


@transaction
def load_world(
    *, couples: int = 0, weeks: int = 12, seed: int = SEED, after_each: Tick = lambda: None
) -> int:
    """Tell the whole world, with so many made-up couples more. Returns how many couples there are.

    The same seed on the same day tells the same stories. Raises Conflict where `why_not` has a reason.
    """
    reason = why_not()
    if reason:
        raise Conflict(reason)
    now = clock.now()
    # Hashing is slow on purpose. Everybody in the demo has the same published pass-phrase, so one hash of it
    # serves them all; for real people each hash has a salt of its own.
    kept = passphrase.keep(PASSPHRASE)
    canal_street = _practice("Canal Street", now, seed, kept)
    hill_house = _practice("Hill House", now, seed, kept)
    ada = _person(canal_street, Who("Ada", "Moss", "admin@demo.example"), Role.ADMIN)
    for name in ("csi-4", "phq-2"):
        enter_words(canal_street, ada, name)
    enter_contacts(canal_street, ada)
    supervisor = _person(canal_street, Who("Sofia", "Grell", "supervisor@demo.example"), Role.SUPERVISOR)
    priya = _person(canal_street, Who("Priya", "Nair", "priya@demo.example"), Role.COUNSELLOR)
    marcus = _person(canal_street, Who("Marcus", "Webb", "marcus@demo.example"), Role.COUNSELLOR)
    _person(hill_house, Who("Iris", "Lowe", "iris@demo.example"), Role.ADMIN)
    hana = _person(hill_house, Who("Hana", "Ito", "hana@demo.example"), Role.COUNSELLOR)
    for counsellor in (priya, marcus):
        _supervise(canal_street, supervisor, counsellor)
    tell_lines(canal_street, priya)
    told = 0
    for scene, counsellor, stories in (
        (canal_street, priya, PRIYA),
        (canal_street, marcus, MARCUS),
        (hill_house, hana, HANA),
    ):
        told += _tell(scene, counsellor, stories, after_each)
    tell_paper(canal_street, priya)
    told += _tell_crowd(canal_street, supervisor, couples, weeks, after_each)
    for scene in (canal_street, hill_house):
        scene.note(scene.practice.created_at, None, Event.PRACTICE_CREATED, scene.practice)
        audit.record_all(scene.practice.id, sorted(scene.audit, key=lambda line: line.at))
    return told


def named_couples() -> int:
    """How many couples there are before any are added."""
    return len(PRIYA) + len(MARCUS) + len(HANA)


def _practice(name: str, now: datetime, seed: int, kept: str) -> Scene:
    practice = Practice(
        id=new_id(Random(f"{seed} {name}")),
        name=name,
        created_at=now - timedelta(days=FOUNDED_DAYS),
        is_demo=True,
        timezone=ZONE,
        hold_minutes=10,
        phone="020 7946 0123" if name == "Canal Street" else "020 7946 0456",
        sharing_policy=DEFAULT_POLICY,
        urgent_help=URGENT_HELP,
    )
    scene = Scene(practice, now, clock.today(ZONE), seed, kept)
    scene.add(practice)
    return scene


def _person(scene: Scene, who: Who, role: Role) -> Person:
    since = scene.practice.created_at
    person = Person(
        id=new_id(Random(f"{scene.seed} {who.address}")),
        practice_id=scene.practice.id,
        role=role,
        name=who.name,
        family_name=who.family_name,
        contact_address=who.address,
        sign_in_address=who.address,
        passphrase_hash=scene.passphrase_hash,
        inbox_shared="no",
        created_at=since,
        joined_at=since,
    )
    scene.note(since, None, Event.STAFF_INVITED, person, role=str(role))
    scene.note(since, person, Event.JOINING_FINISHED, person)
    return scene.add(person)


def _supervise(scene: Scene, supervisor: Person, counsellor: Person) -> None:
    scene.add(
        Supervision(
            id=new_id(Random(f"{scene.seed} {supervisor.id} {counsellor.id}")),
            practice_id=scene.practice.id,
            supervisor_id=supervisor.id,
            counsellor_id=counsellor.id,
            since=scene.practice.created_at,
        )
    )


def _tell(scene: Scene, counsellor: Person, stories: Sequence[Story], after_each: Tick) -> int:
    today = iter(_hours_today(scene, sum(story.next_in == 0 for story in stories)))
    told: list[tuple[Couple, Story]] = []
    for story in sorted(stories, key=lambda one: (one.next_in != 0, one.hour)):
        hour = next(today) if story.next_in == 0 else time(story.hour)
        told.append((Telling(scene, story, counsellor, hour).tell(), story))
        after_each()
    scene.write()
    for couple, story in told:
        for decided in story.decided:
            row = _decide(scene, counsellor, couple, story, decided)
            if story.referred is not None and story.referred.days == decided.days:
                person = couple_for(counsellor, couple.id).partner(story.referred.slot).person
                refer(scene, counsellor, couple, person, row, story.referred)
    scene.write()
    return len(told)


def _tell_crowd(scene: Scene, supervisor: Person, couples: int, weeks: int, after_each: Tick) -> int:
    """More couples for load, a counsellor for each forty, written batch by batch to keep memory small."""
    stories = crowd(couples, weeks, scene.seed)
    number = told = 0
    while batch := tuple(islice(stories, COUPLES_EACH)):
        number += 1
        who = Who("Counsellor", f"Number {number}", f"counsellor{number}@demo.example")
        counsellor = _person(scene, who, Role.COUNSELLOR)
        _supervise(scene, supervisor, counsellor)
        told += _tell(scene, counsellor, batch, after_each)
    return told


def _hours_today(scene: Scene, count: int) -> tuple[time, ...]:
    """Hours of today's talks, ahead of now as far as the day still has them."""
    soon = scene.now + timedelta(minutes=10)
    ahead = [at for at in HOURS if scene.at(scene.today, at.hour, at.minute) > soon]
    gone = [at for at in HOURS if at not in ahead]
    missing = max(0, count - len(ahead))
    chosen = (gone[len(gone) - missing :] + ahead)[:count]
    # More talks than hours in one day share them; only a generated counsellor is ever so busy.
    return tuple(chosen[place % len(chosen)] for place in range(count)) if chosen else ()


def _decide(scene: Scene, counsellor: Person, couple: Couple, story: Story, decided: Decided) -> Decision:
    """A decision with the evidence of its day, worked out again from the record as it stood then."""
    at = min(scene.at(scene.today - timedelta(days=decided.days), 12, 30), scene.now - timedelta(minutes=40))
    record = record_of(counsellor, couple_for(counsellor, couple.id), scene.now)
    week = _last_closed_week(record.week_0, at.date(), record.history.week)
    names = Names(story.first.name, story.second.name)
    assessment = assess(record.history.up_to(week), names=names)
    judged = {one.sign: one.judgement for one in story.judged if one.days >= decided.days}
    evidence = {**to_json(assessment), "version": assessment.version, "judgements": judged}
    row = Decision(
        id=new_id(Random(f"{scene.seed} {couple.id} {decided.days}")),
        practice_id=couple.practice_id,
        couple_id=couple.id,
        author_id=counsellor.id,
        at=at,
        state=decided.state,
        review_on=None if decided.review_in is None else scene.today + timedelta(days=decided.review_in),
        in_brief=decided.in_brief,
        met_signs=",".join(sign.id for sign in assessment.signs if sign.state is State.MET),
    )
    row.reason_sealed = crypto.seal(row, "reason_sealed", decided.reason)
    row.evidence_sealed = crypto.seal(row, "evidence_sealed", json.dumps(evidence, ensure_ascii=False))
    scene.add(row)
    scene.note(at, counsellor, Event.DECIDED, row, state=decided.state.value, held=couple.held_at is not None)
    return row


def _last_closed_week(week_0: date | None, on: date, latest: int) -> int:
    """The newest week whose check-ins were in on that day."""
    return 0 if week_0 is None else max(0, min(week_number(on, week_0) - 1, latest))
