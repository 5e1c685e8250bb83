"""What happened with one couple, week by week: each partner's own side, and what cuts across both.

"Done" is all that is said of a turn. Who may read it, and whether anybody may, is not told here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import chain
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select

from assignments.domain import checkins
from assignments.domain.barriers import at_the_desk
from assignments.domain.pauses import back_line
from assignments.domain.signs import DECISION_LABELS, DecisionState
from assignments.models import Assignment, Decision
from assignments.queries.assignments import exercise_of, is_withdrawn
from assignments.queries.checkins import answers_of
from assignments.queries.entries import entries_opened_lately
from assignments.queries.history import GivenTurn
from assignments.queries.pauses import asked_for
from assignments.queries.recent import Recent, ends_of
from assignments.queries.unread import unread_of, unread_parts_of
from clinic.language import working_time
from clinic.models import Couple, Person
from clinic.queries.people import practice_of
from clinic.statements import written_once

WEEK = timedelta(days=7)
# How far back the first look goes; where too little is found, the next goes so many times further.
FIRST_LOOK, FURTHER = 13 * WEEK, 4
# A Monday before anything a practice could have kept.
EVER = date(1900, 1, 1)


class Kind(StrEnum):
    """What sort of thing it is; the page's filters go by this."""

    ANSWER = "answers"
    CHECK_IN = "checkins"
    DECISION = "decisions"
    APPOINTMENT = "appointments"
    GIVEN = "given"
    PAUSE = "pauses"


@dataclass(frozen=True)
class Happening:
    """One thing on one day. `assignment_id` is what it belongs to, where it belongs to something given."""

    on: date
    kind: Kind
    text: str
    assignment_id: UUID | None = None
    is_new: bool = False
    """It came after the reader last looked, or it holds something they have not marked read."""


@dataclass(frozen=True)
class Week:
    """One week of the timeline, newest first in each of its lists."""

    monday: date
    sides: Mapping[str, tuple[Happening, ...]]
    across: tuple[Happening, ...]


@dataclass(frozen=True)
class Timeline:
    """The newest weeks of a couple, newest first, and what the page says around them."""

    weeks: tuple[Week, ...]
    has_earlier: bool
    """Whether there are more weeks than were asked for."""
    new: int
    """How many things are new, in whatever week."""
    since: datetime | None
    """Up to when the reader has looked through."""
    recent: Recent
    week_0: date | None


def timeline_of(
    reader: Person,
    couple: Couple,
    now: datetime,
    *,
    most: int | None,
    drawn: int = 0,
    all_since: date | None = None,
    only: Kind | None = None,
    only_new: bool = False,
) -> Timeline:
    """The newest weeks of a couple already read that hold something, `most` of them or all where that is None.

    `recent` holds the check-ins of as many weeks as are `drawn`, and all that was given from the day `all_since` on,
    whatever weeks are shown.
    What is older is not read. Only where little happened it takes another look, further back.
    """
    ends = ends_of(reader, couple, now)
    zone = ZoneInfo(practice_of(reader).timezone)
    counted, since = ends.weeks(now, zone), ends.looked_since
    must = [ends.newest_monday(couple, zone)]
    if since is not None:
        must.append(checkins.monday_of(since.astimezone(zone).date()))
    if counted.week_0 is not None:
        # A week more, as an appointment's tick is drawn by the day it has in Greenwich.
        must.append(counted.week_0 + max(0, counted.last - drawn) * WEEK)
    if all_since is not None:
        must.append(checkins.monday_of(all_since))
    beginning, back = ends.first_monday(couple, zone), FIRST_LOOK
    while True:
        monday = min(*must, must[0] - back)
        everything = most is None or monday <= beginning
        undone = all_since is not None
        recent = Recent(reader, couple, counted, EVER if everything else monday, now, undone=undone)
        weeks = _weeks(reader, recent, since)
        found = narrowed([week for week in weeks if week.monday >= recent.monday], only, only_new=only_new)
        if everything or len(found) > (most or 0):
            break
        back *= FURTHER
    return Timeline(
        weeks=tuple(found[:most]),
        has_earlier=most is not None and len(found) > most,
        new=sum(one.is_new for week in weeks for side in week.sides.values() for one in side),
        since=since,
        recent=recent,
        week_0=counted.week_0,
    )


