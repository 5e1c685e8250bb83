"""A copy of everything one partner wrote, for that partner to take away. Nothing of anybody else's stands in it.

What it holds depends on its author's own rows alone: the copy is the same, byte for byte, whatever the other partner
has done. Not in it: requests to talk alone, which leave no trace in an account; what was put away for later or felt
hard, which no page shows again; who of the staff has read something; and notes the counsellor keeps.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, cached_property
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import InstrumentedAttribute, selectinload

from assignments.access import has_ended, sharing_of, sharing_of_entry, sharing_of_part
from assignments.domain import visibility, wordings
from assignments.domain.checkins import ITEMS
from assignments.domain.exercises import Exercise, lines_of, personalised, sentence_of
from assignments.domain.instruments import INSTRUMENTS
from assignments.domain.visibility import Consent, Level, consent_labels
from assignments.models import (
    AgreementText,
    Assignment,
    Checkin,
    Comment,
    Entry,
    EntryChange,
    InstrumentAnswer,
    Outcome,
    RecordConsent,
    Response,
    Signature,
    TurnPart,
    VisibilityChange,
)
from assignments.queries.agreements import uses_step
from assignments.queries.agreements import words_of as words_of_agreement
from assignments.queries.assignments import assignments_of, exercise_of
from assignments.queries.entries import THANKS
from assignments.queries.instruments import items_of, wordings_by_id
from assignments.queries.replies import delivered
from assignments.queries.responses import own_values, said_in, unsealed_value
from assignments.queries.uses import TIME, USE, value_of
from clinic import crypto
from clinic.extensions import db
from clinic.models import Partner
from clinic.queries.people import practice_of
from clinic.queries.reminders import timetable_of

Row = TypeVar(
    "Row", Response, TurnPart, AgreementText, Entry, Checkin, InstrumentAnswer, Outcome, RecordConsent
)

TRIED = {"tried": "Tried it", "part": "Did part of it", "not": "Not this time"}
INBOX = {"no": "No", "yes": "Yes", "unsure": "Not sure"}


@dataclass(frozen=True)
class Said:
    """What was asked and what was said, a line each."""

    asked: str
    lines: Sequence[str]


@dataclass(frozen=True)
class Changed:
    """The author changed who sees something."""

    to: str
    chosen_at: datetime
    from_then: datetime
    cancelled: bool


@dataclass(frozen=True)
class Reply:
    """What the counsellor said to its author about an answer."""

    words: str
    at: datetime


@dataclass(frozen=True)
class Thing:
    """One thing somebody wrote. `when` is its day; `seen_by` is empty for what has no readers to choose."""

    name: str
    when: date
    state: str
    seen_by: str
    said: Sequence[Said]
    changes: Sequence[Changed] = ()
    replies: Sequence[Reply] = ()


@dataclass(frozen=True)
class Part:
    """Things of one kind, the newest first."""

    title: str
    things: Sequence[Thing]


@dataclass(frozen=True)
class OwnCopy:
    """Everything of one partner's own."""

    made_at: datetime
    settings: Sequence[Said]
    parts: Sequence[Part]


def own_copy(place: Partner, now: datetime) -> OwnCopy:
    """Read everything this partner wrote. Each kind is one statement or two, however much there is."""
    reading = _Reading(place, now)
    return OwnCopy(
        made_at=now,
        settings=_settings(reading),
        parts=[
            Part("Answers", list(_answers(reading))),
            Part("Listening turns", list(_turn_parts(reading))),
            Part("Agreements I wrote", list(_agreements(reading))),
            Part("Agreements I signed", list(_signatures(reading))),
            Part("Small thank-yous", list(_entries(reading, thanks=True))),
            Part("Notes beside an exercise", list(_entries(reading, thanks=False))),
            Part("Weekly check-ins", list(_checkins(reading))),
            Part("Other questions", list(_questionnaires(reading))),
            Part("How it went", list(_outcomes(reading))),
            Part("What may be handed on", list(_consents(reading))),
        ],
    )


class _Reading:
    """The author, the moment, and the words their pages use."""

    def __init__(self, place: Partner, now: datetime) -> None:
        self.place, self.now = place, now
        self.practice = practice_of(place.person)
        self.zone = ZoneInfo(self.practice.timezone)
        self.partner = place.couple.partner(place.place.other).name
        self.counsellor = place.couple.counsellor.name
        self.ended = has_ended(place.couple)
        self.exercise = cache(self._exercise)
        self._given: dict[UUID, Assignment] = {one.id: one for one in assignments_of(place.couple)}

    def own(self, model: type[Row], author: InstrumentedAttribute[UUID]) -> Select[Row]:
        """The rows of one table that are this partner's own."""
        return select(model).where(
            model.practice_id == self.place.practice_id,
            author == self.place.person_id,
        )

    @cached_property
    def replies(self) -> Mapping[UUID, list[Reply]]:
        """What the counsellor said about answers and parts of this author's own, by the row it is about."""
        return _replies(self)

    def _exercise(self, assignment_id: UUID) -> Exercise:
        """As its author read it."""
        given = exercise_of(self._given[assignment_id])
        return personalised(given, partner=self.partner, counsellor=self.counsellor)

    def day(self, moment: datetime) -> date:
        """The day it was in the practice's own time."""
        return moment.astimezone(self.zone).date()

    def seen_by(self, level: Level) -> str:
        """Who sees it, as the pages name them."""
        level = visibility.left_after_an_ending(level) if self.ended else level
        return visibility.readers(level, partner=self.partner, counsellor=self.counsellor)

    def changes(self, rows: Sequence[VisibilityChange | EntryChange]) -> list[Changed]:
        """What the author chose later, oldest first."""
        return [
            Changed(self.seen_by(Level(row.to)), row.at, row.takes_effect_at, row.cancelled_at is not None)
            for row in rows
        ]


