"""The signs of one couple, the counsellor's own views, and her decisions with the evidence as it stood.

Nothing here is ever for a partner: every function refuses whoever may not read signs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from assignments.domain import checkins
from assignments.domain.history import CoupleHistory
from assignments.domain.instruments import instrument
from assignments.domain.signs import (
    DECISION_LABELS,
    KINDS,
    STATE_LABELS,
    Assessment,
    DecisionState,
    Sign,
    State,
    assess,
    decision_due,
    signs_cleared_since,
    to_json,
)
from assignments.domain.stalls import Names, Sufficiency
from assignments.models import Decision, DecisionNote, SignJudgement
from assignments.queries.history import Record, record_of
from clinic import crypto
from clinic.access import can
from clinic.domain.roles import Permission
from clinic.errors import NotFound
from clinic.extensions import db
from clinic.models import Couple, Person
from clinic.queries.appointments import appointments_of
from clinic.queries.couples import safety_gate
from clinic.queries.people import practice_of

JUDGEMENT_LABELS: Mapping[str, str] = {"yes": "Yes", "no": "No", "unsure": "Unsure"}
SUFFICIENCY_LABELS: Mapping[Sufficiency, str] = {
    Sufficiency.ENOUGH: "Enough data",
    Sufficiency.NOT_ENOUGH: "Little data",
    Sufficiency.ONE_SIDED: "One-sided data",
}
GAP = "\N{EN DASH}"


@dataclass(frozen=True)
class Judgement:
    """The counsellor's newest view of one sign."""

    judgement: str
    note: str
    by: str
    at: datetime

    @property
    def label(self) -> str:
        """Yes, No or Unsure."""
        return JUDGEMENT_LABELS.get(self.judgement, self.judgement)


@dataclass(frozen=True)
class Counted:
    """The records one rule read, week by week, a text for each partner."""

    title: str
    rows: tuple[tuple[str, str, str, str], ...]


@dataclass(frozen=True)
class SignRow:
    """One row of the page: the sign, what its rule read, and the counsellor's own view where it is hers to judge."""

    sign: Sign
    counted: Counted | None
    judgement: Judgement | None

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
class KeptSign:
    """One sign in the evidence of a decision, as it stood that day."""

    title: str
    source: str
    state: str
    state_label: str
    sentence: str
    rule: str


@dataclass(frozen=True)
class KeptNote:
    """What was written beside a decision later."""

    words: str
    by: str
    at: datetime


@dataclass(frozen=True)
class KeptDecision:
    """A decision as it was saved, and the notes that were written beside it since, oldest first."""

    id: UUID
    label: str
    state: DecisionState
    at: datetime
    by: str
    reason: str
    review_on: date | None
    in_brief: bool
    why: str
    signs: tuple[KeptSign, ...]
    judgements: tuple[tuple[str, str], ...]
    met: frozenset[str]
    notes: tuple[KeptNote, ...]


@dataclass(frozen=True)
class Decided:
    """What of a decision bears on the next one: when it was, and which signs stood met."""

    at: datetime
    met: frozenset[str]


@dataclass(frozen=True)
class SignsPage:
    """Everything the signs page shows, ready for its template."""

    assessment: Assessment
    enough: str
    spoken_alone: tuple[tuple[str, date | None], ...]
    due: tuple[Sign, ...]
    due_by: datetime | None
    rows: tuple[SignRow, ...]
    card: Sign | None
    note: SignRow | None
    read_with: tuple[str, ...]
    history: CoupleHistory
    names: Names
    decisions: tuple[KeptDecision, ...]
    held_since: datetime | None
    evidence: str


def assessment_of(reader: Person, couple: Couple, now: datetime) -> Assessment:
    """All signs of a couple already read, worked out afresh. Raises NotFound for whoever may not read them."""
    return assessment_in(couple, _record(reader, couple, now))


def assessment_in(couple: Couple, record: Record) -> Assessment:
    """All signs of a record already read."""
    return assess(record.history, names=names_of(couple))


def signs_page(reader: Person, couple: Couple, now: datetime) -> SignsPage:
    """The signs page of a couple already read."""
    record = _record(reader, couple, now)
    assessment, names = assessment_in(couple, record), names_of(couple)
    decisions, judgements = decisions_of(reader, couple), judgements_of(reader, couple)
    coming = [one.starts_at for one in appointments_of(couple) if one.starts_at > now]
    gate = safety_gate(couple)
    return SignsPage(
        assessment=assessment,
        enough=SUFFICIENCY_LABELS[assessment.sufficiency],
        spoken_alone=tuple((partner.name, gate.held_on[partner.slot]) for partner in couple.partners),
        due=signs_due(reader, record, assessment, decisions),
        due_by=coming[0] if coming else None,
        rows=tuple(_row(sign, record, judgements) for sign in assessment.rows),
        card=assessment.barriers_card,
        note=_row(assessment.note, record, {}) if assessment.note else None,
        read_with=_read_with(assessment),
        history=record.history,
        names=names,
        decisions=decisions,
        held_since=couple.held_at,
        evidence=evidence_digest(evidence_of(assessment, judgements)),
    )


