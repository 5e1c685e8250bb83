"""Agreements: where one stands for both partners, and one's own drafts and signatures beside it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from assignments.access import has_ended, is_frozen
from assignments.domain import visibility
from assignments.domain.agreements import Signed, Standing, Text, standing
from assignments.domain.exercises import (
    AgreementStep,
    AnswerValue,
    EntriesStep,
    Exercise,
    lines_of,
)
from assignments.domain.visibility import Level
from assignments.models import AgreementText, Assignment, Signature
from assignments.queries.assignments import (
    as_read_by,
    assignment_of,
    assignments_of,
    exercise_of,
    is_withdrawn,
)
from clinic import crypto
from clinic.errors import NotFound
from clinic.models import Couple, Partner
from clinic.queries.people import practice_of
from clinic.statements import written_once


@dataclass(frozen=True)
class SharedAgreement:
    """An agreement as both partners find it: its words lie open, and it is in force or there to be signed."""

    text_id: UUID
    assignment: Assignment
    exercise: Exercise
    step: AgreementStep
    value: AnswerValue
    lines: Sequence[str]
    is_in_force: bool
    is_open: bool
    """Whether the exercise is still given, so that uses can be noted and words changed."""

    @property
    def logs_uses(self) -> EntriesStep | None:
        """The step whose boxes a use is noted in, where the exercise has one."""
        return uses_step(self.exercise)


@dataclass(frozen=True)
class OwnWords:
    """One text of the reader's own."""

    id: UUID
    lines: Sequence[str]
    saved_at: datetime
    opens_at: datetime | None


@dataclass(frozen=True)
class Agreement:
    """One agreement as one partner meets it. The standing is the couple's; everything else is the reader's own."""

    place: Partner
    assignment: Assignment
    exercise: Exercise
    step: AgreementStep
    standing: Standing
    rows: Mapping[UUID, AgreementText]
    is_open: bool
    """Whether it may be written, put forward and signed now."""
    now: datetime

    @property
    def partner_name(self) -> str:
        """The other partner's first name."""
        return self.place.couple.partner(self.place.place.other).name

    @property
    def draft(self) -> AgreementText | None:
        """The reader's own words that nobody else has been shown."""
        return next((row for row in self._own if row.put_forward_at is None), None)

    @property
    def waiting(self) -> AgreementText | None:
        """The reader's own words that have been put forward and can still be taken back."""
        if has_ended(self.place.couple):
            return None  # Nothing opens any more, so there is nothing to take back.
        return next((row for row in self._own if row.opens_at is not None and row.opens_at > self.now), None)

    @property
    def own_older(self) -> list[OwnWords]:
        """What the reader put forward before and is not what both have before them now."""
        shown = {self.standing.in_force, self.standing.on_offer, self.standing.set_down}
        older = [row for row in self._own if row not in (self.draft, self.waiting) and row.id not in shown]
        return [
            OwnWords(row.id, self.lines(row), row.saved_at, row.opens_at)
            for row in sorted(older, key=lambda row: (row.saved_at, row.id.hex), reverse=True)
        ]

    @property
    def has_anything(self) -> bool:
        """Whether there is anything to show besides an empty page."""
        return self.standing.to_read is not None or bool(self._own)

    def row(self, text_id: UUID | None) -> AgreementText | None:
        """A row by the id the standing names."""
        return self.rows.get(text_id) if text_id is not None else None

    def value(self, row: AgreementText | None) -> AnswerValue | None:
        """Its words as the exercise's boxes hold them."""
        return words_of(row) if row is not None else None

    def lines(self, row: AgreementText | None) -> list[str]:
        """Its words, one box a line."""
        return lines_of(self.step, self.value(row))

    def own_signature(self, text_id: UUID | None) -> Signature | None:
        """The reader's own signature under a text, unless taken back."""
        row = self.row(text_id)
        signatures = row.signatures if row is not None else []
        mine = (one for one in signatures if one.person_id == self.place.person_id)
        return next((one for one in mine if one.withdrawn_at is None), None)

    @property
    def _own(self) -> list[AgreementText]:
        return [row for row in self.rows.values() if row.author_id == self.place.person_id]


