"""What moved lately with one couple, and what is still unread: all that the newest weeks of its timeline are told from.

A history grows every week, and a page shows its newest end. So nothing older is read here, but where it begins.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, or_, select, union
from sqlalchemy.orm import joinedload, selectinload

from assignments.domain.checkins import monday_of
from assignments.domain.history import CoupleHistory, couple_history
from assignments.models import Assignment, Checkin, CoupleLook, InstrumentAnswer, Outcome, Response, TurnPart
from assignments.queries import plain_rows
from assignments.queries.history import Weeks, checkin_told, side_of, turns_in, weeks_counted
from assignments.queries.unread import marks_among, turns_to_read
from clinic.errors import NotFound
from clinic.models import Appointment, Couple, Person
from clinic.queries.appointments import numbered_since
from clinic.queries.people import practice_of
from clinic.statements import written_once


class Ends(NamedTuple):
    """Where a couple's history begins, how far it has come, and up to when its reader has looked through it."""

    first_checkin: date | None
    last_checkin: date | None
    first_given: date | None
    last_given: date | None
    first_scored: datetime | None
    first_appointment: datetime | None
    last_appointment: datetime | None
    looked: datetime | None

    @property
    def looked_since(self) -> datetime | None:
        """The last look, or without one when the couple was here last; None before that."""
        return self.looked or self.last_appointment

    def first_monday(self, couple: Couple, zone: ZoneInfo) -> date:
        """The week before which there is nothing.

        Everything is told of a couple that was added already, but for what carries a date that somebody chose.
        """
        chosen = (self.first_checkin, self.first_given, _day(self.first_appointment, zone))
        return monday_of(min(day for day in (_day(couple.created_at, zone), *chosen) if day is not None))

    def newest_monday(self, couple: Couple, zone: ZoneInfo) -> date:
        """The week of the last thing that has come so far, be that years ago."""
        came = (self.last_checkin, self.last_given, _day(self.last_appointment, zone))
        return monday_of(max(day for day in (_day(couple.created_at, zone), *came) if day is not None))

    def weeks(self, now: datetime, zone: ZoneInfo) -> Weeks:
        """How the couple's weeks are counted."""
        return weeks_counted(
            now.astimezone(zone),
            first_checkin=self.first_checkin,
            last_checkin=self.last_checkin,
            first_given=self.first_given,
            first_scored=_day(self.first_scored, zone),
        )


def ends_of(reader: Person, couple: Couple, now: datetime) -> Ends:
    """The ends of a couple already read, for staff alone. Raises NotFound for a partner."""
    if not reader.is_staff:
        raise NotFound
    today = now.astimezone(ZoneInfo(practice_of(reader).timezone)).date()
    return Ends._make(_ends(couple.practice_id, couple.id, reader.id, now, today).one())


