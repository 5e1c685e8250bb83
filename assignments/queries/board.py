"""The counsellor's board: what it takes to say why each couple is here, in a fixed number of statements."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from assignments.access import is_frozen, sharing_of, sharing_of_part
from assignments.domain import board, checkins, progress, visibility
from assignments.domain.history import Partner
from assignments.domain.progress import is_open_to
from assignments.domain.signs import Assessment, State, assess_many
from assignments.domain.stalls import SHIPPED_LIMITS, Names
from assignments.models import Decision, ReadMark, Response, TurnPart
from assignments.queries import plain_rows
from assignments.queries.decisions import Decided, signs_met
from assignments.queries.erasures import who_asked
from assignments.queries.history import GivenTurn, Record, records_for
from assignments.queries.pauses import pauses_of
from assignments.queries.plans import checks_due
from assignments.queries.referrals import follow_ups_due
from assignments.queries.signs import due_signs
from clinic.domain.appointments import BOTH
from clinic.extensions import db
from clinic.language import working_time
from clinic.models import Appointment, Couple, Invitation, Person, SafetyConversation
from clinic.models import Partner as Place
from clinic.queries.appointments import appointments_between, next_starts
from clinic.queries.couples import couples_for
from clinic.queries.people import practice_of
from clinic.queries.talks import who_waits

DONE_DAYS = 14
PRACTICE_DAYS = 21
# A thing set yesterday has not gone undone, so it enters the share of the done after a week.
TIME_TO_DO = timedelta(days=7)


@dataclass(frozen=True)
class Line:
    """One couple's numbers beside its row: things done of things set, in two weeks, and its record.

    `next_step` says what must come before any practice, as long as something must.
    """

    couple: Couple
    record: Record
    done: Mapping[str, tuple[int, int]]
    next_step: str = ""
    read_first: UUID | None = None
    """The newest answer that has not been marked read."""

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
    records = records_for(reader, couples, now)
    known = _Known(reader, couples, now)
    found = [(couple, records[couple.id]) for couple in couples if couple.id in records]
    unread = {couple.id: unread_of(couple, record, known.marks, now) for couple, record in found}
    lines = {
        str(couple.id): Line(
            couple, record, _done(record), _next_step(couple, known), _newest(unread[couple.id])
        )
        for couple, record in found
    }
    # One reader's couples are of one practice, and its limits hold for each of them.
    limits = next((record.limits for _, record in found), SHIPPED_LIMITS)
    assessed = assess_many([record.history for _, record in found], limits)
    facts = [
        _facts(couple, record, assessment, known, len(unread[couple.id]), now)
        for (couple, record), assessment in zip(found, assessed, strict=True)
    ]
    return Board(board.board(facts), lines, _visits(reader, couples, now))


def unread_of(couple: Couple, record: Record, marks: Mapping[UUID, int], now: datetime) -> list[Response]:
    """What the couple's counsellor may read now and has not marked read in its present version."""
    return [
        response
        for response in _responses(record)
        if visibility.counsellor_reads(sharing_of(response), now)
        and marks.get(response.id) != response.version
    ]


def unread_parts_of(record: Record, marks: Mapping[UUID, int], now: datetime) -> list[TurnPart]:
    """The parts of listening turns that the counsellor may read now and has not marked read as they are."""
    return [
        part
        for part in record.parts
        if visibility.counsellor_reads(sharing_of_part(part), now) and marks.get(part.id) != part.version
    ]


def marks_of(couples: Sequence[Couple]) -> dict[UUID, int]:
    """The version of each response and each part that its couple's counsellor has marked read, by its id."""
    rows = db.session.execute(
        select(plain_rows.plain(ReadMark.response_id), plain_rows.plain(ReadMark.part_id), ReadMark.version)
        .outerjoin(Response, Response.id == ReadMark.response_id)
        .outerjoin(TurnPart, TurnPart.id == ReadMark.part_id)
        .join(Couple, Couple.id == func.coalesce(Response.couple_id, TurnPart.couple_id))
        .where(
            ReadMark.practice_id.in_({couple.practice_id for couple in couples}),
            Couple.practice_id == ReadMark.practice_id,
            Couple.id.in_([couple.id for couple in couples]),
            ReadMark.reader_id == Couple.counsellor_id,
        )
    )
    found: dict[UUID, int] = {}
    for response_id, part_id, version in rows:
        for row_id in (response_id, part_id):
            if row_id is not None:
                found[row_id] = version
    return found


