"""Turning stories into rows: people, appointments, work, check-ins, and what the counsellor did with it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import select

from assignments.demo import stories, words
from assignments.demo.shapes import SHAPES, Shape, is_present, numbers
from assignments.demo.stories import Story
from assignments.domain.checkins import monday_of
from assignments.domain.exercises import Exercise, exercise_to_json
from assignments.domain.signs import assess, to_json
from assignments.domain.signs.rows import State
from assignments.domain.stalls import SHIPPED_LIMITS, Names
from assignments.domain.visibility import Level
from assignments.library.loader import load_library
from assignments.models import (
    Answer,
    Assignment,
    Checkin,
    Comment,
    Decision,
    Entry,
    ExerciseVersion,
    Outcome,
    ReadMark,
    Response,
    SetAside,
)
from assignments.queries.entries import THANKS
from assignments.queries.history import history_of
from clinic import audit, clock, crypto, passphrase
from clinic.actions.practices import DEFAULT_POLICY
from clinic.actions.tokens import digest, new_code, new_token
from clinic.domain import invitations
from clinic.domain.roles import Role
from clinic.errors import Conflict
from clinic.extensions import db
from clinic.models import (
    Appointment,
    Couple,
    Invitation,
    Partner,
    Person,
    Practice,
    SafetyConversation,
    Supervision,
)
from clinic.queries.couples import couple_for

PASSPHRASE = "evening walk by the canal"  # noqa: S105 - printed on the terminal; the demo protects nothing.
ZONE = ZoneInfo("Europe/London")
WEEKS = 12
COUPLES_A_COUNSELLOR = 40
URGENT_HELP = (
    "This service is not watched and is not for emergencies.\n"
    "In an emergency call 999.\n"
    "Samaritans: 116 123, day and night.\n"
    "National Domestic Abuse Helpline: 0808 2000 247, day and night."
)
# What is given in which week after the log that runs throughout; a couple gets as many as its weeks hold.
PROGRAMME = (
    "gentle-questions",
    "i-statements",
    "what-helps-me-feel-safe",
    "validate-first",
    "midday-message",
    "phone-free-evening",
    "active-listening",
    "pause-and-come-back",
    "one-thing-aloud",
    "weekly-sit-down",
)
LEVELS = (Level.SHARED,) * 6 + (Level.COUNSELLOR, Level.COUNSELLOR, Level.PRIVATE, Level.PRIVATE)
HOLD = timedelta(minutes=10)


def check_is_empty() -> None:
    """Raise Conflict unless the database holds no practice at all: a demo never mixes with anything."""
    if db.session.execute(select(Practice.id).limit(1)).first() is not None:
        raise Conflict("This database holds a practice already. The demo goes into an empty one only.")


def build_world(*, couples: int = 0, weeks: int = WEEKS, seed: int = 1) -> Iterator[None]:
    """Write the whole world, yielding once a couple so that a terminal can show progress. Commits at the end."""
    check_is_empty()
    hashed = passphrase.keep(PASSPHRASE)  # Once for everybody: hashing well is slow on purpose.
    canal = _Practice("Canal Street", hashed, Random(seed), WEEKS)
    canal.person("Ada", "Moss", Role.ADMIN, "admin@demo.example")
    supervisor = canal.person("Sofia", "Lindgren", Role.SUPERVISOR, "supervisor@demo.example")
    priya = canal.person("Priya", "Nair", Role.COUNSELLOR, "priya@demo.example")
    marcus = canal.person("Marcus", "Webb", Role.COUNSELLOR, "marcus@demo.example")
    for counsellor in (priya, marcus):
        canal.supervise(supervisor, counsellor)
    for counsellor, told in ((priya, stories.PRIYA), (marcus, stories.MARCUS)):
        for story in told:
            canal.couple(counsellor, story)
            yield
    yield from _crowd(canal, hashed, couples, weeks, seed)
    hill = _Practice("Hill House", hashed, Random(seed + 1), WEEKS)
    hana = hill.person("Hana", "Ito", Role.COUNSELLOR, "hana@demo.example")
    for story in stories.HANA:
        hill.couple(hana, story)
        yield
    db.session.commit()


def _crowd(canal: _Practice, hashed: str, couples: int, weeks: int, seed: int) -> Iterator[None]:
    """As many more couples as were asked for, forty to a counsellor, for trying the product under load."""
    chance = Random(seed + 2)
    builder = _Practice("", hashed, chance, weeks, practice=canal.practice)
    counsellor: Person | None = None
    for number in range(couples):
        if number % COUPLES_A_COUNSELLOR == 0 or counsellor is None:
            order = number // COUPLES_A_COUNSELLOR + 1
            counsellor = builder.person(
                chance.choice(stories.FIRST_NAMES),
                chance.choice(stories.FAMILY_NAMES),
                Role.COUNSELLOR,
                f"counsellor{order}@demo.example",
            )
        first, second = (
            (chance.choice(stories.FIRST_NAMES), chance.choice(stories.FAMILY_NAMES)) for _ in range(2)
        )
        shape = chance.choice(stories.CROWD_SHAPES)
        builder.couple(counsellor, Story(first, second, shape, number % 14, 9 + number % 8, weeks=weeks))
        if number % 20 == 19:
            db.session.flush()
            db.session.expunge_all()
        yield


@dataclass
class _Told:
    """A couple being told: what later lines of its story refer to."""

    story: Story
    shape: Shape
    couple: Couple
    people: dict[str, Person]
    weeks: int
    first_monday: date
    given: list[Assignment] = field(default_factory=list)
    responses: list[Response] = field(default_factory=list)

    def monday(self, week: int) -> date:
        return self.first_monday + timedelta(weeks=week)


class _Practice:
    """One practice being filled."""

    def __init__(
        self, name: str, hashed: str, chance: Random, weeks: int, practice: Practice | None = None
    ) -> None:
        self.hashed, self.chance, self.weeks = hashed, chance, weeks
        self.now = clock.now()
        self.today = self.now.astimezone(ZONE).date()
        self.versions: dict[str, UUID] = {}
        self.practice = practice or self._found(name)
        self.library = {exercise.slug: exercise for exercise in load_library().all()}
        for slug, version_id in db.session.execute(
            select(ExerciseVersion.slug, ExerciseVersion.id).where(
                ExerciseVersion.practice_id == self.practice.id
            )
        ):
            self.versions[slug] = version_id

    def _found(self, name: str) -> Practice:
        practice = Practice(
            name=name,
            created_at=self.now - timedelta(weeks=self.weeks + 4),
            is_demo=True,
            sharing_policy=DEFAULT_POLICY,
            urgent_help=URGENT_HELP,
        )
        db.session.add(practice)
        db.session.flush()
        audit.record(None, audit.Event.PRACTICE_CREATED, practice, practice_id=practice.id)
        db.session.flush()
        return practice

    def _add(self, row: Any) -> Any:
        db.session.add(row)
        return row

    def person(self, name: str, family_name: str, role: Role, address: str, *, joined: bool = True) -> Person:
        """Somebody who has joined with the demo's pass-phrase, or has only been invited."""
        began = self.now - timedelta(weeks=self.weeks + 2)
        person: Person = self._add(
            Person(
                id=uuid4(),
                practice_id=self.practice.id,
                role=role,
                name=name,
                family_name=family_name,
                contact_address=address,
                sign_in_address=address if joined else None,
                passphrase_hash=self.hashed if joined else None,
                inbox_shared="no",
                created_at=began,
                joined_at=began if joined else None,
            )
        )
        db.session.flush()
        return person

    def supervise(self, supervisor: Person, counsellor: Person) -> None:
        """The supervisor sees this counsellor's couples."""
        self._add(
            Supervision(
                practice_id=self.practice.id,
                supervisor_id=supervisor.id,
                counsellor_id=counsellor.id,
                since=self.now - timedelta(weeks=self.weeks),
            )
        )

    # ---- one couple ----

    def couple(self, counsellor: Person, story: Story) -> None:
        """Tell one story from its first appointment to today."""
        weeks = self.weeks if story.weeks is None else story.weeks
        couple = self._add(
            Couple(
                id=uuid4(),
                practice_id=self.practice.id,
                counsellor_id=counsellor.id,
                created_at=self.now - timedelta(weeks=weeks, days=5),
                held_at=self.now - timedelta(days=12) if story.held else None,
                closed_at=self.now - timedelta(days=10) if story.closed else None,
            )
        )
        db.session.flush()
        people = {
            "A": self._partner(couple, "A", story.first, story),
            "B": self._partner(couple, "B", story.second, story),
        }
        db.session.flush()
        audit.record(counsellor, audit.Event.COUPLE_ADDED, couple, couple_id=couple.id)
        told = _Told(
            story,
            SHAPES[story.shape],
            couple,
            people,
            weeks,
            monday_of(self.today) - timedelta(weeks=weeks),
        )
        self._appointments(told, counsellor)
        if story.invited_only:
            self._invitations(told, counsellor)
            return
        self._safety(told, counsellor)
        for week in range(weeks):
            self._checkins(told, week)
        self._work(told, counsellor)
        self._thanks(told)
        self._set_asides(told)
        self._today(told, counsellor)
        db.session.flush()
        self._review(told, counsellor)
        if story.decision:
            db.session.flush()
            self._decision(told, counsellor, story.decision)

    def _partner(self, couple: Couple, slot: str, name: tuple[str, str], story: Story) -> Person:
        first, family = name
        address = (
            f"{first.casefold()}@demo.example"
            if story.sign_ins
            else f"{first}.{family}.{couple.id.hex[:6]}@mail.example".casefold()
        )
        person = self.person(first, family, Role.PARTNER, address, joined=not story.invited_only)
        self._add(
            Partner(
                practice_id=self.practice.id,
                couple_id=couple.id,
                person_id=person.id,
                slot=slot,
                policy_read_at=None if story.invited_only else couple.created_at,
            )
        )
        return person

    def _at(self, day: date, hour: int, minute: int = 0) -> datetime:
        return datetime.combine(day, time(hour, minute), ZONE).astimezone(UTC)

    def _appointments(self, told: _Told, counsellor: Person) -> None:
        story = told.story
        ahead = story.seen_in_days if story.seen_in_days is not None else -14
        days = [ahead - 7 * back for back in range(told.weeks + 2)]
        for offset in days:
            day = self.today + timedelta(days=offset)
            if day < told.couple.created_at.astimezone(ZONE).date():
                break
            self._add(
                Appointment(
                    practice_id=self.practice.id,
                    couple_id=told.couple.id,
                    counsellor_id=counsellor.id,
                    starts_at=self._at(day, story.hour),
                    created_at=told.couple.created_at,
                )
            )

    def _invitations(self, told: _Told, counsellor: Person) -> None:
        for person in told.people.values():
            sent = self.now - timedelta(hours=20)
            self._add(
                Invitation(
                    practice_id=self.practice.id,
                    person_id=person.id,
                    by_id=counsellor.id,
                    token_hash=digest(new_token()),
                    code_hash=digest(new_code()),
                    created_at=sent,
                    expires_at=sent + invitations.LIFETIME,
                )
            )

    def _safety(self, told: _Told, counsellor: Person) -> None:
        for days, person in enumerate(told.people.values()):
            self._add(
                SafetyConversation(
                    practice_id=self.practice.id,
                    couple_id=told.couple.id,
                    person_id=person.id,
                    held_on=told.monday(0) + timedelta(days=days),
                    by_id=counsellor.id,
                    recorded_at=self._at(told.monday(0) + timedelta(days=days), 12),
                )
            )

    def _checkins(self, told: _Told, week: int) -> None:
        for slot, person in told.people.items():
            there = is_present(told.shape, week, second=slot == "B")
            if not there or self.chance.random() > told.shape.answers:
                continue
            said = numbers(told.shape, week, 0.2 if slot == "A" else -0.2, self.chance)
            self._add(
                Checkin(
                    practice_id=self.practice.id,
                    couple_id=told.couple.id,
                    author_id=person.id,
                    week_of=told.monday(week),
                    saved_at=self._at(told.monday(week) + timedelta(days=6), 19, self.chance.randrange(60)),
                    **said.__dict__,
                )
            )

    # ---- work ----

    def _work(self, told: _Told, counsellor: Person) -> None:
        journal = self._give(told, counsellor, "withdrawal-journal", 0, for_whom="A")
        self._turn(told, journal, 1, told.monday(0), ("A",))
        if told.weeks > 1:
            log = self._give(told, counsellor, "appreciation-log", 1, repeat="weekly")
            # The week that is on has had some of its days already, so it is told like the others.
            for week in range(1, told.weeks + 1):
                self._turn(told, log, week, told.monday(week), ("A", "B"))
        for week, slug in zip(range(2, told.weeks + 1), PROGRAMME, strict=False):
            given = self._give(told, counsellor, slug, week)
            self._turn(told, given, 1, told.monday(week), ("A", "B"))

    def _give(
        self,
        told: _Told,
        counsellor: Person,
        slug: str,
        week: int,
        *,
        for_whom: str = "both",
        repeat: str = "once",
        days: int = 0,
        best_before: date | None = None,
    ) -> Assignment:
        exercise = self.library[slug]
        start = told.monday(week) + timedelta(days=days)
        assignment: Assignment = self._add(
            Assignment(
                id=uuid4(),
                practice_id=self.practice.id,
                couple_id=told.couple.id,
                exercise_version_id=self._version(exercise),
                for_whom=for_whom,
                starts_on=start,
                best_before=best_before or (None if repeat == "weekly" else start + timedelta(days=7)),
                repeat=repeat,
                sharing_limit=exercise.sharing,
                author_id=counsellor.id,
                assigned_at=self._at(start, 9),
            )
        )
        db.session.flush()  # Responses and outcomes refer to it, and the session does not know that.
        told.given.append(assignment)
        return assignment

    def _version(self, exercise: Exercise) -> UUID:
        if exercise.slug not in self.versions:
            kept = ExerciseVersion(
                id=uuid4(),
                practice_id=self.practice.id,
                slug=exercise.slug,
                version=exercise.version,
                definition=exercise_to_json(exercise),
                kept_at=self.now,
            )
            db.session.add(kept)
            db.session.flush()
            self.versions[exercise.slug] = kept.id
        return self.versions[exercise.slug]

    def _slug(self, assignment: Assignment) -> str:
        return next(s for s, version in self.versions.items() if version == assignment.exercise_version_id)

    def _turn(
        self, told: _Told, assignment: Assignment, turn: int, begins: date, slots: tuple[str, ...]
    ) -> None:
        week = (begins - told.first_monday).days // 7
        for slot in slots:
            there = is_present(told.shape, week, second=slot == "B")
            if not there or self.chance.random() > told.shape.tries:
                continue
            sent = self._at(begins + timedelta(days=self.chance.randint(1, 6)), 20, self.chance.randrange(60))
            if sent < self.now:
                exercise = self.library[self._slug(assignment)]
                level = Level.BOTH if exercise.reveal_together else self.chance.choice(LEVELS)
                if level.is_looser_than(Level(exercise.sharing)):
                    level = Level(exercise.sharing)
                self._response(told, assignment, turn, slot, sent, level)

    def _response(
        self,
        told: _Told,
        assignment: Assignment,
        turn: int,
        slot: str,
        at: datetime,
        level: Level | None,
    ) -> Response:
        """One partner's turn: sent at `level`, or a draft begun at `at` when there is none."""
        person, exercise = told.people[slot], self.library[self._slug(assignment)]
        response: Response = self._add(
            Response(
                id=uuid4(),
                practice_id=self.practice.id,
                couple_id=told.couple.id,
                assignment_id=assignment.id,
                turn=turn,
                author_id=person.id,
                visibility=level,
                started_at=at - timedelta(minutes=exercise.minutes),
                sent_at=at if level else None,
                opens_at=at + HOLD if level else None,
            )
        )
        steps = exercise.steps if level else exercise.steps[:2]
        course = told.shape.level((at.astimezone(ZONE).date() - told.first_monday).days / 7)
        for step in steps:
            value = words.value_for(step, course, self.chance)
            if value is not None:
                self._answer(response, step.key, value, at)
        if level:
            told.responses.append(response)
            self._add(
                Outcome(
                    practice_id=self.practice.id,
                    couple_id=told.couple.id,
                    assignment_id=assignment.id,
                    turn=turn,
                    person_id=person.id,
                    tried="tried" if self.chance.random() < 0.8 else "part",
                    useful=max(0, min(10, round(self.chance.gauss(course + 1, 1.5)))),
                    at=at,
                )
            )
        return response

    def _answer(self, response: Response, step: str, value: dict[str, Any], at: datetime) -> None:
        answer = Answer(
            id=uuid4(),
            practice_id=response.practice_id,
            response_id=response.id,
            author_id=response.author_id,
            step=step,
            saved_at=at,
            version=1,
        )
        answer.value_sealed = crypto.seal(answer, "value_sealed", json.dumps(value, ensure_ascii=False))
        self._add(answer)

    def _thanks(self, told: _Told) -> None:
        for slot, person in told.people.items():
            last = told.weeks - 1
            while last >= 0 and not is_present(told.shape, last, second=slot == "B"):
                last -= 1
            for what, meant in self.chance.sample(words.THANKS, min(3, max(0, last))):
                day = told.monday(self.chance.randint(0, last)) + timedelta(days=self.chance.randrange(7))
                at = self._at(day, 21, self.chance.randrange(60))
                level = Level.SHARED if self.chance.random() < 0.7 else Level.PRIVATE
                entry = Entry(
                    id=uuid4(),
                    practice_id=self.practice.id,
                    couple_id=told.couple.id,
                    kind=THANKS,
                    author_id=person.id,
                    happened_on=day,
                    visibility=level,
                    at=at,
                    opens_at=at + HOLD,
                )
                entry.value_sealed = crypto.seal(
                    entry, "value_sealed", json.dumps({"what": what, "meant": meant}, ensure_ascii=False)
                )
                self._add(entry)

    def _set_asides(self, told: _Told) -> None:
        wanted = [("hard", "smaller")] * told.story.felt_hard + [("later", "tomorrow")] * told.story.put_off
        if not wanted:
            return
        assignment = told.given[-1]
        for number, (kind, choice) in enumerate(wanted):
            self._add(
                SetAside(
                    practice_id=self.practice.id,
                    couple_id=told.couple.id,
                    assignment_id=assignment.id,
                    person_id=told.people["AB"[number % 2]].id,
                    kind=kind,
                    choice=choice,
                    until=None,
                    at=self.now - timedelta(days=1 + 2 * number),
                )
            )

    # ---- today ----

    def _today(self, told: _Told, counsellor: Person) -> None:
        """What stands open now: for Sam and Jo on purpose, for everybody else one new thing."""
        if told.story.closed or told.story.held or told.weeks == 0:
            return
        week, ahead = told.weeks, timedelta(days=7)
        new = self._give(
            told, counsellor, "reflect-and-check", week - 1, days=5, best_before=self.today + ahead
        )
        if told.story.waiting:
            asked = self._give(
                told, counsellor, "what-helps-me-feel-safe", week - 2, best_before=self.today + ahead
            )
            self._response(told, asked, 1, "A", self.now - timedelta(days=9), Level.BOTH)
        if not (told.story.sign_ins and told.story.shape == "improving"):
            self._turn(told, new, 1, new.starts_on - timedelta(days=2), ("A", "B"))
            return
        draft = self._give(told, counsellor, "i-statements", week - 1, days=4, best_before=self.today + ahead)
        self._response(told, draft, 1, "A", self.now - timedelta(hours=22), None)
        asked = self._give(
            told, counsellor, "what-helps-me-feel-safe", week - 1, days=3, best_before=self.today + ahead
        )
        self._response(told, asked, 1, "A", self.now - timedelta(hours=30), Level.BOTH)
        self._response(told, new, 1, "B", self.now - timedelta(hours=5), Level.SHARED)

    # ---- what the counsellor did with it ----

    def _review(self, told: _Told, counsellor: Person) -> None:
        sent = sorted(
            (r for r in told.responses if r.visibility != Level.PRIVATE and r.sent_at is not None),
            key=lambda response: response.sent_at or self.now,
        )
        read = sent[: len(sent) - told.story.unread] if told.story.unread else sent
        for response in read:
            self._add(
                ReadMark(
                    practice_id=self.practice.id,
                    response_id=response.id,
                    reader_id=counsellor.id,
                    version=response.version,
                    at=(response.sent_at or self.now) + timedelta(hours=14),
                )
            )
        for response in read[-6::3]:
            comment = Comment(
                id=uuid4(),
                practice_id=self.practice.id,
                response_id=response.id,
                response_version=response.version,
                author_id=counsellor.id,
                at=(response.sent_at or self.now) + timedelta(hours=15),
            )
            comment.words_sealed = crypto.seal(comment, "words_sealed", self.chance.choice(words.COMMENTS))
            self._add(comment)

    def _decision(self, told: _Told, counsellor: Person, state: str) -> None:
        couple = couple_for(counsellor, told.couple.id)
        history = history_of(counsellor, couple, self.now)
        weeks_ago = 2 if told.story.held or told.story.closed else 3
        then = history.up_to(max(0, history.week - weeks_ago))
        names = Names(told.people["A"].name, told.people["B"].name)
        assessment = assess(then, SHIPPED_LIMITS, names)
        at = self.now - timedelta(weeks=weeks_ago) + timedelta(days=2)
        decision = Decision(
            id=uuid4(),
            practice_id=self.practice.id,
            couple_id=told.couple.id,
            author_id=counsellor.id,
            at=at,
            state=state,
            review_on=(at + timedelta(weeks=6)).date(),
            in_brief=True,
            met_signs=",".join(sign.id for sign in assessment.signs if sign.state is State.MET),
        )
        decision.reason_sealed = crypto.seal(decision, "reason_sealed", words.REASONS[state])
        evidence = json.dumps(to_json(assessment), ensure_ascii=False)
        decision.evidence_sealed = crypto.seal(decision, "evidence_sealed", evidence)
        self._add(decision)