class Recent:
    """One couple's weeks from a Monday on, and of older turns those that may hold something unread.

    Of turns there are those that somebody told something of; with `undone` also what was given and nobody did.
    """

    def __init__(
        self, reader: Person, couple: Couple, weeks: Weeks, monday: date, now: datetime, *, undone: bool
    ) -> None:
        if not reader.is_staff:
            raise NotFound
        self.couple, self.monday, self.now = couple, monday, now
        self.zone = ZoneInfo(practice_of(reader).timezone)
        self.start = datetime.combine(monday, time(), self.zone)
        practice_id, local = couple.practice_id, now.astimezone(self.zone)
        self.today = local.date()
        sides = {partner.person_id: side_of(partner.slot) for partner in couple.partners}
        among = self._turns_among()
        self.responses = plain_rows.responses_in(*among)
        self.outcomes = {couple.id: plain_rows.outcomes_in(*among).all()}
        parts: list[Any] = [row for row in plain_rows.parts_in(*among) if row.author_id in sides]
        self.parts = {couple.id: parts}
        asides: Iterable[Any] = plain_rows.set_asides_since(practice_id, couple.id, self.start)
        self.set_asides = [row for row in asides if row.person_id in sides and row.at <= now]
        named = {*among[2], *(row.assignment_id for row in self.set_asides)}
        self.assignments = {couple.id: _given(practice_id, couple.id, monday, list(named)).scalars().all()}
        self.turns = tuple(turns_in(couple, self, local, self.zone, only_told=not undone))
        checkins = plain_rows.checkins_since(practice_id, couple.id, monday)
        self.checkins: list[Any] = [row for row in checkins if row.author_id in sides and row.saved_at <= now]
        self.appointments = numbered_since(reader, couple, self.start)
        self.marks = marks_among(
            couple,
            [row.id for row in self.responses[couple.id]],
            [row.id for row in self.parts[couple.id]],
        )
        self.history: CoupleHistory = couple_history(
            str(couple.id),
            max(weeks.last, 0),
            [checkin_told(row, sides[row.author_id], weeks.week_0) for row in self.checkins if weeks.week_0],
            week_is_open=weeks.last_is_open,
        )
        """Its check-ins from that week on: enough to draw those weeks, and no ground for a rule."""

    def _turns_among(self) -> tuple[UUID, UUID, Sequence[UUID], Sequence[int]]:
        """Some turns more than those that are told, where two exercises have turns of different numbers."""
        practice_id, couple_id = self.couple.practice_id, self.couple.id
        found = [
            *_moved(practice_id, couple_id, self.start),
            *turns_to_read(practice_id, couple_id, self.couple.counsellor_id),
        ]
        return practice_id, couple_id, list({row[0] for row in found}), list({row[1] for row in found})


def _day(moment: datetime | None, zone: ZoneInfo) -> date | None:
    return None if moment is None else moment.astimezone(zone).date()


@written_once
def _ends(practice_id: UUID, couple_id: UUID, reader_id: UUID, now: datetime, today: date) -> Select[Any]:
    def first(what: Any, *where: Any) -> Any:
        return end(func.min(what), what.class_, *where)

    def last(what: Any, *where: Any) -> Any:
        return end(func.max(what), what.class_, *where)

    def end(value: Any, model: Any, *where: Any) -> Any:
        own = model.practice_id == practice_id, model.couple_id == couple_id
        return select(value).where(*own, *where).scalar_subquery()

    come, stands = Appointment.starts_at, Appointment.cancelled_at.is_(None)
    return select(
        first(Checkin.week_of, Checkin.saved_at <= now),
        last(Checkin.week_of, Checkin.saved_at <= now),
        first(Assignment.starts_on),
        last(Assignment.starts_on, Assignment.starts_on <= today),
        first(InstrumentAnswer.answered_at, InstrumentAnswer.answered_at <= now),
        first(come, stands),
        last(come, stands, come <= now),
        last(CoupleLook.at, CoupleLook.reader_id == reader_id),
    )


@written_once
def _moved(practice_id: UUID, couple_id: UUID, start: datetime) -> Select[UUID, int]:
    """The turns, by assignment and number, of which something was sent or told from a moment on."""
    either = union(
        *(
            select(row.assignment_id, row.turn).where(
                row.practice_id == practice_id, row.couple_id == couple_id, moment >= start
            )
            for row, moment in (
                (Response, Response.sent_at),
                (TurnPart, TurnPart.sent_at),
                (Outcome, Outcome.at),
            )
        )
    ).subquery()
    return select(plain_rows.plain(either.c.assignment_id), either.c.turn)


@written_once
def _given(
    practice_id: UUID, couple_id: UUID, monday: date, assignment_ids: Sequence[UUID]
) -> Select[Assignment]:
    """What was given from a day on, and these."""
    return (
        select(Assignment)
        .where(
            Assignment.practice_id == practice_id,
            Assignment.couple_id == couple_id,
            or_(Assignment.starts_on >= monday, Assignment.id.in_(assignment_ids)),
        )
        .options(joinedload(Assignment.exercise_version), selectinload(Assignment.withdrawals))
        .order_by(Assignment.starts_on, Assignment.assigned_at)
    )
