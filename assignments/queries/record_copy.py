"""A couple's record to be handed on: to a new counsellor, to a court, or to the couple themselves.

Whoever receives it may be anybody, the other partner too. So it holds a partner's words, numbers and what they did as
far as that partner has agreed and no further, and never what they keep to themselves (`visibility.may_be_handed_on`).
What was written by both together is in it once both have agreed. The counsellor's process notes are not the record.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from assignments.access import sharing_of, sharing_of_entry, sharing_of_part
from assignments.domain.checkins import ITEMS
from assignments.domain.exercises import lines_of, personalised
from assignments.domain.visibility import Consent, Sharing, may_be_handed_on
from assignments.models import Assignment, Response
from assignments.queries.agreements import text_of, texts_for_staff, words_of
from assignments.queries.assignments import assignments_of, exercise_of, is_withdrawn
from assignments.queries.consents import consents_of
from assignments.queries.decisions import decisions_of
from assignments.queries.entries import opened_entries
from assignments.queries.entries import words_of as words_of_thanks
from assignments.queries.exchanges import part_rows
from assignments.queries.history import Record, record_of
from assignments.queries.responses import open_words, unsealed_value
from assignments.queries.review import said_in, staff_turns
from assignments.queries.strands import in_order
from clinic.models import Couple, Person
from clinic.queries.appointments import appointments_of
from clinic.queries.people import practice_of

AGREED = {
    Consent.NONE: "nothing of theirs",
    Consent.SHARED: "what both can read",
    Consent.COUNSELLOR: "what both can read, and what went to the counsellor",
}


@dataclass(frozen=True)
class Said:
    """One thing somebody wrote: what was asked and the words."""

    on: date
    by: str
    kind: str
    name: str
    asked: str
    words: str


@dataclass(frozen=True)
class Given:
    """One exercise that was set, for whom, and which partners finished it, where they let that be said."""

    name: str
    version: int
    for_whom: str
    starts_on: date
    best_before: date | None
    taken_back: bool
    done_by: Sequence[str]


@dataclass(frozen=True)
class Week:
    """One check-in of one partner who lets it be handed on."""

    week_of: date
    by: str
    answers: Mapping[str, str]


@dataclass(frozen=True)
class Decided:
    """One decision of the counsellor's with its reason and the notes beside it."""

    at: datetime
    by: str
    label: str
    reason: str
    review_on: date | None
    notes: Sequence[str]


@dataclass(frozen=True)
class Party:
    """A partner. How far each agreed stays out: whoever holds the record would read it of the other."""

    slot: str
    name: str


@dataclass(frozen=True)
class RecordCopy:
    """The whole record, ready for paper and for files."""

    made_at: datetime
    couple: str
    counsellor: str
    practice: str
    partners: Sequence[Party]
    appointments: Sequence[datetime]
    given: Sequence[Given]
    said: Sequence[Said]
    checkins: Sequence[Week]
    decisions: Sequence[Decided] | None


def record_copy(
    reader: Person, couple: Couple, now: datetime, *, with_decisions: bool
) -> tuple[RecordCopy, list[Any]]:
    """The record and the rows whose words stand in it, for the audit. Raises NotFound for partners."""
    reading = _Reading(reader, couple, now)
    # Oldest first; what was written on one day stays in the order it was read in.
    pairs = sorted(reading.words(), key=lambda pair: pair[0].on)
    return (
        RecordCopy(
            made_at=now,
            couple=couple.name,
            counsellor=f"{couple.counsellor.name} {couple.counsellor.family_name}".strip(),
            practice=practice_of(reader).name,
            partners=[
                Party(
                    one.slot,
                    f"{one.name} {one.person.family_name}".strip(),
                )
                for one in couple.partners
            ],
            appointments=[one.starts_at for one in appointments_of(couple)],
            given=list(reading.given()),
            said=[said for said, _ in pairs],
            checkins=list(reading.checkins()),
            decisions=list(_decisions(reader, couple)) if with_decisions else None,
        ),
        list({row.id: row for _, row in pairs}.values()),
    )


