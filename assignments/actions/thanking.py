"""“Thank you for telling me”: the one fixed reply, held like everything that goes to the partner."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from assignments.actions.locks import hold_partner
from assignments.domain import visibility
from assignments.models import Reply
from assignments.queries.together import to_thank_for
from clinic import clock
from clinic.access import require
from clinic.audit import Event, record
from clinic.domain.roles import Permission
from clinic.errors import Conflict
from clinic.extensions import db, transaction
from clinic.models import Person
from clinic.queries.couples import own_place
from clinic.queries.people import practice_of


@transaction
def say_thanks(*, actor: Person, assignment_id: UUID) -> Reply:
    """Thank the other for what they opened last here. Raises NotFound, and Conflict where nothing lies open."""
    require(actor, Permission.REPLY_SEND)
    place = own_place(actor)
    hold_partner(place)
    now = clock.now()
    open_now = to_thank_for(place, assignment_id, now)
    if open_now.response is None:
        raise Conflict("There is nothing to thank for here now.")
    if open_now.reply is not None:
        raise Conflict("You have said so already.")
    reply = Reply(
        practice_id=place.practice_id,
        couple_id=place.couple_id,
        author_id=actor.id,
        response_id=open_now.response.id,
        sent_at=now,
        opens_at=visibility.hold_ends(now, timedelta(minutes=practice_of(actor).hold_minutes)),
    )
    db.session.add(reply)
    db.session.flush()
    record(actor, Event.THANKS_SAID, reply)
    return reply


@transaction
def take_thanks_back(*, actor: Person, assignment_id: UUID) -> None:
    """Undo it within the hold; the other never learns of it. Raises NotFound and Conflict."""
    require(actor, Permission.REPLY_SEND)
    place = own_place(actor)
    hold_partner(place)
    now = clock.now()
    reply = to_thank_for(place, assignment_id, now).reply
    if reply is None or not visibility.may_take_back(
        visibility.shared(reply.sent_at, reply.opens_at), None, now
    ):
        raise Conflict("It is too late to take this back.")
    record(actor, Event.THANKS_TAKEN_BACK, reply)
    db.session.delete(reply)