def _weeks(reader: Person, recent: Recent, since: datetime | None) -> list[Week]:
    """The weeks of what was read, newest first. What came after `since` is marked as new."""
    sides: dict[date, dict[str, list[Happening]]] = defaultdict(lambda: {"A": [], "B": []})
    across: dict[date, list[Happening]] = defaultdict(list)
    seen = _Seen(recent, since)
    for slot, happening in chain(_of_partners(recent, seen), _pauses(reader, recent, seen)):
        sides[checkins.monday_of(happening.on)][slot].append(happening)
    for happening in _of_both(recent):
        across[checkins.monday_of(happening.on)].append(happening)
    return [
        Week(
            monday,
            {slot: _newest_first(found) for slot, found in sides[monday].items()},
            _newest_first(across[monday]),
        )
        for monday in sorted(sides.keys() | across.keys(), reverse=True)
    ]


def narrowed(weeks: Sequence[Week], only: Kind | None, *, only_new: bool = False) -> list[Week]:
    """The same weeks with one kind of thing, or with what is new; appointments always stay."""

    def wanted(one: Happening) -> bool:
        return only in (None, one.kind) and (one.is_new or not only_new)

    found = []
    for week in weeks:
        sides = {slot: tuple(filter(wanted, some)) for slot, some in week.sides.items()}
        across = tuple(one for one in week.across if one.kind is Kind.APPOINTMENT or wanted(one))
        if across or any(sides.values()):
            found.append(Week(week.monday, sides, across))
    return found


def _newest_first(found: Sequence[Happening]) -> tuple[Happening, ...]:
    return tuple(sorted(found, key=lambda one: one.on, reverse=True))


class _Seen:
    """What this reader knows already: what is marked read, and all that came before they last looked."""

    def __init__(self, recent: Recent, since: datetime | None) -> None:
        self._zone, self._since = recent.zone, since
        self._unread = {row.id for row in unread_of(recent.turns, recent.marks, recent.now)}
        self._unread_parts: set[tuple[UUID, int, UUID]] = set()
        self.parts: dict[tuple[UUID, int, UUID], list[datetime]] = defaultdict(list)
        parts = recent.parts[recent.couple.id]
        unread = {part.id for part in unread_parts_of(parts, recent.marks, recent.now)}
        for part in parts:
            key = (part.assignment_id, part.turn, part.author_id)
            if part.sent_at is not None:
                self.parts[key].append(part.sent_at)
            if part.id in unread:
                self._unread_parts.add(key)

    def is_new(self, at: datetime) -> bool:
        """Whether it came after the last look."""
        return self._since is not None and at > self._since

    def is_new_day(self, day: date) -> bool:
        """The same of something that is known by its day alone."""
        return self._since is not None and day >= self._since.astimezone(self._zone).date()

    def turn_is_new(self, turn: GivenTurn, author_id: UUID, at: datetime) -> bool:
        """Whether a turn that was done came after the last look, or holds something unread."""
        key = (turn.assignment.id, turn.turn, author_id)
        unread = turn.response is not None and turn.response.id in self._unread
        later = max(self.parts.get(key, ()), default=at)
        return unread or key in self._unread_parts or self.is_new(max(at, later))


def _of_partners(recent: Recent, seen: _Seen) -> Iterator[tuple[str, Happening]]:
    couple, zone = recent.couple, recent.zone
    slots = {partner.person_id: partner.slot for partner in couple.partners}
    given = {assignment.id: assignment for assignment in recent.assignments[couple.id]}
    for turn in recent.turns:
        if turn.done_at is not None:
            author_id = couple.partner(turn.partner).person_id
            parts = len(seen.parts.get((turn.assignment.id, turn.turn, author_id), ()))
            new = seen.turn_is_new(turn, author_id, turn.done_at)
            on = turn.done_at.astimezone(zone).date()
            yield turn.partner, Happening(on, Kind.ANSWER, _done(turn, parts), turn.assignment.id, new)
        elif turn.outcome is not None and turn.outcome.tried is not None:
            on = turn.outcome.at.astimezone(zone).date()
            text = f"{_name(turn.assignment)}: not tried{_in_the_way(turn)}"
            new = seen.is_new(turn.outcome.at)
            yield turn.partner, Happening(on, Kind.ANSWER, text, turn.assignment.id, new)
    for row in recent.set_asides:
        assignment = given.get(row.assignment_id)
        lead = "Felt hard" if row.kind == "hard" else "Not tonight"
        text = f"{lead}: {_name(assignment)}" if assignment else lead
        yield (
            slots[row.person_id],
            Happening(
                row.at.astimezone(zone).date(),
                Kind.ANSWER,
                text,
                assignment.id if assignment else None,
                seen.is_new(row.at),
            ),
        )
    for checkin in recent.checkins:
        on = max(checkin.week_of, checkin.saved_at.astimezone(zone).date())
        # On Monday morning it still tells about the week before, and stands in that one.
        on = on if checkins.monday_of(on) == checkin.week_of else checkin.week_of
        text = _numbers(answers_of(checkin))
        if text:
            new = seen.is_new(checkin.saved_at)
            yield slots[checkin.author_id], Happening(on, Kind.CHECK_IN, text, is_new=new)
    yield from _thanks(recent, slots, seen)