def agreement_for(place: Partner, assignment_id: UUID, step_key: str, now: datetime) -> Agreement:
    """One agreement of this partner's couple. Raises NotFound where it can't be signed by both and nothing is kept."""
    couple = place.couple
    given = assignment_of(couple, assignment_id)
    if given.starts_on > _today(place, now):
        raise NotFound
    exercise = as_read_by(place, given)
    step = exercise.step(step_key)
    if not isinstance(step, AgreementStep):
        raise NotFound
    rows = [row for row in _texts_among(couple, [given.id]) if row.step == step_key]
    found = Agreement(
        place=place,
        assignment=given,
        exercise=exercise,
        step=step,
        standing=_standing(couple, rows, now),
        # A partner's drafts and words within their hold are their own; the other one's never leave this line.
        rows={row.id: row for row in rows if row.author_id == place.person_id or _is_open(couple, row, now)},
        is_open=is_joint(couple, given) and not is_withdrawn(given) and not is_frozen(couple),
        now=now,
    )
    if not found.is_open and not found.has_anything:
        raise NotFound
    return found


def is_joint(couple: Couple, assignment: Assignment) -> bool:
    """Whether the agreements of an assignment are signed by both, and not notes of each partner's own."""
    return visibility.may_agree_together(
        Level(assignment.sharing_limit),
        Level(couple.sharing_limit),
        for_both=assignment.for_whom == "both",
    )


def shared_agreements(
    place: Partner, now: datetime, given: Sequence[Assignment] | None = None
) -> list[SharedAgreement]:
    """Every agreement whose words lie open to both: those in force, and those there to be signed."""
    couple = place.couple
    if is_frozen(couple):
        return []
    found: list[SharedAgreement] = []
    by_step: dict[tuple[UUID, str], list[AgreementText]] = defaultdict(list)
    among = _texts(couple) if given is None else _texts_among(couple, [one.id for one in given])
    for row in among:
        by_step[row.assignment_id, row.step].append(row)
    if not by_step:
        return []
    by_id = {one.id: one for one in (assignments_of(couple) if given is None else given)}
    for (assignment_id, step_key), rows in by_step.items():
        assignment = by_id.get(assignment_id)
        if assignment is None:
            continue
        exercise = as_read_by(place, assignment)
        step = exercise.step(step_key)
        if not isinstance(step, AgreementStep):
            continue
        stands, by_text = _standing(couple, rows, now), {row.id: row for row in rows}
        for text_id, in_force in ((stands.in_force, True), (stands.on_offer, False)):
            if text_id is not None:
                value = words_of(by_text[text_id])
                found.append(
                    SharedAgreement(
                        text_id=text_id,
                        assignment=assignment,
                        exercise=exercise,
                        step=step,
                        value=value,
                        lines=lines_of(step, value),
                        is_in_force=in_force,
                        is_open=is_joint(couple, assignment) and not is_withdrawn(assignment),
                    )
                )
    return sorted(
        found, key=lambda one: (one.assignment.starts_on, one.assignment.id.hex, one.step.key), reverse=True
    )


def in_force(place: Partner, assignment: Assignment, now: datetime) -> SharedAgreement | None:
    """The agreement in force in one assignment, such as a ritual's days and place."""
    if not any(isinstance(step, AgreementStep) for step in exercise_of(assignment).steps):
        return None
    found = shared_agreements(place, now, [assignment])
    return next((one for one in found if one.is_in_force), None)


def open_agreements(place: Partner, now: datetime, given: Sequence[Assignment]) -> list[SharedAgreement]:
    """Those in force among assignments that are open."""
    return [one for one in shared_agreements(place, now, given) if one.is_in_force and one.is_open]


def own_texts(place: Partner) -> Sequence[AgreementText]:
    """Everything this partner has drafted or put forward, without who has signed it."""
    return _texts_by(place.practice_id, place.couple_id, place.person_id).scalars().all()