class _Reading:
    """The couple, the moment, and how far each partner has agreed."""

    def __init__(self, reader: Person, couple: Couple, now: datetime) -> None:
        self.reader, self.couple, self.now = reader, couple, now
        self.consent = consents_of(couple)
        self.zone = ZoneInfo(practice_of(reader).timezone)
        self.record: Record = record_of(reader, couple, now)
        self.every: dict[UUID, Assignment] = {one.id: one for one in assignments_of(couple)}
        self.slot_of = {one.person_id: one.slot for one in couple.partners}
        self.name_of = {one.person_id: one.name for one in couple.partners}

    def may(self, author_id: UUID, own: Sharing, other: Sharing | None = None) -> bool:
        """Whether this author lets these words be handed on."""
        return may_be_handed_on(self.consent[self.slot_of[author_id]], own, other, self.now)

    def words(self) -> Iterator[tuple[Said, Any]]:
        """Everything written that may stand in the record, each with the row it comes from."""
        yield from self._answers()
        yield from self._parts()
        yield from self._agreements()
        yield from self._thanks()

    def given(self) -> Iterator[Given]:
        """Everything set for both, oldest first, and for one of them alone where that one lets their numbers go.

        Who finished it is told of those alone who let their numbers go, too.
        """
        done: dict[UUID, set[str]] = {}
        for turn in self.record.turns:
            if turn.done_at is not None and self.consent[turn.partner] is Consent.COUNSELLOR:
                done.setdefault(turn.assignment.id, set()).add(turn.partner)
        for one in sorted(self.every.values(), key=lambda one: (one.starts_on, one.assigned_at)):
            if one.for_whom != "both" and self.consent[one.for_whom] is not Consent.COUNSELLOR:
                continue
            exercise = exercise_of(one)
            yield Given(
                name=exercise.name,
                version=exercise.version,
                for_whom="Both" if one.for_whom == "both" else self.couple.partner(one.for_whom).name,
                starts_on=one.starts_on,
                best_before=one.best_before,
                taken_back=is_withdrawn(one),
                done_by=[self.couple.partner(slot).name for slot in sorted(done.get(one.id, ()))],
            )

    def checkins(self) -> Iterator[Week]:
        """The weekly numbers of whoever lets them go."""
        for row in self.record.checkins:
            if self.consent[self.slot_of[row.author_id]] is Consent.COUNSELLOR:
                answers = {item.short: getattr(row, item.key) for item in ITEMS}
                said = {short: str(value) for short, value in answers.items() if value is not None}
                yield Week(row.week_of, self.name_of[row.author_id], said)

    def _answers(self) -> Iterator[tuple[Said, Any]]:
        rows: list[Response] = []
        assignments: dict[UUID, Assignment] = {}
        for twin in staff_turns(self.reader, self.couple):
            for slot, row in sorted(twin.by_slot.items()):
                other = twin.of("B" if slot == "A" else "A")
                if self.may(row.author_id, sharing_of(row), sharing_of(other) if other else None):
                    rows.append(row)
                    assignments[row.id] = twin.assignment
        by_id = {row.id: row for row in rows}
        for read in open_words(self.couple, rows, assignments, self.now):
            for step in said_in(self.couple, read):
                on = self._day(read.sent_at or self.now)
                words = "\n".join(step.lines)
                kind = "Answer, typed in" if by_id[read.id].typed_by_id else "Answer"
                yield (
                    Said(on, read.author_name, kind, read.exercise.name, step.asked, words),
                    by_id[read.id],
                )

    def _parts(self) -> Iterator[tuple[Said, Any]]:
        rows = [
            row
            for row in part_rows(self.couple)
            if row.author_id in self.slot_of and self.may(row.author_id, sharing_of_part(row))
        ]
        by_turn = sorted(rows, key=lambda row: (row.assignment_id, row.turn))
        for (assignment_id, _), some in groupby(by_turn, key=lambda row: (row.assignment_id, row.turn)):
            assignment = self.every[assignment_id]
            for row in in_order(assignment, list(some)):
                step = exercise_of(assignment).step(row.step)
                if step is None or row.sent_at is None:
                    continue
                worded = personalised(step, counsellor=self.couple.counsellor.name)
                words = "\n".join(lines_of(worded, unsealed_value(row)))
                name, by = exercise_of(assignment).name, self.name_of[row.author_id]
                yield Said(self._day(row.sent_at), by, "Listening turn", name, worded.title, words), row

    def _agreements(self) -> Iterator[tuple[Said, Any]]:
        """Words both put their names to are both of theirs, so both have to agree."""
        if Consent.NONE in self.consent.values():
            return
        for row, stands in texts_for_staff(self.couple, self.now):
            is_open = text_of(self.couple, row).sharing.is_past_hold(self.now)
            step = exercise_of(self.every[row.assignment_id]).step(row.step)
            if not is_open or step is None or row.put_forward_at is None:
                continue
            worded = personalised(step, counsellor=self.couple.counsellor.name)
            by = self.name_of.get(row.author_id, "Written together in session")
            kind = "Agreement in force" if stands.in_force == row.id else "Agreement"
            name, words = (
                exercise_of(self.every[row.assignment_id]).name,
                "\n".join(lines_of(worded, words_of(row))),
            )
            yield Said(self._day(row.put_forward_at), by, kind, name, worded.title, words), row

    def _thanks(self) -> Iterator[tuple[Said, Any]]:
        for row, day in opened_entries(self.couple, self.now):
            if self.may(row.author_id, sharing_of_entry(row)):
                what, meant = words_of_thanks(row)
                words = "\n".join(part for part in (what, meant) if part)
                yield Said(day, self.name_of[row.author_id], "Thank-you", "Thank-you", "", words), row

    def _day(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()


def _decisions(reader: Person, couple: Couple) -> Iterator[Decided]:
    for one in reversed(decisions_of(reader, couple)):
        notes = [f"{note.by}: {note.words}" for note in one.notes]
        yield Decided(one.at, one.by, one.label, one.reason, one.review_on, notes)
