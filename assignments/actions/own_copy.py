"""Taking away a copy of one's own words. The copy itself is kept nowhere; that it was made leaves a line."""

from __future__ import annotations

from assignments.queries.own_copy import OwnCopy, own_copy
from clinic import clock
from clinic.access import require
from clinic.audit import Event, record
from clinic.domain.roles import Permission
from clinic.extensions import transaction
from clinic.models import Person
from clinic.queries.couples import own_place


@transaction
def make_own_copy(*, actor: Person) -> OwnCopy:
    """Everything this partner wrote, read for them."""
    require(actor, Permission.OWN_COPY)
    place = own_place(actor)
    record(actor, Event.OWN_COPY_MADE, actor, couple_id=place.couple_id)
    return own_copy(place, clock.now())