def signs_due(
    reader: Person, record: Record, assessment: Assessment, decisions: Sequence[KeptDecision]
) -> tuple[Sign, ...]:
    """The signs that ask for a decision and have had none since they became met."""
    newest = Decided(decisions[0].at, decisions[0].met) if decisions else None
    ids = due_signs(record, assessment, newest, ZoneInfo(practice_of(reader).timezone))
    return tuple(assessment.sign(sign_id) for sign_id in ids)


def due_signs(
    record: Record, assessment: Assessment, newest: Decided | None, zone: ZoneInfo
) -> tuple[str, ...]:
    """The ids of the signs that ask for a decision, given the newest one there was; for one couple or for fifty."""
    if newest is None or record.week_0 is None:
        return decision_due(assessment, newest.met if newest else None)
    # Only what is met now and was met then can have cleared in between and come back.
    decided_once = newest.met & frozenset(decision_due(assessment))
    decided_week = checkins.week_number(newest.at.astimezone(zone).date(), record.week_0)
    cleared = signs_cleared_since(record.history, decided_week, decided_once)
    return decision_due(assessment, newest.met, cleared)


def signs_met(kept: str) -> frozenset[str]:
    """The signs that stood met when a decision was saved, as its row keeps them."""
    return frozenset(filter(None, kept.split(",")))


def names_of(couple: Couple) -> Names:
    """The partners' first names, for sentences and charts."""
    return Names(couple.partner("A").name, couple.partner("B").name)


def judgements_of(reader: Person, couple: Couple) -> dict[str, Judgement]:
    """The newest view on each sign that is the counsellor's to judge."""
    _refuse_unless_signs_are_theirs(reader)
    rows = db.session.execute(
        select(SignJudgement, Person.name)
        .join(Person, Person.id == SignJudgement.author_id)
        .where(SignJudgement.practice_id == couple.practice_id, SignJudgement.couple_id == couple.id)
        .order_by(SignJudgement.at)
    ).all()
    return {
        row.sign: Judgement(
            judgement=row.judgement,
            note=crypto.unseal(row, "note_sealed", row.note_sealed) if row.note_sealed else "",
            by=name,
            at=row.at,
        )
        for row, name in rows
    }


def decisions_of(reader: Person, couple: Couple) -> tuple[KeptDecision, ...]:
    """Every decision about a couple already read, newest first, with its reason and evidence opened."""
    _refuse_unless_signs_are_theirs(reader)
    rows = db.session.execute(
        select(Decision, Person.name)
        .join(Person, Person.id == Decision.author_id)
        .where(Decision.practice_id == couple.practice_id, Decision.couple_id == couple.id)
        .order_by(Decision.at.desc())
    ).all()
    notes = _notes_of(couple)
    return tuple(_kept(row, name, notes.get(row.id, [])) for row, name in rows)


def decision_of(reader: Person, couple: Couple, decision_id: UUID) -> Decision:
    """One decision about a couple already read. Raises NotFound for any other."""
    _refuse_unless_signs_are_theirs(reader)
    row = db.session.execute(
        select(Decision).where(
            Decision.practice_id == couple.practice_id,
            Decision.couple_id == couple.id,
            Decision.id == decision_id,
        )
    ).scalar_one_or_none()
    if row is None:
        raise NotFound
    return row


def _notes_of(couple: Couple) -> dict[UUID, list[KeptNote]]:
    rows = db.session.execute(
        select(DecisionNote, Person.name)
        .join(Decision, Decision.id == DecisionNote.decision_id)
        .join(Person, Person.id == DecisionNote.author_id)
        .where(DecisionNote.practice_id == couple.practice_id, Decision.couple_id == couple.id)
        .order_by(DecisionNote.at, DecisionNote.id)
    ).all()
    notes: dict[UUID, list[KeptNote]] = {}
    for row, name in rows:
        words = crypto.unseal(row, "words_sealed", row.words_sealed)
        notes.setdefault(row.decision_id, []).append(KeptNote(words, name, row.at))
    return notes


def evidence_of(assessment: Assessment, judgements: Mapping[str, Judgement]) -> dict[str, object]:
    """What a decision keeps: the assessment as `signs assess` writes it, and the counsellor's own views."""
    return {
        **to_json(assessment),
        "version": assessment.version,
        "judgements": {sign: one.judgement for sign, one in judgements.items()},
    }


