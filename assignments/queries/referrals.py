"""The practice's directory, and the referrals of one couple with their letters.

A letter is built from the couple's appointments, the titles of what was given, and one decision: this module reads no
response, entry, check-in or questionnaire.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from assignments.domain.referrals import CLOSING, KINDS, STEP_LABELS, Known, Step, Whom, allowed_next
from assignments.domain.signs import DECISION_LABELS, DecisionState
from assignments.models import Contact, Decision, Referral, ReferralStep
from assignments.queries.assignments import assignments_of, exercise_of
from clinic import crypto
from clinic.access import can
from clinic.domain.roles import Permission
from clinic.errors import NotFound
from clinic.extensions import db
from clinic.models import Couple, Person
from clinic.queries.appointments import appointments_of
from clinic.queries.people import practice_of
from clinic.statements import written_once

# Decisions that may lead to somebody outside.
NOT_SENT = "Written, not sent"
LEADS_OUTSIDE = frozenset({DecisionState.REFER_ON, DecisionState.STEP_UP})


@dataclass(frozen=True)
class Taken:
    """A step that was taken, and who noted it."""

    step: Step
    label: str
    on: date
    by: str


@dataclass(frozen=True)
class KeptReferral:
    """A referral as it was written, and what has become of it."""

    id: UUID
    decision_id: UUID
    at: datetime
    by: str
    letter: Mapping[str, Any]
    whom: Whom
    consents: tuple[tuple[str, date], ...]
    follow_up_on: date | None
    steps: tuple[Taken, ...]

    @property
    def state(self) -> str:
        """The newest step in words."""
        return self.steps[-1].label if self.steps else NOT_SENT

    def day_of(self, step: Step) -> date | None:
        """When it got as far as that, if it has."""
        return next((one.on for one in self.steps if one.step == step), None)

    @property
    def is_open(self) -> bool:
        """Whether something is still to come."""
        return not CLOSING.intersection(one.step for one in self.steps)

    @property
    def next_steps(self) -> tuple[Step, ...]:
        """What can follow."""
        return allowed_next([one.step for one in self.steps])


@dataclass(frozen=True)
class FollowUp:
    """A referral to ask after: to whom it went, where it stands, and how many days ago its day was."""

    to: str
    stands: str
    days: int


def contacts_of(reader: Person) -> Sequence[Contact]:
    """The directory of the reader's practice, by kind and name. Partners have no use for it and get nothing."""
    if not reader.is_staff:
        return ()
    rows = db.session.scalars(
        select(Contact).where(Contact.practice_id == reader.practice_id, Contact.removed_at.is_(None))
    ).all()
    order = list(KINDS)
    return sorted(
        rows, key=lambda row: (order.index(row.kind) if row.kind in order else 99, row.name.casefold())
    )


def contact_of(reader: Person, contact_id: UUID) -> Contact:
    """One entry of the directory. Raises NotFound for another practice's, and for one taken out."""
    found = next((row for row in contacts_of(reader) if row.id == contact_id), None)
    if found is None:
        raise NotFound
    return found


def known_facts(reader: Person, couple: Couple, decision: Decision, whom: Whom, now: datetime) -> Known:
    """What could be ticked for a letter about a couple already read. A letter about one of them names that one alone."""
    zone = ZoneInfo(practice_of(reader).timezone)
    slots = ("A", "B") if whom is Whom.BOTH else (whom.value,)
    people = [couple.partner(slot).person for slot in slots]
    past = [one for one in appointments_of(couple) if one.starts_at <= now]
    # What one of them was given alone is told to nobody in a letter about both.
    told = {"both"} if whom is Whom.BOTH else {"both", whom.value}
    given = [one for one in assignments_of(couple) if one.for_whom in told]
    return Known(
        names=[f"{person.name} {person.family_name}".strip() for person in people],
        since=min((one.starts_at for one in past), default=couple.created_at).astimezone(zone).date(),
        appointments=len(past),
        practised=sorted({exercise_of(one).name for one in given}),
        decided=DECISION_LABELS[DecisionState(decision.state)],
        decided_on=decision.at.astimezone(zone).date(),
    )


