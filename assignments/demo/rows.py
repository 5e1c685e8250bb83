"""One story turned into rows: people, appointments, check-ins, work, words and what the counsellor made of it.

The rows are built as the actions would have left them, only with their dates in the past. Nothing here asks
the database: a world of a thousand couples is written in bulk.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID

from assignments.actions.responding import LATER, TURNS_HOLD_MINUTES
from assignments.demo.answers import answer_value, round_answers
from assignments.demo.stories import Given, Report, Said, Story, Who
from assignments.domain.checkins import SHIPPED_HOURS, monday_of
from assignments.domain.exercises import Exercise, exercise_to_json
from assignments.domain.progress import Repeat
from assignments.domain.visibility import OPEN_TO_COUNSELLOR, Level
from assignments.library.loader import load_library
from assignments.models import (
    Answer,
    Assignment,
    Checkin,
    Comment,
    Entry,
    ExerciseVersion,
    Outcome,
    ReadMark,
    Response,
    SetAside,
    SignJudgement,
    Withdrawal,
)
from assignments.queries.entries import THANKS
from clinic import crypto
from clinic.actions.tokens import digest
from clinic.audit import Event
from clinic.domain import invitations
from clinic.domain.appointments import moment
from clinic.domain.roles import Role
from clinic.extensions import db
from clinic.models import (
    Appointment,
    AuditLine,
    Couple,
    Invitation,
    Partner,
    Person,
    Practice,
    SafetyConversation,
)

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
# Between the first talk and the first week that is asked about.
BEFORE_THE_FIRST_WEEK = 10


@dataclass
class Scene:
    """What all the couples of one practice share: the hour, the practice, and the rows not yet written."""

    practice: Practice
    now: datetime
    today: date
    seed: int
    passphrase_hash: str
    rows: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    audit: list[AuditLine] = field(default_factory=list)
    versions: dict[str, ExerciseVersion] = field(default_factory=dict)

    def add(self, row: Any) -> Any:
        """Keep a row for the next writing."""
        self.rows[row.__tablename__].append(row)
        return row

    def write(self) -> None:
        """Write what has gathered, table by table, so that whatever a row points to stands before it."""
        for table in db.metadata.sorted_tables:
            db.session.add_all(self.rows.pop(table.name, []))
            db.session.flush()

    def at(self, day: date, hour: int, minute: int = 0) -> datetime:
        """A wall-clock time of the practice as a moment."""
        return moment(day, time(hour, minute), self.practice.timezone)

    def note(self, at: datetime, actor: Person | None, event: Event, row: Any, **details: Any) -> None:
        """Remember an audit line. They are put in order and chained when everything has been told."""
        is_couple = isinstance(row, Couple)
        self.audit.append(
            AuditLine(
                practice_id=self.practice.id,
                at=at,
                event=str(event),
                actor_id=actor.id if actor else None,
                actor_role=actor.role if actor else "system",
                couple_id=row.id if is_couple else getattr(row, "couple_id", None),
                subject_type=row.__tablename__,
                subject_id=row.id,
                details=details,
            )
        )

    def version_of(self, exercise: Exercise) -> ExerciseVersion:
        """The practice's kept copy of an exercise."""
        kept = self.versions.get(exercise.slug)
        if kept is None:
            kept = self.versions[exercise.slug] = ExerciseVersion(
                id=UUID(
                    int=Random(f"{self.seed} {self.practice.id} {exercise.slug}").getrandbits(128), version=4
                ),
                practice_id=self.practice.id,
                slug=exercise.slug,
                version=exercise.version,
                definition=exercise_to_json(exercise),
                kept_at=self.practice.created_at,
            )
            self.add(kept)
        return kept