def texts_for_staff(couple: Couple, now: datetime) -> list[tuple[AgreementText, Standing]]:
    """For staff the couple was read for: what was put forward, with where its agreement stands. No drafts.

    The standing is not frozen for them: a hold stops what partners see of each other, and nothing else.
    """
    by_step: dict[tuple[UUID, str], list[AgreementText]] = defaultdict(list)
    for row in _texts(couple):
        by_step[row.assignment_id, row.step].append(row)
    shown = []
    for rows in by_step.values():
        stands = standing([text_of(couple, row) for row in rows], now)
        shown += [
            (row, stands) for row in rows if visibility.counsellor_reads(text_of(couple, row).sharing, now)
        ]
    return sorted(shown, key=lambda pair: (pair[0].saved_at, pair[0].id.hex), reverse=True)


def uses_step(exercise: Exercise) -> EntriesStep | None:
    """The step of small entries in which uses of an agreement are noted."""
    return next((step for step in exercise.steps if isinstance(step, EntriesStep)), None)


def agreement_step(exercise: Exercise) -> AgreementStep | None:
    """The step that is written together."""
    return next((step for step in exercise.steps if isinstance(step, AgreementStep)), None)


def text_of(couple: Couple, row: AgreementText) -> Text:
    """The facts of one row that decide where the agreement stands."""
    slots = {partner.person_id: partner.slot for partner in couple.partners}
    return Text(
        id=row.id,
        put_forward_at=row.put_forward_at,
        opens_at=row.opens_at,
        signed=tuple(Signed(slots[one.person_id], one.counts_at, one.withdrawn_at) for one in row.signatures),
    )


def words_of(row: AgreementText) -> dict[str, Any]:
    """What stands in the boxes. Only ever called with a row its reader may read."""
    value: dict[str, Any] = json.loads(crypto.unseal(row, "value_sealed", row.value_sealed))
    return value


def _standing(couple: Couple, rows: Iterable[AgreementText], now: datetime) -> Standing:
    return standing([text_of(couple, row) for row in rows], now, frozen=is_frozen(couple))


def _is_open(couple: Couple, row: AgreementText, now: datetime) -> bool:
    return visibility.partner_reads(text_of(couple, row).sharing, None, now, frozen=is_frozen(couple))


def _texts(couple: Couple) -> Sequence[AgreementText]:
    return _texts_of(couple.practice_id, couple.id).scalars().unique().all()


@written_once
def _texts_by(practice_id: UUID, couple_id: UUID, author_id: UUID) -> Select[AgreementText]:
    return (
        select(AgreementText)
        .where(
            AgreementText.practice_id == practice_id,
            AgreementText.couple_id == couple_id,
            AgreementText.author_id == author_id,
        )
        .order_by(AgreementText.saved_at, AgreementText.id)
    )


def _write_texts(practice_id: UUID, couple_id: UUID) -> Select[AgreementText]:
    return (
        select(AgreementText)
        .where(AgreementText.practice_id == practice_id, AgreementText.couple_id == couple_id)
        .options(joinedload(AgreementText.signatures))
        .order_by(AgreementText.saved_at, AgreementText.id)
    )


_texts_of = written_once(_write_texts)


def _texts_among(couple: Couple, assignment_ids: Sequence[UUID]) -> Sequence[AgreementText]:
    # What the other drafts elsewhere is not read for a page about these, and does not make it slower.
    return _texts_on(couple.practice_id, couple.id, assignment_ids).scalars().unique().all()


@written_once
def _texts_on(practice_id: UUID, couple_id: UUID, assignment_ids: Sequence[UUID]) -> Select[AgreementText]:
    return _write_texts(practice_id, couple_id).where(AgreementText.assignment_id.in_(assignment_ids))


def _today(place: Partner, now: datetime) -> date:
    return now.astimezone(ZoneInfo(practice_of(place.person).timezone)).date()
