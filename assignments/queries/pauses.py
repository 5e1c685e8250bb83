"""Pauses: one's own, what the other partner has asked for, and what staff see of both.

Of the other's pause only the asking and its time are read, and never whether they came back or looked at a page.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, func, select

from assignments.access import has_ended, is_frozen
from assignments.domain import pauses
from assignments.models import Pause
from assignments.queries.agreements import SharedAgreement, shared_agreements
from clinic.domain.appointments import BOTH
from clinic.errors import NotFound
from clinic.extensions import db
from clinic.language import clock_time
from clinic.models import Appointment, Couple, Partner, Person
from clinic.statements import written_once

# The material of an agreed pause, by which an exercise is known whatever a practice calls its own copy.
AGREED_PAUSE = "G1"


@dataclass(frozen=True)
class AskedFor:
    """A pause as a page names it."""

    id: UUID
    name: str
    line: str
    """When they mean to be back."""


@dataclass(frozen=True)
class PausesNow:
    """What a partner's own pages say of pauses. `own` is running, `due` has reached its time."""

    own: AskedFor | None = None
    due: AskedFor | None = None
    other: AskedFor | None = None


def pauses_now(place: Partner, now: datetime, zone: ZoneInfo) -> PausesNow:
    """One's own pause, and the other partner's as long as nothing stops what goes between them.

    Whoever came back by two codes sees no pause as its asker: whether one has come back from it is nobody else's.
    """
    latest = _latest([place.couple], place.practice_id)
    own = None if place.person.words_closed_at is not None else latest.get(place.person_id)
    partner = place.couple.partner(place.place.other)
    theirs = None if is_frozen(place.couple) else latest.get(partner.person_id)

    def named(row: _Row, name: str) -> AskedFor:
        return AskedFor(row.id, name, pauses.back_line(row.pause.until, now, zone, clock_time))

    return PausesNow(
        own=named(own, place.name) if own and own.pause.is_running(now) else None,
        due=named(own, place.name) if own and own.pause.is_due(now) else None,
        other=named(theirs, partner.name) if theirs and theirs.pause.is_told(now) else None,
    )


def own_pause(place: Partner, pause_id: UUID) -> Pause:
    """One pause this partner asked for. Raises NotFound for anybody else's."""
    row = db.session.execute(
        select(Pause).where(
            Pause.practice_id == place.practice_id,
            Pause.couple_id == place.couple_id,
            Pause.author_id == place.person_id,
            Pause.id == pause_id,
        )
    ).scalar_one_or_none()
    if row is None:
        raise NotFound
    return row


def agreed_pause(place: Partner, now: datetime) -> SharedAgreement | None:
    """The pause both have agreed on, where one is in force."""
    return next(
        (
            one
            for one in shared_agreements(place, now)
            if one.is_in_force and AGREED_PAUSE in one.exercise.sources
        ),
        None,
    )


def pauses_of(reader: Person, couples: Sequence[Couple]) -> dict[UUID, pauses.Pause]:
    """The latest pause of each partner of couples the reader was given, for staff alone, by person id."""
    if not reader.is_staff:
        raise NotFound
    return {person_id: row.pause for person_id, row in _latest(couples, reader.practice_id).items()}


def asked_for(reader: Person, couple: Couple, since: datetime) -> Sequence[Pause]:
    """Every pause from a moment on of a couple already read, for staff alone, newest first."""
    if not reader.is_staff:
        raise NotFound
    return _asked_for(couple.practice_id, couple.id, since).scalars().all()


@written_once
def _asked_for(practice_id: UUID, couple_id: UUID, since: datetime) -> Select[Pause]:
    return (
        select(Pause)
        .where(Pause.practice_id == practice_id, Pause.couple_id == couple_id, Pause.asked_at >= since)
        .order_by(Pause.asked_at.desc())
    )


def may_tell(couple: Couple) -> bool:
    """Whether a pause would be told to the other partner as far as its asker may know.

    A safety hold is silent (decision 16), so it changes no word here; an ending is known to both.
    """
    return not has_ended(couple)


@dataclass(frozen=True)
class _Row:
    id: UUID
    pause: pauses.Pause


def _latest(couples: Iterable[Couple], practice_id: UUID) -> dict[UUID, _Row]:
    """Each partner's latest pause, with the end of the first session after it."""
    return {
        author_id: _Row(
            pause_id,
            pauses.Pause(
                asked_at=asked_at,
                until=until,
                session_ends_at=starts_at + timedelta(minutes=minutes) if starts_at else None,
                returned_at=returned_at,
            ),
        )
        for author_id, pause_id, asked_at, until, returned_at, starts_at, minutes in _newest(
            practice_id, [couple.id for couple in couples]
        )
    }


@written_once
def _newest(practice_id: UUID, couple_ids: Sequence[UUID]) -> Select[*tuple[Any, ...]]:
    newest = (
        select(Pause.author_id, func.max(Pause.asked_at).label("asked_at"))
        .where(Pause.practice_id == practice_id, Pause.couple_id.in_(couple_ids))
        .group_by(Pause.author_id)
        .subquery()
    )
    session = (
        select(Appointment.id)
        .where(
            Appointment.practice_id == practice_id,
            Appointment.couple_id == Pause.couple_id,
            # One with a partner alone must move nothing that the other is told.
            Appointment.for_whom == BOTH,
            Appointment.cancelled_at.is_(None),
            Appointment.starts_at > Pause.asked_at,
        )
        .order_by(Appointment.starts_at)
        .limit(1)
        .correlate(Pause)
        .scalar_subquery()
    )
    return (
        select(
            Pause.author_id,
            Pause.id,
            Pause.asked_at,
            Pause.until,
            Pause.returned_at,
            Appointment.starts_at,
            Appointment.minutes,
        )
        .join(newest, and_(newest.c.author_id == Pause.author_id, newest.c.asked_at == Pause.asked_at))
        .outerjoin(Appointment, Appointment.id == session)
        .where(Pause.practice_id == practice_id, Pause.couple_id.in_(couple_ids))
    )