class _Known:
    """What else the board asks about all the couples at once: decisions, marks, appointments, wishes to talk."""

    def __init__(self, reader: Person, couples: Sequence[Couple], now: datetime) -> None:
        practice = practice_of(reader)
        self.zone = ZoneInfo(practice.timezone)
        self.asks_first = practice.asks_safety_conversation
        ids = [couple.id for couple in couples]
        self.coming = next_starts(reader, now)
        self.marks = marks_of(couples)
        self.decided = {
            couple_id: Decided(at, signs_met(met))
            for couple_id, at, met in db.session.execute(
                select(Decision.couple_id, Decision.at, Decision.met_signs)
                .where(Decision.practice_id == reader.practice_id, Decision.couple_id.in_(ids))
                .order_by(Decision.at)
            )
        }
        self.asked = {
            person_id: asked_at
            for person_id, asked_at in db.session.execute(
                select(Invitation.person_id, func.max(Invitation.wants_to_talk_at))
                .join(Place, Place.person_id == Invitation.person_id)
                .where(
                    Invitation.practice_id == reader.practice_id,
                    Place.practice_id == reader.practice_id,
                    Place.couple_id.in_(ids),
                )
                .group_by(Invitation.person_id)
            )
            if asked_at is not None
        }
        self.talks = who_waits(reader, ids)
        self.pauses = pauses_of(reader, couples)
        self.plan_checks = checks_due(couples, now, self.zone)
        self.deletions = who_asked(reader, ids)
        self.follow_ups = follow_ups_due(reader, ids, now.astimezone(self.zone).date())
        self.spoken: dict[UUID, tuple[date, datetime]] = {
            person_id: (held_on, recorded_at)
            for person_id, held_on, recorded_at in db.session.execute(
                select(
                    SafetyConversation.person_id,
                    func.max(SafetyConversation.held_on),
                    func.max(SafetyConversation.recorded_at),
                )
                .where(
                    SafetyConversation.practice_id == reader.practice_id,
                    SafetyConversation.couple_id.in_(ids),
                )
                .group_by(SafetyConversation.person_id)
            )
        }


def _facts(
    couple: Couple, record: Record, assessment: Assessment, known: _Known, unread: int, now: datetime
) -> board.CoupleFacts:
    first, second = (_practice(partner, record, known, now) for partner in couple.partners)
    return board.CoupleFacts(
        couple_id=str(couple.id),
        title=couple.name,
        partners=(first, second),
        week=record.history.week,
        decision_due=due_signs(record, assessment, known.decided.get(couple.id), known.zone),
        watching=tuple(sign.id for sign in assessment.rows if sign.state is State.WATCH),
        waiting_to_open_days=_waiting(couple, record, now),
        plan_check=None if is_frozen(couple) else known.plan_checks.get(couple.id),
        unread_answers=unread,
        unread_turns=len(
            {(one.assignment_id, one.turn) for one in unread_parts_of(record, known.marks, now)}
        ),
        next_appointment=known.coming.get(couple.id),
        asked_to_talk_days=_asked(couple, known, now),
        came_back_days=_came_back(couple, known, now),
        deletions=tuple(p.name for p in couple.partners if p.person_id in known.deletions),
        referrals_due=tuple((one.to, one.stands, one.days) for one in known.follow_ups.get(couple.id, ())),
        left=tuple(partner.name for partner in couple.partners if partner.left_at is not None),
    )


def _newest(unread: Sequence[Response]) -> UUID | None:
    sent = [(row.sent_at, row.id.hex, row.id) for row in unread if row.sent_at is not None]
    return max(sent)[2] if sent else None


def _practice(partner: Place, record: Record, known: _Known, now: datetime) -> board.PartnerFacts:
    """Where one partner is with practice. Nothing is said of somebody who cannot do any yet, or for now."""
    joined, zone = partner.person.joined_at, known.zone
    if joined is None or is_frozen(record.couple):
        return board.PartnerFacts(partner.name)
    joined_on = joined.astimezone(zone).date()
    own = [given for given in record.turns if given.partner == partner.slot]
    since = record.today - timedelta(days=PRACTICE_DAYS)
    recent = [one for one in own if one.began_on > since and _had_time(one, record.today)]
    said = Counter(
        row.kind
        for row in record.set_asides
        if row.person_id == partner.person_id and row.at.astimezone(zone).date() > since
    )
    done_last = max((given.done_at for given in own if given.done_at is not None), default=None)
    pause = known.pauses.get(partner.person_id)
    return board.PartnerFacts(
        name=partner.name,
        pause_days=pause.days_without_a_return(now, done_last=done_last, zone=zone) if pause else None,
        days_idle=_days_idle(own, record.today, joined_on, zone),
        put_off=said["later"],
        felt_hard=said["hard"],
        checkin_weeks_missed=_weeks_missed(partner.slot, record, joined_on),
        assigned_3_weeks=len(recent),
        done_3_weeks=sum(one.done_at is not None for one in recent),
    )


