"""Keeping small thank-yous: saving, changing, deleting, and taking a deletion back."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import UUID, uuid4

from assignments.access import has_ended, sharing_of_entry
from assignments.actions.levels import change_level
from assignments.actions.locks import hold_partner
from assignments.domain import visibility
from assignments.domain.visibility import Level
from assignments.models import Entry
from assignments.queries.entries import THANKS, own_entries_on, own_entry, words_of
from clinic import clock, crypto
from clinic.access import require
from clinic.audit import Event, record
from clinic.domain.roles import Permission
from clinic.errors import Conflict, Expired
from clinic.extensions import db, transaction
from clinic.models import Partner, Person, Practice
from clinic.queries.couples import own_place
from clinic.queries.people import practice_of

UNDO = timedelta(minutes=10)
# Nobody thanks or notes that often; without an end one person could make every page of both slow.
MOST_A_DAY = 100


@transaction
def save_thanks(*, actor: Person, what: str, meant: str, level: Level) -> Entry:
    """Keep one thank-you. What goes to the partner is held first (decision 12).

    Raises Conflict for a level that is not offered, so a tampered form gets nothing.
    """
    require(actor, Permission.ENTRY_WRITE)
    place, practice, now = own_place(actor), practice_of(actor), clock.now()
    hold_partner(place)
    _check(place, level, None)
    refuse_more_than_a_day_holds(place)
    # The id is made here, because the words are sealed to it before the row is inserted.
    entry = Entry(
        id=uuid4(),
        practice_id=place.practice_id,
        couple_id=place.couple_id,
        assignment_id=None,
        kind=THANKS,
        author_id=actor.id,
        happened_on=clock.today(practice.timezone),
        visibility=level,
        at=now,
        opens_at=visibility.hold_ends(now, _hold(practice)),
        changes=[],
    )
    _write(entry, what, meant)
    db.session.add(entry)
    db.session.flush()
    record(actor, Event.ENTRY_SAVED, entry)
    return entry


@transaction
def change_thanks(
    *, actor: Person, entry_id: UUID, what: str, meant: str, level: Level, version: int
) -> Entry:
    """Change the words or who sees them. Hiding counts at once, sharing what was kept waits (decision 12).

    Raises Conflict when it was changed elsewhere since the form was opened, and for new words once the
    partner may have read the old ones.
    """
    require(actor, Permission.ENTRY_WRITE)
    place, practice, now = own_place(actor), practice_of(actor), clock.now()
    entry = own_entry(place, entry_id, to_change=True)
    if entry.version != version:
        raise Conflict("This was changed somewhere else a moment ago. Look at it again first.")
    sharing = sharing_of_entry(entry)
    wanted = sharing.heading_to(now)
    _check(place, level, wanted)
    if (what, meant) != words_of(entry):
        if visibility.is_frozen_text(sharing, None, now):
            raise Conflict("The words stay as they are, because they may have been read.")
        _write(entry, what, meant)
        entry.opens_at = max(entry.opens_at, visibility.hold_ends(now, _hold(practice)))
    if level is not wanted:
        change_level(entry, level, now, timedelta(minutes=practice.widening_minutes))
    entry.version += 1
    record(actor, Event.ENTRY_SAVED, entry)
    return entry


@transaction
def delete_thanks(*, actor: Person, entry_id: UUID) -> Entry:
    """Hide one thank-you from everybody at once; it is erased later."""
    require(actor, Permission.ENTRY_WRITE)
    entry = own_entry(own_place(actor), entry_id, to_change=True)
    entry.deleted_at = clock.now()
    record(actor, Event.ENTRY_DELETED, entry)
    return entry


@transaction
def restore_thanks(*, actor: Person, entry_id: UUID) -> Entry:
    """Undo a deletion. Raises Expired after ten minutes."""
    require(actor, Permission.ENTRY_WRITE)
    entry = own_entry(own_place(actor), entry_id, to_change=True, deleted=True)
    if entry.deleted_at is None:
        raise Conflict("That is in your list already.")
    if clock.now() - entry.deleted_at > UNDO:
        raise Expired("Ten minutes have passed, so this can't be undone.")
    entry.deleted_at = None
    record(actor, Event.ENTRY_SAVED, entry)
    return entry


def offered_levels(place: Partner, present: Level | None = None) -> tuple[Level, ...]:
    """The levels this partner may choose for a thank-you, loosest first, the present one among them."""
    limit = Level(place.couple.sharing_limit)
    offered = visibility.levels_offered_for_thanks(limit, ended=has_ended(place.couple))
    return tuple(level for level in reversed(Level) if level in offered or level is present)


def refuse_more_than_a_day_holds(place: Partner) -> None:
    """Inside an action that holds the partner. Raises Conflict when this person has written enough for one day."""
    if own_entries_on(place, clock.today(practice_of(place.person).timezone)) >= MOST_A_DAY:
        raise Conflict(f"That is {MOST_A_DAY} for today. Go on tomorrow.")


def _check(place: Partner, level: Level, present: Level | None) -> None:
    if level not in offered_levels(place, present):
        raise Conflict("Choose who sees it from the list.")


def _write(entry: Entry, what: str, meant: str) -> None:
    words = json.dumps({"what": what, "meant": meant}, ensure_ascii=False)
    entry.value_sealed = crypto.seal(entry, "value_sealed", words)


def _hold(practice: Practice) -> timedelta:
    return timedelta(minutes=practice.hold_minutes)
