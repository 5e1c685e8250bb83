"""The counsellor's board: what it takes to say why each couple is here, in a fixed number of statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select

from assignments.access import is_frozen
from assignments.domain import board, checkins
from assignments.domain.stalls import Names
from assignments.domain.summaries import UNTOLD, Summary
from assignments.queries.erasures import who_asked
from assignments.queries.pauses import pauses_of
from assignments.queries.plans import checks_due
from assignments.queries.referrals import follow_ups_due
from assignments.queries.summaries import summaries_for
from clinic.domain.appointments import BOTH
from clinic.language import working_time
from clinic.models import Appointment, Couple, Invitation, Person, SafetyConversation
from clinic.models import Partner as Place
from clinic.queries.appointments import appointments_between, next_starts
from clinic.queries.couples import couples_for
from clinic.queries.people import practice_of
from clinic.queries.talks import who_waits
from clinic.statements import written_once


@dataclass(frozen=True)
class Line:
    """One couple beside its row, with what its numbers and its small charts are told from.

    `next_step` says what must come before any practice, as long as something must.
    """

    couple: Couple
    summary: Summary
    next_step: str = ""

    @property
    def is_uncounted(self) -> bool:
        """Whether no numbers could be worked out."""
        return self.summary is UNTOLD

    @property
    def names(self) -> Names:
        """The partners' first names, for sentences and charts."""
        return Names(self.couple.partner("A").name, self.couple.partner("B").name)


@dataclass(frozen=True)
class Visit:
    """One of today's appointments; `at` is the practice's wall clock, `number` counts from the couple's first.

    One with a partner alone has the number 0 and says with whom.
    """

    at: str
    couple: Couple
    number: int
    is_next: bool
    with_whom: str = ""


@dataclass(frozen=True)
class Board:
    """The whole page, for every couple the reader has; the page itself only narrows it."""

    groups: tuple[board.BoardGroup, ...]
    lines: Mapping[str, Line]
    visits: tuple[Visit, ...]

    def rows(self) -> list[board.BoardRow]:
        """Every row, in page order."""
        return [row for group in self.groups for row in group.rows]


def board_for(reader: Person, now: datetime) -> Board:
    """Every couple whose work goes on and that the reader may see, and today's appointments."""
    couples = [couple for couple in couples_for(reader) if couple.closed_at is None]
    summaries = summaries_for(reader, couples, now)
    known = _Known(reader, couples, now)
    found = [(couple, summaries[couple.id]) for couple in couples if couple.id in summaries]
    lines = {str(couple.id): Line(couple, summary, _next_step(couple, known)) for couple, summary in found}
    facts = [_facts(couple, summary, known, now) for couple, summary in found]
    return Board(board.board(facts), lines, _visits(reader, couples, now))


class _Known:
    """What else the board asks about all the couples at once: appointments, pauses, wishes to talk."""

    def __init__(self, reader: Person, couples: Sequence[Couple], now: datetime) -> None:
        practice = practice_of(reader)
        self.zone = ZoneInfo(practice.timezone)
        self.asks_first = practice.asks_safety_conversation
        ids = [couple.id for couple in couples]
        self.coming = next_starts(reader, now)
        self.asked = {
            person_id: asked_at
            for person_id, asked_at in _asked_before_joining(reader.practice_id, ids)
            if asked_at is not None
        }
        self.talks = who_waits(reader, ids)
        self.pauses = pauses_of(reader, couples)
        self.plan_checks = checks_due(couples, now, self.zone)
        self.deletions = who_asked(reader, ids)
        self.follow_ups = follow_ups_due(reader, ids, now.astimezone(self.zone).date())
        self.spoken: dict[UUID, tuple[date, datetime]] = {
            person_id: (held_on, recorded_at)
            for person_id, held_on, recorded_at in _spoken(reader.practice_id, ids)
        }


@written_once
def _asked_before_joining(
    practice_id: UUID, couple_ids: Sequence[UUID]
) -> Select[UUID | None, datetime | None]:
    return (
        select(Invitation.person_id, func.max(Invitation.wants_to_talk_at))
        .join(Place, Place.person_id == Invitation.person_id)
        .where(
            Invitation.practice_id == practice_id,
            Place.practice_id == practice_id,
            Place.couple_id.in_(couple_ids),
        )
        .group_by(Invitation.person_id)
    )


@written_once
def _spoken(practice_id: UUID, couple_ids: Sequence[UUID]) -> Select[UUID, date, datetime]:
    return (
        select(
            SafetyConversation.person_id,
            func.max(SafetyConversation.held_on),
            func.max(SafetyConversation.recorded_at),
        )
        .where(
            SafetyConversation.practice_id == practice_id,
            SafetyConversation.couple_id.in_(couple_ids),
        )
        .group_by(SafetyConversation.person_id)
    )


def _facts(couple: Couple, summary: Summary, known: _Known, now: datetime) -> board.CoupleFacts:
    first, second = (_practice(partner, couple, summary, known, now) for partner in couple.partners)
    waits_since = None if is_frozen(couple) else summary.waits_since
    return board.CoupleFacts(
        couple_id=str(couple.id),
        title=couple.name,
        partners=(first, second),
        week=summary.week,
        decision_due=summary.decision_due,
        watching=summary.watching,
        waiting_to_open_days=None if waits_since is None else (now - waits_since).days,
        plan_check=None if is_frozen(couple) else known.plan_checks.get(couple.id),
        unread_answers=summary.unread,
        unread_turns=summary.unread_turns,
        is_uncounted=summary is UNTOLD,
        next_appointment=known.coming.get(couple.id),
        asked_to_talk_days=_asked(couple, known, now),
        came_back_days=_came_back(couple, known, now),
        deletions=tuple(p.name for p in couple.partners if p.person_id in known.deletions),
        referrals_due=tuple((one.to, one.stands, one.days) for one in known.follow_ups.get(couple.id, ())),
        left=tuple(partner.name for partner in couple.partners if partner.left_at is not None),
    )