def evidence_digest(evidence: Mapping[str, object]) -> str:
    """A short name for a state of the evidence, to tell whether it has changed."""
    return hashlib.sha256(json.dumps(evidence, sort_keys=True).encode()).hexdigest()


def _refuse_unless_signs_are_theirs(reader: Person) -> None:
    if not can(reader, Permission.SIGNS_READ):
        raise NotFound


def _record(reader: Person, couple: Couple, now: datetime) -> Record:
    _refuse_unless_signs_are_theirs(reader)
    return record_of(reader, couple, now)


def _read_with(assessment: Assessment) -> tuple[str, ...]:
    """The other readings that all the rows that show share: said once, above them, and not with each."""
    shared = [sign.other_readings for sign in assessment.rows if sign.other_readings]
    if not shared:
        return ()
    return tuple(one for one in shared[0] if all(one in others for others in shared))


def _row(sign: Sign, record: Record, judgements: Mapping[str, Judgement]) -> SignRow:
    return SignRow(
        sign=sign,
        counted=_counted(sign, record),
        judgement=judgements.get(sign.id),
    )


def _counted(sign: Sign, record: Record) -> Counted | None:
    records: Any = sign.evidence.get("records")
    if not records:
        return None
    cells: dict[tuple[int, str], dict[str, str]] = {}
    for one in records:
        cells.setdefault((one["week"], one["item"]), {})[one["partner"]] = _value(one)
    many = len({item for _, item in cells}) > 1
    rows = tuple(
        (
            f"Week {week}, from {_day(record.monday(week))}",
            _item(item) if many else "",
            by_side.get("A", GAP),
            by_side.get("B", GAP),
        )
        for (week, item), by_side in sorted(cells.items(), reverse=True)
    )
    return Counted(_counted_title(records), rows)


def _counted_title(records: Sequence[Mapping[str, Any]]) -> str:
    items = {one["item"] for one in records}
    if items == {"tried"}:
        things = sum(one["of"] for one in records)
        return f"{things} things set" if things != 1 else "1 thing set"
    noun = "check-in" if all(item in checkins.ITEM_BY_KEY or "-in" in item for item in items) else "record"
    noun = "check-in" if items == {"composite"} else noun
    return f"{len(records)} {noun}{'' if len(records) == 1 else 's'}"


def _value(record: Mapping[str, Any]) -> str:
    """One value as a person reads it; the ones that made the rule fire say so."""
    item, value = record["item"], record["value"]
    if item == "check-in":
        return "Checked in"
    if item == "tried":
        return f"{value} of {record['of']} tried"
    known = checkins.ITEM_BY_KEY.get(item)
    labels = {choice.value: choice.label for choice in known.choices} if known else {}
    text = labels.get(str(value), f"{value:g}" if isinstance(value, int | float) else str(value))
    return f"{text} (counted)" if record.get("counted") else text


def _item(item: str) -> str:
    if item in checkins.ITEM_BY_KEY:
        return checkins.ITEM_BY_KEY[item].short
    return {"composite": "Check-in composite", "tried": "Practice", "check-in": "Check-in"}.get(
        item
    ) or instrument(item).title


def _day(day: date) -> str:
    return f"{day.day} {day:%b}"


def _kept(row: Decision, by: str, notes: Sequence[KeptNote]) -> KeptDecision:
    evidence = json.loads(crypto.unseal(row, "evidence_sealed", row.evidence_sealed))
    state = DecisionState(row.state)
    return KeptDecision(
        id=row.id,
        label=DECISION_LABELS[state],
        state=state,
        at=row.at,
        by=by,
        reason=crypto.unseal(row, "reason_sealed", row.reason_sealed),
        review_on=row.review_on,
        in_brief=row.in_brief,
        why=evidence["why"],
        signs=tuple(_kept_sign(one) for one in evidence["signs"]),
        judgements=tuple(
            (KINDS[sign].title if sign in KINDS else sign, JUDGEMENT_LABELS.get(view, view))
            for sign, view in evidence.get("judgements", {}).items()
        ),
        met=signs_met(row.met_signs),
        notes=tuple(notes),
    )


def _kept_sign(one: Mapping[str, Any]) -> KeptSign:
    # A sign may be renamed or dropped later; what was kept then must still be readable.
    kind = KINDS.get(one["id"])
    return KeptSign(
        title=kind.title if kind else one["id"].replace("_", " ").capitalize(),
        source=", ".join(one["source"]),
        state=one["state"],
        state_label=STATE_LABELS.get(State(one["state"]), one["state"]),
        sentence=one["sentence"],
        rule=one["rule"],
    )
