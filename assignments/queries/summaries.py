"""Couples' summaries for lists of couples: those that are kept and still hold, and the others worked out now.

A summary says nothing that depends on its reader, so it may be kept for all of them; who gets to see it is decided by
which couples the reader was given. It is staff's alone.
"""

from __future__ import annotations

import hashlib
import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from importlib.metadata import version
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.exc import DBAPIError

from assignments.access import sharing_of
from assignments.domain import progress, summaries, visibility
from assignments.domain.history import Partner
from assignments.domain.signs import Assessment, State, assess_many
from assignments.domain.stalls import SHIPPED_LIMITS
from assignments.domain.summaries import UNTOLD, PartnerSummary, Summary
from assignments.models import CoupleSummary, Decision
from assignments.queries.decisions import Decided, signs_met
from assignments.queries.history import GivenTurn, Record, records_until
from assignments.queries.sign_rules import limits_on
from assignments.queries.signs import due_signs
from assignments.queries.unread import marks_of, unread_of, unread_parts_of
from clinic import crypto
from clinic.extensions import db
from clinic.models import Couple, Person, Practice
from clinic.models import Partner as Place
from clinic.queries.people import practice_of
from clinic.statements import written_once

log = logging.getLogger("meanwhile.summaries")

DONE_DAYS = 14
PRACTICE_DAYS = 21
# A thing set yesterday has not gone undone, so it enters the share of the done after a week.
TIME_TO_DO = timedelta(days=7)


@dataclass(frozen=True)
class WorkedOut:
    """A summary and the moment from which it would say something else without anything new."""

    summary: Summary
    good_until: datetime


def summaries_for(reader: Person, couples: Sequence[Couple], now: datetime) -> dict[UUID, Summary]:
    """The summaries of couples the reader was given. Partners get nothing."""
    if not reader.is_staff or not couples:
        return {}
    found = kept_of(reader, couples, now)
    missing = [couple for couple in couples if couple.id not in found]
    return found | _worked_out_or_not(reader, missing, now)


def _worked_out_or_not(reader: Person, couples: Sequence[Couple], now: datetime) -> dict[UUID, Summary]:
    """Summaries worked out now. A couple of which none can be made gets `UNTOLD`, and the others lose nothing by it."""
    try:
        return {couple_id: one.summary for couple_id, one in worked_out(reader, couples, now).items()}
    except DBAPIError:
        raise  # Nothing can be read, whichever couple it is about.
    except Exception:
        if len(couples) == 1:
            tell_once(couples[0].id)
            return {couples[0].id: UNTOLD}
        # Nobody knows which of them it is, so the one half is asked and then the other.
        half = len(couples) // 2
        return _worked_out_or_not(reader, couples[:half], now) | _worked_out_or_not(
            reader, couples[half:], now
        )


# The couples this process has told of. A board is opened, and a worker comes round, again and again.
_told_of: set[UUID] = set()


def tell_once(couple_id: UUID) -> None:
    """Say in the log, once a process, that no summary can be made of a couple, with the fault that is being handled."""
    if couple_id not in _told_of:
        _told_of.add(couple_id)
        log.exception("a couple's summary cannot be worked out; the others are kept all the same")


def is_well_again(couple_ids: Iterable[UUID]) -> None:
    """Of these couples a summary has been made, so should that fail again it is said again."""
    _told_of.difference_update(couple_ids)


def kept_of(reader: Person, couples: Sequence[Couple], now: datetime) -> dict[UUID, Summary]:
    """What is kept of these couples and holds at this moment."""
    maker = made_by(practice_of(reader), now)
    rows = _kept(reader.practice_id, [couple.id for couple in couples], maker, now)
    found = {}
    for couple_id, practice_id, told in rows:
        if told is None:
            continue
        place = CoupleSummary(id=couple_id, practice_id=practice_id)
        try:
            found[couple_id] = summaries.from_json(crypto.unseal(place, "told_sealed", told))
        except crypto.Unreadable:
            continue  # Nothing is lost: it is worked out from what it was made of.
    return found


@written_once
def _kept(
    practice_id: UUID, couple_ids: Sequence[UUID], maker: str, now: datetime
) -> Select[UUID, UUID, bytes | None]:
    return select(CoupleSummary.id, CoupleSummary.practice_id, CoupleSummary.told_sealed).where(
        CoupleSummary.practice_id == practice_id, CoupleSummary.id.in_(couple_ids), *holds(maker, now)
    )


