"""Changing one's mind about who sees something: the same for an answer and for an entry of a log."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from assignments.access import sharing_of, sharing_of_entry
from assignments.domain import visibility
from assignments.domain.visibility import Level
from assignments.models import Entry, EntryChange, Response, VisibilityChange


def change_level(
    row: Response | Entry, wanted: Level, now: datetime, delay: timedelta
) -> VisibilityChange | EntryChange | None:
    """Inside an action: stop what is on its way, then tighten at once or widen after the delay (decision 12).

    Returns the change, or None where stopping was all it took. Needs the row's `changes` loaded.
    """
    cancel_pending(row.changes, now)
    _count_from_now(row.changes, now)
    present = (sharing_of(row) if isinstance(row, Response) else sharing_of_entry(row)).level_at(now)
    if wanted is present:
        return None
    takes_effect_at = visibility.takes_effect_at(present, wanted, now, delay)
    # Into the loaded list as well: an act that follows in the same session must find it, and be able to cancel it.
    if isinstance(row, Response):
        kept = VisibilityChange(
            practice_id=row.practice_id,
            response_id=row.id,
            to=wanted,
            at=now,
            takes_effect_at=takes_effect_at,
        )
        row.changes.append(kept)
        return kept
    change = EntryChange(
        practice_id=row.practice_id, entry_id=row.id, to=wanted, at=now, takes_effect_at=takes_effect_at
    )
    row.changes.append(change)
    return change


def cancel_pending(changes: Iterable[VisibilityChange | EntryChange], now: datetime) -> None:
    """Inside an action: stop every widening that is on its way. A stopped one never counts."""
    for change in changes:
        if change.cancelled_at is None and change.takes_effect_at > max(now, change.at):
            change.cancelled_at = now


def _count_from_now(changes: Iterable[VisibilityChange | EntryChange], now: datetime) -> None:
    """What a clock that was ahead dated later has counted all along, and so comes before what is chosen now."""
    for change in changes:
        if change.cancelled_at is None and change.at > now:
            change.at = change.takes_effect_at = now
