"""A person's own reminders and calendar address, and taking on a reminder that is due.

Nothing but a person's own timetable makes, stops or moves a reminder (decision 14).
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from clinic import clock, mail
from clinic.access import require
from clinic.actions.tokens import digest, new_token
from clinic.audit import Event, record
from clinic.domain.reminders import DAYS, MINUTES_A_DAY, SLOT_KEPT, Slot, Timetable, days_mask, within
from clinic.domain.roles import Permission
from clinic.errors import Conflict
from clinic.extensions import db, transaction
from clinic.models import CalendarFeed, Person, ReminderPlan, ReminderSlot
from clinic.queries.couples import own_place
from clinic.queries.people import practice_of
from clinic.queries.reminders import Reminding, feed_of, limits_of, plan_of, timetable_of


@transaction
def set_reminders(*, actor: Person, timetable: Timetable) -> None:
    """Keep the timetable. Turned off, nothing that still waits is sent. Raises Conflict where no day is chosen."""
    require(actor, Permission.NOTIFY_SETTINGS)
    place = own_place(actor)
    if timetable.on and not timetable.days:
        raise Conflict("Choose at least one day.")
    if not 0 <= timetable.minute < MINUTES_A_DAY or not timetable.days <= set(range(len(DAYS))):
        raise Conflict("Choose days of the week and a time of the day.")
    if timetable.on and within(timetable, limits_of(practice_of(actor))) != timetable:
        raise Conflict("Your practice sends fewer reminders than that. Choose from what is offered.")
    if timetable == timetable_of(actor):
        record(actor, Event.REMINDERS_SET, plan_of(actor))
        return  # Saved again as it was, it must not swallow a reminder that is due this minute.
    plan = plan_of(actor) or ReminderPlan(practice_id=place.practice_id, person_id=actor.id)
    plan.days, plan.minute, plan.is_on = days_mask(timetable.days), timetable.minute, timetable.on
    plan.changed_at = clock.now()
    db.session.add(plan)
    if not timetable.on:
        mail.withdraw(actor, "reminder")
    db.session.flush()
    record(actor, Event.REMINDERS_SET, plan)


def take_on_reminder(reminding: Reminding, slot: Slot) -> bool:
    """Queue one reminder that is due, unless another worker has it. Says whether this one has."""
    try:
        return queue_reminder(person_id=reminding.person_id, slot=slot, set_at=reminding.changed_at)
    except IntegrityError:
        return False


@transaction
def queue_reminder(*, person_id: UUID, slot: Slot, set_at: datetime) -> bool:
    """Mark the slot as taken and put its mail into the outbox, in one step.

    Nothing is queued where the timetable has changed since it was read. Raises IntegrityError where the slot is
    taken. It leaves no audit line, because nobody acts: the slot itself is kept, and staff read of no timetable.
    """
    plan = db.session.execute(
        select(ReminderPlan).where(ReminderPlan.person_id == person_id).with_for_update()
    ).scalar_one_or_none()
    if plan is None or not plan.is_on or plan.changed_at != set_at:
        return False
    db.session.add(
        ReminderSlot(practice_id=plan.practice_id, person_id=person_id, day=slot.day, slot_at=slot.at)
    )
    db.session.flush()
    # Its age counts from the slot, so that however late it is taken on it is never sent after a day.
    mail.queue(db.session.get_one(Person, person_id), "reminder", at=slot.at, soon=False)
    return True


@transaction
def forget_old_slots() -> None:
    """Throw away the marks of reminders that can't come up again."""
    db.session.execute(delete(ReminderSlot).where(ReminderSlot.slot_at <= clock.now() - SLOT_KEPT))


@transaction
def make_calendar_address(*, actor: Person) -> str:
    """The secret part of a new calendar address, told this once. An address made before stops working."""
    require(actor, _calendar_of(actor))
    token = new_token()
    feed = feed_of(actor) or CalendarFeed(practice_id=actor.practice_id, person_id=actor.id)
    feed.token_hash, feed.made_at = digest(token), clock.now()
    db.session.add(feed)
    db.session.flush()
    record(actor, Event.CALENDAR_MADE, feed)
    return token


@transaction
def end_calendar_address(*, actor: Person) -> None:
    """The address stops working. Where there is none, it has stopped already."""
    require(actor, _calendar_of(actor))
    feed = feed_of(actor)
    if feed is not None:
        db.session.delete(feed)
    record(actor, Event.CALENDAR_ENDED, feed)


def _calendar_of(actor: Person) -> Permission:
    return Permission.OWN_DIARY_ADDRESS if actor.is_staff else Permission.CALENDAR_ADDRESS