def holds(maker: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """When a kept summary may be used: nothing has changed since, by these rules, and its time is not over.

    One of later than now says that this host's clock is behind, and is left alone.
    """
    return (
        CoupleSummary.told_sealed.is_not(None),
        CoupleSummary.made_by == maker,
        CoupleSummary.kept_at <= now,
        CoupleSummary.good_until > now,
    )


def made_by(practice: Practice, now: datetime) -> str:
    """What a summary of this practice is worked out by: the software, the practice's rules and its time zone."""
    zone = ZoneInfo(practice.timezone)
    limits = limits_on(practice.id, now.astimezone(zone).date())
    decisive = {**vars(limits), "decision_sources": sorted(limits.decision_sources)}
    return hashlib.sha256(f"{software()} {zone.key} {decisive}".encode()).hexdigest()


@cache
def software() -> str:
    """A digest of the package as it is written. It is taken at the start, before a newer release can lie there.

    Of all of it, because who may read what is asked of more files than those of the rules; and of the migrations, because
    one may change rows without changing a rule.
    """
    written = hashlib.sha256(version("numpy").encode())
    package = Path(__file__).resolve().parents[1]
    migrations = package.with_name("clinic") / "migrations" / "versions"
    for path in sorted(package.rglob("*.py")) + sorted(migrations.glob("*.py")):
        written.update(path.read_bytes())
    return written.hexdigest()


def worked_out(reader: Person, couples: Sequence[Couple], now: datetime) -> dict[UUID, WorkedOut]:
    """The summaries of couples the reader was given, from whole histories. Partners get nothing."""
    found = records_until(reader, couples, now)
    if not found:
        return {}
    zone = ZoneInfo(practice_of(reader).timezone)
    marks, decided = marks_of(couples), _decided(reader, couples)
    # One reader's couples are of one practice, and its limits hold for each of them.
    limits = next((record.limits for record, _ in found.values()), SHIPPED_LIMITS)
    assessed = assess_many([record.history for record, _ in found.values()], limits)
    return {
        couple_id: WorkedOut(
            _summary(record, assessment, decided.get(couple_id), marks, zone, now), good_until
        )
        for (couple_id, (record, good_until)), assessment in zip(found.items(), assessed, strict=True)
    }


def _decided(reader: Person, couples: Sequence[Couple]) -> dict[UUID, Decided]:
    """The newest decision about each couple."""
    rows = db.session.execute(
        select(Decision.couple_id, Decision.at, Decision.met_signs)
        .where(
            Decision.practice_id == reader.practice_id,
            Decision.couple_id.in_([couple.id for couple in couples]),
        )
        .order_by(Decision.at)
    )
    return {couple_id: Decided(at, signs_met(met)) for couple_id, at, met in rows}


def _summary(
    record: Record,
    assessment: Assessment,
    decided: Decided | None,
    marks: Mapping[UUID, int],
    zone: ZoneInfo,
    now: datetime,
) -> Summary:
    couple = record.couple
    unread = unread_of(record.turns, marks, now)
    parts = unread_parts_of(record.parts, marks, now)
    first, second = (_partner(partner, record, zone) for partner in couple.partners)
    return Summary(
        week_0=record.week_0,
        last_week=record.last_week,
        decision_due=due_signs(record, assessment, decided, zone),
        watching=tuple(sign.id for sign in assessment.rows if sign.state is State.WATCH),
        waits_since=_waits_since(record, now),
        unread=len(unread),
        unread_turns=len({(one.assignment_id, one.turn) for one in parts}),
        read_first=max(
            ((row.sent_at, row.id.hex, row.id) for row in unread if row.sent_at is not None), default=(None,)
        )[-1],
        a=first,
        b=second,
        recent=summaries.recent_of(record.history, max(0, record.history.week - summaries.WEEKS_DRAWN + 1)),
    )


def _partner(partner: Place, record: Record, zone: ZoneInfo) -> PartnerSummary:
    own = [given for given in record.turns if given.partner == partner.slot]
    since = record.today - timedelta(days=PRACTICE_DAYS)
    recent = [one for one in own if one.began_on > since and _had_time(one, record.today)]
    lately = [one for one in own if one.began_on > record.today - timedelta(days=DONE_DAYS)]
    said = Counter(
        row.kind
        for row in record.set_asides
        if row.person_id == partner.person_id and row.at.astimezone(zone).date() > since
    )
    weeks = [one.week for one in record.history.checkins if one.partner == partner.slot]
    return PartnerSummary(
        done=(sum(one.done_at is not None for one in lately), len(lately)) if lately else None,
        idle_since=_idle_since(own, zone),
        done_last=max((given.done_at for given in own if given.done_at is not None), default=None),
        put_off=said["later"],
        felt_hard=said["hard"],
        assigned_3_weeks=len(recent),
        done_3_weeks=sum(one.done_at is not None for one in recent),
        checked_in=weeks[-1] if weeks else None,
    )


def _had_time(given: GivenTurn, today: date) -> bool:
    return given.done_at is not None or given.began_on + TIME_TO_DO <= today


def _idle_since(own: Sequence[GivenTurn], zone: ZoneInfo) -> date | None:
    """The day the last thing was done, as far as there was something to do; None when nothing is open."""
    waiting = [given.began_on for given in own if given.done_at is None]
    if not waiting:
        return None
    done = [given.done_at.astimezone(zone).date() for given in own if given.done_at is not None]
    return max([min(waiting), *done])


def _waits_since(record: Record, now: datetime) -> datetime | None:
    """Since when an answer that opens for both has waited for one that has not been given; never whose."""
    by_turn: dict[tuple[UUID, int], dict[Partner, GivenTurn]] = defaultdict(dict)
    for given in record.turns:
        if given.assignment.for_whom != "both":
            continue
        closes_on = progress.turn_closes_on(
            given.turn,
            starts_on=given.assignment.starts_on,
            repeat=given.assignment.repeat,
            best_before=given.assignment.best_before,
        )
        # Once its time has run out nothing is waiting any more: both have been told that it is not opening.
        if closes_on is None or record.today < closes_on:
            by_turn[given.assignment.id, given.turn][given.partner] = given
    waits = []
    for sides in by_turn.values():
        sent = [sharing_of(one.response) for one in sides.values() if one.response and one.response.sent_at]
        # Where both have sent, one of them may have kept theirs: then nothing is waiting for anybody.
        if len(sent) == 1 and sent[0].sent_at and sent[0].level_at(now) is visibility.Level.BOTH:
            waits.append(sent[0].sent_at)
    return min(waits, default=None)
