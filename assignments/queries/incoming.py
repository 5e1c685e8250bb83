"""What of a parcel from elsewhere a practice does not have yet: looked at before anything is kept, and when it is."""

from __future__ import annotations

from dataclasses import dataclass

from assignments.domain.exercises import Exercise
from assignments.domain.plans import Plan
from assignments.library.reading import Parcel
from assignments.queries.library import library_for
from assignments.queries.plans import plans_for
from clinic.models import Person


@dataclass(frozen=True)
class Incoming:
    """What would become drafts, and the names of what is there already, word for word."""

    exercises: tuple[Exercise, ...]
    plans: tuple[Plan, ...]
    known_already: tuple[str, ...]


def incoming(reader: Person, parcel: Parcel) -> Incoming:
    """Sort a parcel by what the reader's library holds."""
    library, plans = library_for(reader), set(plans_for(reader))
    new = tuple(one for one in parcel.exercises if library.get(one.slug) != one)
    new_plans = tuple(one for one in parcel.plans if one not in plans)
    known = [one.name for one in parcel.exercises if one not in new]
    known += [one.name for one in parcel.plans if one not in new_plans]
    return Incoming(new, new_plans, tuple(known))
