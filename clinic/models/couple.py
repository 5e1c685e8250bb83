"""A couple, its two partners, and the individual safety conversations held with them."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clinic.domain.roles import Slot
from clinic.extensions import Model, UTCDateTime
from clinic.models.columns import CoupleId, Id, Moment, PersonId, PracticeId
from clinic.models.person import Person


class Couple(Model):
    """Two people seen together by one counsellor."""

    __tablename__ = "couple"

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    counsellor_id: Mapped[PersonId]
    created_at: Mapped[Moment]
    # The loosest level that work with this couple may be given; an assignment may only be tighter.
    sharing_limit: Mapped[str] = mapped_column(String(20), default="shared")
    held_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    partners: Mapped[list[Partner]] = relationship(
        back_populates="couple", order_by="Partner.slot", lazy="raise_on_sql"
    )
    counsellor: Mapped[Person] = relationship(lazy="raise_on_sql", foreign_keys="Couple.counsellor_id")

    def partner(self, slot: str) -> Partner:
        """The partner in a slot; A is whoever was added first."""
        return next(partner for partner in self.partners if partner.slot == slot)

    def partner_of(self, person_id: UUID) -> Partner | None:
        """This person's own place in the couple, if they have one."""
        return next((partner for partner in self.partners if partner.person_id == person_id), None)

    @property
    def name(self) -> str:
        """How staff speak of the couple: both family names, in the order they were added."""
        return " and ".join(partner.person.family_name or partner.person.name for partner in self.partners)

    @property
    def initials(self) -> str:
        """For page titles, which reach the browser's history: never a name."""
        return "+".join((p.person.family_name or p.person.name)[:1].upper() for p in self.partners)


class Partner(Model):
    """A person's place in a couple."""

    __tablename__ = "partner"
    __table_args__ = (UniqueConstraint("couple_id", "slot"), UniqueConstraint("person_id"))

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    couple_id: Mapped[CoupleId]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    slot: Mapped[str] = mapped_column(String(1))
    policy_read_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    left_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    couple: Mapped[Couple] = relationship(back_populates="partners", lazy="raise_on_sql")
    person: Mapped[Person] = relationship(lazy="raise_on_sql")

    @property
    def place(self) -> Slot:
        """The slot as the enum, for rules."""
        return Slot(self.slot)

    @property
    def name(self) -> str:
        """The first name, as pages for couples use it."""
        return self.person.name


class SafetyConversation(Model):
    """The counsellor spoke with one partner alone about safety. Only that, and when, is recorded."""

    __tablename__ = "safety_conversation"

    id: Mapped[Id]
    practice_id: Mapped[PracticeId]
    couple_id: Mapped[CoupleId]
    person_id: Mapped[PersonId]
    held_on: Mapped[date]
    by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    recorded_at: Mapped[Moment]