def _practice(
    partner: Place, couple: Couple, summary: Summary, known: _Known, now: datetime
) -> board.PartnerFacts:
    """Where one partner is with practice. Nothing is said of somebody who cannot do any yet, or for now."""
    joined, zone = partner.person.joined_at, known.zone
    if joined is None or is_frozen(couple):
        return board.PartnerFacts(partner.name)
    joined_on, today = joined.astimezone(zone).date(), now.astimezone(zone).date()
    own, pause = summary.of(partner.slot), known.pauses.get(partner.person_id)
    return board.PartnerFacts(
        name=partner.name,
        pause_days=pause.days_without_a_return(now, done_last=own.done_last, zone=zone) if pause else None,
        days_idle=None if own.idle_since is None else (today - max(own.idle_since, joined_on)).days,
        put_off=own.put_off,
        felt_hard=own.felt_hard,
        checkin_weeks_missed=_weeks_missed(own.checked_in, summary, joined_on),
        assigned_3_weeks=own.assigned_3_weeks,
        done_3_weeks=own.done_3_weeks,
    )


def _weeks_missed(checked_in: int | None, summary: Summary, joined_on: date) -> int:
    """Closed check-in weeks since this partner's last check-in, or since they could first check in."""
    if summary.week_0 is None:
        return 0
    first = max(0, checkins.week_number(joined_on, summary.week_0))
    return max(0, summary.last_week - (first - 1 if checked_in is None else checked_in))


def _came_back(couple: Couple, known: _Known, now: datetime) -> int | None:
    """Days since a partner set a new password with two codes, and nobody has made sure by whom."""
    today = now.astimezone(known.zone).date()
    waits = [
        (today - waiting.came_back_at.astimezone(known.zone).date()).days
        for partner in couple.partners
        if (waiting := known.talks.get(partner.person_id)) is not None and waiting.came_back_at is not None
    ]
    return max(waits, default=None)


def _asked(couple: Couple, known: _Known, now: datetime) -> int | None:
    """Days since a partner first asked to talk alone and has not been seen since."""
    waits = []
    for partner in couple.partners:
        waiting = known.talks.get(partner.person_id)
        if waiting is not None and waiting.asked_at is not None:
            asked_on = waiting.asked_at.astimezone(known.zone).date()
            waits.append((now.astimezone(known.zone).date() - asked_on).days)
        asked_at = known.asked.get(partner.person_id)
        if asked_at is None:
            continue
        asked_on = asked_at.astimezone(known.zone).date()
        held_on, recorded_at = known.spoken.get(partner.person_id, (date.min, None))
        # Both are needed: a talk of the same day may have come before the wish.
        if recorded_at is None or held_on < asked_on or recorded_at < asked_at:
            waits.append((now.astimezone(known.zone).date() - asked_on).days)
    return max(waits, default=None)


def _next_step(couple: Couple, known: _Known) -> str:
    """The safety conversations first (decision 16), then that both have joined."""
    alone = [one.name for one in couple.partners if one.person_id not in known.spoken]
    if alone and known.asks_first:
        return f"Next: speak with {' and '.join(alone)}{', each alone' if len(alone) > 1 else ' alone'}."
    joining = [one.name for one in couple.partners if one.person.joined_at is None]
    return f"Next: {' and '.join(joining)} to join." if joining else ""


def _visits(reader: Person, couples: Sequence[Couple], now: datetime) -> tuple[Visit, ...]:
    """Today's appointments where the practice is, in order."""
    zone = ZoneInfo(practice_of(reader).timezone)
    midnight = datetime.combine(now.astimezone(zone).date(), time(), zone)
    tomorrow = datetime.combine(midnight.date() + timedelta(days=1), time(), zone)
    by_id = {couple.id: couple for couple in couples}
    today = [one for one in appointments_between(reader, midnight, tomorrow) if one.couple_id in by_id]
    earlier: dict[UUID, int] = {
        couple_id: count
        for couple_id, count in _been(reader.practice_id, [one.couple_id for one in today], midnight)
    }
    coming = next((one.id for one in today if one.starts_at + timedelta(minutes=one.minutes) > now), None)
    visits = []
    for one in today:
        at, couple = working_time(one.starts_at.astimezone(zone)), by_id[one.couple_id]
        if not one.is_joint:
            visits.append(Visit(at, couple, 0, one.id == coming, couple.partner(one.for_whom).name))
            continue
        earlier[one.couple_id] = number = earlier.get(one.couple_id, 0) + 1
        visits.append(Visit(at, couple, number, one.id == coming))
    return tuple(visits)


@written_once
def _been(practice_id: UUID, couple_ids: Sequence[UUID], before: datetime) -> Select[UUID, int]:
    """How often each of these couples has come together."""
    return (
        select(Appointment.couple_id, func.count())
        .where(
            Appointment.practice_id == practice_id,
            Appointment.couple_id.in_(couple_ids),
            Appointment.cancelled_at.is_(None),
            Appointment.for_whom == BOTH,
            Appointment.starts_at < before,
        )
        .group_by(Appointment.couple_id)
    )
