"""Requests to read a record in an emergency: for whoever asked or reads, for the admins, and for the counsellor told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload

from clinic import crypto
from clinic.domain.break_glass import Standing, standing
from clinic.domain.roles import Role
from clinic.errors import NotFound
from clinic.extensions import db
from clinic.models import BreakGlass, Couple, Person
from clinic.queries.couples import couples_for

_PEOPLE = (
    joinedload(BreakGlass.author),
    joinedload(BreakGlass.reader),
    joinedload(BreakGlass.counsellor),
    joinedload(BreakGlass.decided_by),
)


@dataclass(frozen=True)
class Glass:
    """One request with its words opened, and how it stands. The words are empty once they are gone."""

    row: BreakGlass
    about: str
    reason: str
    standing: Standing

    @property
    def waits(self) -> bool:
        """Whether somebody has still to decide."""
        return self.standing is Standing.WAITS

    @property
    def is_open(self) -> bool:
        """Whether the record can be read now."""
        return self.standing is Standing.OPEN


def glasses_for(reader: Person, now: datetime) -> tuple[Glass, ...]:
    """A supervisor's own requests, or for an admin all of the practice, newest first."""
    rows = db.session.execute(_theirs(reader).order_by(BreakGlass.asked_at.desc()).limit(100)).scalars()
    return tuple(_opened(row, now) for row in rows)


def glass_for(reader: Person, glass_id: UUID, now: datetime) -> Glass:
    """One of them. Raises NotFound for anybody else's."""
    row = db.session.execute(_theirs(reader).where(BreakGlass.id == glass_id)).scalar_one_or_none()
    if row is None:
        raise NotFound
    return _opened(row, now)


def _theirs(reader: Person) -> Select[BreakGlass]:
    statement = select(BreakGlass).where(BreakGlass.practice_id == reader.practice_id).options(*_PEOPLE)
    if reader.kind is Role.ADMIN:
        return statement
    if reader.kind is not Role.SUPERVISOR:
        raise NotFound
    return statement.where(or_(BreakGlass.author_id == reader.id, BreakGlass.reader_id == reader.id))


def told_of(counsellor: Person, now: datetime) -> tuple[tuple[Glass, Couple], ...]:
    """What has been opened of this counsellor's own couples and she has not taken note of, newest first."""
    if counsellor.kind is not Role.COUNSELLOR:
        return ()
    rows: Sequence[BreakGlass] = (
        db.session.execute(_told(counsellor).order_by(BreakGlass.granted_at.desc())).scalars().all()
    )
    if not rows:
        return ()
    couples = {couple.id: couple for couple in couples_for(counsellor)}
    return tuple((_opened(row, now), couples[row.couple_id]) for row in rows if row.couple_id in couples)


def told_one(counsellor: Person, glass_id: UUID) -> BreakGlass:
    """One of those. Raises NotFound for any other."""
    row = db.session.execute(_told(counsellor).where(BreakGlass.id == glass_id)).scalar_one_or_none()
    if row is None:
        raise NotFound
    return row


def _told(counsellor: Person) -> Select[BreakGlass]:
    own = select(Couple.id).where(
        Couple.practice_id == counsellor.practice_id, Couple.counsellor_id == counsellor.id
    )
    return (
        select(BreakGlass)
        .where(
            BreakGlass.practice_id == counsellor.practice_id,
            BreakGlass.couple_id.in_(own),
            BreakGlass.granted_at.is_not(None),
            BreakGlass.told_at.is_(None),
        )
        .options(*_PEOPLE)
    )


def _opened(row: BreakGlass, now: datetime) -> Glass:
    return Glass(
        row,
        _words(row, "about_sealed", row.about_sealed),
        _words(row, "reason_sealed", row.reason_sealed),
        standing(
            now,
            asked_at=row.asked_at,
            refused_at=row.refused_at,
            ends_at=row.ends_at,
            ended_at=row.ended_at,
        ),
    )


def _words(row: BreakGlass, column: str, sealed: bytes | None) -> str:
    return crypto.unseal(row, column, sealed) if sealed is not None else ""


def counsellors_and_supervisors(reader: Person) -> tuple[list[Person], list[Person]]:
    """Those of the practice whose accounts are open, by name. Raises NotFound for anybody but those who may ask."""
    if reader.kind not in (Role.SUPERVISOR, Role.ADMIN):
        raise NotFound
    staff = db.session.execute(
        select(Person)
        .where(
            Person.practice_id == reader.practice_id,
            Person.role.in_((Role.COUNSELLOR, Role.SUPERVISOR)),
            Person.disabled_at.is_(None),
        )
        .order_by(Person.name, Person.family_name)
    ).scalars()
    found = list(staff)
    return (
        [one for one in found if one.kind is Role.COUNSELLOR],
        [one for one in found if one.kind is Role.SUPERVISOR],
    )
