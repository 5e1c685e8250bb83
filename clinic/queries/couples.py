"""Couples, as far as the reader may see them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Result, Select, or_, select
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from clinic import clock
from clinic.domain import invitations
from clinic.domain.break_glass import LASTS
from clinic.domain.clocks import latest_end
from clinic.domain.couples import SafetyGate
from clinic.domain.roles import Role
from clinic.errors import NotFound
from clinic.extensions import db
from clinic.models import (
    BreakGlass,
    Couple,
    Invitation,
    Partner,
    Person,
    Practice,
    SafetyConversation,
    Supervision,
)
from clinic.statements import written_once


def visible_couples(reader: Person) -> Select[Couple]:
    """The couples this reader may see, as a statement for other queries to narrow.

    A counsellor's own, a supervisor's counsellors', a partner's own; nobody else's (matrix `couple,read`). Where two
    people have broken the glass, one couple more for one supervisor, for a day (R17).
    """
    return _seen_by(reader.kind, reader.practice_id, reader.id, *_open_now())


def _seen_by(
    role: Role, practice_id: UUID, reader_id: UUID, now: datetime, latest: datetime
) -> Select[Couple]:
    couples = select(Couple).where(Couple.practice_id == practice_id)
    if role is Role.COUNSELLOR:
        return couples.where(Couple.counsellor_id == reader_id)
    if role is Role.SUPERVISOR:
        supervised = select(Supervision.counsellor_id).where(
            Supervision.supervisor_id == reader_id, Supervision.practice_id == practice_id
        )
        # Broken glass is one couple more, read like the others, until the clock ends it.
        broken = select(BreakGlass.couple_id).where(
            BreakGlass.reader_id == reader_id,
            BreakGlass.practice_id == practice_id,
            BreakGlass.ends_at > now,
            BreakGlass.ends_at <= latest,
            BreakGlass.ended_at.is_(None),
        )
        return couples.where(or_(Couple.counsellor_id.in_(supervised), Couple.id.in_(broken)))
    if role is Role.PARTNER:
        # Somebody who has left keeps their place, and with it their own words; what the two shared stops elsewhere.
        own = select(Partner.couple_id).where(
            Partner.person_id == reader_id, Partner.practice_id == practice_id
        )
        return couples.where(Couple.id.in_(own))
    return couples.where(Couple.id.is_(None))


def _open_now() -> tuple[datetime, datetime]:
    """After the one and until the other ends what two people opened and is open now."""
    now = clock.now()
    return now, latest_end(now, LASTS)


def couples_for(reader: Person, *, word: str = "") -> Sequence[Couple]:
    """Every couple the reader may see, with both partners, by name. `word` narrows by a partner's name."""
    statement = visible_couples(reader).options(*_WITH_PARTNERS)
    if word:
        pattern = f"%{_literal(word)}%"
        named = select(Partner.couple_id).where(
            Partner.practice_id == reader.practice_id,
            Partner.person_id == Person.id,
            or_(
                Person.name.ilike(pattern, escape="\\"),
                Person.family_name.ilike(pattern, escape="\\"),
            ),
        )
        statement = statement.where(Couple.id.in_(named))
    found = db.session.execute(statement).scalars().unique().all()
    return sorted(found, key=lambda couple: couple.name.casefold())


def couple_for(reader: Person, couple_id: UUID) -> Couple:
    """One couple with partners and counsellor. Raises NotFound for anybody else's."""
    found = _one_seen_by[reader.kind](reader.practice_id, reader.id, *_open_now(), couple_id)
    couple = found.scalars().unique().one_or_none()
    if couple is None:
        raise NotFound
    return _with_the_way_back(couple)


def seen_among(reader: Person, couple_ids: Sequence[UUID]) -> list[UUID]:
    """Those of these couples that the reader may see."""
    found = _some_seen_by[reader.kind](reader.practice_id, reader.id, *_open_now(), couple_ids)
    return list(found.scalars())


def own_couple(partner: Person) -> Couple:
    """The couple this partner belongs to, or has left. Raises NotFound for anybody else."""
    couple = _own_couple(partner.practice_id, partner.id, *_open_now()).scalars().unique().one_or_none()
    if couple is None or partner.kind is not Role.PARTNER:
        raise NotFound
    return _with_the_way_back(couple)


@written_once
def _own_couple(practice_id: UUID, person_id: UUID, now: datetime, latest: datetime) -> Select[Couple]:
    return _seen_by(Role.PARTNER, practice_id, person_id, now, latest).options(*_AT_ONCE)


def _write_one(role: Role) -> Callable[[UUID, UUID, datetime, datetime, UUID], Result[Couple]]:
    @written_once
    def one(
        practice_id: UUID, reader_id: UUID, now: datetime, latest: datetime, couple_id: UUID
    ) -> Select[Couple]:
        seen = _seen_by(role, practice_id, reader_id, now, latest)
        return seen.where(Couple.id == couple_id).options(*_AT_ONCE)

    return one


