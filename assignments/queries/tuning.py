"""What the signs did on a caseload, and what they would have done with another number.

A counsellor sees which of her own couples; a practice admin gets counts, and never whose they are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from assignments.access import has_ended
from assignments.domain.signs import KINDS, State, assess
from assignments.domain.signs.tuning import WEEKS_BACK, Alert, Rule, alerts, shown_otherwise, tried, value_of
from assignments.domain.stalls import Limits
from assignments.models import Decision, SignUse
from assignments.queries.decisions import Decided, signs_met
from assignments.queries.history import Record, records_for
from assignments.queries.practice_counts import FEW, SMALLEST_TOLD, told
from assignments.queries.sign_rules import limits_on
from assignments.queries.signs import due_signs
from clinic.access import can
from clinic.domain.roles import Permission, Role
from clinic.errors import NotFound
from clinic.extensions import db
from clinic.models import Couple, Person
from clinic.queries.couples import couples_for
from clinic.queries.people import practice_of, staff_of


@dataclass(frozen=True)
class OneCouple:
    """What another number would have changed for one couple."""

    couple: Couple
    gained: tuple[str, ...]
    lost: tuple[str, ...]


@dataclass(frozen=True)
class Useful:
    """How often a sign was said to be of use, and how often not."""

    title: str
    yes: int
    no: int


@dataclass(frozen=True)
class Replay:
    """One number tried on a caseload's past."""

    rule: Rule
    now: int
    then: int
    couples: int
    weeks: int
    alerts_now: int
    alerts_then: int
    changed: tuple[OneCouple, ...]

    def a_week(self, count: int) -> str:
        """As in "1.5"."""
        return f"{count / max(self.weeks, 1):.1f}"


@dataclass(frozen=True)
class Effect:
    """One number tried on a whole practice: counts, and nobody's names."""

    rule: Rule
    now: int
    then: int
    couples: int
    moved: int
    gained: int
    lost: int
    weeks: int
    alerts_now: int
    alerts_then: int

    @property
    def is_told(self) -> bool:
        """Whether any of it is told: among fewer than five couples, a count is about somebody."""
        return self.couples >= SMALLEST_TOLD

    @property
    def moved_told(self) -> str:
        """How many couples change group, where that is not about somebody."""
        return told(self.moved) if self.is_told else FEW

    def a_week(self, count: int) -> str:
        """As in "1.5"; a small count becomes no number from which it could be worked out."""
        least = SMALLEST_TOLD / max(self.weeks, 1)
        return f"under {least:.1f}" if 0 < count < SMALLEST_TOLD else f"{count / max(self.weeks, 1):.1f}"


def alerts_of_caseload(reader: Person, now: datetime) -> tuple[int, int]:
    """How many couples of the reader's own there are, and how often a sign has newly asked for a decision."""
    records = _caseload(reader, now)
    return len(records), sum(map(len, _alerts(records, lambda limits: limits)))


def replayed(reader: Person, now: datetime, rule: Rule, value: int) -> Replay:
    """Another number on the reader's own caseload. Raises NotFound for whoever has none."""
    if not can(reader, Permission.SIGNS_CASELOAD):
        raise NotFound
    changed, before, after = [], 0, 0
    records = _caseload(reader, now)
    all_were = _alerts(records, lambda limits: limits)
    all_would = _alerts(records, lambda limits: tried(limits, rule.key, value))
    for record, was, would in zip(records, all_were, all_would, strict=True):
        gained, lost = shown_otherwise(was, would)
        before, after = before + len(was), after + len(would)
        if gained or lost:
            changed.append(OneCouple(record.couple, _titles(gained), _titles(lost)))
    return Replay(
        rule=rule,
        now=value_of(_limits(reader, now), rule.key),
        then=value,
        couples=len(records),
        weeks=WEEKS_BACK,
        alerts_now=before,
        alerts_then=after,
        changed=tuple(changed),
    )