def referrals_of(reader: Person, couple: Couple) -> tuple[KeptReferral, ...]:
    """Every referral of a couple already read, newest first."""
    if not can(reader, Permission.REFERRAL_READ):
        raise NotFound
    rows = db.session.execute(
        select(Referral, Person.name)
        .join(Person, Person.id == Referral.author_id)
        .where(Referral.practice_id == couple.practice_id, Referral.couple_id == couple.id)
        .options(selectinload(Referral.steps))
        .order_by(Referral.at.desc())
    ).all()
    wrote: dict[UUID, str] = {}
    if any(row.steps for row, _ in rows):
        ids = {step.by_id for row, _ in rows for step in row.steps}
        wrote = {
            one: name
            for one, name in db.session.execute(
                select(Person.id, Person.name).where(
                    Person.practice_id == couple.practice_id, Person.id.in_(ids)
                )
            )
        }
    return tuple(_kept(row, name, couple, wrote) for row, name in rows)


def follow_ups_due(reader: Person, couple_ids: Sequence[UUID], today: date) -> dict[UUID, list[FollowUp]]:
    """Open referrals whose day to follow up has come and of which nothing was noted since, by couple.

    One statement, however many couples: a row for each step of each referral, oldest first, at least one row each.
    """
    if not couple_ids or not can(reader, Permission.REFERRAL_READ):
        return {}
    rows: Iterable[Any] = _to_follow_up(reader.practice_id, couple_ids, today)
    newest: dict[UUID, tuple[UUID, FollowUp, bool]] = {}
    for referral_id, couple_id, follow_up_on, to, step, on in rows:
        due_on = follow_up_on or today  # There is one in each of these rows.
        stands = STEP_LABELS[Step(step)] if step else NOT_SENT
        over = step is not None and (Step(step) in CLOSING or on >= due_on)
        newest[referral_id] = (couple_id, FollowUp(to, stands, (today - due_on).days), over)
    found: dict[UUID, list[FollowUp]] = {}
    for couple_id, one, over in newest.values():
        if not over:
            found.setdefault(couple_id, []).append(one)
    return found


@written_once
def _to_follow_up(practice_id: UUID, couple_ids: Sequence[UUID], today: date) -> Select[Any]:
    columns: tuple[Any, ...] = (
        Referral.id,
        Referral.couple_id,
        Referral.follow_up_on,
        Contact.name,
        ReferralStep.step,
        ReferralStep.on,
    )
    return (
        select(*columns)
        .join(Contact, Contact.id == Referral.contact_id)
        .outerjoin(ReferralStep, ReferralStep.referral_id == Referral.id)
        .where(
            Referral.practice_id == practice_id,
            Referral.couple_id.in_(couple_ids),
            Referral.follow_up_on <= today,
        )
        .order_by(Referral.follow_up_on, Referral.id, ReferralStep.on, ReferralStep.at)
    )


def referral_of(reader: Person, couple: Couple, referral_id: UUID) -> KeptReferral:
    """One referral of a couple already read. Raises NotFound for any other."""
    found = next((one for one in referrals_of(reader, couple) if one.id == referral_id), None)
    if found is None:
        raise NotFound
    return found


def _kept(row: Referral, by: str, couple: Couple, wrote: Mapping[UUID, str]) -> KeptReferral:
    consents = (("A", row.consent_a_on), ("B", row.consent_b_on))
    return KeptReferral(
        id=row.id,
        decision_id=row.decision_id,
        at=row.at,
        by=by,
        letter=json.loads(crypto.unseal(row, "letter_sealed", row.letter_sealed)),
        whom=Whom(row.for_whom),
        consents=tuple((couple.partner(slot).name, day) for slot, day in consents if day is not None),
        follow_up_on=row.follow_up_on,
        steps=tuple(
            Taken(Step(one.step), STEP_LABELS[Step(one.step)], one.on, wrote.get(one.by_id, ""))
            for one in row.steps
        ),
    )
