"""The signs page of one couple: every row with its evidence, worked out from the record as it stands or stood.

Nothing here is ever for a partner: every function refuses whoever may not read signs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from assignments.domain import checkins
from assignments.domain.history import CoupleHistory
from assignments.domain.signs import (
    Assessment,
    Sign,
    State,
    assess,
    decision_due,
    signs_cleared_since,
    still_aside,
    to_json,
)
from assignments.domain.signs.published import PUBLISHED, Published
from assignments.domain.stalls import SHIPPED_LIMITS, Limits, Names, Sufficiency
from assignments.queries.counted import Counted, counted_in
from assignments.queries.decisions import Decided, KeptDecision, decisions_of, evidence_digest
from assignments.queries.history import Record, record_of
from assignments.queries.sign_rows import (
    Judgement,
    KeptAside,
    OwnRow,
    TopicDays,
    asides_opened,
    judgements_of,
    own_rows_of,
    refuse_unless_signs_are_theirs,
    topics_of,
    uses_of_signs,
)
from clinic.language import short_day, year_apart
from clinic.models import Couple, Person
from clinic.queries.appointments import appointments_of
from clinic.queries.couples import safety_gate
from clinic.queries.people import practice_of

# How many weeks of what a rule read stand under its row: half a year. The older ones are a link away.
WEEKS_LISTED = 26

SUFFICIENCY_LABELS: Mapping[Sufficiency, str] = {
    Sufficiency.ENOUGH: "Enough data",
    Sufficiency.NOT_ENOUGH: "Little data",
    Sufficiency.ONE_SIDED: "One-sided data",
}


@dataclass(frozen=True)
class SignRow:
    """One row of the page: the sign, what its rule read, and the counsellor's own view where it is hers to judge."""

    sign: Sign
    counted: Counted | None
    judgement: Judgement | None
    aside: KeptAside | None = None

    @property
    def source(self) -> str:
        """As in "T1"."""
        return ", ".join(self.sign.sources)

    @property
    def shows(self) -> bool:
        """Met or on watch: the row says everything at once; the others keep their rule folded."""
        return self.sign.state in (State.MET, State.WATCH)

    @property
    def is_judged(self) -> bool:
        """Whether this one is the counsellor's own to say."""
        return self.sign.state is State.YOU_JUDGE


@dataclass(frozen=True)
class Situation:
    """Where a couple stood at one moment: what the rules say, and what the counsellor had made of it by then."""

    record: Record
    assessment: Assessment
    judgements: Mapping[str, Judgement]
    own: tuple[OwnRow, ...]
    asides: Mapping[str, KeptAside]

    @property
    def evidence(self) -> dict[str, object]:
        """What a decision keeps: the assessment as `signs assess` writes it, and the counsellor's own part in it."""
        return {
            **to_json(self.assessment),
            "version": self.assessment.version,
            "judgements": {sign: one.judgement for sign, one in self.judgements.items()},
            "own": [
                {"title": row.title, "judgement": row.judgement.judgement if row.judgement else ""}
                for row in self.own
            ],
            "asides": {
                sign: {"reason": one.reason, "on": one.at.date().isoformat()}
                for sign, one in self.asides.items()
            },
        }


@dataclass(frozen=True)
class SignsPage:
    """Everything the signs page shows, ready for its template."""

    assessment: Assessment
    enough: str
    spoken_alone: tuple[tuple[str, date | None], ...]
    due: tuple[Sign, ...]
    due_by: datetime | None
    rows: tuple[SignRow, ...]
    aside: tuple[SignRow, ...]
    own: tuple[OwnRow, ...]
    topics: tuple[TopicDays, ...]
    useful: Mapping[str, bool]
    card: Sign | None
    note: SignRow | None
    read_with: tuple[str, ...]
    history: CoupleHistory
    names: Names
    limits: Limits
    decisions: tuple[KeptDecision, ...]
    held_since: datetime | None
    evidence: str
    published: Published | None
    """How often the rules are right among simulated couples; None where the practice changed one of them."""


def assessment_of(reader: Person, couple: Couple, now: datetime) -> Assessment:
    """All signs of a couple already read, worked out afresh. Raises NotFound for whoever may not read them."""
    return assessment_in(couple, _record(reader, couple, now))


def assessment_in(couple: Couple, record: Record) -> Assessment:
    """All signs of a record already read, by the rules its practice had then."""
    return assess(record.history, record.limits, names_of(couple))


def situation_of(reader: Person, couple: Couple, at: datetime) -> Situation:
    """Where a couple already read stood at a moment. Raises NotFound for whoever may not read signs."""
    record = _record(reader, couple, at)
    assessment = assessment_in(couple, record)
    judgements = judgements_of(reader, couple, at)
    aside = aside_in(record, assessment)
    return Situation(
        record,
        assessment,
        judgements,
        own_rows_of(reader, couple, judgements, at),
        asides_opened(couple, [row for row in record.aside_rows if row.sign in aside]),
    )


