"""A couple's record as the sign rules read it, put together from rows: check-ins, and work week by week.

Every function here asks the database the same few questions, whether for one couple or for fifty.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from assignments.domain import checkins, progress
from assignments.domain.history import (
    LAST_WEEK,
    PARTNERS,
    Checkin,
    CoupleHistory,
    InstrumentScore,
    Partner,
    Work,
    couple_history,
)
from assignments.domain.instruments import INSTRUMENTS
from assignments.domain.signs import Aside, State
from assignments.domain.stalls import SHIPPED_LIMITS, Limits
from assignments.models import Assignment, InstrumentAnswer, Outcome, Response, SetAside, SignAside, TurnPart
from assignments.models import Checkin as CheckinRow
from assignments.queries.checkins import answers_of
from assignments.queries.instruments import score_of
from assignments.queries.record_rows import Rows
from assignments.queries.sign_rules import limits_on
from clinic.errors import NotFound
from clinic.models import Couple, Person
from clinic.queries.people import practice_of

WEEK = timedelta(days=7)
TRIED = ("tried", "part")


class GivenTurn(NamedTuple):
    """One turn of one assignment for one partner: the day it began, and when they had done it.

    Done says nothing about who may read it: a turn that its author keeps to themselves counts like any other.
    """

    assignment: Assignment
    partner: Partner
    turn: int
    began_on: date
    response: Response | None
    outcome: Outcome | None
    done_at: datetime | None
    """When this partner had done it: sent it, sent something in listening turns, or said that they tried."""


@dataclass(frozen=True)
class Record:
    """Everything a couple's pages count and draw, as it stood at one moment: no words, and nothing that could be unsealed by mistake."""

    couple: Couple
    today: date
    checkins: tuple[CheckinRow, ...]
    turns: tuple[GivenTurn, ...]
    set_asides: tuple[SetAside, ...]
    parts: tuple[TurnPart, ...]
    """What was sent in listening turns, oldest first."""
    history: CoupleHistory
    week_0: date | None
    last_week: int
    limits: Limits = SHIPPED_LIMITS
    """The rules of the couple's practice on that day."""

    aside_rows: tuple[SignAside, ...] = ()
    asides: tuple[Aside, ...] = ()
    """What the counsellor has set aside and not brought back by hand, as the rules read it."""

    given: tuple[Assignment, ...] = ()
    """Everything that was given, newest first, withdrawn ones and those of weeks to come included."""

    def monday(self, week: int) -> date:
        """The Monday that begins a week of this couple's."""
        return (self.week_0 or checkins.monday_of(self.today)) + week * WEEK


def record_of(reader: Person, couple: Couple, now: datetime) -> Record:
    """The record of one couple. Raises NotFound when it is not one the reader may see."""
    found = records_for(reader, [couple], now, with_exercises=True).get(couple.id)
    if found is None:
        raise NotFound
    return found


def records_for(
    reader: Person, couples: Sequence[Couple], now: datetime, *, with_exercises: bool = False
) -> dict[UUID, Record]:
    """The records of many couples in as many statements as for one.

    The exercises themselves come only when they are asked for: a definition is long, and a board of fifty couples
    names none of them.
    Only staff have a use for these: a partner must never meet the other's check-in, so partners get nothing.
    """
    return {one.couple.id: one for one, _ in _records(reader, couples, now, with_exercises=with_exercises)}


def records_until(
    reader: Person, couples: Sequence[Couple], now: datetime
) -> dict[UUID, tuple[Record, datetime]]:
    """The records of many couples, each with the moment from which it would be another one without any new row."""
    return {
        record.couple.id: (record, until(record.couple.id, rows, now, ZoneInfo(practice_of(reader).timezone)))
        for record, rows in _records(reader, couples, now, with_exercises=False)
    }