def _write_some(role: Role) -> Callable[[UUID, UUID, datetime, datetime, Sequence[UUID]], Result[UUID]]:
    @written_once
    def some(
        practice_id: UUID, reader_id: UUID, now: datetime, latest: datetime, couple_ids: Sequence[UUID]
    ) -> Select[UUID]:
        seen = _seen_by(role, practice_id, reader_id, now, latest)
        return seen.with_only_columns(Couple.id).where(Couple.id.in_(couple_ids))

    return some


# Who is asked for decides about the shape, so each kind of reader has a statement of their own.
_one_seen_by = {role: _write_one(role) for role in Role}
_some_seen_by = {role: _write_some(role) for role in Role}


def own_place(partner: Person) -> Partner:
    """This partner's own place in their couple."""
    place = own_couple(partner).partner_of(partner.id)
    if place is None:
        raise NotFound
    return place


def safety_gate(couple: Couple) -> SafetyGate:
    """Whether exercises may be given to a couple already read, and whom to speak with first."""
    practice = db.session.get_one(Practice, couple.practice_id)
    latest: dict[UUID, date] = {person_id: day for person_id, day in _held(couple.practice_id, couple.id)}
    return SafetyGate(
        asked_for=practice.asks_safety_conversation,
        held_on={partner.slot: latest.get(partner.person_id) for partner in couple.partners},
    )


@written_once
def _held(practice_id: UUID, couple_id: UUID) -> Select[UUID, date]:
    return (
        select(SafetyConversation.person_id, SafetyConversation.held_on)
        .where(SafetyConversation.couple_id == couple_id, SafetyConversation.practice_id == practice_id)
        .order_by(SafetyConversation.held_on)
    )


def invitations_of(couple: Couple) -> dict[UUID, Invitation]:
    """The latest invitation of each partner of a couple already read, by person id."""
    rows = db.session.execute(
        select(Invitation)
        .where(
            Invitation.practice_id == couple.practice_id,
            Invitation.person_id.in_([partner.person_id for partner in couple.partners]),
        )
        .order_by(Invitation.created_at)
    ).scalars()
    return {invitation.person_id: invitation for invitation in rows}


@dataclass(frozen=True)
class Standing:
    """How one partner stands with joining and with the safety conversation, as the settings page tells it."""

    partner: Partner
    joining: str
    expires_at: datetime | None
    held_on: date | None

    @property
    def has_joined(self) -> bool:
        """Whether this partner has an account."""
        return self.partner.person.joined_at is not None

    @property
    def wants_to_talk(self) -> bool:
        """Whether this partner asked to talk before joining."""
        return self.joining.startswith(invitations.TALK_FIRST)


def standings(couple: Couple, now: datetime) -> tuple[Standing, ...]:
    """Both partners of a couple already read, A first."""
    latest, gate = invitations_of(couple), safety_gate(couple)
    return tuple(_standing(partner, latest.get(partner.person_id), gate, now) for partner in couple.partners)


def waiting_to_join(couple: Couple, now: datetime) -> tuple[Standing, ...]:
    """Those of the partners who have no account yet; mostly none, and then nothing more is asked."""
    if all(partner.person.joined_at is not None for partner in couple.partners):
        return ()
    return tuple(one for one in standings(couple, now) if not one.has_joined)


def _standing(partner: Partner, invitation: Invitation | None, gate: SafetyGate, now: datetime) -> Standing:
    joining = invitations.state(
        now,
        joined_at=partner.person.joined_at,
        expires_at=invitation.expires_at if invitation else None,
        wrong_codes=invitation.wrong_codes if invitation else 0,
        declined_at=invitation.declined_at if invitation else None,
        wants_to_talk_at=invitation.wants_to_talk_at if invitation else None,
    )
    runs_out = invitation.expires_at if invitation and joining == "Invited" else None
    return Standing(partner, joining, runs_out, gate.held_on[partner.slot])


def partner_of_couple(reader: Person, couple_id: UUID, slot: str) -> Partner:
    """One partner of a couple the reader may see. Raises NotFound for an unknown slot as well."""
    couple = couple_for(reader, couple_id)
    found = next((partner for partner in couple.partners if partner.slot == slot), None)
    if found is None:
        raise NotFound
    return found


def _with_the_way_back(couple: Couple) -> Couple:
    """Tell each partner which couple they came with, so that a place leads to its couple without a query."""
    for partner in couple.partners:
        set_committed_value(partner, "couple", couple)
    return couple


def _literal(word: str) -> str:
    """What a person typed is looked for as typed, so LIKE's wildcards lose their meaning."""
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


_WITH_PARTNERS = (
    selectinload(Couple.partners).joinedload(Partner.person),
    joinedload(Couple.counsellor),
)
# One couple comes in one statement of two rows; every partner's page begins with it.
_AT_ONCE = (
    joinedload(Couple.partners).joinedload(Partner.person),
    joinedload(Couple.counsellor),
)
