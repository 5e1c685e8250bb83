"""What the counsellor did with rows of the signs page: her views, rows of her own, rows set aside, what was of use.

Nothing here is ever for a partner: every function is handed a couple that was read for staff, or refuses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select

from assignments.domain.signs.topics import TOPIC_LABELS
from assignments.models import OwnSign, SignAside, SignJudgement, SignUse, TopicAsked
from clinic import crypto
from clinic.access import can
from clinic.domain.roles import Permission
from clinic.errors import NotFound
from clinic.extensions import db
from clinic.models import Couple, Person

JUDGEMENT_LABELS: Mapping[str, str] = {"yes": "Yes", "no": "No", "unsure": "Unsure"}


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
class OwnRow:
    """A row in the counsellor's own words, with her newest view of it."""

    id: UUID
    title: str
    by: str
    at: datetime
    judgement: Judgement | None

    @property
    def key(self) -> str:
        """What it is called where a sign has its id."""
        return str(self.id)


@dataclass(frozen=True)
class KeptAside:
    """Why a row was set aside, by whom, and until when at the latest."""

    id: UUID
    reason: str
    by: str
    at: datetime
    returns_on: date


def refuse_unless_signs_are_theirs(reader: Person) -> None:
    """Raises NotFound for whoever may not read signs at all."""
    if not can(reader, Permission.SIGNS_READ):
        raise NotFound


def judgements_of(reader: Person, couple: Couple, until: datetime | None = None) -> dict[str, Judgement]:
    """The newest view on each sign that is the counsellor's to judge, as it stood at a moment or now."""
    refuse_unless_signs_are_theirs(reader)
    statement = (
        select(SignJudgement, Person.name)
        .join(Person, Person.id == SignJudgement.author_id)
        .where(SignJudgement.practice_id == couple.practice_id, SignJudgement.couple_id == couple.id)
        .order_by(SignJudgement.at)
    )
    if until is not None:
        statement = statement.where(SignJudgement.at <= until)
    return {
        row.sign: Judgement(
            judgement=row.judgement,
            note=crypto.unseal(row, "note_sealed", row.note_sealed) if row.note_sealed else "",
            by=name,
            at=row.at,
        )
        for row, name in db.session.execute(statement)
    }


@dataclass(frozen=True)
class TopicDays:
    """One topic to ask each partner alone, and the newest day each was asked."""

    label: str
    days: tuple[date | None, date | None]


def topics_of(reader: Person, couple: Couple, until: datetime) -> tuple[TopicDays, ...]:
    """Every topic, with the days as they were known at a moment."""
    refuse_unless_signs_are_theirs(reader)
    found: dict[tuple[str, str], date] = {
        (topic, slot): day
        for topic, slot, day in db.session.execute(
            select(TopicAsked.topic, TopicAsked.slot, func.max(TopicAsked.asked_on))
            .where(
                TopicAsked.practice_id == couple.practice_id,
                TopicAsked.couple_id == couple.id,
                TopicAsked.at <= until,
            )
            .group_by(TopicAsked.topic, TopicAsked.slot)
        )
    }
    return tuple(
        TopicDays(label, (found.get((topic, "A")), found.get((topic, "B"))))
        for topic, label in TOPIC_LABELS.items()
    )


def own_rows_of(
    reader: Person, couple: Couple, judgements: Mapping[str, Judgement], until: datetime | None = None
) -> tuple[OwnRow, ...]:
    """The rows in the counsellor's own words, oldest first, as they stood at a moment or now."""
    refuse_unless_signs_are_theirs(reader)
    rows = db.session.execute(
        select(OwnSign, Person.name)
        .join(Person, Person.id == OwnSign.author_id)
        .where(OwnSign.practice_id == couple.practice_id, OwnSign.couple_id == couple.id)
        .order_by(OwnSign.at, OwnSign.id)
    )
    return tuple(
        OwnRow(
            row.id,
            crypto.unseal(row, "title_sealed", row.title_sealed),
            name,
            row.at,
            judgements.get(str(row.id)),
        )
        for row, name in rows
        if _stood(row.at, row.removed_at, until)
    )


def own_row_of(reader: Person, couple: Couple, row_id: UUID) -> OwnSign:
    """One row of the counsellor's own about this couple. Raises NotFound for any other, and for one taken out."""
    refuse_unless_signs_are_theirs(reader)
    row = db.session.execute(
        select(OwnSign).where(
            OwnSign.practice_id == couple.practice_id,
            OwnSign.couple_id == couple.id,
            OwnSign.id == row_id,
            OwnSign.removed_at.is_(None),
        )
    ).scalar_one_or_none()
    if row is None:
        raise NotFound
    return row


def aside_of(couple: Couple, sign: str) -> SignAside | None:
    """The newest time a row was set aside and not brought back by hand."""
    return db.session.execute(
        select(SignAside)
        .where(
            SignAside.practice_id == couple.practice_id,
            SignAside.couple_id == couple.id,
            SignAside.sign == sign,
            SignAside.taken_back_at.is_(None),
        )
        .order_by(SignAside.at.desc())
        .limit(1)
    ).scalar_one_or_none()


def asides_opened(couple: Couple, rows: Sequence[SignAside]) -> dict[str, KeptAside]:
    """The reasons of rows of this couple that were read already, by sign; their authors come in one statement."""
    if not rows:
        return {}
    people: dict[UUID, str] = {
        person_id: name
        for person_id, name in db.session.execute(
            select(Person.id, Person.name).where(
                Person.practice_id == couple.practice_id, Person.id.in_({row.author_id for row in rows})
            )
        )
    }
    return {
        row.sign: KeptAside(
            row.id,
            crypto.unseal(row, "reason_sealed", row.reason_sealed),
            people.get(row.author_id, ""),
            row.at,
            row.returns_on,
        )
        for row in rows
    }


def uses_of_signs(reader: Person, couple: Couple, until: datetime | None = None) -> dict[str, bool]:
    """Whether each sign was of use, as its reader said last."""
    statement = (
        select(SignUse.sign, SignUse.useful)
        .where(
            SignUse.practice_id == couple.practice_id,
            SignUse.couple_id == couple.id,
            SignUse.author_id == reader.id,
        )
        .order_by(SignUse.at)
    )
    if until is not None:
        statement = statement.where(SignUse.at <= until)
    return {sign: useful for sign, useful in db.session.execute(statement)}


def _stood(at: datetime, removed_at: datetime | None, until: datetime | None) -> bool:
    if until is None:
        return removed_at is None
    return at <= until and (removed_at is None or removed_at > until)