def _had_time(given: GivenTurn, today: date) -> bool:
    return given.done_at is not None or given.began_on + TIME_TO_DO <= today


def _days_idle(own: Sequence[GivenTurn], today: date, joined_on: date, zone: ZoneInfo) -> int | None:
    """Days since the last thing done, as far as there was something to do; None when nothing is open."""
    waiting = [given.began_on for given in own if given.done_at is None]
    if not waiting:
        return None
    done = [given.done_at.astimezone(zone).date() for given in own if given.done_at is not None]
    return (today - max(min(waiting), joined_on, *done)).days


def _weeks_missed(slot: str, record: Record, joined_on: date) -> int:
    """Closed check-in weeks since this partner's last check-in, or since they could first check in."""
    if record.week_0 is None:
        return 0
    weeks = [one.week for one in record.history.checkins if one.partner == slot]
    first = max(0, checkins.week_number(joined_on, record.week_0))
    return max(0, record.last_week - (weeks[-1] if weeks else first - 1))


def _waiting(couple: Couple, record: Record, now: datetime) -> int | None:
    """How long an answer that opens for both has waited for one that has not been given; never whose."""
    if is_frozen(couple):
        return None
    by_turn: dict[tuple[UUID, int], dict[Partner, GivenTurn]] = defaultdict(dict)
    for given in record.turns:
        closes_on = progress.turn_closes_on(
            given.turn,
            starts_on=given.assignment.starts_on,
            repeat=given.assignment.repeat,
            best_before=given.assignment.best_before,
        )
        # Once its time has run out nothing is waiting any more: both have been told that it is not opening.
        if given.assignment.for_whom == "both" and (closes_on is None or record.today < closes_on):
            by_turn[given.assignment.id, given.turn][given.partner] = given
    waits = []
    for sides in by_turn.values():
        sent = [sharing_of(one.response) for one in sides.values() if one.response and one.response.sent_at]
        # Where both have sent, one of them may have kept theirs: then nothing is waiting for anybody.
        if len(sent) == 1 and sent[0].sent_at and sent[0].level_at(now) is visibility.Level.BOTH:
            waits.append((now - sent[0].sent_at).days)
    return max(waits, default=None)


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


def _done(record: Record) -> dict[str, tuple[int, int]]:
    """Things done of things set in the last two weeks, by slot; a partner who was given nothing is absent."""
    since = record.today - timedelta(days=DONE_DAYS)
    found: dict[str, tuple[int, int]] = {}
    for given in record.turns:
        if given.began_on > since and is_open_to(given.partner, given.assignment.for_whom):
            done, of = found.get(given.partner, (0, 0))
            found[given.partner] = (done + (given.done_at is not None), of + 1)
    return found


def _responses(record: Record) -> list[Response]:
    return [given.response for given in record.turns if given.response is not None]


def _visits(reader: Person, couples: Sequence[Couple], now: datetime) -> tuple[Visit, ...]:
    """Today's appointments where the practice is, in order."""
    zone = ZoneInfo(practice_of(reader).timezone)
    midnight = datetime.combine(now.astimezone(zone).date(), time(), zone)
    tomorrow = datetime.combine(midnight.date() + timedelta(days=1), time(), zone)
    by_id = {couple.id: couple for couple in couples}
    today = [one for one in appointments_between(reader, midnight, tomorrow) if one.couple_id in by_id]
    earlier: dict[UUID, int] = {
        couple_id: count
        for couple_id, count in db.session.execute(
            select(Appointment.couple_id, func.count())
            .where(
                Appointment.practice_id == reader.practice_id,
                Appointment.couple_id.in_([one.couple_id for one in today]),
                Appointment.cancelled_at.is_(None),
                Appointment.for_whom == BOTH,
                Appointment.starts_at < midnight,
            )
            .group_by(Appointment.couple_id)
        )
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
