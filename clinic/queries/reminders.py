"""Reminders and calendar feeds: a person's own, and what the worker needs to send and a calendar to read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, or_, select

from clinic import tenancy
from clinic.domain import reminders
from clinic.domain.appointments import BOTH
from clinic.domain.calendar_feed import ENTRY, Entry
from clinic.domain.reminders import NEVER_SET, Limits, Timetable, days_of, within
from clinic.domain.roles import Role
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
from clinic.queries.appointments import appointments_between
from clinic.queries.couples import couples_for, own_place

# A calendar keeps what lies behind for a while; the rest is nobody's business at an address.
BEHIND = timedelta(days=90)
AHEAD = timedelta(days=2 * 366)


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
        select(ReminderPlan, Practice)
        .join(Practice, Practice.id == ReminderPlan.practice_id)
        .join(Person, Person.id == ReminderPlan.person_id)
        .join(Partner, Partner.person_id == ReminderPlan.person_id)
        .where(ReminderPlan.is_on.is_(True), Person.disabled_at.is_(None), Partner.left_at.is_(None))
        .order_by(ReminderPlan.id)
    )
    return [
        Reminding(
            plan.person_id, within(_timetable(plan), limits_of(practice)), plan.changed_at, practice.timezone
        )
        for plan, practice in rows
    ]


def limits_of(practice: Practice) -> Limits:
    """What this practice lets reminders do at most."""
    return Limits(practice.reminder_first_hour, practice.reminder_last_hour, practice.reminder_days)


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


def entries_at_address(token_hash: str, now: datetime) -> list[Entry]:
    """The calendar of whoever's address this is. Raises NotFound for any other address.

    The address is all that a calendar has to show: a partner's holds times, and a counsellor's initials besides.
    """
    tenancy.way_in("calendar_feed", token_hash)
    owner = db.session.execute(
        select(Person)
        .join(CalendarFeed, CalendarFeed.person_id == Person.id)
        .where(
            CalendarFeed.token_hash == token_hash,
            CalendarFeed.practice_id == Person.practice_id,
            Person.disabled_at.is_(None),
        )
    ).scalar_one_or_none()
    if owner is None:
        raise NotFound
    tenancy.enter(owner.practice_id)
    if owner.kind is Role.PARTNER:
        place = own_place(owner)
        if place.left_at is not None:
            raise NotFound
        return [_entry(one) for one in _own_appointments(place) if one.starts_at > now - BEHIND]
    couples = {couple.id: couple for couple in couples_for(owner)}
    coming = appointments_between(owner, now - BEHIND, now + AHEAD)
    return [_entry(one, _initials(one, couples[one.couple_id])) for one in coming]


def _own_appointments(place: Partner) -> Sequence[Appointment]:
    """What stands in a partner's own calendar: those with both, and of those alone the ones they asked for."""
    return (
        db.session.execute(
            select(Appointment)
            .where(
                Appointment.practice_id == place.practice_id,
                Appointment.couple_id == place.couple_id,
                Appointment.cancelled_at.is_(None),
                or_(
                    Appointment.for_whom == BOTH,
                    and_(Appointment.for_whom == place.slot, Appointment.in_own_feed.is_(True)),
                ),
            )
            .order_by(Appointment.starts_at)
        )
        .scalars()
        .all()
    )


def _initials(one: Appointment, couple: Couple) -> str:
    if one.is_joint:
        return f"{ENTRY} {couple.initials}"
    person = couple.partner(one.for_whom).person
    return f"{ENTRY} {(person.family_name or person.name)[:1].upper()}"


def _entry(one: Appointment, summary: str = ENTRY) -> Entry:
    return Entry(
        uid=str(one.id),
        starts_at=one.starts_at,
        ends_at=one.starts_at + timedelta(minutes=one.minutes),
        made_at=one.created_at,
        summary=summary,
    )


def _timetable(plan: ReminderPlan) -> Timetable:
    return Timetable(days=days_of(plan.days), minute=plan.minute, on=plan.is_on)