def _settings(reading: _Reading) -> list[Said]:
    person, place = reading.place.person, reading.place
    rows = [
        ("Name", f"{person.name} {person.family_name}".strip()),
        ("I sign in with", person.sign_in_address or ""),
        ("Mail goes to", person.contact_address),
        ("Somebody else may read that mail", INBOX.get(person.inbox_shared, person.inbox_shared)),
        ("Reminders", "On" if timetable_of(person).on else "Off"),
        ("How pages look", person.theme),
        ("Joined", str(reading.day(person.joined_at)) if person.joined_at else ""),
        ("Read who sees what", str(reading.day(place.policy_read_at)) if place.policy_read_at else ""),
    ]
    return [Said(asked, [line]) for asked, line in rows if line]


def _answers(reading: _Reading) -> Iterator[Thing]:
    replies = reading.replies
    statement = reading.own(Response, Response.author_id).options(
        selectinload(Response.answers), selectinload(Response.changes)
    )
    for row in db.session.scalars(statement.order_by(Response.started_at.desc(), Response.id)):
        exercise = reading.exercise(row.assignment_id)
        yield Thing(
            name=exercise.name,
            when=reading.day(row.sent_at or row.started_at),
            state="Typed in from your sheet" if row.typed_by_id else "Sent" if row.sent_at else "Not sent",
            seen_by=reading.seen_by(sharing_of(row).level_at(reading.now)),
            said=[Said(asked, lines) for asked, lines in said_in(exercise, own_values(row))],
            changes=reading.changes(row.changes),
            replies=replies.get(row.id, ()),
        )


def _replies(reading: _Reading) -> dict[UUID, list[Reply]]:
    """The counsellor's comments on this author's own answers, oldest first."""
    statement = (
        select(Comment)
        .outerjoin(Response, Response.id == Comment.response_id)
        .outerjoin(TurnPart, TurnPart.id == Comment.part_id)
        .where(
            Comment.practice_id == reading.place.practice_id,
            or_(Response.author_id == reading.place.person_id, TurnPart.author_id == reading.place.person_id),
            *delivered(reading.now),
        )
        .order_by(Comment.at, Comment.id)
    )
    found: dict[UUID, list[Reply]] = {}
    for row in db.session.scalars(statement):
        words = crypto.unseal(row, "words_sealed", row.words_sealed)
        subject_id = row.response_id or row.part_id
        if subject_id is not None:
            found.setdefault(subject_id, []).append(Reply(words, row.delivered_at))
    return found


def _turn_parts(reading: _Reading) -> Iterator[Thing]:
    replies = reading.replies
    statement = reading.own(TurnPart, TurnPart.author_id).order_by(TurnPart.saved_at.desc(), TurnPart.id)
    for row in db.session.scalars(statement):
        exercise = reading.exercise(row.assignment_id)
        step = exercise.step(row.step)
        lines = lines_of(step, unsealed_value(row)) if step else []
        yield Thing(
            name=exercise.name,
            when=reading.day(row.sent_at or row.saved_at),
            state="Hidden" if row.hidden_at else "Sent" if row.sent_at else "Not sent",
            seen_by=reading.seen_by(sharing_of_part(row).level_at(reading.now)),
            said=[Said(step.title, lines)] if step and lines else [],
            replies=replies.get(row.id, ()),
        )


def _agreements(reading: _Reading) -> Iterator[Thing]:
    statement = reading.own(AgreementText, AgreementText.author_id)
    newest_first = statement.order_by(AgreementText.saved_at.desc(), AgreementText.id)
    for row in db.session.scalars(newest_first):
        exercise = reading.exercise(row.assignment_id)
        step, put_forward = exercise.step(row.step), row.put_forward_at is not None
        yield Thing(
            name=exercise.name,
            when=reading.day(row.put_forward_at or row.saved_at),
            state="Put forward" if put_forward else "Not put forward",
            seen_by=reading.seen_by(Level.SHARED if put_forward else Level.PRIVATE),
            said=[Said(step.title, lines_of(step, words_of_agreement(row)))] if step else [],
        )