def _pauses(reader: Person, recent: Recent, seen: _Seen) -> Iterator[tuple[str, Happening]]:
    """Each pause as it was asked for. Whether somebody came back from it is nobody's failure and is not told."""
    couple, zone = recent.couple, recent.zone
    slots = {partner.person_id: partner.slot for partner in couple.partners}
    for one in asked_for(reader, couple, recent.start):
        if one.author_id in slots:
            line = back_line(one.until, one.asked_at, zone, working_time)
            text = f"Asked for a pause at {working_time(one.asked_at.astimezone(zone))}. {line}"
            on, new = one.asked_at.astimezone(zone).date(), seen.is_new(one.asked_at)
            yield slots[one.author_id], Happening(on, Kind.PAUSE, text, is_new=new)


def _of_both(recent: Recent) -> Iterator[Happening]:
    couple, zone, now = recent.couple, recent.zone, recent.now
    for one, number in recent.appointments:
        at = one.starts_at.astimezone(zone)
        coming = " to come" if one.starts_at > now else ""
        called = str(number) if one.is_joint else f"with {couple.partner(one.for_whom).name} alone"
        yield Happening(at.date(), Kind.APPOINTMENT, f"Appointment {called}{coming}, {working_time(at)}")
    for assignment in reversed(recent.assignments[couple.id]):
        if assignment.couple_plan_id is not None and assignment.starts_on > now.astimezone(zone).date():
            continue  # The weeks to come stand on the plan's own page.
        whom = "both" if assignment.for_whom == "both" else couple.partner(assignment.for_whom).name
        taken_back = ", since withdrawn" if is_withdrawn(assignment) else ""
        text = f"Given to {whom}: {_name(assignment)}{taken_back}"
        yield Happening(assignment.starts_on, Kind.GIVEN, text, assignment.id)
    for at, state in _decided(couple.practice_id, couple.id, recent.start):
        label = DECISION_LABELS[DecisionState(state)]
        yield Happening(at.astimezone(zone).date(), Kind.DECISION, f"Decision: {label}")


@written_once
def _decided(practice_id: UUID, couple_id: UUID, start: datetime) -> Select[datetime, str]:
    return (
        select(Decision.at, Decision.state)
        .where(Decision.practice_id == practice_id, Decision.couple_id == couple_id, Decision.at >= start)
        .order_by(Decision.at)
    )


def _thanks(recent: Recent, slots: Mapping[UUID, str], seen: _Seen) -> Iterator[tuple[str, Happening]]:
    """Thank-yous that the counsellor may read, counted by week. Those kept private are not even counted.

    One that is being opened after it was kept counts once it has opened: until then its author may cancel.
    """
    days: dict[tuple[str, date], list[date]] = defaultdict(list)
    for row, day in entries_opened_lately(recent.couple, recent.start, recent.now):
        if row.author_id in slots:
            days[slots[row.author_id], checkins.monday_of(day)].append(day)
    for (slot, _monday), found in days.items():
        noun = "1 thank-you" if len(found) == 1 else f"{len(found)} thank-yous"
        new = seen.is_new_day(max(found))
        yield slot, Happening(max(found), Kind.ANSWER, f"{noun} shared", is_new=new)


def _done(turn: GivenTurn, parts: int) -> str:
    useful = (
        "" if turn.outcome is None or turn.outcome.useful is None else f", useful {turn.outcome.useful} of 10"
    )
    number = f", turn {turn.turn}" if turn.assignment.repeat == "weekly" else ""
    done = "done" if not parts else "1 part sent" if parts == 1 else f"{parts} parts sent"
    return f"{_name(turn.assignment)}{number}: {done}{useful}{_in_the_way(turn)}"


def _in_the_way(turn: GivenTurn) -> str:
    """What got in the way, as it was ticked. Own words stand on a page of their own that is written down as read."""
    barriers = at_the_desk(turn.outcome.barriers) if turn.outcome is not None else ""
    return f". In the way: {barriers}" if barriers else ""


def _numbers(answers: checkins.CheckinAnswers) -> str:
    """The two lines a counsellor looks for first, or that there was a check-in at all."""
    if answers.is_empty:
        return ""
    shown = [
        f"{checkins.ITEM_BY_KEY[key].short.lower()} {number}"
        for key in ("closeness", "tension")
        if (number := answers.number(key)) is not None
    ]
    return f"Check-in: {', '.join(shown)}" if shown else "Check-in"


def _name(assignment: Assignment) -> str:
    return exercise_of(assignment).name
