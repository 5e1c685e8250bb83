"""Reminders and calendar feeds: a person's own, and what the worker needs to send and a calendar to read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from clinic.domain import reminders
from clinic.domain.reminders import NEVER_SET, Timetable, days_of
from clinic.errors import NotFound
from clinic.extensions import db
from clinic.models import (
    Appointment,
    CalendarFeed,
    Couple,
    Partner,
    Person,
    Practice,
    ReminderPlan,
    ReminderSlot,
)
from clinic.queries.appointments import appointments_of
from clinic.queries.couples import own_place

# A calendar keeps what lies behind for a while; the rest is nobody's business at an address.
BEHIND = timedelta(days=90)


def timetable_of(person: Person) -> Timetable:
    """This person's own timetable; off where they have never set one."""
    plan = plan_of(person)
    return _timetable(plan) if plan else NEVER_SET


def plan_of(person: Person) -> ReminderPlan | None:
    """The row of this person's own timetable, if they have ever set one."""
    return db.session.execute(
        select(ReminderPlan).where(
            ReminderPlan.person_id == person.id, ReminderPlan.practice_id == person.practice_id
        )
    ).scalar_one_or_none()


def others_may_read_inbox(reader: Person) -> bool:
    """Whether the reader said so when joining, or mail to their partner goes to the same address."""
    place = own_place(reader)
    other = place.couple.partner(place.place.other).person
    return reminders.others_may_read_inbox(
        said=reader.inbox_shared, own=reader.contact_address, partners=other.contact_address
    )


@dataclass(frozen=True)
class Reminding:
    """One person with reminders on, as the worker looks at them."""

    person_id: UUID
    timetable: Timetable
    changed_at: datetime
    zone: str


def everybody_to_remind() -> list[Reminding]:
    """Everybody whose reminders are on, in every practice. For the worker alone: it asks for nobody."""
    rows = db.session.execute(
        select(ReminderPlan, Practice.timezone)
        .join(Practice, Practice.id == ReminderPlan.practice_id)
        .join(Person, Person.id == ReminderPlan.person_id)
        .join(Partner, Partner.person_id == ReminderPlan.person_id)
        .where(ReminderPlan.is_on.is_(True), Person.disabled_at.is_(None), Partner.left_at.is_(None))
        .order_by(ReminderPlan.id)
    )
    return [Reminding(plan.person_id, _timetable(plan), plan.changed_at, zone) for plan, zone in rows]


def slots_taken(since: datetime) -> set[tuple[UUID, datetime]]:
    """The reminders somebody has taken on since a moment, as person and moment. For the worker alone."""
    rows = db.session.execute(
        select(ReminderSlot.person_id, ReminderSlot.slot_at).where(ReminderSlot.slot_at >= since)
    )
    return {(person_id, slot_at) for person_id, slot_at in rows}


def feed_of(person: Person) -> CalendarFeed | None:
    """The address of this person's own calendar, if they have made one."""
    return db.session.execute(
        select(CalendarFeed).where(
            CalendarFeed.person_id == person.id, CalendarFeed.practice_id == person.practice_id
        )
    ).scalar_one_or_none()


def appointments_at_address(token_hash: str, now: datetime) -> Sequence[Appointment]:
    """The appointments of whoever's calendar address this is. Raises NotFound for any other address.

    The address is all that a calendar has to show, so nothing but times may be made of these.
    """
    couple = db.session.execute(
        select(Couple)
        .join(Partner, Partner.couple_id == Couple.id)
        .join(Person, Person.id == Partner.person_id)
        .join(CalendarFeed, CalendarFeed.person_id == Partner.person_id)
        .where(
            CalendarFeed.token_hash == token_hash,
            CalendarFeed.practice_id == Couple.practice_id,
            Partner.left_at.is_(None),
            Person.disabled_at.is_(None),
        )
    ).scalar_one_or_none()
    if couple is None:
        raise NotFound
    return [one for one in appointments_of(couple) if one.starts_at > now - BEHIND]


def _timetable(plan: ReminderPlan) -> Timetable:
    return Timetable(days=days_of(plan.days), minute=plan.minute, on=plan.is_on)
