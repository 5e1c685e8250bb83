"""One story turned into rows: people, appointments, check-ins, and what the counsellor made of it.

The rows are built as the actions would have left them, only with their dates in the past. Nothing here asks
the database: a world of a thousand couples is written in bulk.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from random import Random

from assignments.demo import questionnaires
from assignments.demo.own_words import tell_note
from assignments.demo.scene import Scene, new_id
from assignments.demo.stories import Report, Story, Who
from assignments.demo.work import Work
from assignments.domain.checkins import SHIPPED_HOURS, monday_of
from assignments.domain.visibility import OPEN_TO_COUNSELLOR, Level
from assignments.models import (
    Checkin,
    Entry,
    OwnSign,
    ReadMark,
    Response,
    SignJudgement,
    SignUse,
    TopicAsked,
)
from assignments.queries.entries import THANKS
from clinic import crypto
from clinic.actions.tokens import digest
from clinic.audit import Event
from clinic.domain import invitations
from clinic.domain.roles import Role
from clinic.models import (
    Appointment,
    Couple,
    Invitation,
    Partner,
    Person,
    SafetyConversation,
)

WEEK = timedelta(days=7)
DAY = timedelta(days=1)
BEFORE_THE_FIRST_WEEK = 10


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

    def tell(self) -> Couple:
        """Write the whole story into the scene."""
        self._partners()
        self._appointments()
        self._checkins()
        work = Work(self.scene, self.counsellor, self.couple, self.people, self.days, self.hour, self.chance)
        for given in self.story.given:
            work.give(given)
        if self.story.planned is not None:
            work.follow(self.story.planned)
        self._thanks()
        self._read(work.responses)
        self._judged()
        self._watched()
        # Of a chance of their own, so that a questionnaire changes nothing else of a story.
        for asked in self.story.asked:
            chance = Random(f"{self.couple.id} {asked.name}")
            questionnaires.ask(self.scene, self.counsellor, self.couple, self.people, asked, chance)
        # A chance of their own, so that a note more changes nothing else of the story.
        chance = Random(f"{self.couple.id} notes")
        for noted in self.story.notes:
            tell_note(self.scene, self.counsellor, self.couple, noted, chance)
        return self.couple

    # --- People.

    def _since(self) -> datetime:
        days = self.story.invited_days
        if days is not None:
            return min(self.scene.at(self.scene.today - DAY * days, 16), self.scene.now - timedelta(hours=2))
        return self.scene.at(self.first_monday - DAY * BEFORE_THE_FIRST_WEEK, 11)

    def _couple(self) -> Couple:
        couple = self.scene.add(
            Couple(
                id=new_id(self.chance),
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
        return None if days is None else self.scene.past(self.scene.at(self.scene.today - DAY * days, 12, 20))

    def _partners(self) -> None:
        for slot, who in (("A", self.story.first), ("B", self.story.second)):
            self._partner(slot, who)

    def _partner(self, slot: str, who: Who) -> None:
        scene = self.scene
        address = who.address or f"{who.name}.{who.family_name}@demo.example".lower().replace(" ", "-")
        has_joined = self.story.invited_days is None
        joined_at = self.since + timedelta(days=1 if slot == "A" else 2, hours=8) if has_joined else None
        person = Person(
            id=new_id(self.chance),
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
                id=new_id(self.chance),
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
            id=new_id(self.chance),
            practice_id=self.practice_id,
            person_id=person.id,
            by_id=self.counsellor.id,
            token_hash=digest(str(new_id(self.chance))),
            code_hash=digest(str(new_id(self.chance))),
            created_at=self.since,
            expires_at=self.since + invitations.LIFETIME,
            opened_at=joined_at,
            claimed_at=joined_at,
        )
        if wants_to_talk:
            row.opened_at = row.wants_to_talk_at = self.scene.past(self.since + timedelta(hours=20))
        self.scene.add(row)
        self.scene.note(self.since, self.counsellor, Event.INVITATION_SENT, row)
        if joined_at:
            self.scene.note(joined_at, person, Event.JOINING_FINISHED, person)

    def _spoken_with(self, person: Person, held_on: date) -> None:
        recorded_at = self.scene.past(self.scene.at(held_on, 15))
        row = self.scene.add(
            SafetyConversation(
                id=new_id(self.chance),
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
            booked_at = self.scene.past(max(self.since, starts_at - WEEK * 2))
            row = self.scene.add(
                Appointment(
                    id=new_id(self.chance),
                    practice_id=self.practice_id,
                    couple_id=self.couple.id,
                    counsellor_id=self.counsellor.id,
                    starts_at=starts_at,
                    minutes=60 if number else 90,
                    created_at=booked_at,
                )
            )
            self.scene.note(booked_at, self.counsellor, Event.APPOINTMENT_BOOKED, row)
        if self.story.sees_alone:
            self._appointment_alone(self.days[-1] + DAY)

    def _appointment_alone(self, day: date) -> None:
        """With one partner only; neither calendar of the couple shows it."""
        row = self.scene.add(
            Appointment(
                id=new_id(self.chance),
                practice_id=self.practice_id,
                couple_id=self.couple.id,
                counsellor_id=self.counsellor.id,
                starts_at=self.scene.at(day, self.hour.hour, self.hour.minute),
                minutes=45,
                for_whom=self.story.sees_alone,
                created_at=self.scene.now - DAY,
            )
        )
        self.scene.note(self.scene.now - DAY, self.counsellor, Event.APPOINTMENT_BOOKED, row)

    def _checkins(self) -> None:
        for week in range(self.story.weeks):
            for slot, line in zip(("A", "B"), self.story.course, strict=True):
                if week < len(line) and (report := line[week]) is not None:
                    self._checkin(slot, self.first_monday + WEEK * week, report)

    def _checkin(self, slot: str, monday: date, report: Report) -> None:
        opens = SHIPPED_HOURS.opens(monday)
        day = opens.date() + DAY * self.chance.randrange(3)
        saved_at = self.scene.past(
            self.scene.at(day, self.chance.randrange(19, 23), self.chance.randrange(60))
        )
        person = self.people[slot]
        row = self.scene.add(
            Checkin(
                id=new_id(self.chance),
                practice_id=self.practice_id,
                couple_id=self.couple.id,
                author_id=person.id,
                week_of=monday,
                saved_at=saved_at,
                **report,
            )
        )
        self.scene.note(saved_at, person, Event.CHECKED_IN, row)

    def _thanks(self) -> None:
        for thanks in self.story.thanks:
            person = self.people[thanks.slot]
            day = self.scene.today - DAY * int(thanks.days)
            at = self.scene.past(self.scene.at(day, 21, self.chance.randrange(60)))
            entry = Entry(
                id=new_id(self.chance),
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

    def _read(self, responses: Sequence[Response]) -> None:
        """Everything sent to her is read, but for the newest few of a story that says so."""
        readable = [one for one in responses if one.visibility in OPEN_TO_COUNSELLOR]
        readable.sort(key=lambda one: (one.sent_at, one.id.hex))
        for response in readable[: len(readable) - self.story.unread]:
            at = self.scene.past(
                (response.sent_at or self.since) + timedelta(hours=14), timedelta(minutes=10)
            )
            self.scene.add(
                ReadMark(
                    id=new_id(self.chance),
                    practice_id=self.practice_id,
                    response_id=response.id,
                    reader_id=self.counsellor.id,
                    version=response.version,
                    at=at,
                )
            )
            self.scene.note(at, self.counsellor, Event.MARKED_READ, response)

    def _watched(self) -> None:
        """Rows of her own, and what she said of the signs; of a chance of their own, as questionnaires are."""
        chance = Random(f"{self.couple.id} rows of her own")
        who = {
            "practice_id": self.practice_id,
            "couple_id": self.couple.id,
            "author_id": self.counsellor.id,
        }
        for title, days in self.story.watches:
            at = self.scene.past(self.scene.at(self.scene.today - DAY * days, 12, 20))
            row = OwnSign(id=new_id(chance), at=at, **who)
            row.title_sealed = crypto.seal(row, "title_sealed", title)
            self.scene.add(row)
            self.scene.note(at, self.counsellor, Event.OWN_SIGN_ADDED, row)
        for slot, topic, days in self.story.asked_alone:
            at = self.scene.past(self.scene.at(self.scene.today - DAY * days, 12, 22))
            asked = TopicAsked(id=new_id(chance), at=at, slot=slot, topic=topic, asked_on=at.date(), **who)
            self.scene.add(asked)
            self.scene.note(at, self.counsellor, Event.TOPIC_ASKED, asked)
        for sign, useful, days in self.story.useful:
            at = self.scene.past(self.scene.at(self.scene.today - DAY * days, 12, 25))
            said = self.scene.add(SignUse(id=new_id(chance), at=at, sign=sign, useful=useful, **who))
            self.scene.note(at, self.counsellor, Event.SIGN_FOUND_USEFUL, said, sign=sign, useful=useful)

    def _judged(self) -> None:
        for judged in self.story.judged:
            at = self.scene.past(self.scene.at(self.scene.today - DAY * judged.days, 12, 10))
            row = SignJudgement(
                id=new_id(self.chance),
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
