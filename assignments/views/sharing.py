"""The words with which pages for couples name who sees something; the rules stand in `domain.visibility`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from assignments.access import has_ended
from assignments.domain import visibility
from assignments.domain.visibility import Level
from clinic.models import Partner
from clinic.queries.people import practice_of

SYMBOLS = {
    Level.PRIVATE: "lock",
    Level.COUNSELLOR: "person",
    Level.BOTH: "open",
    Level.SHARED: "people",
}


@dataclass(frozen=True)
class Names:
    """Whom a partner's page speaks of."""

    partner: str
    counsellor: str
    ended: bool = False
    """Whether the couple's work is over, so that nothing lies open between the two any more."""

    def seen_by(self, level: Level) -> str:
        """Who sees something at this level."""
        level = visibility.left_after_an_ending(level) if self.ended else level
        return visibility.readers(level, partner=self.partner, counsellor=self.counsellor)


def names_for(place: Partner) -> Names:
    """The other partner and the counsellor by first name."""
    couple = place.couple
    return Names(couple.partner(place.place.other).name, couple.counsellor.name, has_ended(couple))


def labels_for(place: Partner, levels: Iterable[Level]) -> list[tuple[Level, str]]:
    """Each level with the names of those who would see it."""
    names = names_for(place)
    return [(level, names.seen_by(level)) for level in levels]


def lines_for(
    place: Partner, present: Level | None = None, *, may_have_been_read: bool = True
) -> dict[Level, tuple[str, str]]:
    """An icon and what choosing it does for each level. `present` is that of something already kept or sent."""
    names, practice = names_for(place), practice_of(place.person)
    return {
        level: (
            SYMBOLS[level],
            visibility.outcome_of_change(
                present,
                level,
                partner=names.partner,
                counsellor=names.counsellor,
                hold_minutes=practice.hold_minutes,
                delay_minutes=practice.widening_minutes,
                may_have_been_read=may_have_been_read,
            ),
        )
        for level in Level
    }