class Telling:
    """Tells one story of one counsellor's."""

    def __init__(self, scene: Scene, story: Story, counsellor: Person, hour: time) -> None:
        self.scene, self.story, self.counsellor = scene, story, counsellor
        # A couple of its own chance: adding a story changes nothing in the others.
        self.chance = Random(
            f"{scene.seed} {scene.practice.name} {story.first.name} {story.first.family_name}"
            f" {story.second.name} {story.second.family_name} {story.first.address}"
        )
        self.hour = hour
        self.practice_id = scene.practice.id
        self.last_monday = monday_of(scene.today) - WEEK
        self.first_monday = self.last_monday - WEEK * max(story.weeks - 1, 0)
        self.since = self._since()
        self.people: dict[str, Person] = {}
        self.couple = self._couple()
        self.days = list(self._appointment_days())
        self.responses: list[Response] = []

    def tell(self) -> Couple:
        """Write the whole story into the scene."""
        self._partners()
        self._appointments()
        self._checkins()
        for given in self.story.given:
            self._given(given)
        self._thanks()
        self._read()
        self._judged()
        return self.couple

    def new_id(self) -> UUID:
        """An id that the seed decides. The people are invented, so nobody is harmed by a guessable one."""
        return UUID(int=self.chance.getrandbits(128), version=4)

    # --- People.

    def _since(self) -> datetime:
        days = self.story.invited_days
        if days is not None:
            return min(self.scene.at(self.scene.today - DAY * days, 16), self.scene.now - timedelta(hours=2))
        return self.scene.at(self.first_monday - DAY * BEFORE_THE_FIRST_WEEK, 11)

    def _couple(self) -> Couple:
        couple = self.scene.add(
            Couple(
                id=self.new_id(),
                practice_id=self.practice_id,
                counsellor_id=self.counsellor.id,
                created_at=self.since,
                held_at=self._days_ago(self.story.held_days),
                closed_at=self._days_ago(self.story.closed_days),
            )
        )
        self.scene.note(self.since, self.counsellor, Event.COUPLE_ADDED, couple)
        return couple

    def _days_ago(self, days: int | None) -> datetime | None:
        return None if days is None else self._past(self.scene.at(self.scene.today - DAY * days, 12, 20))

    def _partners(self) -> None:
        for slot, who in (("A", self.story.first), ("B", self.story.second)):
            self._partner(slot, who)

    def _partner(self, slot: str, who: Who) -> None:
        scene = self.scene
        address = who.address or f"{who.name}.{who.family_name}@demo.example".lower().replace(" ", "-")
        has_joined = self.story.invited_days is None
        joined_at = self.since + timedelta(days=1 if slot == "A" else 2, hours=8) if has_joined else None
        person = Person(
            id=self.new_id(),
            practice_id=self.practice_id,
            role=Role.PARTNER,
            name=who.name,
            family_name=who.family_name,
            contact_address=address,
            sign_in_address=address if has_joined else None,
            passphrase_hash=scene.passphrase_hash if has_joined else None,
            inbox_shared="no" if has_joined else "unsure",
            created_at=self.since,
            joined_at=joined_at,
        )
        self.people[slot] = scene.add(person)
        scene.add(
            Partner(
                id=self.new_id(),
                practice_id=self.practice_id,
                couple_id=self.couple.id,
                person_id=person.id,
                slot=slot,
                policy_read_at=joined_at,
            )
        )
        self._invitation(slot, person, joined_at)
        if has_joined:
            held_on = self.since.date() + DAY * (4 if slot == "A" else 6)
            self._spoken_with(person, held_on)
        elif slot == "A":
            self._spoken_with(person, scene.today - DAY * min(self.story.invited_days or 0, 1))

    def _invitation(self, slot: str, person: Person, joined_at: datetime | None) -> None:
        """Nobody has the links and codes of these: a new one can be sent from the couple's page."""
        wants_to_talk = self.story.wants_to_talk == slot
        row = Invitation(
            id=self.new_id(),
            practice_id=self.practice_id,
            person_id=person.id,
            by_id=self.counsellor.id,
            token_hash=digest(str(self.new_id())),
            code_hash=digest(str(self.new_id())),
            created_at=self.since,
            expires_at=self.since + invitations.LIFETIME,
            opened_at=joined_at,
            claimed_at=joined_at,
        )
        if wants_to_talk:
            row.opened_at = row.wants_to_talk_at = self._past(self.since + timedelta(hours=20))
        self.scene.add(row)
        self.scene.note(self.since, self.counsellor, Event.INVITATION_SENT, row)
        if joined_at:
            self.scene.note(joined_at, person, Event.JOINING_FINISHED, person)

    def _spoken_with(self, person: Person, held_on: date) -> None:
        recorded_at = self._past(self.scene.at(held_on, 15))
        row = self.scene.add(
            SafetyConversation(
                id=self.new_id(),
                practice_id=self.practice_id,
                couple_id=self.couple.id,
                person_id=person.id,
                held_on=held_on,
                by_id=self.counsellor.id,
                recorded_at=recorded_at,
            )
        )
        self.scene.note(recorded_at, self.counsellor, Event.SAFETY_CONVERSATION_RECORDED, row)

    # --- Appointments and check-ins.

    def _appointment_days(self) -> Iterator[date]:
        """From the first week to the last talk, and the next two if there are any to come."""
        story, today = self.story, self.scene.today
        anchor = today + DAY * story.next_in if story.next_in is not None else today - DAY * story.last_seen
        if story.weeks:
            back = (anchor - self.first_monday).days // story.every
            for step in range(back, 0, -1):
                day = anchor - DAY * story.every * step
                if day <= today:
                    yield day
        yield anchor
        if story.next_in is not None and story.weeks:
            yield anchor + DAY * story.every

    def _appointments(self) -> None:
        for number, day in enumerate(self.days):
            starts_at = self.scene.at(day, self.hour.hour, self.hour.minute)
            booked_at = self._past(max(self.since, starts_at - WEEK * 2))
            row = self.scene.add(
                Appointment(
                    id=self.new_id(),
                    practice_id=self.practice_id,
                    couple_id=self.couple.id,
                    counsellor_id=self.counsellor.id,
                    starts_at=starts_at,
                    minutes=60 if number else 90,
                    created_at=booked_at,
                )
            )
            self.scene.note(booked_at, self.counsellor, Event.APPOINTMENT_BOOKED, row)

    def _checkins(self) -> None:
        for week in range(self.story.weeks):
            for slot, line in zip(("A", "B"), self.story.course, strict=True):
                if week < len(line) and (report := line[week]) is not None:
                    self._checkin(slot, self.first_monday + WEEK * week, report)

    def _checkin(self, slot: str, monday: date, report: Report) -> None:
        opens = SHIPPED_HOURS.opens(monday)
        day = opens.date() + DAY * self.chance.randrange(3)
        saved_at = self._past(self.scene.at(day, self.chance.randrange(19, 23), self.chance.randrange(60)))
        person = self.people[slot]
        row = self.scene.add(
            Checkin(
                id=self.new_id(),
                practice_id=self.practice_id,
                couple_id=self.couple.id,
                author_id=person.id,
                week_of=monday,
                saved_at=saved_at,
                **report,
            )
        )
        self.scene.note(saved_at, person, Event.CHECKED_IN, row)

    # --- Work.

    def _given(self, given: Given) -> None:
        scene = self.scene
        exercise = load_library().get(given.slug)
        if exercise is None:
            raise LookupError(f"The library has no exercise “{given.slug}”.")
        days = given.days if given.days is not None else round(7 * given.weeks) - (self.story.next_in or 0)
        starts_on = scene.today - DAY * days
        is_talk = starts_on in self.days
        assigned_at = self._past(
            scene.at(starts_on, *((self.hour.hour, 55) if is_talk else (9, 30))), timedelta(hours=4)
        )
        assignment = Assignment(
            id=self.new_id(),
            practice_id=self.practice_id,
            couple_id=self.couple.id,
            exercise_version_id=scene.version_of(exercise).id,
            for_whom=given.for_whom,
            starts_on=starts_on,
            best_before=self._best_before(given, starts_on),
            repeat=Repeat.WEEKLY if given.rounds else Repeat.ONCE,
            sharing_limit=given.limit or exercise.sharing,
            author_id=self.counsellor.id,
            assigned_at=assigned_at,
        )
        if given.note:
            assignment.note_sealed = crypto.seal(assignment, "note_sealed", given.note)
        scene.add(assignment)
        scene.note(
            assigned_at,
            self.counsellor,
            Event.ASSIGNED,
            assignment,
            slug=exercise.slug,
            version=exercise.version,
            for_whom=given.for_whom,
        )
        for aside in given.asides:
            self._aside(assignment, aside.slot, aside.kind, aside.choice, starts_on, aside.after)
        for said in given.said:
            values = {key: answer_value(exercise, key, bare) for key, bare in said.answers.items()}
            self._said(assignment, exercise, said, 1, starts_on, values)
        if given.rounds:
            self._rounds(assignment, exercise, given)
        if given.withdrawn_after is not None:
            at = self._past(scene.at(starts_on + DAY * round(given.withdrawn_after), 12))
            scene.add(
                Withdrawal(
                    id=self.new_id(),
                    practice_id=self.practice_id,
                    assignment_id=assignment.id,
                    by_id=self.counsellor.id,
                    at=at,
                )
            )
            scene.note(at, self.counsellor, Event.ASSIGNMENT_WITHDRAWN, assignment)

    def _best_before(self, given: Given, starts_on: date) -> date | None:
        """The next talk after it was given; a weekly one that is still on has no last day."""
        if given.open_ended:
            return None
        if given.rounds:
            last = starts_on + WEEK * len(given.rounds[0]) - DAY
            return last if last < self.scene.today else None
        return next((day for day in self.days if day > starts_on), None)

    def _rounds(self, assignment: Assignment, exercise: Exercise, given: Given) -> None:
        for slot, signs, lines in zip(("A", "B"), given.rounds or (), given.lines, strict=True):
            for turn, sign in enumerate(signs, start=1):
                began_on = assignment.starts_on + WEEK * (turn - 1)
                after = 1 + self.chance.random() * 4
                if sign in "lh":
                    kind, choice = ("later", "leave") if sign == "l" else ("hard", "skip")
                    self._aside(assignment, slot, kind, choice, began_on, after)
                elif sign != "-":
                    line = lines[(turn - 1) % len(lines)] if lines else ""
                    values = round_answers(exercise, turn, sign, line, given.agreed)
                    self._said(assignment, exercise, Said(slot, {}, after), turn, began_on, values)

    def _said(
        self,
        assignment: Assignment,
        exercise: Exercise,
        said: Said,
        turn: int,
        began_on: date,
        values: dict[str, Any],
    ) -> None:
        scene, person = self.scene, self.people[said.slot]
        day = began_on + DAY * int(said.after)
        evening = scene.at(day, self.chance.randrange(18, 22), self.chance.randrange(60))
        ended_at = max(self._past(evening), assignment.assigned_at + timedelta(minutes=20))
        level = said.level or ("both" if exercise.reveal_together else assignment.sharing_limit)
        hold = TURNS_HOLD_MINUTES if exercise.who == "turns" else scene.practice.hold_minutes
        response = Response(
            id=self.new_id(),
            practice_id=self.practice_id,
            couple_id=self.couple.id,
            assignment_id=assignment.id,
            turn=turn,
            author_id=person.id,
            visibility=None if said.is_draft else level,
            started_at=ended_at - timedelta(minutes=exercise.minutes),
            sent_at=None if said.is_draft else ended_at,
            opens_at=None if said.is_draft else ended_at + timedelta(minutes=hold),
            version=1 + len(values) + (not said.is_draft),
        )
        scene.add(response)
        for step, value in values.items():
            answer = Answer(
                id=self.new_id(),
                practice_id=self.practice_id,
                response_id=response.id,
                author_id=person.id,
                step=step,
                saved_at=ended_at - timedelta(minutes=1),
            )
            answer.value_sealed = crypto.seal(answer, "value_sealed", json.dumps(value, ensure_ascii=False))
            scene.add(answer)
        if said.is_draft:
            scene.note(ended_at, person, Event.DRAFT_SAVED, response)
            return
        scene.note(ended_at, person, Event.RESPONSE_SENT, response)
        self.responses.append(response)
        self._outcome(assignment, turn, person, said, ended_at)
        if said.comment:
            self._comment(response, said.comment)

    def _outcome(
        self, assignment: Assignment, turn: int, person: Person, said: Said, ended_at: datetime
    ) -> None:
        """Some say how it went, some don't."""
        useful = said.useful
        if useful is None:
            if self.chance.random() < 0.4:
                return
            useful = self.chance.randrange(4, 10)
        at = ended_at + timedelta(minutes=1)
        row = self.scene.add(
            Outcome(
                id=self.new_id(),
                practice_id=self.practice_id,
                couple_id=self.couple.id,
                assignment_id=assignment.id,
                turn=turn,
                person_id=person.id,
                tried="part" if useful < 4 else "tried",
                useful=useful,
                at=at,
            )
        )
        self.scene.note(at, person, Event.OUTCOME_RECORDED, row)

    def _aside(
        self, assignment: Assignment, slot: str, kind: str, choice: str, began_on: date, after: float
    ) -> None:
        day = began_on + DAY * int(after)
        at = self._past(self.scene.at(day, 21, self.chance.randrange(60)), timedelta(hours=5))
        person = self.people[slot]
        row = self.scene.add(
            SetAside(
                id=self.new_id(),
                practice_id=self.practice_id,
                couple_id=self.couple.id,
                assignment_id=assignment.id,
                person_id=person.id,
                kind=kind,
                choice=choice,
                until=at + LATER[choice] if choice in LATER else None,
                at=at,
            )
        )
        self.scene.note(at, person, Event.SET_ASIDE, row, kind=kind)

    def _thanks(self) -> None:
        for thanks in self.story.thanks:
            person = self.people[thanks.slot]
            day = self.scene.today - DAY * int(thanks.days)
            at = self._past(self.scene.at(day, 21, self.chance.randrange(60)))
            entry = Entry(
                id=self.new_id(),
                practice_id=self.practice_id,
                couple_id=self.couple.id,
                kind=THANKS,
                author_id=person.id,
                happened_on=day,
                visibility=Level.PRIVATE if thanks.is_private else Level.SHARED,
                at=at,
                opens_at=at + timedelta(minutes=self.scene.practice.hold_minutes),
            )
            words = json.dumps({"what": thanks.what, "meant": thanks.meant}, ensure_ascii=False)
            entry.value_sealed = crypto.seal(entry, "value_sealed", words)
            self.scene.add(entry)
            self.scene.note(at, person, Event.ENTRY_SAVED, entry)

    # --- What the counsellor did with it.

    def _read(self) -> None:
        """Everything sent to her is read, but for the newest few of a story that says so."""
        readable = [one for one in self.responses if one.visibility in OPEN_TO_COUNSELLOR]
        readable.sort(key=lambda one: (one.sent_at, one.id.hex))
        for response in readable[: len(readable) - self.story.unread]:
            at = self._past((response.sent_at or self.since) + timedelta(hours=14), timedelta(minutes=10))
            self.scene.add(
                ReadMark(
                    id=self.new_id(),
                    practice_id=self.practice_id,
                    response_id=response.id,
                    reader_id=self.counsellor.id,
                    version=response.version,
                    at=at,
                )
            )
            self.scene.note(at, self.counsellor, Event.MARKED_READ, response)

    def _comment(self, response: Response, words: str) -> None:
        at = self._past((response.sent_at or self.since) + timedelta(hours=15), timedelta(minutes=5))
        comment = Comment(
            id=self.new_id(),
            practice_id=self.practice_id,
            response_id=response.id,
            response_version=response.version,
            author_id=self.counsellor.id,
            at=at,
        )
        comment.words_sealed = crypto.seal(comment, "words_sealed", words)
        self.scene.add(comment)
        self.scene.note(at, self.counsellor, Event.COMMENTED, response)

    def _judged(self) -> None:
        for judged in self.story.judged:
            at = self._past(self.scene.at(self.scene.today - DAY * judged.days, 12, 10))
            row = SignJudgement(
                id=self.new_id(),
                practice_id=self.practice_id,
                couple_id=self.couple.id,
                author_id=self.counsellor.id,
                at=at,
                sign=judged.sign,
                judgement=judged.judgement,
            )
            row.note_sealed = crypto.seal(row, "note_sealed", judged.note) if judged.note else None
            self.scene.add(row)
            self.scene.note(at, self.counsellor, Event.SIGN_JUDGED, row, sign=judged.sign)

    def _past(self, at: datetime, before_now: timedelta = timedelta(minutes=45)) -> datetime:
        """A moment of the story, never later than a little before now."""
        return min(at, self.scene.now - before_now)
