"""Agreements both partners sign: which words are in force, and which lie there to be read and signed.

Whoever puts words forward signs them by doing so. What one partner does counts for the other when its hold has
passed, like anything shared (decision 12), so everything here is computed from moments. Nothing says who has not
signed: two states are told to both alike, and to each only what they did.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from assignments.domain.visibility import Level, Sharing

BOTH = frozenset({"A", "B"})


@dataclass(frozen=True)
class Signed:
    """One partner's signature. It counts when its hold has passed, and until it is withdrawn."""

    slot: str
    counts_at: datetime
    withdrawn_at: datetime | None = None


@dataclass(frozen=True)
class Text:
    """One version of an agreement's words. A draft has no `put_forward_at`."""

    id: UUID
    put_forward_at: datetime | None
    opens_at: datetime | None
    signed: tuple[Signed, ...] = ()

    @property
    def sharing(self) -> Sharing:
        """What decides who reads it: a draft is its writer's alone, anything else is shared."""
        return Sharing(Level.SHARED, self.put_forward_at, self.opens_at)

    @property
    def is_withdrawn(self) -> bool:
        """Whether either partner has taken their signature back.

        That counts at once, so one of a moment yet to come was taken back by a clock that was ahead.
        """
        return any(one.withdrawn_at is not None for one in self.signed)

    def was_withdrawn(self, moment: datetime) -> bool:
        """Whether either had by then, by what was written."""
        return any(one.withdrawn_at is not None and one.withdrawn_at <= moment for one in self.signed)


@dataclass(frozen=True)
class Standing:
    """Where an agreement stands, the same for both. At most one text is in force and at most one on offer.

    `set_down` says that words were there and neither is true of them any more. It points at no one.
    """

    in_force: UUID | None = None
    on_offer: UUID | None = None
    set_down: UUID | None = None

    @property
    def to_read(self) -> UUID | None:
        """The words that lie open to both: those on offer first, then those in force, then those set down."""
        return self.on_offer or self.in_force or self.set_down


NOTHING_YET = Standing()


def standing(texts: Collection[Text], now: datetime, *, frozen: bool = False) -> Standing:
    """Where an agreement stands at `now`. While sharing is frozen nothing of it lies open to anybody."""
    opened = [] if frozen else _opened(texts, now)
    if not opened:
        return NOTHING_YET
    latest = opened[-1]
    agreed = [(moment, text) for text in opened if (moment := agreed_at(text, opened, now)) is not None]
    last_agreed = max(agreed, key=lambda pair: pair[0])[1] if agreed else None
    in_force = last_agreed if last_agreed is not None and not last_agreed.is_withdrawn else None
    on_offer = latest if latest is not last_agreed and not latest.is_withdrawn else None
    return Standing(
        in_force=in_force.id if in_force else None,
        on_offer=on_offer.id if on_offer else None,
        set_down=latest.id if in_force is None and on_offer is None else None,
    )


def agreed_at(text: Text, opened: Sequence[Text], now: datetime) -> datetime | None:
    """When both signatures counted, or None. Words that gave way to later ones before that were never agreed."""
    counts_at = {one.slot: one.counts_at for one in text.signed}
    if set(counts_at) != BOTH:
        return None
    moment = max(counts_at.values())
    if moment > now or text.was_withdrawn(moment):
        return None
    later = opened[opened.index(text) + 1 :]
    return None if any(other.opens_at and other.opens_at <= moment for other in later) else moment


def _opened(texts: Collection[Text], now: datetime) -> list[Text]:
    """The texts both may read, the one that opened last at the end. So of two put forward at once the later wins."""
    return sorted(
        (text for text in texts if text.sharing.is_past_hold(now)),
        key=lambda text: (text.opens_at, text.put_forward_at, text.id.hex),
    )