def effect_on_practice(reader: Person, now: datetime, rule: Rule, value: int) -> Effect:
    """Another number on every couple of the practice, in counts. Raises NotFound for whoever may not set rules."""
    if not can(reader, Permission.SIGNS_RULES):
        raise NotFound
    zone = ZoneInfo(practice_of(reader).timezone)
    found: Counter[str] = Counter()
    for colleague in staff_of(reader):
        if colleague.kind is not Role.COUNSELLOR:
            continue
        records = _caseload(colleague, now)
        decided = _decided(records)
        all_were = _alerts(records, lambda limits: limits)
        all_would = _alerts(records, lambda limits: tried(limits, rule.key, value))
        for record, was, would in zip(records, all_were, all_would, strict=True):
            other = tried(record.limits, rule.key, value)
            gained, lost = shown_otherwise(was, would)
            newest = decided.get(record.couple.id)
            moves = _group(record, record.limits, newest, zone) != _group(record, other, newest, zone)
            found.update(
                couples=1,
                moved=int(moves),
                gained=int(bool(gained)),
                lost=int(bool(lost)),
                now=len(was),
                then=len(would),
            )
    return Effect(
        rule=rule,
        now=value_of(_limits(reader, now), rule.key),
        then=value,
        couples=found["couples"],
        moved=found["moved"],
        gained=found["gained"],
        lost=found["lost"],
        weeks=WEEKS_BACK,
        alerts_now=found["now"],
        alerts_then=found["then"],
    )


def usefulness(reader: Person) -> tuple[Useful, ...]:
    """The newest word on each couple's sign, summed: a counsellor's own, or the practice's for an admin.

    An admin reads of no sign about which fewer than five words were said.
    """
    statement = (
        select(SignUse.couple_id, SignUse.author_id, SignUse.sign, SignUse.useful)
        .where(SignUse.practice_id == reader.practice_id)
        .order_by(SignUse.at)
    )
    if reader.kind is not Role.ADMIN:
        statement = statement.where(SignUse.author_id == reader.id)
    newest: dict[tuple[UUID, UUID, str], bool] = {
        (couple_id, author_id, sign): useful
        for couple_id, author_id, sign, useful in db.session.execute(statement)
    }
    counts: Counter[tuple[str, bool]] = Counter((sign, useful) for (_, _, sign), useful in newest.items())
    least = SMALLEST_TOLD if reader.kind is Role.ADMIN else 1
    return tuple(
        Useful(kind.title, counts[kind.id, True], counts[kind.id, False])
        for kind in KINDS.values()
        if counts[kind.id, True] + counts[kind.id, False] >= least
    )


def _limits(reader: Person, now: datetime) -> Limits:
    return limits_on(reader.practice_id, now.astimezone(ZoneInfo(practice_of(reader).timezone)).date())


def _caseload(reader: Person, now: datetime) -> Sequence[Record]:
    """The records of the couples whose work goes on and who have begun."""
    couples = [couple for couple in couples_for(reader) if not has_ended(couple)]
    found = records_for(reader, couples, now)
    return [
        found[couple.id] for couple in couples if couple.id in found and found[couple.id].history.checkins
    ]


def _alerts(records: Sequence[Record], changed: Callable[[Limits], Limits]) -> list[tuple[Alert, ...]]:
    """The alerts of couples of one practice, who share its rules, with these changed in some way."""
    if not records:
        return []
    return alerts([record.history for record in records], changed(records[0].limits))


def _decided(records: Sequence[Record]) -> dict[UUID, Decided]:
    if not records:
        return {}
    rows = db.session.execute(
        select(Decision.couple_id, Decision.at, Decision.met_signs)
        .where(
            Decision.practice_id == records[0].couple.practice_id,
            Decision.couple_id.in_([record.couple.id for record in records]),
        )
        .order_by(Decision.at)
    )
    return {couple_id: Decided(at, signs_met(met)) for couple_id, at, met in rows}


def _group(record: Record, limits: Limits, newest: Decided | None, zone: ZoneInfo) -> str:
    """Where a couple stands on the board as far as the signs put it there: a decision is due, on watch, or neither."""
    assessment = assess(record.history, limits)
    if due_signs(record, assessment, newest, zone):
        return "due"
    return "watch" if any(sign.state is State.WATCH for sign in assessment.rows) else ""


def _titles(signs: Sequence[str]) -> tuple[str, ...]:
    return tuple(KINDS[sign].title for sign in signs)