def until(couple_id: UUID, rows: Rows, now: datetime, zone: ZoneInfo) -> datetime:
    """The next moment at which the clock alone changes a record: a new day, a check-in that closes, a row of later."""
    local = now.astimezone(zone)
    monday = checkins.monday_of(local.date())
    closings = [checkins.SHIPPED_HOURS.closes(one).replace(tzinfo=zone) for one in (monday - WEEK, monday)]
    tomorrow = datetime.combine(local.date() + timedelta(days=1), time(), zone)
    return min(moment for moment in (tomorrow, *closings, *rows.moments(couple_id)) if moment > now)


def _records(
    reader: Person, couples: Sequence[Couple], now: datetime, *, with_exercises: bool
) -> Iterator[tuple[Record, Rows]]:
    if not reader.is_staff or not couples:
        return
    zone = ZoneInfo(practice_of(reader).timezone)
    local = now.astimezone(zone)
    rows = Rows(reader, [couple.id for couple in couples], with_exercises=with_exercises)
    limits = limits_on(reader.practice_id, local.date())
    for couple in couples:
        if couple.id in rows.seen:
            yield _record(couple, rows, local, zone, limits), rows


def _record(couple: Couple, rows: Rows, now: datetime, zone: ZoneInfo, limits: Limits) -> Record:
    sides = {partner.person_id: side_of(partner.slot) for partner in couple.partners}
    # What came later than the moment asked about was not there yet.
    kept = [row for row in rows.checkins[couple.id] if row.author_id in sides and row.saved_at <= now]
    turns = list(turns_in(couple, rows, now, zone))
    set_asides = [row for row in rows.set_asides[couple.id] if row.person_id in sides and row.at <= now]
    scored = [row for row in rows.scored[couple.id] if row.answered_at <= now]
    aside_rows = _newest_asides(rows.asides[couple.id], now)
    given = rows.assignments[couple.id]
    weeks = weeks_counted(
        now,
        first_checkin=kept[0].week_of if kept else None,
        last_checkin=kept[-1].week_of if kept else None,
        first_given=given[0].starts_on if given else None,
        first_scored=scored[0].answered_at.astimezone(zone).date() if scored else None,
    )
    week_0, last_week = weeks.week_0, weeks.last
    # The rules refuse what lies before week 0 or beyond the present week, so neither is handed to them.
    work = [
        one
        for one in _work(turns, set_asides, sides, week_0 or checkins.monday_of(now.date()), zone)
        if 0 <= one.week <= last_week
    ]
    history = couple_history(
        str(couple.id),
        max(last_week, 0),
        [checkin_told(row, sides[row.author_id], week_0) for row in kept if week_0],
        instruments=list(_scores(scored, sides, week_0, last_week, zone)),
        work=work,
        week_is_open=weeks.last_is_open,
    )
    return Record(
        couple=couple,
        today=now.date(),
        checkins=tuple(kept),
        turns=tuple(turns),
        set_asides=tuple(set_asides),
        parts=tuple(row for row in rows.parts[couple.id] if row.author_id in sides),
        history=history,
        week_0=week_0,
        last_week=last_week,
        limits=limits,
        aside_rows=aside_rows,
        asides=tuple(_aside(row, week_0, zone) for row in aside_rows),
        given=tuple(reversed(given)),
    )


class Weeks(NamedTuple):
    """How a couple's weeks are counted: from which Monday, up to which week, and whether that one is still open."""

    week_0: date | None
    last: int
    last_is_open: bool


def weeks_counted(
    now: datetime,
    *,
    first_checkin: date | None,
    last_checkin: date | None,
    first_given: date | None,
    first_scored: date | None,
) -> Weeks:
    """The weeks of a couple at a moment of the practice's wall clock.

    Week 0 is that of the first check-in; before there is one, of the first thing given or questionnaire answered. The
    last is the last closed week, or a later one in which somebody has already checked in; an open week is not silent.
    """
    begun = next((day for day in (first_checkin, first_given, first_scored) if day is not None), None)
    if begun is None:
        return Weeks(None, -1, last_is_open=False)
    week_0 = checkins.monday_of(begun)
    closed = _closed_week(week_0, now)
    reported = -1 if last_checkin is None else checkins.week_number(last_checkin, week_0)
    last = min(max(closed, reported), LAST_WEEK)
    return Weeks(week_0, last, last_is_open=last > closed)