def signs_page(reader: Person, couple: Couple, at: datetime, *, every_week: bool = False) -> SignsPage:
    """The signs page of a couple already read, as it stands now or would have stood at an earlier moment.

    What the rules read is listed for the newest weeks, and with `every_week` for all.
    """
    there = situation_of(reader, couple, at)
    record, assessment = there.record, there.assessment
    decisions = tuple(one for one in decisions_of(reader, couple) if one.at <= at)
    coming = [one.starts_at for one in appointments_of(couple) if one.starts_at > at]
    gate = safety_gate(couple)
    most = None if every_week else WEEKS_LISTED
    rows = tuple(_row(sign, there, most) for sign in assessment.rows)
    return SignsPage(
        assessment=assessment,
        enough=SUFFICIENCY_LABELS[assessment.sufficiency],
        spoken_alone=tuple((partner.name, gate.held_on[partner.slot]) for partner in couple.partners),
        # Work that is over asks for nothing.
        due=() if couple.closed_at is not None else signs_due(reader, record, assessment, decisions),
        due_by=coming[0] if coming else None,
        rows=tuple(row for row in rows if row.aside is None),
        aside=tuple(row for row in rows if row.aside is not None),
        own=there.own,
        topics=topics_of(reader, couple, at),
        useful=uses_of_signs(reader, couple, at),
        card=assessment.barriers_card,
        note=_row(assessment.note, there, most) if assessment.note else None,
        read_with=_read_with(assessment),
        history=record.history,
        names=names_of(couple),
        limits=record.limits,
        decisions=decisions,
        held_since=couple.held_at if couple.held_at is not None and couple.held_at <= at else None,
        evidence=evidence_digest(there.evidence),
        published=PUBLISHED if record.limits == SHIPPED_LIMITS else None,
    )


def signs_due(
    reader: Person, record: Record, assessment: Assessment, decisions: Sequence[KeptDecision]
) -> tuple[Sign, ...]:
    """The signs that ask for a decision and have had none since they became met."""
    newest = Decided(decisions[0].at, decisions[0].met) if decisions else None
    ids = due_signs(record, assessment, newest, ZoneInfo(practice_of(reader).timezone))
    return tuple(assessment.sign(sign_id) for sign_id in ids)


def aside_in(record: Record, assessment: Assessment) -> frozenset[str]:
    """The signs of a record that are set aside and whose state has not brought them back."""
    return still_aside(record.asides, assessment, record.history, record.limits, record.today)


def due_signs(
    record: Record, assessment: Assessment, newest: Decided | None, zone: ZoneInfo
) -> tuple[str, ...]:
    """The ids of the signs that ask for a decision, given the newest one there was; for one couple or for fifty.

    What is set aside asks for none.
    """
    due = decision_due(assessment, newest.met if newest else None)
    if newest is not None and record.week_0 is not None:
        # Only what is met now and was met then can have cleared in between and come back.
        decided_once = newest.met & frozenset(decision_due(assessment))
        decided_week = checkins.week_number(newest.at.astimezone(zone).date(), record.week_0)
        cleared = signs_cleared_since(record.history, decided_week, decided_once, record.limits)
        due = decision_due(assessment, newest.met, cleared)
    aside = aside_in(record, assessment) if due else frozenset()
    return tuple(sign_id for sign_id in due if sign_id not in aside)


def names_of(couple: Couple) -> Names:
    """The partners' first names, for sentences and charts."""
    return Names(couple.partner("A").name, couple.partner("B").name)


def _monday_words(record: Record, week: int) -> str:
    monday = record.monday(week)
    return short_day(monday, year=year_apart(monday, record.today))


def _record(reader: Person, couple: Couple, now: datetime) -> Record:
    refuse_unless_signs_are_theirs(reader)
    # Once the work is over nobody checks in, and that is no sign of anything.
    return record_of(reader, couple, now if couple.closed_at is None else min(now, couple.closed_at))


def _read_with(assessment: Assessment) -> tuple[str, ...]:
    """The other readings that all the rows that show share: said once, above them, and not with each."""
    shared = [sign.other_readings for sign in assessment.rows if sign.other_readings]
    if not shared:
        return ()
    return tuple(one for one in shared[0] if all(one in others for others in shared))


def _row(sign: Sign, there: Situation, most: int | None) -> SignRow:
    return SignRow(
        sign=sign,
        counted=counted_in(sign.evidence, lambda week: _monday_words(there.record, week), most=most),
        judgement=there.judgements.get(sign.id),
        aside=there.asides.get(sign.id),
    )
