"""Acts on several couples at once: the couples to choose from, and what became of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from assignments.access import has_ended
from assignments.domain.bulk import Gates, Kind, LeftAlone, may_undo
from assignments.models import BulkAct
from assignments.queries.erasures import who_asked
from clinic.errors import NotFound
from clinic.extensions import db
from clinic.models import Appointment, Couple, Person, SafetyConversation
from clinic.queries.appointments import next_starts
from clinic.queries.couples import couples_for, visible_couples
from clinic.queries.people import practice_of
from clinic.queries.talks import who_waits


@dataclass(frozen=True)
class Candidate:
    """One couple to choose, with when they were here last and come next."""

    couple: Couple
    last: datetime | None
    coming: datetime | None


@dataclass(frozen=True)
class BulkResult:
    """An act as its page tells it: for each couple what was done, or why nothing was."""

    act: BulkAct
    kind: Kind
    done: tuple[tuple[Couple, int], ...]
    left_alone: tuple[tuple[Couple, str], ...]
    may_undo: bool


def candidates(reader: Person, now: datetime) -> tuple[Candidate, ...]:
    """The couples whose work goes on, those not seen for longest first."""
    coming, last = next_starts(reader, now), _last_starts(reader, now)
    going_on = [couple for couple in couples_for(reader) if not has_ended(couple)]
    found = [Candidate(one, last.get(one.id), coming.get(one.id)) for one in going_on]
    return tuple(sorted(found, key=lambda one: one.last or one.couple.created_at))


def _last_starts(reader: Person, now: datetime) -> dict[UUID, datetime]:
    rows = db.session.execute(
        select(Appointment.couple_id, func.max(Appointment.starts_at))
        .where(
            Appointment.practice_id == reader.practice_id,
            Appointment.couple_id.in_(visible_couples(reader).with_only_columns(Couple.id)),
            Appointment.cancelled_at.is_(None),
            Appointment.starts_at <= now,
        )
        .group_by(Appointment.couple_id)
    )
    return {couple_id: starts_at for couple_id, starts_at in rows}


def chosen_couples(reader: Person, couple_ids: Sequence[UUID]) -> list[Couple]:
    """These couples of the reader's, by name. Raises NotFound where one of them is somebody else's."""
    wanted = set(couple_ids)
    found = [couple for couple in couples_for(reader) if couple.id in wanted]
    if len(found) != len(wanted):
        raise NotFound
    return found


def gates_of(reader: Person, couples: Sequence[Couple]) -> dict[UUID, Gates]:
    """What decides for each of these couples whether it may go along, in a few statements for all of them."""
    ids = [couple.id for couple in couples]
    spoken = set(
        db.session.execute(
            select(SafetyConversation.person_id).where(
                SafetyConversation.practice_id == reader.practice_id,
                SafetyConversation.couple_id.in_(ids),
            )
        ).scalars()
    )
    asks_first = practice_of(reader).asks_safety_conversation
    talks, erasures = who_waits(reader, ids), who_asked(reader, ids)
    return {
        couple.id: Gates(
            has_ended=has_ended(couple),
            is_held=couple.held_at is not None,
            safety_open=not asks_first or all(one.person_id in spoken for one in couple.partners),
            asked_to_talk=any(one.person_id in talks for one in couple.partners),
            asked_to_erase=any(one.person_id in erasures for one in couple.partners),
        )
        for couple in couples
    }


def bulk_act_of(reader: Person, act_id: UUID) -> BulkAct:
    """One act of the reader's own. Raises NotFound for anybody else's."""
    act = db.session.execute(
        select(BulkAct)
        .where(
            BulkAct.practice_id == reader.practice_id,
            BulkAct.author_id == reader.id,
            BulkAct.id == act_id,
        )
        .options(selectinload(BulkAct.items))
    ).scalar_one_or_none()
    if act is None:
        raise NotFound
    return act


def bulk_result(reader: Person, act_id: UUID, now: datetime) -> BulkResult:
    """What became of every couple in an act of the reader's own that the reader may still see."""
    act = bulk_act_of(reader, act_id)
    couples = {couple.id: couple for couple in couples_for(reader)}
    done: dict[UUID, int] = {}
    alone: list[tuple[Couple, str]] = []
    for item in act.items:
        if item.couple_id not in couples:
            continue
        if item.left_alone:
            alone.append((couples[item.couple_id], LeftAlone(item.left_alone).sentence))
        else:
            done[item.couple_id] = done.get(item.couple_id, 0) + 1
    return BulkResult(
        act,
        Kind(act.kind),
        tuple((couples[couple_id], count) for couple_id, count in done.items()),
        tuple(alone),
        bool(done) and may_undo(act.at, act.undone_at, now),
    )