def _closed_week(week_0: date, now: datetime) -> int:
    """The last week whose check-in has closed; -1 says that not even week 0 has."""
    monday = checkins.monday_of(now.date())
    wall = now.replace(tzinfo=None)
    while wall < checkins.SHIPPED_HOURS.closes(monday):
        monday -= WEEK
    return max(checkins.week_number(monday, week_0), -1)


class TurnRows(Protocol):
    """The rows that turns are put together from, by couple; assignments in the order of their first days."""

    @property
    def assignments(self) -> Mapping[UUID, Sequence[Any]]: ...
    @property
    def responses(self) -> Mapping[UUID, Sequence[Any]]: ...
    @property
    def outcomes(self) -> Mapping[UUID, Sequence[Any]]: ...
    @property
    def parts(self) -> Mapping[UUID, Sequence[Any]]: ...


def turns_in(
    couple: Couple, rows: TurnRows, now: datetime, zone: ZoneInfo, *, only_told: bool = False
) -> Iterator[GivenTurn]:
    """Every turn that counts as given, oldest first, for each partner it was given to.

    `only_told` leaves out those of which nobody told anything: something weekly has more of them every week.
    """
    today = now.date()
    sides = [(partner.slot, side_of(partner.slot), partner.person_id) for partner in couple.partners]
    responses, outcomes, parts = _Told(), _Told(), _Told()
    for row in rows.responses[couple.id]:
        if row.started_at <= now:
            responses.add(row.author_id, row)
    for row in rows.outcomes[couple.id]:
        if row.at <= now:
            outcomes.add(row.person_id, row)
    # The first of each comes last.
    for row in reversed(rows.parts[couple.id]):
        if row.sent_at <= now:
            parts.add(row.author_id, row)
    for assignment in rows.assignments[couple.id]:
        if assignment.assigned_at > now:
            continue
        starts_on, repeat = assignment.starts_on, assignment.repeat
        told = [
            (
                side,
                responses.of(person_id, assignment.id),
                outcomes.of(person_id, assignment.id),
                parts.of(person_id, assignment.id),
            )
            for slot, side, person_id in sides
            if progress.is_open_to(slot, assignment.for_whom)
        ]
        latest = progress.turn_on(today, starts_on=starts_on, repeat=repeat)
        last_asked = _last_asked(assignment, latest)
        begun = {turn for _, *some in told for by_turn in some for turn in by_turn if turn <= latest}
        if not only_told:
            begun.update(range(1, last_asked + 1))
        for turn in sorted(begun):
            began_on = progress.turn_begins_on(turn, starts_on=starts_on, repeat=repeat)
            stood: bool | None = None
            for side, answered, went, sent in told:
                response, outcome, part = answered.get(turn), went.get(turn), sent.get(turn)
                done_at = _done_at(response, outcome, part, now)
                if done_at is None and stood is None:
                    stood = turn <= last_asked and _still_stood(assignment, began_on, today, zone)
                if done_at is not None or stood:
                    yield GivenTurn(assignment, side, turn, began_on, response, outcome, done_at)


class _Told:
    """Rows of one kind by their author and assignment, and then by turn: most turns of most assignments have none."""

    def __init__(self) -> None:
        self._rows: dict[tuple[UUID, UUID], dict[int, Any]] = {}

    def add(self, person_id: UUID, row: Any) -> None:
        """Keep a row; of two about the same turn the later one."""
        self._rows.setdefault((person_id, row.assignment_id), {})[row.turn] = row

    def of(self, person_id: UUID, assignment_id: UUID) -> Mapping[int, Any]:
        """What one person told about one assignment, by turn."""
        return self._rows.get((person_id, assignment_id), {})