def _signatures(reading: _Reading) -> Iterator[Thing]:
    """What was signed and when. The words signed may be the other partner's, so they stay out."""
    statement = (
        select(Signature, AgreementText.assignment_id)
        .join(AgreementText, AgreementText.id == Signature.agreement_text_id)
        .where(
            Signature.practice_id == reading.place.practice_id,
            Signature.person_id == reading.place.person_id,
        )
        .order_by(Signature.at.desc(), Signature.id)
    )
    for row, assignment_id in db.session.execute(statement):
        yield Thing(
            name=reading.exercise(assignment_id).name,
            when=reading.day(row.at),
            state="Taken back since" if row.withdrawn_at else "Signed",
            seen_by=reading.seen_by(Level.SHARED),
            said=[],
        )


def _entries(reading: _Reading, *, thanks: bool) -> Iterator[Thing]:
    statement = reading.own(Entry, Entry.author_id).where(
        Entry.deleted_at.is_(None), (Entry.kind == THANKS) if thanks else (Entry.kind != THANKS)
    )
    newest_first = statement.order_by(Entry.happened_on.desc(), Entry.at.desc(), Entry.id)
    for row in db.session.scalars(newest_first.options(selectinload(Entry.changes))):
        exercise = reading.exercise(row.assignment_id) if row.assignment_id else None
        yield Thing(
            name=exercise.name if exercise else "Small thank-you",
            when=row.happened_on,
            state="",
            seen_by=reading.seen_by(sharing_of_entry(row).level_at(reading.now)),
            said=_said_in_entry(reading, row, exercise),
            changes=reading.changes(row.changes),
        )


def _said_in_entry(reading: _Reading, row: Entry, exercise: Exercise | None) -> list[Said]:
    value = value_of(row)
    if row.kind == THANKS:
        asked = [(f"One thing {reading.partner} did", "what"), ("What it meant to me", "meant")]
        return [Said(title, [value[key]]) for title, key in asked if value.get(key)]
    if row.kind == TIME:
        close = value.get("closeness")
        return [Said("How close it felt", [f"{close} out of 10"])] if close is not None else []
    step = uses_step(exercise) if row.kind == USE and exercise else None
    if step is not None:
        return [Said(step.title, [sentence_of(step, value)])]
    # A kind that was thought of later still comes out whole.
    return [Said(key.replace("_", " "), [str(said)]) for key, said in value.items() if said]


def _checkins(reading: _Reading) -> Iterator[Thing]:
    for row in db.session.scalars(reading.own(Checkin, Checkin.author_id).order_by(Checkin.week_of.desc())):
        said = []
        for item in ITEMS:
            value = getattr(row, item.key)
            if value is not None:
                line = item.says(str(value)) if item.choices else f"{value} out of 10"
                said.append(Said(item.label_for(reading.partner), [line]))
        yield Thing("Week from this day", row.week_of, "", reading.seen_by(Level.COUNSELLOR), said)


def _questionnaires(reading: _Reading) -> Iterator[Thing]:
    """What was asked then and what was answered. A score is no words of the author's, so none stands here."""
    statement = reading.own(InstrumentAnswer, InstrumentAnswer.author_id)
    rows = db.session.scalars(
        statement.order_by(InstrumentAnswer.round_on.desc(), InstrumentAnswer.name)
    ).all()
    words = wordings_by_id(reading.place.practice_id, [row.wording_id for row in rows]) if rows else {}
    for row in rows:
        if row.name in INSTRUMENTS:
            said = wordings.chosen_words(words[row.wording_id], INSTRUMENTS[row.name], items_of(row))
            yield Thing(
                name="A few questions",
                when=reading.day(row.answered_at),
                state="",
                seen_by=reading.seen_by(Level.COUNSELLOR),
                said=[Said(asked, [answer]) for asked, answer in said],
            )


def _consents(reading: _Reading) -> Iterator[Thing]:
    """What the author let go into a record that leaves the practice: every choice, the newest counts."""
    labels = consent_labels(reading.partner, reading.counsellor)
    rows = db.session.scalars(
        reading.own(RecordConsent, RecordConsent.author_id).order_by(
            RecordConsent.at.desc(), RecordConsent.id
        )
    )
    for place, row in enumerate(rows):
        said = [Said("Of my words", [labels.get(Consent(row.choice), row.choice)])]
        yield Thing("My choice", reading.day(row.at), "" if place else "This counts now", "", said)


def _outcomes(reading: _Reading) -> Iterator[Thing]:
    for row in db.session.scalars(reading.own(Outcome, Outcome.person_id).order_by(Outcome.at.desc())):
        said = [Said("How did it go?", [TRIED.get(row.tried, row.tried)])] if row.tried else []
        if row.useful is not None:
            said.append(Said("How useful was it?", [f"{row.useful} out of 10"]))
        # What got in the way is never read back, so a row that says nothing else may not show that it is there.
        if said:
            name = reading.exercise(row.assignment_id).name
            yield Thing(name, reading.day(row.at), "", reading.seen_by(Level.COUNSELLOR), said)
