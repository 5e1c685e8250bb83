"""Acts on several couples at once: whom they leave alone, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

UNDO = timedelta(minutes=10)
# More than a caseload holds. A longer list is a mistake or an attack.
MOST_COUPLES = 200


class Kind(StrEnum):
    """What is done with all of them."""

    GIVEN = "given"
    EXTENDED = "extended"
    CLOSED = "closed"


class Until(StrEnum):
    """How far open work is extended."""

    WEEK = "week"
    APPOINTMENT = "appointment"


class LeftAlone(StrEnum):
    """Why nothing was done with a couple. The value is kept; the sentence is said to its counsellor."""

    ENDED = "ended"
    HELD = "held"
    SAFETY = "safety"
    HAS_IT = "has it"
    TIGHTER = "tighter"
    NO_APPOINTMENT = "no appointment"
    NOTHING_OPEN = "nothing open"
    ASKED_TO_TALK = "asked to talk"
    ASKED_TO_ERASE = "asked to erase"

    @property
    def sentence(self) -> str:
        """As the page of the result says it."""
        return _SENTENCES[self]


_SENTENCES = {
    LeftAlone.ENDED: "Their work has ended.",
    LeftAlone.HELD: "Paused for safety. Look at them one by one.",
    LeftAlone.SAFETY: "The safety conversations come first.",
    LeftAlone.HAS_IT: "They have this open already.",
    LeftAlone.TIGHTER: "Their own sharing limit does not go with this exercise.",
    LeftAlone.NO_APPOINTMENT: "No later appointment is booked with both.",
    LeftAlone.NOTHING_OPEN: "Nothing of theirs is open with a day.",
    LeftAlone.ASKED_TO_TALK: "One of them has asked to talk alone. See to that first.",
    LeftAlone.ASKED_TO_ERASE: "One of them has asked for their account to be deleted. See to that first.",
}


@dataclass(frozen=True)
class Gates:
    """What decides whether a couple may be part of an act."""

    has_ended: bool
    is_held: bool
    safety_open: bool
    asked_to_talk: bool = False
    asked_to_erase: bool = False


def held_back(kind: Kind, gates: Gates) -> LeftAlone | None:
    """The first reason to leave a couple alone, or None where it may go along."""
    if gates.has_ended:
        return LeftAlone.ENDED
    if gates.is_held:
        return LeftAlone.HELD
    if kind is Kind.GIVEN and not gates.safety_open:
        return LeftAlone.SAFETY
    if kind is Kind.CLOSED and gates.asked_to_talk:
        return LeftAlone.ASKED_TO_TALK
    if kind is Kind.CLOSED and gates.asked_to_erase:
        return LeftAlone.ASKED_TO_ERASE
    return None


def may_undo(at: datetime, undone_at: datetime | None, now: datetime) -> bool:
    """For ten minutes, and once."""
    return undone_at is None and now - at <= UNDO