def _done_at(
    response: Response | None, outcome: Outcome | None, part: TurnPart | None, now: datetime
) -> datetime | None:
    # What was sent later than the moment the record is of was not done then.
    if response is not None and response.sent_at is not None and response.sent_at <= now:
        return response.sent_at
    if part is not None:
        return part.sent_at
    return outcome.at if outcome is not None and outcome.tried in TRIED else None


def _last_asked(assignment: Assignment, latest: int) -> int:
    """The last turn that was asked for by now: a weekly thing goes on asking until its last day, and not for good."""
    if assignment.repeat != progress.Repeat.WEEKLY or assignment.best_before is None:
        return latest
    last = progress.turn_on(assignment.best_before, starts_on=assignment.starts_on, repeat=assignment.repeat)
    return min(latest, last)


def _still_stood(assignment: Assignment, began_on: date, today: date, zone: ZoneInfo) -> bool:
    """Whether a turn that nobody did was still wanted: what was taken back before its week was over was not."""
    if not assignment.withdrawals:
        return True
    ends_on = min(began_on + WEEK - timedelta(days=1), today)
    return not any(
        withdrawal.at.astimezone(zone).date() <= ends_on
        and (withdrawal.reopened_at is None or withdrawal.reopened_at.astimezone(zone).date() > ends_on)
        for withdrawal in assignment.withdrawals
    )


def _work(
    turns: Sequence[GivenTurn],
    set_asides: Sequence[SetAside],
    sides: Mapping[UUID, Partner],
    week_0: date,
    zone: ZoneInfo,
) -> Iterator[Work]:
    """Work per partner and week. A turn belongs to the week it began in, whenever it was done."""
    # Set, tried, felt hard and put off, by partner and week.
    counts: dict[tuple[Partner, int], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for given in turns:
        count = counts[given.partner, checkins.week_number(given.began_on, week_0)]
        count[0] += 1
        count[1] += given.done_at is not None
    for row in set_asides:
        day = row.at.astimezone(zone).date()
        place = 2 if row.kind == "hard" else 3
        counts[sides[row.person_id], checkins.week_number(day, week_0)][place] += 1
    for (side, week), count in sorted(counts.items()):
        yield Work(side, week, *count)


def checkin_told(row: CheckinRow, side: Partner, week_0: date) -> Checkin:
    """A check-in as the rules and the charts read it."""
    return Checkin(side, checkins.week_number(row.week_of, week_0), answers_of(row))


def _newest_asides(rows: Sequence[SignAside], now: datetime) -> tuple[SignAside, ...]:
    """The newest time each row was set aside, without those that had been brought back by hand."""
    newest = {row.sign: row for row in rows if row.at <= now}
    return tuple(row for row in newest.values() if row.taken_back_at is None or row.taken_back_at > now)


def _aside(row: SignAside, week_0: date | None, zone: ZoneInfo) -> Aside:
    day = row.at.astimezone(zone).date()
    return Aside(row.sign, State(row.state), checkins.week_number(day, week_0 or day), row.returns_on)


def _scores(
    scored: Sequence[InstrumentAnswer],
    sides: Mapping[UUID, Partner],
    week_0: date | None,
    last_week: int,
    zone: ZoneInfo,
) -> Iterator[InstrumentScore]:
    """Questionnaire totals by the week they were given in.

    One from before the first check-in stands at the start, and one of the week that is still open with the last that
    has closed, so that it counts at once. Of two that would share a week the later counts.
    """
    latest: dict[tuple[Partner, str, int], InstrumentAnswer] = {}
    for row in scored:
        if row.author_id in sides and row.name in INSTRUMENTS:
            day = row.answered_at.astimezone(zone).date()
            week = checkins.week_number(day, week_0 or day)
            week = min(max(week, 0), max(last_week, 0))
            latest[sides[row.author_id], row.name, week] = row
    for (side, name, week), row in latest.items():
        yield InstrumentScore(side, week, name, score_of(row))


def side_of(slot: str) -> Partner:
    """The partner of a slot, as the rules name them."""
    return PARTNERS[1] if slot == "B" else PARTNERS[0]
