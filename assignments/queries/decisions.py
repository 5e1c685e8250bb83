"""The counsellor's decisions about one couple, with the evidence as it stood, and the notes written beside them.

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

from sqlalchemy import select

from assignments.domain.signs import DECISION_LABELS, KINDS, STATE_LABELS, DecisionState, State
from assignments.models import Decision, DecisionNote
from assignments.queries.counted import Counted, counted_in
from assignments.queries.sign_rows import JUDGEMENT_LABELS, refuse_unless_signs_are_theirs
from clinic import crypto
from clinic.errors import NotFound
from clinic.extensions import db
from clinic.models import Couple, Person


@dataclass(frozen=True)
class KeptSign:
    """One sign in the evidence of a decision, as it stood that day."""

    id: str
    title: str
    source: str
    state: str
    state_label: str
    sentence: str
    rule: str
    counted: Counted | None

    @property
    def shows(self) -> bool:
        """Met or on watch."""
        return self.state in (State.MET, State.WATCH)


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
    asides: Mapping[str, str]
    version: str
    met: frozenset[str]
    notes: tuple[KeptNote, ...]


@dataclass(frozen=True)
class Decided:
    """What of a decision bears on the next one: when it was, and which signs stood met."""

    at: datetime
    met: frozenset[str]


def signs_met(kept: str) -> frozenset[str]:
    """The signs that stood met when a decision was saved, as its row keeps them."""
    return frozenset(filter(None, kept.split(",")))


def decisions_of(reader: Person, couple: Couple) -> tuple[KeptDecision, ...]:
    """Every decision about a couple already read, newest first, with its reason and evidence opened."""
    refuse_unless_signs_are_theirs(reader)
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
    refuse_unless_signs_are_theirs(reader)
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


def evidence_digest(evidence: Mapping[str, object]) -> str:
    """A short name for a state of the evidence, to tell whether it has changed."""
    return hashlib.sha256(json.dumps(evidence, sort_keys=True).encode()).hexdigest()


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
            if sign in KINDS or "-" not in sign  # A row of her own has an id for a name.
        )
        + tuple(
            (one["title"], JUDGEMENT_LABELS.get(one["judgement"], "Not judged yet"))
            for one in evidence.get("own", [])
        ),
        asides={sign: one["reason"] for sign, one in evidence.get("asides", {}).items()},
        version=evidence.get("version", ""),
        met=signs_met(row.met_signs),
        notes=tuple(notes),
    )


def _kept_sign(one: Mapping[str, Any]) -> KeptSign:
    # A sign may be renamed or dropped later; what was kept then must still be readable.
    kind = KINDS.get(one["id"])
    return KeptSign(
        id=one["id"],
        title=kind.title if kind else one["id"].replace("_", " ").capitalize(),
        source=", ".join(one["source"]),
        state=one["state"],
        state_label=STATE_LABELS.get(State(one["state"]), one["state"]),
        sentence=one["sentence"],
        rule=one["rule"],
        counted=counted_in(one.get("evidence", {})),
    )
