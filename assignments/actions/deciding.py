"""What the counsellor judges and decides about a couple. Both are kept as they were said, and never edited."""

from __future__ import annotations

import json
from datetime import date
from uuid import UUID, uuid4

from assignments.access import refuse_when_over
from assignments.domain.lengths import NOTE_CHARACTERS, REASON_CHARACTERS
from assignments.domain.signs import DecisionState, State
from assignments.models import Decision, DecisionCosign, DecisionNote, SignJudgement
from assignments.queries.cosigning import cosignings_of, supervises
from assignments.queries.decisions import decision_of, evidence_digest
from assignments.queries.sign_rows import JUDGEMENT_LABELS
from assignments.queries.signs import situation_of
from clinic import clock, crypto
from clinic.access import require
from clinic.audit import Event, record
from clinic.domain.roles import Permission
from clinic.errors import Conflict, NotFound
from clinic.extensions import db, transaction
from clinic.models import Couple, Person
from clinic.queries.couples import couple_for
from clinic.queries.people import practice_of

# Decisions after which joint practice and sharing go on again.
ENDS_A_HOLD = frozenset({DecisionState.CONTINUE, DecisionState.ADAPT_PLAN})


class WrongReviewDay(Conflict):
    """The day to look again lies in the past."""


@transaction
def judge_sign(*, actor: Person, couple_id: UUID, sign: str, judgement: str, note: str) -> SignJudgement:
    """Keep the counsellor's own view of a sign the software never works out. The latest view counts.

    Raises NotFound for a sign that is not the counsellor's to judge.
    """
    require(actor, Permission.SIGNS_JUDGE)
    couple = couple_for(actor, couple_id)
    refuse_when_over(couple)
    now = clock.now()
    there = situation_of(actor, couple, now)
    judged = {one.id for one in there.assessment.rows if one.state is State.YOU_JUDGE}
    judged |= {row.key for row in there.own}
    if sign not in judged:
        raise NotFound
    if judgement not in JUDGEMENT_LABELS:
        raise Conflict("Choose yes, no or unsure.")
    if len(note) > NOTE_CHARACTERS:
        raise Conflict(f"Use at most {NOTE_CHARACTERS} characters.")
    # The id is made here, because the note is sealed to it before the row is inserted.
    kept = SignJudgement(
        id=uuid4(),
        practice_id=couple.practice_id,
        couple_id=couple.id,
        author_id=actor.id,
        at=now,
        sign=sign,
        judgement=judgement,
    )
    kept.note_sealed = crypto.seal(kept, "note_sealed", note) if note.strip() else None
    db.session.add(kept)
    record(actor, Event.SIGN_JUDGED, kept, sign=sign)
    return kept


@transaction
def decide(
    *,
    actor: Person,
    couple_id: UUID,
    state: DecisionState,
    reason: str,
    review_on: date | None = None,
    in_brief: bool = False,
    seen: str = "",
) -> Decision:
    """Keep a decision with its reason and the evidence as it stands. It is never edited.

    `seen` is the digest of the evidence the counsellor had before her. Raises Conflict when that has changed
    since, when the reason is missing or too long, when the review day has passed, or when the work is over.
    """
    require(actor, Permission.DECISION_WRITE)
    couple = couple_for(actor, couple_id)
    refuse_when_over(couple)
    now = clock.now()
    if not reason.strip():
        raise Conflict("Say why, in a line or two.")
    if len(reason) > REASON_CHARACTERS:
        raise Conflict(f"Use at most {REASON_CHARACTERS} characters.")
    if review_on is not None and review_on < clock.today(practice_of(actor).timezone):
        raise WrongReviewDay("That day has passed. Choose today or later, or leave it empty.")
    there = situation_of(actor, couple, now)
    evidence = there.evidence
    if seen and seen != evidence_digest(evidence):
        raise Conflict("The evidence has changed since you opened this page. Look again, then save.")
    decision = Decision(
        id=uuid4(),
        practice_id=couple.practice_id,
        couple_id=couple.id,
        author_id=actor.id,
        at=now,
        state=state,
        review_on=review_on,
        in_brief=in_brief,
        met_signs=",".join(sign.id for sign in there.assessment.signs if sign.state is State.MET),
    )
    decision.reason_sealed = crypto.seal(decision, "reason_sealed", reason)
    decision.evidence_sealed = crypto.seal(
        decision, "evidence_sealed", json.dumps(evidence, ensure_ascii=False, allow_nan=False)
    )
    db.session.add(decision)
    _hold(couple, state)
    record(actor, Event.DECIDED, decision, state=state.value, held=couple.held_at is not None)
    return decision


@transaction
def note_decision(*, actor: Person, couple_id: UUID, decision_id: UUID, words: str) -> DecisionNote:
    """Write a dated note beside a decision; the decision stays as it was saved.

    Raises NotFound for a decision that is not about this couple.
    """
    require(actor, Permission.DECISION_WRITE)
    decision = decision_of(actor, couple_for(actor, couple_id), decision_id)
    if not words.strip():
        raise Conflict("Write a line or two first.")
    if len(words) > NOTE_CHARACTERS:
        raise Conflict(f"Use at most {NOTE_CHARACTERS} characters.")
    # The id is made here, because the words are sealed to it before the row is inserted.
    note = DecisionNote(
        id=uuid4(),
        practice_id=decision.practice_id,
        decision_id=decision.id,
        author_id=actor.id,
        at=clock.now(),
    )
    note.words_sealed = crypto.seal(note, "words_sealed", words)
    db.session.add(note)
    record(actor, Event.DECISION_NOTED, note, couple_id=decision.couple_id)
    return note


@transaction
def cosign_decision(*, actor: Person, couple_id: UUID, decision_id: UUID) -> DecisionCosign:
    """Put one's name, as the counsellor's supervisor, to a decision as it was saved. It is never taken away.

    Raises NotFound for anybody who only reads for a day, and Conflict where the name stands there.
    """
    require(actor, Permission.DECISION_COSIGN)
    couple = couple_for(actor, couple_id)
    decision = decision_of(actor, couple, decision_id)
    if not supervises(actor, couple):
        raise NotFound
    if any(one.by_id == actor.id for one in cosignings_of(actor, couple).get(decision.id, ())):
        raise Conflict("Your name stands beside this decision already.")
    cosign = DecisionCosign(
        practice_id=decision.practice_id, decision_id=decision.id, author_id=actor.id, at=clock.now()
    )
    db.session.add(cosign)
    db.session.flush()
    record(actor, Event.DECISION_COSIGNED, cosign, couple_id=couple.id)
    return cosign


def _hold(couple: Couple, state: DecisionState) -> None:
    """A pause for safety stops sharing and joint practice for both at once, without a word to either."""
    if state is DecisionState.PAUSE_FOR_SAFETY:
        couple.held_at = couple.held_at or clock.now()
    elif state in ENDS_A_HOLD:
        couple.held_at = None
