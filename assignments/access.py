"""Who may read a response: its author, the couple's counsellor, the other partner once it is open.

The rule itself is `domain.visibility`; here it meets rows and readers.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from assignments.domain import visibility
from assignments.domain.visibility import Change, Level, Sharing
from assignments.models import Assignment, Entry, EntryChange, Response, TurnPart, VisibilityChange
from clinic.errors import Conflict
from clinic.models import Couple, Person

RECORD_ONLY = "Work with this couple is over. This page is a record now."


def sharing_of(response: Response) -> Sharing:
    """The facts about one response that decide who sees it. Needs its `changes` loaded."""
    return Sharing(
        chosen=Level(response.visibility) if response.visibility else None,
        sent_at=response.sent_at,
        opens_at=response.opens_at,
        changes=_changes(response.changes),
    )


def sharing_of_entry(entry: Entry) -> Sharing:
    """The same facts about one entry of a log, which opens on its own. Needs its `changes` loaded."""
    return Sharing(
        chosen=Level(entry.visibility),
        sent_at=entry.at,
        opens_at=entry.opens_at,
        changes=_changes(entry.changes),
    )


def _changes(kept: Iterable[VisibilityChange | EntryChange]) -> tuple[Change, ...]:
    return tuple(
        Change(
            Level(change.to),
            change.takes_effect_at,
            cancelled=change.cancelled_at is not None,
            # Every widening waits, if only for minutes.
            at_once=change.takes_effect_at <= change.at,
        )
        for change in kept
    )


def limit_of(assignment: Assignment, couple: Couple) -> Level:
    """The loosest level anybody may choose for this: the tighter of the assignment's limit and the couple's."""
    return visibility.tighter(Level(assignment.sharing_limit), Level(couple.sharing_limit))


def sharing_of_part(part: TurnPart) -> Sharing:
    """The same facts about one part of a listening turn: it goes to both, and hiding it leaves it to its author."""
    hidden = (Change(Level.PRIVATE, part.hidden_at, at_once=True),) if part.hidden_at else ()
    return Sharing(chosen=Level.SHARED, sent_at=part.sent_at, opens_at=part.opens_at, changes=hidden)


def is_open_between(couple: Couple, response: Response, twin: Response | None, now: datetime) -> bool:
    """Whether these words lie open between the two partners, and so may stand where both look together."""
    return visibility.partner_reads(
        sharing_of(response), sharing_of(twin) if twin else None, now, frozen=is_frozen(couple)
    )


def part_is_open_between(couple: Couple, part: TurnPart, now: datetime) -> bool:
    """Whether a part of a listening turn lies open between the two partners."""
    return visibility.partner_reads(sharing_of_part(part), None, now, frozen=is_frozen(couple))


def is_frozen(couple: Couple) -> bool:
    """Sharing between the partners has stopped: a safety hold, an ending, or one of them has left."""
    return frozen_since(couple) is not None


def has_ended(couple: Couple) -> bool:
    """The couple's work is over, or one of them has left. A safety hold is neither and must not look like it."""
    return couple.closed_at is not None or any(partner.left_at is not None for partner in couple.partners)


def refuse_when_over(couple: Couple) -> None:
    """The signs of a couple whose work is over are a record. Raises Conflict for an act on them."""
    if couple.closed_at is not None:
        raise Conflict(RECORD_ONLY)


def frozen_since(couple: Couple) -> datetime | None:
    """When sharing between the partners stopped, or None while it goes on."""
    stops = [couple.held_at, couple.closed_at, *(partner.left_at for partner in couple.partners)]
    return min((moment for moment in stops if moment is not None), default=None)


def may_read(
    reader: Person, couple: Couple, response: Response, twin: Response | None, now: datetime
) -> bool:
    """Whether `reader`, who may see this couple, may read these words at `now`.

    `twin` is the other partner's response to the same turn. Staff are those the couple was read for.
    """
    if response.author_id == reader.id:
        return True
    if reader.is_staff:
        return visibility.counsellor_reads(sharing_of(response), now)
    return couple.partner_of(reader.id) is not None and is_open_between(couple, response, twin, now)


def may_read_part(reader: Person, couple: Couple, part: TurnPart, now: datetime) -> bool:
    """Whether `reader`, who may see this couple, may read this part of a listening turn at `now`."""
    if part.author_id == reader.id:
        return True
    if reader.is_staff:
        return visibility.counsellor_reads(sharing_of_part(part), now)
    return couple.partner_of(reader.id) is not None and part_is_open_between(couple, part, now)
