"""A couple's agreements, the uses noted and the rituals done, as far as their counsellor may read them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from assignments.domain.agreements import Standing
from assignments.domain.exercises import AgreementStep, lines_of, personalised
from assignments.models import AgreementText, Assignment, Entry
from assignments.queries.agreements import texts_for_staff, uses_step, words_of
from assignments.queries.assignments import assignments_of, exercise_of
from assignments.queries.uses import (
    TIME,
    USE,
    NotedUse,
    RitualTime,
    entries_for_staff,
    read_time,
    read_use,
)
from clinic.errors import NotFound
from clinic.models import Couple


def agreements_read(couple: Couple, text_ids: Collection[UUID], now: datetime) -> list[AgreementText]:
    """The rows of these words, for staff the couple was read for. Raises NotFound unless all may be read now."""
    found = [row for row, _ in texts_for_staff(couple, now) if row.id in set(text_ids)]
    if len(found) != len(set(text_ids)):
        raise NotFound
    return found


@dataclass(frozen=True)
class ReadText:
    """One version of the words: how it stands, and whose signatures it carries now."""

    lines: Sequence[str]
    put_forward_at: datetime
    state: str
    signed_by: Sequence[str]


@dataclass(frozen=True)
class ReadExercise:
    """One exercise with what was agreed in it and what came of it."""

    name: str
    texts: Sequence[ReadText]
    uses: Sequence[NotedUse]
    times: Sequence[RitualTime]


@dataclass(frozen=True)
class ReadAgreements:
    """The whole page, and the rows whose words stand on it, so that reading them is written down."""

    exercises: Sequence[ReadExercise]
    rows: Sequence[AgreementText | Entry | Assignment]
    """The times of a ritual are numbers and many; its exercise stands for all of them."""


def agreements_for_staff(couple: Couple, now: datetime) -> ReadAgreements:
    """For staff the couple was read for. Drafts are not among it, nor what somebody kept to themselves."""
    texts: dict[UUID, list[tuple[AgreementText, Standing]]] = defaultdict(list)
    for row, stands in texts_for_staff(couple, now):
        texts[row.assignment_id].append((row, stands))
    entries: dict[UUID | None, list[Entry]] = defaultdict(list)
    for kind in (USE, TIME):
        for entry in entries_for_staff(couple, kind, now):
            entries[entry.assignment_id].append(entry)
    found = []
    given = assignments_of(couple)
    for assignment in given:
        if not texts[assignment.id] and not entries[assignment.id]:
            continue
        exercise = personalised(exercise_of(assignment))
        noted = uses_step(exercise)
        steps = {step.key: step for step in exercise.steps if isinstance(step, AgreementStep)}
        found.append(
            ReadExercise(
                name=exercise.name,
                texts=[_text(couple, row, stands, steps[row.step]) for row, stands in texts[assignment.id]],
                uses=[
                    read_use(couple, entry, noted, now)
                    for entry in entries[assignment.id]
                    if entry.kind == USE and noted is not None
                ],
                times=[read_time(couple, entry) for entry in entries[assignment.id] if entry.kind == TIME],
            )
        )
    rows: list[AgreementText | Entry | Assignment] = [row for pairs in texts.values() for row, _ in pairs]
    rows += [entry for some in entries.values() for entry in some if entry.kind == USE]
    rows += [one for one in given if any(entry.kind == TIME for entry in entries[one.id])]
    return ReadAgreements(found, rows)


def _text(couple: Couple, row: AgreementText, stands: Standing, step: AgreementStep) -> ReadText:
    named = {partner.person_id: partner.name for partner in couple.partners}
    state = {
        stands.in_force: "Agreed by both",
        stands.on_offer: "Not agreed by both so far",
        stands.set_down: "No longer in use",
    }.get(row.id, "Earlier words")
    return ReadText(
        lines=lines_of(step, words_of(row)),
        put_forward_at=row.put_forward_at or row.saved_at,
        state=state,
        signed_by=[named[one.person_id] for one in row.signatures if one.withdrawn_at is None],
    )
